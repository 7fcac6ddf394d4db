//! A set of a register's fields.

use crate::{Register, cql2::Expr};

/// Limit: fields of a register.
pub const MAX_FIELDS: usize = 128;

/// Which fields of a register, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FieldSet(u128);

impl FieldSet {
    /// None.
    pub const EMPTY: Self = Self(0);
    /// All.
    pub const ALL: Self = Self(u128::MAX);

    /// All of a register.
    pub fn of_register(register: &Register) -> Self {
        (0..register.fields.len()).fold(Self::EMPTY, Self::with)
    }

    /// One.
    pub const fn one(index: usize) -> Self {
        if index < MAX_FIELDS { Self(1 << index) } else { Self(0) }
    }

    /// All of a register that are not personal data.
    pub fn impersonal(register: &Register) -> Self {
        register.fields.iter().enumerate().filter(|(_, f)| !f.personal).fold(Self::EMPTY, |set, (i, _)| set.with(i))
    }

    /// The personal ones of a register.
    pub fn personal(register: &Register) -> Self {
        register.fields.iter().enumerate().filter(|(_, f)| f.personal).fold(Self::EMPTY, |set, (i, _)| set.with(i))
    }

    /// Those of a register with these names; `*` is all. Unknown names are left out.
    pub fn named(register: &Register, names: &[String]) -> Self {
        if names.iter().any(|n| n == "*") {
            return Self::ALL;
        }
        names.iter().filter_map(|n| register.field_index(n)).fold(Self::EMPTY, Self::with)
    }

    /// Those that a condition speaks of.
    pub fn of(expr: &Expr) -> Self {
        let mut set = Self::EMPTY;
        expr.fields(&mut |i| set = set.with(i));
        set
    }

    /// With one more.
    pub const fn with(self, index: usize) -> Self {
        Self(self.0 | Self::one(index).0)
    }

    /// Those of both together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those without others.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that are in both.
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// True if a field is among them.
    pub const fn has(self, index: usize) -> bool {
        self.0 & Self::one(index).0 != 0
    }

    /// True if all of the other are among them.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// True if there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Indexes, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_FIELDS).filter(move |i| self.has(*i))
    }
}
