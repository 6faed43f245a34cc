//! What is wrong with a schema beyond its own meta-schema: what the library would take and then
//! accept everything, fetch something, or silently check nothing.
//!
//! Not here: the price of judging payloads (`cost`). Invariant: a schema that the official test
//! suite uses gets no fault.

mod depth;
mod draft;
mod keywords;
mod loops;
mod patterns;
mod references;

pub use draft::{draft_of, meta_violations};
pub use keywords::{is_format, is_keyword};

use jsonschema::Draft;
use serde_json::Value;

use super::check::Findings;
use super::schema::{Library, Links};

/// Looks for everything that is wrong with a schema.
pub fn lint(schema: &Value, draft: Draft, library: &Library<'_>, links: &Links<'_>, findings: &mut Findings) {
    draft::embedded(schema, findings);
    keywords::lint(schema, draft, links, findings);
    references::lint(library, links, findings);
    depth::lint(schema, links, findings);
    loops::lint(schema, links, findings);
    patterns::lint(schema, findings);
}
