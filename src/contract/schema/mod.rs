//! How a JSON Schema is built: which members hold schemas again, and what a schema says about a
//! field.
//!
//! Not here: judging payloads (the validator) or the schema itself (`lint`). Invariant: nothing
//! inside `enum`, `const`, `default` and `examples`, and no member of an unknown keyword, is taken
//! for a schema.

mod fields;
mod leaves;
mod links;
mod modern;
mod part;
mod rules;
mod shape;
mod walk;

pub use fields::{Fields, Knowledge};
pub use leaves::Declared;
pub use links::{Library, Link, Links, Target};
pub use modern::modern;
pub use part::schema_of_part;
pub use shape::{Types, with_fields};
pub use walk::{Holds, Trail, each_child, holds, walk};
