//! Calculation. All of it is done in double precision and by these formulas on every side, so that memory and both stores come
//! to the same bits; what can't be calculated is unknown, never an error in the middle of a page.

/// Operators of calculation (OGC 21-065r2, 7.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`: what is left of the division, with the sign of the dividend.
    Modulo,
    /// `div`: the division without its fraction.
    Whole,
    /// `^`
    Power,
}

/// Numbers beyond this size, or nearer to zero than its inverse (but not zero), are not calculated with: databases take overflow
/// and underflow for errors.
pub const LARGEST: f64 = 1e150;
/// Limit: logarithm of a power's size.
pub const LARGEST_LOG: f64 = 300.0;

impl Arithmetic {
    /// All.
    pub const ALL: [Self; 7] =
        [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Modulo, Self::Whole, Self::Power];

    /// As written in both encodings.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Whole => "div",
            Self::Power => "^",
        }
    }

    /// By its sign.
    pub fn by_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.sign() == sign)
    }
}

/// True for a number that is calculated with.
fn is_fit(n: f64) -> bool {
    n == 0.0 || (n.abs() <= LARGEST && n.abs() >= 1.0 / LARGEST)
}

/// The result; `None` where there is none: division by zero, a root of a negative number, sizes that no double holds.
pub fn calculate(operator: Arithmetic, a: f64, b: f64) -> Option<f64> {
    if !is_fit(a) || !is_fit(b) {
        return None;
    }
    let divided = || (b != 0.0).then(|| a / b);
    match operator {
        Arithmetic::Add => Some(a + b),
        Arithmetic::Subtract => Some(a - b),
        Arithmetic::Multiply => Some(a * b),
        Arithmetic::Divide => divided(),
        Arithmetic::Whole => divided().map(f64::trunc),
        Arithmetic::Modulo => divided().map(|d| a - b * d.trunc()),
        Arithmetic::Power => power(a, b),
    }
}

fn power(a: f64, b: f64) -> Option<f64> {
    if a == 0.0 {
        return (b >= 0.0).then_some(if b == 0.0 { 1.0 } else { 0.0 });
    }
    if (a < 0.0 && b != b.floor()) || (b * a.abs().ln()).abs() > LARGEST_LOG {
        return None;
    }
    Some(a.powf(b))
}
