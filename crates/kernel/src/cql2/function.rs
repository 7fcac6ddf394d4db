//! The functions that a filter may call (OGC 21-065r2, 7.9), each of one argument.

use crate::{Value, text};
use meydan_geo::Wkb;

/// What a side of an operator is, for finding out what fits to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Text, and codes.
    Text,
    /// Whole numbers: integers and kuruş.
    Whole,
    /// Other numbers.
    Real,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// The id of a record.
    Reference,
    /// A geometry.
    Geometry,
}

impl Class {
    /// True for both kinds of numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Real)
    }

    /// True if values of the two can be compared.
    pub fn fits(self, other: Self) -> bool {
        self == other || (self.is_number() && other.is_number())
    }

    /// The type in the list of functions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text | Self::Reference => "string",
            Self::Whole | Self::Real => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Instant => "datetime",
            Self::Geometry => "geometry",
        }
    }
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `CASEI(text)`: without case, by Turkish rules.
    CaseI,
    /// `ACCENTI(text)`: without accents.
    AccentI,
    /// `lower(text)`: small letters by Turkish rules.
    Lower,
    /// `upper(text)`: capitals by Turkish rules.
    Upper,
    /// `char_length(text)`.
    CharLength,
    /// `abs(number)`.
    Abs,
    /// `floor(number)`.
    Floor,
    /// `ceil(number)`.
    Ceil,
    /// `area_m2(geometry)`.
    Area,
    /// `length_m(geometry)`.
    Length,
}

impl Function {
    /// All; the first two are operators of the standard, the others the house's own.
    pub const ALL: [Self; 10] = [
        Self::CaseI,
        Self::AccentI,
        Self::Lower,
        Self::Upper,
        Self::CharLength,
        Self::Abs,
        Self::Floor,
        Self::Ceil,
        Self::Area,
        Self::Length,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CaseI => "casei",
            Self::AccentI => "accenti",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::CharLength => "char_length",
            Self::Abs => "abs",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Area => "area_m2",
            Self::Length => "length_m",
        }
    }

    /// By its name in small letters.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// What it takes; numbers of both kinds where it takes numbers.
    pub const fn takes(self) -> Class {
        match self {
            Self::CaseI | Self::AccentI | Self::Lower | Self::Upper | Self::CharLength => Class::Text,
            Self::Abs | Self::Floor | Self::Ceil => Class::Real,
            Self::Area | Self::Length => Class::Geometry,
        }
    }

    /// What it gives.
    pub const fn gives(self) -> Class {
        match self {
            Self::CaseI | Self::AccentI | Self::Lower | Self::Upper => Class::Text,
            Self::CharLength => Class::Whole,
            _ => Class::Real,
        }
    }

    /// What it does, Turkish and English.
    pub const fn description(self) -> (&'static str, &'static str) {
        match self {
            Self::CaseI => ("Büyük-küçük harf ayrımını Türkçe kurallarla kaldırır.", "Removes case by Turkish rules."),
            Self::AccentI => ("Harflerin işaretlerini kaldırır.", "Removes the accents of letters."),
            Self::Lower => ("Türkçe kurallarla küçük harfe çevirir.", "Small letters by Turkish rules."),
            Self::Upper => ("Türkçe kurallarla büyük harfe çevirir.", "Capitals by Turkish rules."),
            Self::CharLength => ("Metnin karakter sayısı.", "The number of characters of a text."),
            Self::Abs => ("Sayının mutlak değeri.", "The absolute value of a number."),
            Self::Floor => ("Sayıdan büyük olmayan en büyük tam sayı.", "The largest whole number not above a number."),
            Self::Ceil => ("Sayıdan küçük olmayan en küçük tam sayı.", "The smallest whole number not below a number."),
            Self::Area => ("Alanın elipsoit üzerindeki yüzölçümü, metrekare.", "The area on the ellipsoid in square metres."),
            Self::Length => (
                "Çizginin uzunluğu ya da alanın çevresi, elipsoit üzerinde metre.",
                "The length of lines, or of the rings of areas, on the ellipsoid in metres.",
            ),
        }
    }

    /// Of a text or number; null where it is neither.
    pub fn of_value(self, value: &Value) -> Value {
        let number = match value {
            Value::Int(i) => Some(*i as f64),
            Value::Real(r) => Some(*r),
            _ => None,
        };
        match (self, value, number) {
            (Self::CaseI | Self::Lower, Value::Text(t), _) => Value::Text(text::fold(t)),
            (Self::AccentI, Value::Text(t), _) => Value::Text(text::without_accents(t)),
            (Self::Upper, Value::Text(t), _) => Value::Text(text::upper(t)),
            (Self::CharLength, Value::Text(t), _) => Value::Int(i64::try_from(t.chars().count()).unwrap_or(i64::MAX)),
            (Self::Abs, _, Some(n)) => Value::Real(n.abs()),
            (Self::Floor, _, Some(n)) => Value::Real(n.floor()),
            (Self::Ceil, _, Some(n)) => Value::Real(n.ceil()),
            _ => Value::Null,
        }
    }

    /// Of a geometry; null for the functions of others.
    pub fn of_geometry(self, geometry: &Wkb) -> Value {
        match self {
            Self::Area => Value::Real(meydan_geo::measure::area_m2(geometry)),
            Self::Length => Value::Real(meydan_geo::measure::length_m(geometry)),
            _ => Value::Null,
        }
    }
}
