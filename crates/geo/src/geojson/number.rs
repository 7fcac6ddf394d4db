//! Text of coordinates.

/// Limit: decimals of a coordinate; more than 15 a double can't tell apart.
pub(super) const MAX_DECIMALS: u8 = 15;

const POWERS: [f64; MAX_DECIMALS as usize + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The shortest text that reads back as the same number. (`zmij` is what `serde_json` writes with; whole numbers lose their
/// `.0`, which says nothing in JSON.)
#[inline]
pub(super) fn shortest(v: f64, out: &mut Vec<u8>) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(v).as_bytes();
    out.extend_from_slice(text.strip_suffix(b".0").unwrap_or(text));
}

/// The number rounded to so many decimals, trailing zeros left out.
#[inline]
pub(super) fn fixed(v: f64, decimals: u8, out: &mut Vec<u8>) {
    let decimals = decimals.min(MAX_DECIMALS);
    let scaled = (v * POWERS[usize::from(decimals)]).round();
    // Beyond 2^53 the scaled number has no digits to round: the shortest text is as good.
    if scaled.abs() >= 9.0e15 {
        return shortest(v, out);
    }
    let mut rest = scaled.abs() as u64;
    let mut left = decimals;
    while left > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        left -= 1;
    }
    let mut digits = [0u8; 24];
    let mut at = digits.len();
    // At least one digit stands before the point.
    while rest > 0 || left > 0 || at == digits.len() || digits[at] == b'.' {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if left > 0 {
            left -= 1;
            if left == 0 {
                at -= 1;
                digits[at] = b'.';
            }
        }
    }
    if scaled < 0.0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}
