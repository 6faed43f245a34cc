//! [`Checker`]: finds every fault of a contract document at once.
//!
//! Not here: the rules themselves (`document`, `grants`, `pointers`, `examples`, and `lint` for the
//! schema). Invariant: reading stops early only where a file can't be read at all; everything else is
//! reported together, sorted by place.

mod document;
mod examples;
mod findings;
mod grants;
mod pointers;
mod quotes;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::fault::{self, Fault};
use super::lint;
use super::model::Contract;
use super::read::Source;
use super::schema::{Fields, Library};
use super::validator::Validator;
use crate::types::{Pointer, Text};

pub use findings::{Findings, MAX_FINDINGS};

/// The strict meta-schema of contract documents.
pub const META_SCHEMA: &str = include_str!("../../../schemas/contract.schema.json");

/// A document without faults.
#[derive(Debug)]
pub struct Checked {
    /// The document, typed.
    pub contract: Contract,
    /// The whole document as it was written, with the schema written out.
    pub document: Value,
    /// The schema, compiled.
    pub validator: Validator,
    /// What its author should look at, though it may stand.
    pub warnings: Vec<Fault>,
}

/// Judges contract documents. Made once: it holds the compiled meta-schema.
#[derive(Debug)]
pub struct Checker {
    meta: Validator,
    names: document::MemberNames,
}

impl Checker {
    /// A checker with the built-in meta-schema.
    ///
    /// # Errors
    /// Why the meta-schema can't be used; a fault of the program.
    pub fn new() -> Result<Self, Text> {
        let schema: Value = serde_json::from_str(META_SCHEMA).map_err(|error| {
            Text::new(
                format!("Meta-skema rusak: {error}"),
                format!("The meta-schema is broken: {error}"),
            )
        })?;
        Ok(Checker {
            meta: Validator::compile(&schema)?,
            names: document::MemberNames::of(&schema),
        })
    }

    /// Reads and judges a document, JSON or YAML. Its examples are judged too, which takes as long as
    /// the schema makes it: documents of strangers are read where work can be killed.
    ///
    /// `schema_file` holds the bytes of the file that its
    /// `schema` names, if it names one (see [`super::schema_file_of`]).
    ///
    /// # Errors
    /// Every fault, sorted by place; warnings are told only of a document that may stand.
    pub fn read(&self, bytes: &[u8], schema_file: Option<&[u8]>) -> Result<Checked, Vec<Fault>> {
        let mut unread = Vec::new();
        let source = Source::read(bytes, schema_file, &mut unread).map_err(|fault| vec![fault])?;
        let mut findings = Findings::default();
        unread.into_iter().for_each(|fault| findings.fault(fault));
        document::check(&source, &self.meta, &self.names, &mut findings);
        let validator = match source.document.get("schema") {
            Some(schema @ Value::Object(_)) => check_schema(schema, &source, &mut findings),
            _ => None,
        };
        let contract = typed(&source.document, &mut findings);
        let (faults, warnings) = findings.finish(&source);
        match (contract, validator) {
            (Some(contract), Some(validator)) if faults.is_empty() => Ok(Checked {
                contract,
                document: source.document,
                validator,
                warnings,
            }),
            _ => Err(faults),
        }
    }
}

/// With one of these a schema is not even compiled: it would judge wrongly, fetch, or never end.
const UNFIT: &[&str] = &[
    fault::REFERENCE_LOOP,
    fault::REFERENCE_UNRESOLVED,
    fault::REFERENCE_OUTSIDE,
    fault::ID_TAKEN,
    fault::ID_TWICE,
    fault::PATTERN,
    fault::SCHEMA_UNUSABLE,
    fault::UNKNOWN_DRAFT,
];

/// Judges the schema, and what the document says about its fields; compiles it when it is fit.
fn check_schema(schema: &Value, source: &Source, findings: &mut Findings) -> Option<Validator> {
    let at = Pointer::default().child("schema");
    let draft = lint::draft_of(schema, &at, findings)?;
    let library = Library::new(schema, draft);
    let links = library.links();
    lint::lint(schema, draft, &library, &links, findings);
    let fields = Fields::new(schema, &links);
    pointers::check(&source.document, &fields, findings);
    if source.schema_yaml {
        quotes::check(schema, findings);
    }
    let fit = !findings.any(UNFIT);
    match if fit {
        Validator::compile(schema)
    } else {
        Err(Text::new("", ""))
    } {
        Ok(validator) => {
            examples::check(source, &validator, findings);
            Some(validator)
        }
        Err(reason) => {
            let told = lint::meta_violations(schema, draft, &at, findings);
            if told == 0 && fit {
                findings.fault(Fault::new(fault::SCHEMA_UNUSABLE, at, reason));
            }
            None
        }
    }
}

/// The typed document; says so when it does not fit although nothing else was found.
fn typed(document: &Value, findings: &mut Findings) -> Option<Contract> {
    if findings.faults() > 0 {
        return None;
    }
    match serde_json::from_str(&document.to_string()) {
        Ok(contract) => Some(contract),
        Err(error) => {
            let id = format!("Dokumen ini tidak dapat dibaca sebagai kontrak: {error}.");
            let en = format!("This document can't be read as a contract: {error}.");
            findings.fault(Fault::new(
                fault::BAD_VALUE,
                Pointer::default(),
                Text::new(id, en),
            ));
            None
        }
    }
}
