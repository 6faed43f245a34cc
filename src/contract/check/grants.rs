//! The rules for grants.
//!
//! Not here: whether their fields exist (`pointers`). Invariant: whoever may pull a record can see
//! its key.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Findings;
use super::document::at;
use crate::contract::fault::{self, Fault};
use crate::types::{Pointer, Text};

/// Judges the grants of a document.
pub fn check(document: &Value, findings: &mut Findings) {
    let keys: Vec<Pointer> = pointers(document.get("key"));
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let grants = document
        .get("grants")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for (index, grant) in grants.enumerate() {
        let here = at("/grants").child(&index.to_string());
        if let Some(opd) = grant.get("opd").and_then(Value::as_str) {
            if let Some(earlier) = first.get(opd) {
                let id = format!("{opd} sudah diberi hak pada /grants/{earlier}; gabungkan keduanya.");
                let en = format!("{opd} already has the grant /grants/{earlier}; make one of the two.");
                findings.fault(Fault::new(
                    fault::GRANT_TWICE,
                    here.child("opd"),
                    Text::new(id, en),
                ));
            } else {
                first.insert(opd, index);
            }
        }
        fields(grant, &here, &keys, findings);
    }
}

/// The rules for a grant that is limited to some fields.
fn fields(grant: &Value, here: &Pointer, keys: &[Pointer], findings: &mut Findings) {
    if grant.get("fields").is_none() {
        return;
    }
    let may = |right: &str| {
        grant
            .get("may")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|granted| granted == right)
    };
    if may("live") {
        findings.fault(Fault::new(
            fault::GRANT_FIELDS_LIVE,
            here.child("fields"),
            Text::new(
                "Panggilan langsung tidak dapat dibatasi per kolom; hapus fields, atau pisahkan ke kontrak tersimpan.",
                "Live calls can't be limited to fields; remove fields, or use a stored contract.",
            ),
        ));
    }
    let granted = pointers(grant.get("fields"));
    let hidden = keys
        .iter()
        .filter(|key| !granted.iter().any(|field| key.lies_within(field)));
    if may("pull") {
        for key in hidden {
            let id = format!("Hak ini menyembunyikan pengenal {key}; tambahkan {key} ke fields.");
            let en = format!("This grant hides the key field {key}; add {key} to fields.");
            findings.fault(Fault::new(
                fault::GRANT_HIDES_KEY,
                here.child("fields"),
                Text::new(id, en),
            ));
        }
    }
}

/// The pointers of a list; what is none is left to the meta-schema.
fn pointers(list: Option<&Value>) -> Vec<Pointer> {
    let texts = list
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    texts.filter_map(|text| text.parse().ok()).collect()
}
