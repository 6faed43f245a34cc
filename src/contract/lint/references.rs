//! References that lead out of the schema or nowhere, and identifiers that are taken.
//!
//! Not here: references that lead back (`loops`). Invariant: embedded resources, anchors and
//! references to the official meta-schemas are fine.

use jsonschema::Draft;

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Library, Links, Target};
use crate::types::{Pointer, Text};

/// Reports what is wrong with references and identifiers.
pub fn lint(library: &Library<'_>, links: &Links<'_>, findings: &mut Findings) {
    let schema = Pointer::default().child("schema");
    if let Some(reason) = library.broken() {
        let shown: String = reason.chars().take(300).collect();
        let id = format!(
            "Pengenal atau rujukan dalam skema tidak dapat dibaca: {shown}. Periksa $id, $anchor dan $ref."
        );
        let en = format!(
            "The identifiers or references of the schema can't be read: {shown}. Check $id, $anchor and $ref."
        );
        findings.fault(Fault::new(
            fault::REFERENCE_UNRESOLVED,
            schema.clone(),
            Text::new(id, en),
        ));
    }
    for link in &links.all {
        let pointer = || schema.join(&link.pointer).child(link.keyword);
        let shown: String = link.reference.chars().take(200).collect();
        match link.target {
            Target::Inside(_) | Target::MetaSchema => {}
            Target::Outside => {
                let id = format!(
                    "\"{shown}\" menunjuk ke dokumen lain, yang tidak akan diambil; salin bagian itu ke $defs skema ini."
                );
                let en = format!(
                    "\"{shown}\" leads to another document, which is never fetched; copy that part into the $defs of this schema."
                );
                findings.fault(Fault::new(fault::REFERENCE_OUTSIDE, pointer(), Text::new(id, en)));
            }
            Target::Nowhere => {
                let id = format!(
                    "\"{shown}\" tidak menunjuk ke bagian mana pun dari skema ini; perbaiki rujukannya atau tambahkan bagian itu."
                );
                let en = format!(
                    "\"{shown}\" leads to no part of this schema; correct the reference or add that part."
                );
                findings.fault(Fault::new(
                    fault::REFERENCE_UNRESOLVED,
                    pointer(),
                    Text::new(id, en),
                ));
            }
        }
    }
    identifiers(links, findings, &schema);
}

fn identifiers(links: &Links<'_>, findings: &mut Findings, schema: &Pointer) {
    for (name, places) in &links.identifiers {
        let shown: String = name.chars().take(200).collect();
        if is_official(name) {
            for place in places {
                let id = format!("\"{shown}\" adalah milik meta-skema resmi; beri skema ini $id sendiri.");
                let en = format!(
                    "\"{shown}\" belongs to an official meta-schema; give this schema an $id of its own."
                );
                findings.fault(Fault::new(fault::ID_TAKEN, schema.join(place), Text::new(id, en)));
            }
        }
        for place in places.iter().skip(1) {
            let id = format!("Pengenal \"{shown}\" dipakai dua kali dalam skema ini; ganti salah satunya.");
            let en = format!("The identifier \"{shown}\" is used twice in this schema; change one of them.");
            findings.fault(Fault::new(fault::ID_TWICE, schema.join(place), Text::new(id, en)));
        }
    }
}

/// Whether an absolute identifier names an official meta-schema or one of its vocabularies.
fn is_official(name: &str) -> bool {
    let path = name
        .strip_prefix("https://json-schema.org/")
        .or_else(|| name.strip_prefix("http://json-schema.org/"));
    let known = Draft::from_schema_uri(name) != Draft::Unknown;
    known
        || path.is_some_and(|path| {
            path.starts_with("draft/2020-12/meta/") || path.starts_with("draft/2019-09/meta/")
        })
}
