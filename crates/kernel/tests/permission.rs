//! The permission desk against itself: what it lists, what it lets through and what it explains are the same thing.

#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use meydan_kernel::{
    Principal, Record, Register,
    catalogue::Action,
    cql2,
    permission::{Access, FieldSet, Part, Rules},
};
use proptest::prelude::*;
use world::{World, dice::Dice};

const READING: [Action; 3] = [Action::Read, Action::History, Action::Export];

fn each(seed: u64, mut see: impl FnMut(&Rules, &Principal, &Register, &Record)) {
    let world = World::roll(seed);
    let rules = Rules::new(&world.catalogue).expect("the grants can be read");
    let job = world.register("job");
    for principal in &world.principals {
        for record in &world.jobs {
            see(&rules, principal, &job, record);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn one_answer_to_may_and_list(seed: u64) {
        each(seed, |rules, principal, job, record| {
            let mut dice = Dice::new(seed);
            for action in Action::ALL {
                let access = rules.access(principal, job, action);
                let wanted = dice.some(&(0..job.fields.len()).collect::<Vec<_>>(), 20).into_iter().fold(FieldSet::EMPTY, FieldSet::with);
                let may = rules.may(principal, job, action, &[record], wanted);
                let listed = access.of(record).is_some_and(|fields| fields.covers(wanted));
                assert_eq!(may.is_ok(), listed, "{action:?} {wanted:?} {principal:?} {record:?}");
                if let Ok(permit) = may {
                    assert_eq!(access.of(record), Some(permit.fields));
                }
            }
        });
    }

    #[test]
    fn a_list_that_uses_fields_has_the_records_that_show_them(seed: u64) {
        each(seed, |rules, principal, job, record| {
            let mut dice = Dice::new(seed);
            for action in READING {
                let access = rules.access(principal, job, action);
                let used = dice.some(&(0..job.fields.len()).collect::<Vec<_>>(), 25).into_iter().fold(FieldSet::EMPTY, FieldSet::with);
                let shows = access.of(record).is_some_and(|fields| fields.covers(used));
                let listed = match access.narrowing(job, used) {
                    Ok(condition) => condition.is_none_or(|c| cql2::holds(&c, record)),
                    Err(e) => {
                        assert_eq!(e.code(), "forbidden-field");
                        false
                    }
                };
                assert_eq!(shows, listed, "{used:?} {access:?} {record:?}");
            }
        });
    }

    #[test]
    fn explanations_tell_what_is_decided(seed: u64) {
        each(seed, |rules, principal, job, record| {
            for action in Action::ALL {
                let explained = rules.explain(principal, job, action, Some(record));
                let may = rules.may(principal, job, action, &[record], FieldSet::EMPTY).is_ok();
                assert_eq!(explained.allowed, may, "{action:?} {explained:?}");
                let anywhere = rules.explain(principal, job, action, None);
                assert_eq!(anywhere.allowed, rules.may(principal, job, action, &[], FieldSet::EMPTY).is_ok());
                assert!(anywhere.allowed || !may);
                assert!(rules.could(principal, job, action) || !may);
            }
        });
    }

    #[test]
    fn journals_are_nobodys_to_write(seed: u64) {
        let world = World::roll(seed);
        let rules = Rules::new(&world.catalogue).expect("the grants can be read");
        let diary = world.register("diary");
        for principal in world.principals.iter().filter(|p| !matches!(p.capacity, meydan_kernel::permission::Capacity::Operator)) {
            for action in [Action::Insert, Action::Update, Action::Delete] {
                prop_assert!(!rules.could(principal, &diary, action));
                prop_assert!(rules.access(principal, &diary, action).is_none());
                prop_assert!(!rules.explain(principal, &diary, action, None).allowed);
                prop_assert!(rules.may(principal, &diary, action, &[], FieldSet::EMPTY).is_err());
            }
        }
    }

    #[test]
    fn what_two_accesses_share(seed: u64) {
        each(seed, |rules, principal, job, record| {
            let [export, history] = [Action::Export, Action::History].map(|a| rules.access(principal, job, a));
            let both = match (export.of(record), history.of(record)) {
                (Some(a), Some(b)) => Some(a.common(b)),
                _ => None,
            };
            assert_eq!(export.meet(&history).of(record), both);
        });
    }

    #[test]
    fn a_refusal_that_asks_for_more_keeps_its_word(seed: u64) {
        each(seed, |rules, principal, job, record| {
            for action in Action::ALL {
                let ask = |p: &Principal| rules.may(p, job, action, &[record], FieldSet::one(0).with(8));
                let Err(error) = ask(principal) else { continue };
                let more = match error.code() {
                    "reason-required" => principal.clone().because(Some("şikâyet".to_owned())),
                    "step-up-required" => Principal { verified_at: Some(principal.now), ..principal.clone() },
                    _ => {
                        let all = principal.clone().because(Some("şikâyet".to_owned()));
                        assert!(ask(&Principal { verified_at: Some(all.now), ..all }).is_err(), "{error:?}");
                        continue;
                    }
                };
                // A grant may ask for both; one after the other they are given.
                let more = more.because(Some("şikâyet".to_owned()));
                assert!(ask(&more).is_ok(), "{error:?}");
            }
        });
    }
}

#[test]
fn the_order_of_grants_decides_nothing() {
    for seed in 0..100 {
        let world = World::roll(seed);
        let mut turned = (*world.catalogue).clone();
        turned.grants.reverse();
        let (a, b) = (Rules::new(&world.catalogue).unwrap(), Rules::new(&turned).unwrap());
        let job = world.register("job");
        for principal in &world.principals {
            for record in &world.jobs {
                let of = |rules: &Rules| rules.access(principal, &job, Action::Read).of(record);
                assert_eq!(of(&a), of(&b));
            }
        }
    }
}

#[test]
fn what_holds_for_no_record_is_no_access() {
    let never = Part { condition: Some(meydan_kernel::cql2::Expr::Literal(false)), fields: FieldSet::ALL };
    assert!(Access::new([never]).is_none());
}

#[test]
fn an_empty_reason_is_none_and_a_proof_from_the_future_too() {
    let mut principal = Principal::everyone("test");
    principal.act.reason = Some("  ".to_owned());
    assert!(!principal.has_reason());
    principal.verified_at = Some(principal.now + jiff::SignedDuration::from_mins(11));
    assert!(!principal.is_verified());
    principal.verified_at = Some(principal.now - jiff::SignedDuration::from_mins(10));
    assert!(principal.is_verified());
    principal.verified_at = Some(principal.now - jiff::SignedDuration::from_secs(601));
    assert!(!principal.is_verified());
}
