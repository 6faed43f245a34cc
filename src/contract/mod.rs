//! The contract room: what an interchange document says, whether it may be registered, and the
//! compiled schema that judges payloads.
//!
//! No I/O, no clock, no other room but `types`; the only room that knows the jsonschema library.
//! `model` is the typed document, `read` turns bytes into a value with places, `check` finds every
//! fault, `rules` and `lint` are what it finds them by, `validator` judges payloads, `cost` makes the
//! payloads by which the price of a schema is measured.

pub mod fault;
mod model;
mod read;
mod validator;

pub use fault::Fault;
pub use model::*;
pub use read::{MAX_BYTES, schema_file_of};
pub use validator::{MAX_COUNTED, MAX_DIGITS, Validator, Violations};
/// temp
pub struct Checker;
/// temp
#[derive(Debug)]
pub struct Checked {
    /// x
    pub contract: Contract,
    /// x
    pub document: serde_json::Value,
    /// x
    pub warnings: Vec<Fault>,
}
impl Checker {
    /// x
    pub fn new() -> Result<Self, String> {
        Ok(Checker)
    }
    /// x
    pub fn check(&self, bytes: &[u8], s: Option<&[u8]>) -> Result<Checked, Vec<Fault>> {
        let mut f = vec![];
        let src = read::Source::read(bytes, s, &mut f).map_err(|e| vec![e])?;
        let contract = serde_json::from_value(src.document.clone()).map_err(|e| {
            vec![Fault::new(
                "x",
                Default::default(),
                crate::types::Text::new(e.to_string(), e.to_string()),
            )]
        })?;
        Ok(Checked {
            contract,
            document: src.document,
            warnings: vec![],
        })
    }
}
/// temp
pub mod cost {
    /// x
    pub fn needs_probe(_: &serde_json::Value) -> bool {
        false
    }
}
