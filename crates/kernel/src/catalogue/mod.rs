//! The catalogue: definition files (TOML) → a checked, typed model → a plan of schema changes.

mod load;
mod model;
mod plan;

pub use load::{DefinitionError, Source, load};
pub use model::{
    Catalogue, Code, CodeList, Constraint, Contact, Field, FieldKind, Freshness, GeometryDef, Metadata, Register, Retention,
    Symbology,
};
pub use plan::{Plan, Step, plan};
