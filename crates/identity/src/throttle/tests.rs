use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

const OWNER: Account = Account::Person(Uuid::from_u128(1));

fn stranger(place: u8) -> Try {
    Try { account: OWNER, what: What::Password, device: None, place: Place::V4([10, 0, 0, place]) }
}

fn known() -> Try {
    Try { device: Some(Uuid::from_u128(7)), ..stranger(1) }
}

#[test]
fn mistyping_costs_nothing_and_guessing_does() {
    let throttle = Throttle::default();
    for _ in 0..FREE_FAILURES {
        throttle.admit(&stranger(1), at(0)).unwrap();
    }
    assert_eq!(throttle.admit(&stranger(1), at(0)), Err(FIRST_WAIT));
    assert_eq!(throttle.admit(&stranger(1), at(1)), Err(SignedDuration::from_secs(1)), "refusals don't lengthen it");
    throttle.admit(&stranger(1), at(2)).unwrap();
    assert_eq!(throttle.admit(&stranger(1), at(2)), Err(FIRST_WAIT * 2));
    throttle.admit(&stranger(2), at(2)).unwrap();
    throttle.admit(&stranger(1), at(2 + 86_400)).unwrap();
}

#[test]
fn being_right_clears_the_own_count_only() {
    let throttle = Throttle::default();
    for _ in 0..FREE_FAILURES {
        throttle.admit(&stranger(1), at(0)).unwrap();
        throttle.admit(&stranger(2), at(0)).unwrap();
    }
    throttle.admit(&known(), at(0)).unwrap();
    throttle.succeeded(&known());
    assert!(throttle.admit(&stranger(1), at(0)).is_err());
    throttle.admit(&stranger(2), at(2)).unwrap();
    throttle.succeeded(&stranger(2));
    throttle.admit(&stranger(2), at(2)).unwrap();
    assert!(throttle.admit(&stranger(1), at(0)).is_err());
}

#[test]
fn an_office_behind_one_address_gets_in() {
    let throttle = Throttle::default();
    let office = Place::V4([192, 0, 2, 1]);
    for person in 0..250 {
        let login =
            Try { account: Account::Person(Uuid::from_u128(person)), what: What::Password, device: None, place: office };
        throttle.admit(&login, at(0)).unwrap();
        throttle.admit(&login, at(1)).unwrap();
        throttle.succeeded(&login);
    }
}

#[test]
fn one_address_against_everybody_runs_dry() {
    let throttle = Throttle::default();
    let tried = (0..1_000).filter(|n| {
        let account = Account::Person(Uuid::from_u128(*n));
        throttle.admit(&Try { account, ..stranger(9) }, at(0)).is_ok()
    });
    assert_eq!(tried.count(), 300);
}

#[test]
fn logins_of_nobody_are_slowed_down_like_others_and_take_bounded_room() {
    let throttle = Throttle::default();
    let key = std::hash::RandomState::new();
    let account = Account::of_nobody("yok", &key);
    assert_eq!(account, Account::of_nobody("yok", &key));
    for _ in 0..FREE_FAILURES {
        throttle.admit(&Try { account, ..stranger(1) }, at(0)).unwrap();
    }
    assert_eq!(throttle.admit(&Try { account, ..stranger(1) }, at(0)), Err(FIRST_WAIT));
    for n in 0..20_000 {
        let account = Account::of_nobody(&n.to_string(), &key);
        let _ = throttle.admit(&Try { account, place: Place::V4([10, (n % 256) as u8, 1, 1]), ..stranger(1) }, at(1));
    }
    assert!(throttle.0.lock().strangers.len() <= usize::from(NOBODIES) + 1);
    throttle.forget(at(200_000));
    let counts = throttle.0.lock();
    assert!(counts.places.is_empty() && counts.addresses.is_empty() && counts.devices.is_empty());
}

#[test]
fn places_are_addresses_or_home_networks() {
    assert_eq!(Place::of(Some("192.0.2.1")), Place::of(Some("::ffff:192.0.2.1")));
    assert_eq!(Place::of(Some("2001:db8:1:2::1")), Place::of(Some("2001:db8:1:2:ffff::9")));
    assert_ne!(Place::of(Some("2001:db8:1:2::1")), Place::of(Some("2001:db8:1:3::1")));
    assert_eq!(Place::of(Some("nowhere")), Place::Unknown);
    assert_eq!(Place::of(None), Place::Unknown);
}

#[test]
fn the_error_says_how_long() {
    let error = too_many_tries(SignedDuration::from_millis(1_500));
    assert_eq!((error.code(), error.kind(), seconds_to_wait(&error)), ("too-many-tries", Kind::TooMany, Some(2)));
    assert_eq!(seconds_to_wait(&Error::internal("x")), None);
}

proptest! {
    /// Whatever strangers do, from wherever (from the owner's own address too), the owner's known device gets in at once.
    #[test]
    fn the_owner_gets_in_while_others_hammer(steps in proptest::collection::vec((0i64..600, any::<u8>(), any::<bool>(), 0u8..4), 1..400)) {
        let throttle = Throttle::default();
        let mut now = 0;
        for (pause, place, code, owner) in steps {
            now += pause;
            let what = if code { What::Code } else { What::Password };
            let _ = throttle.admit(&Try { what, ..stranger(place) }, at(now));
            if owner == 0 {
                let own = Try { what, ..known() };
                prop_assert_eq!(throttle.admit(&own, at(now)), Ok(()));
                throttle.succeeded(&own);
            }
        }
    }

    /// However many places they have, strangers get only so many tries on one person in a day.
    #[test]
    fn guessing_is_bounded(pauses in proptest::collection::vec(0i64..200, 2_000), code in any::<bool>()) {
        let throttle = Throttle::default();
        let what = if code { What::Code } else { What::Password };
        let (mut now, mut tried) = (0i64, 0u32);
        for (n, pause) in pauses.iter().enumerate() {
            now += pause;
            if now > 86_400 { break; }
            let place = Place::V4([10, (n / 65_536) as u8, (n / 256) as u8, n as u8]);
            tried += u32::from(throttle.admit(&Try { what, place, ..stranger(0) }, at(now)).is_ok());
        }
        let most = if code { 20 + 24 } else { 100 + 96 };
        prop_assert!(tried <= most, "{tried}");
    }
}
