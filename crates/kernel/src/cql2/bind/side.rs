//! What stands at a side of an operator: literals, properties, functions, calculations. What is made of literals only is reckoned
//! here, once.

use super::{Arithmetic, Binder, Class, Function, Operand, Side, typing::class_of};
use crate::{
    Error, Result, Value,
    cql2::{
        Current, calculate,
        node::{Node, What},
    },
};

/// Whole numbers up to this one, either side of zero, each have their own double: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Binder<'_> {
    pub(super) fn side(&self, node: &Node) -> Result<Side> {
        Ok(match &node.what {
            What::Bool(b) => Side::Bool(*b),
            What::Number(n, whole) => Side::Number(*n, *whole),
            What::Text(text) if text.contains('\0') => {
                return Err(self.places.fault(node.at, "U+0000 içermeyen bir metin", "a text without U+0000"));
            }
            What::Text(text) => Side::Text(text.clone()),
            What::Date(date) => Side::Date(*date),
            What::Instant(instant) => Side::Instant(*instant),
            What::Property(name) => self.property(name)?,
            What::Geometry(geometry) => self.shape(node.at, geometry)?,
            What::Box(sides) => self.bbox(node.at, *sides)?,
            What::Call(name, arguments) => self.function(node, name, arguments)?,
            What::Null | What::Array(_) => {
                return Err(self.places.fault(node.at, "bir alan adı ya da değer", "a property name or a value"));
            }
        })
    }

    /// A property by its name. Names are small letters in every register; clients that know them in capitals are understood.
    pub(super) fn property(&self, name: &str) -> Result<Side> {
        let small = name.to_ascii_lowercase();
        let index = self.register.field_index(name).or_else(|| self.register.field_index(&small));
        if let Some(index) = index {
            return Ok(Side::Operand(Operand::Field(index), class_of(&self.register.fields[index].kind)));
        }
        Ok(match small.as_str() {
            "fid" => Side::Operand(Operand::Fid, Class::Whole),
            "id" | "uuid" => Side::Operand(Operand::Id, Class::Reference),
            "recorded_at" => Side::Operand(Operand::RecordedAt, Class::Instant),
            "geom" | "geometry" if self.register.geometry.is_some() => Side::Own,
            _ => {
                let register = &self.register.title;
                return Err(Error::invalid(
                    "unknown-property",
                    format!("“{}” kütüğünde “{name}” alanı yok.", register.tr),
                    format!("The register “{}” has no property “{name}”.", register.en),
                )
                .field(name, "böyle bir alan yok", "there is no such property"));
            }
        })
    }

    fn function(&self, node: &Node, name: &str, arguments: &[Node]) -> Result<Side> {
        if let Some(operator) = Arithmetic::by_sign(name) {
            let [a, b] = self.arguments(node, arguments)?;
            return self.calculation(node, operator, a, b);
        }
        if self.current
            && let Some(current) = Current::by_name(name)
        {
            let [] = self.arguments(node, arguments)?;
            let class = if current == Current::Date { Class::Date } else { Class::Reference };
            return Ok(Side::Operand(Operand::Current(current), class));
        }
        let Some(function) = Function::by_name(name) else { return Err(self.unknown_function(node.at)) };
        let [argument] = self.arguments(node, arguments)?;
        // Without accents and case, whichever is said first: letters lose their case first, so that İ and I stay apart from ı
        // and i no longer than their case does.
        if function == Function::CaseI
            && let What::Call(inner, of) = &argument.what
            && inner == Function::AccentI.name()
            && let [of] = of.as_slice()
        {
            let folded = self.apply(node.at, function, self.side(of)?)?;
            return self.apply(node.at, Function::AccentI, folded);
        }
        self.apply(node.at, function, self.side(argument)?)
    }

    fn apply(&self, at: usize, function: Function, side: Side) -> Result<Side> {
        let takes = function.takes();
        let constant = |value: &Value| match function.of_value(value) {
            Value::Text(text) => Some(Side::Text(text)),
            Value::Int(i) => Some(Side::Number(i as f64, Some(i))),
            Value::Real(r) => Some(number(r)),
            _ => None,
        };
        let applied = match side {
            Side::Operand(Operand::Field(i), Class::Text) if function == Function::CaseI => {
                Some(Side::Operand(Operand::Folded(i), Class::Text))
            }
            Side::Operand(operand @ (Operand::Folded(_) | Operand::Call(Function::CaseI, _)), _)
                if function == Function::CaseI =>
            {
                Some(Side::Operand(operand, Class::Text))
            }
            Side::Operand(operand, class) if class.fits(takes) => {
                Some(Side::Operand(Operand::Call(function, Box::new(operand)), function.gives()))
            }
            Side::Own if takes == Class::Geometry => {
                Some(Side::Operand(Operand::Call(function, Box::new(Operand::Geometry)), function.gives()))
            }
            Side::Text(text) if takes == Class::Text => constant(&Value::Text(text)),
            Side::Number(n, _) if takes == Class::Real => constant(&Value::Real(n)),
            Side::Shape(shape) => match function.of_geometry(&shape) {
                Value::Real(r) => Some(number(r)),
                _ => None,
            },
            _ => None,
        };
        applied.ok_or_else(|| {
            let (tr, en) = match takes {
                Class::Text => ("bir metin", "a text"),
                Class::Geometry => ("bir geometri", "a geometry"),
                _ => ("bir sayı", "a number"),
            };
            self.places.fault(at, tr, en)
        })
    }

    fn unknown_function(&self, at: usize) -> Error {
        let known: Vec<&str> = Function::ALL.into_iter().map(Function::name).collect();
        let known = known.join(", ");
        self.places.fault(
            at,
            &format!("bilinen bir işlev (DATE, TIMESTAMP, {known})"),
            &format!("a known function (DATE, TIMESTAMP, {known})"),
        )
    }

    fn calculation(&self, node: &Node, operator: Arithmetic, a: &Node, b: &Node) -> Result<Side> {
        let not_number = |at| self.places.fault(at, "bir sayı", "a number");
        let operand = |at, side: Side| match side {
            Side::Operand(operand, class) if class.is_number() => Ok(operand),
            Side::Number(_, Some(whole)) => Ok(Operand::Literal(Value::Int(whole))),
            Side::Number(n, None) => Ok(Operand::Literal(Value::Real(n))),
            _ => Err(not_number(at)),
        };
        match (self.side(a)?, self.side(b)?) {
            (Side::Number(x, _), Side::Number(y, _)) => calculate(operator, x, y)
                .map(number)
                .ok_or_else(|| self.places.fault(node.at, "sonucu olan bir hesap", "a calculation that has a result")),
            (x, y) => {
                self.count_literal();
                let (x, y) = (operand(a.at, x)?, operand(b.at, y)?);
                Ok(Side::Operand(Operand::Calculated(Box::new(x), operator, Box::new(y)), Class::Real))
            }
        }
    }
}

/// A number that was reckoned.
fn number(n: f64) -> Side {
    let whole = (n.fract() == 0.0 && n.abs() <= EXACT).then_some(n as i64);
    Side::Number(n, whole)
}
