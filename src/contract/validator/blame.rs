//! Which places of a payload an error blames, and how many.
//!
//! Invariant: a missing and an extra member are blamed at that member's own pointer.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use crate::types::Pointer;

/// Into how many violations an error falls, as far as it tells itself.
pub fn spread(error: &ValidationError<'_>) -> usize {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.len()
        }
        Kind::AdditionalItems { limit } => error
            .instance()
            .as_array()
            .map_or(1, |items| items.len().saturating_sub(*limit))
            .max(1),
        _ => 1,
    }
}

/// Whether every member is one too many: the library reports `additionalProperties: false` without
/// any `properties` beside it of the object as a whole.
pub fn blames_members(error: &ValidationError<'_>) -> bool {
    let path = error.schema_path().as_str();
    let extra = path.ends_with("/additionalProperties") || path.ends_with("/unevaluatedProperties");
    extra && matches!(error.kind(), Kind::FalseSchema)
}

/// The pointers that an error blames, at most `room`.
pub fn blamed(error: &ValidationError<'_>, at: &Pointer, room: usize) -> Vec<Pointer> {
    match error.kind() {
        Kind::Required { property } => vec![at.child(property.as_str().unwrap_or_default())],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().take(room).map(|name| at.child(name)).collect()
        }
        Kind::AdditionalItems { limit } => {
            let count = error
                .instance()
                .as_array()
                .map_or(0, Vec::len)
                .max(limit.saturating_add(1));
            (*limit..count)
                .take(room)
                .map(|index| at.child(&index.to_string()))
                .collect()
        }
        Kind::PropertyNames { error } => vec![at.child(error.instance().as_str().unwrap_or_default())],
        _ => vec![at.clone()],
    }
}
