use super::*;
use proptest::prelude::*;

const KEY: &[u8] = b"12345678901234567890";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn the_vectors_of_rfc_4226_and_rfc_6238() {
    // RFC 4226 appendix D.
    let hotp = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
    for (counter, expected) in (0..).zip(hotp) {
        assert_eq!(code(KEY, counter), expected);
    }
    // RFC 6238 appendix B, SHA-1; the last six of its eight digits.
    for (seconds, expected) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        let counter = u64::try_from(seconds / STEP_S).unwrap();
        assert_eq!(counter_of(KEY, expected, at(seconds), 0), Some(counter), "{seconds}");
    }
}

#[test]
fn a_code_is_good_a_step_before_and_after_and_once_only() {
    let now = 1_111_111_111;
    let counter = u64::try_from(now / STEP_S).unwrap();
    assert_eq!(counter_of(KEY, "050471", at(now + 30), 0), Some(counter));
    assert_eq!(counter_of(KEY, "050471", at(now - 30), 0), Some(counter));
    assert_eq!(counter_of(KEY, "050471", at(now + 60), 0), None);
    assert_eq!(counter_of(KEY, "050471", at(now - 60), 0), None);
    assert_eq!(counter_of(KEY, "050471", at(now), counter), None, "replay");
    assert_eq!(counter_of(KEY, "050471", at(now), counter - 1), Some(counter));
}

#[test]
fn base32_of_rfc_4648() {
    for (plain, coded) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(base32(plain.as_bytes()), coded);
    }
}

#[test]
fn the_address_and_its_picture() {
    let uri = uri("Trabzon Büyükşehir", "ayşe", "MZXW6");
    assert_eq!(
        uri,
        "otpauth://totp/Trabzon%20B%C3%BCy%C3%BCk%C5%9Fehir:ay%C5%9Fe?secret=MZXW6&issuer=Trabzon%20B%C3%BCy%C3%BCk%C5%9Fehir&algorithm=SHA1&digits=6&period=30"
    );
    let svg = qr_svg(&uri).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.len() < 40_000);
    // The finder pattern in the corner: seven dark modules, then one dark alone.
    assert!(svg.contains("M4,4h7v1h-7z") && svg.contains("M4,5h1v1h-1z"));
    assert!(qr_svg(&"x".repeat(5_000)).is_none());
}

proptest! {
    #[test]
    fn only_six_digits_are_codes(typed in "\\PC{0,12}", seconds in 0i64..4_000_000_000) {
        if let Some(counter) = counter_of(KEY, &typed, at(seconds), 0) {
            prop_assert_eq!(typed, format!("{:06}", code(KEY, counter)));
            prop_assert!((i64::try_from(counter).unwrap() - seconds / STEP_S).abs() <= SKEW);
        }
    }

    #[test]
    fn every_code_is_taken_in_its_time(key in proptest::collection::vec(any::<u8>(), KEY_BYTES), seconds in 60i64..4_000_000_000) {
        let counter = u64::try_from(seconds / STEP_S).unwrap();
        let typed = format!("{:06}", code(&key, counter));
        prop_assert!(counter_of(&key, &typed, at(seconds), counter - 2).is_some_and(|c| c.abs_diff(counter) <= 1));
    }
}
