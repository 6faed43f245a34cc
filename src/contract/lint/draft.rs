//! Which draft a schema is written in, and what its meta-schema says about it.
//!
//! Not here: what meta-schemas can't see. Invariant: a schema without `$schema` is read as 2020-12.

use jsonschema::{Draft, draft4, draft6, draft7, draft201909, draft202012};
use serde_json::Value;

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Trail, walk};
use crate::contract::validator::explain;
use crate::types::{MAX_VIOLATIONS, Pointer, Text};

/// The draft that a schema names; a fault when it names none that is known.
pub fn draft_of(schema: &Value, at: &Pointer, findings: &mut Findings) -> Option<Draft> {
    let draft = Draft::default().detect(schema);
    if draft != Draft::Unknown {
        return Some(draft);
    }
    findings.fault(unknown(at.child("$schema")));
    None
}

/// Reports embedded schemas that name a draft that is not known.
pub fn embedded(schema: &Value, findings: &mut Findings) {
    walk(schema, &mut |node| {
        let inner = !matches!(node.trail, Trail::Root);
        if inner && Draft::default().detect(node.schema) == Draft::Unknown {
            let place = Pointer::default().child("schema").join(&node.trail.pointer());
            findings.fault(unknown(place.child("$schema")));
        }
    });
}

fn unknown(pointer: Pointer) -> Fault {
    let id = "\"$schema\" ini tidak dikenal; pakai https://json-schema.org/draft/2020-12/schema, 2019-09, draft-07, draft-06 atau draft-04.";
    let en = "This \"$schema\" is not known; use https://json-schema.org/draft/2020-12/schema, 2019-09, draft-07, draft-06 or draft-04.";
    Fault::new(fault::UNKNOWN_DRAFT, pointer, Text::new(id, en))
}

/// Reports each way in which a schema breaks the meta-schema of its draft; returns how many.
pub fn meta_violations(schema: &Value, draft: Draft, at: &Pointer, findings: &mut Findings) -> usize {
    let validator = match draft {
        Draft::Draft4 => draft4::meta::validator(),
        Draft::Draft6 => draft6::meta::validator(),
        Draft::Draft7 => draft7::meta::validator(),
        Draft::Draft201909 => draft201909::meta::validator(),
        _ => draft202012::meta::validator(),
    };
    let mut count = 0;
    for error in validator.iter_errors(schema).take(MAX_VIOLATIONS) {
        let inner: Pointer = error.instance_path().as_str().parse().unwrap_or_default();
        let pointer = inner
            .segments()
            .fold(at.clone(), |pointer, segment| pointer.child(segment));
        findings.fault(Fault::new(
            fault::SCHEMA_INVALID,
            pointer,
            wording(&inner, &error),
        ));
        count += 1;
    }
    count
}

/// The sentence for one error; the choice of types is spelt out because it is got wrong most.
fn wording(at: &Pointer, error: &jsonschema::ValidationError<'_>) -> Text {
    if at.segments().last() == Some("type") {
        return Text::new(
            "\"type\" harus salah satu (atau larik) dari string, number, integer, boolean, object, array, null.",
            "\"type\" must be one (or an array) of string, number, integer, boolean, object, array, null.",
        );
    }
    let told = explain(error);
    Text::new(
        format!(
            "Skema tidak sah menurut draf yang dipakainya: {}",
            told.to(crate::types::Lang::Id)
        ),
        format!(
            "The schema is not valid by its own draft: {}",
            told.to(crate::types::Lang::En)
        ),
    )
}
