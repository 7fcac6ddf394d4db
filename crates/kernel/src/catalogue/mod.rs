//! The catalogue: definition files (TOML) → a checked, typed model → a plan of schema changes.

mod digest;
mod drawing;
mod grant;
mod load;
mod model;
mod plan;
pub mod schema;
pub mod workflow;

pub use digest::digest;
pub use drawing::DrawnLayer;
pub use grant::{Action, Grant, Party, Scope, Separation};
pub use load::{DefinitionError, Source, load};
pub use model::{
    Catalogue, Code, CodeList, Colour, Constraint, Contact, Destroys, Field, FieldKind, Format, Freshness, GeometryDef, Mask,
    Metadata, Processing, Register, Retention, Symbology, Theme,
};
pub use plan::{Plan, Refusal, Step, plan};
pub use schema::json_schema;
pub use workflow::{Deadline, Escalation, Setting, Start, State, StateKind, TermOf, Transition, Workflow};
