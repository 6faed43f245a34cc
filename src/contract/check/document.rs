//! What the meta-schema says about a document, and the rules that span several of its members.
//!
//! Not here: what needs the payload's schema (`pointers`, `examples`). Invariant: every rule looks at
//! the raw value, so that one wrong member never hides another.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Findings, grants};
use crate::contract::fault::{self, Fault};
use crate::contract::model::{Duration, contract_digest};
use crate::contract::names;
use crate::contract::read::Source;
use crate::contract::validator::Validator;
use crate::types::{Pointer, Text, Violation};

/// The names that members of a document can have, anywhere in it.
#[derive(Debug)]
pub struct MemberNames(BTreeSet<String>);

impl MemberNames {
    /// The names that a meta-schema declares.
    pub fn of(schema: &Value) -> Self {
        let mut names = BTreeSet::new();
        let mut waiting = vec![schema];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(members) => {
                    let declared = members.get("properties").and_then(Value::as_object);
                    names.extend(declared.into_iter().flat_map(|declared| declared.keys().cloned()));
                    waiting.extend(members.values());
                }
                Value::Array(items) => waiting.extend(items),
                _ => {}
            }
        }
        MemberNames(names)
    }
}

/// Judges the document by its meta-schema and by the rules between members.
pub fn check(source: &Source, meta: &Validator, names: &MemberNames, findings: &mut Findings) {
    let document = &source.document;
    for violation in meta.violations(document).list {
        findings.fault(translate(violation, source, names));
    }
    if !document.is_object() {
        return;
    }
    classification(document, findings);
    mode(document, findings);
    durations(document, findings);
    succession(document, findings);
    agreed(document, findings);
    grants::check(document, findings);
}

/// A violation of the meta-schema as a fault.
fn translate(violation: Violation, source: &Source, names: &MemberNames) -> Fault {
    let Violation {
        pointer,
        keyword,
        message,
        expected,
    } = violation;
    let wants_text = expected == "string" || (&*keyword == "const" && expected.is_string());
    let found = pointer.find(&source.document);
    match &*keyword {
        "required" => Fault::new(fault::MISSING_MEMBER, pointer, message),
        "additionalProperties" => {
            let name = pointer.segments().last().unwrap_or_default().to_owned();
            let message = match names::nearest(&name, names.0.iter().map(String::as_str)) {
                Some(meant) => Text::new(
                    format!("Kontrak tidak mengenal anggota \"{name}\"; apakah maksudnya \"{meant}\"?"),
                    format!("A contract has no member \"{name}\"; is \"{meant}\" meant?"),
                ),
                None => Text::new(
                    format!("Kontrak tidak mengenal anggota \"{name}\" di sini; hapus."),
                    format!("A contract has no member \"{name}\" here; remove it."),
                ),
            };
            Fault::new(fault::UNKNOWN_MEMBER, pointer, message)
        }
        _ if wants_text && found.is_some_and(|value| value.is_number() || value.is_boolean()) => {
            let shown = found.map(Value::to_string).unwrap_or_default();
            let message = Text::new(
                format!("Nilai ini harus berupa teks; beri tanda kutip, misalnya \"{shown}\"."),
                format!("This value must be text; put it in quotes, such as \"{shown}\"."),
            );
            Fault::new(fault::UNQUOTED, pointer, message)
        }
        "format" if expected == "date" || expected == "duration" => {
            Fault::new(fault::BAD_PERIOD, pointer, message)
        }
        _ => Fault::new(fault::BAD_VALUE, pointer, message),
    }
}

pub(super) fn at(path: &str) -> Pointer {
    path.split('/')
        .skip(1)
        .fold(Pointer::default(), |pointer, segment| pointer.child(segment))
}

/// What was signed is what the document says.
fn agreed(document: &Value, findings: &mut Findings) {
    let signed = document
        .pointer("/agreed/contract_digest")
        .and_then(Value::as_str);
    let digest = contract_digest(document).to_string();
    if let Some(signed) = signed.filter(|signed| *signed != digest) {
        findings.fault(Fault::new(
            fault::AGREED_DIFFERS,
            at("/agreed/contract_digest"),
            Text::new(
                format!(
                    "Yang ditandatangani ({signed}) bukan dokumen ini ({digest}). Daftarkan dokumen yang ditandatangani, atau sepakati dokumen ini."
                ),
                format!(
                    "What was signed ({signed}) is not this document ({digest}). Register the document that was signed, or have this one signed."
                ),
            ),
        ));
    }
}

fn classification(document: &Value, findings: &mut Findings) {
    let level = document.pointer("/classification/level").and_then(Value::as_str);
    let personal = document
        .get("personal_data")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    if level == Some("open") && personal {
        findings.fault(Fault::new(
            fault::OPEN_PERSONAL_DATA,
            at("/classification/level"),
            Text::new(
                "Dataset dengan data pribadi tidak boleh terbuka; pakai restricted atau confidential beserta alasannya, atau hapus personal_data.",
                "A dataset with personal data can't be open; use restricted or confidential with a reason, or remove personal_data.",
            ),
        ));
    }
    let reasoned = document.pointer("/classification/reason").is_some();
    if matches!(level, Some("restricted" | "confidential")) && !reasoned {
        findings.fault(Fault::new(
            fault::REASON_MISSING,
            at("/classification/reason"),
            Text::new(
                "Dataset yang tidak terbuka harus menyebutkan alasannya (UU 14/2008); tambahkan reason.",
                "A dataset that is not open must say why (UU 14/2008); add reason.",
            ),
        ));
    }
}

/// What each mode and kind needs, and what it excludes.
fn mode(document: &Value, findings: &mut Findings) {
    let live = document.get("mode").and_then(Value::as_str) == Some("live");
    let needed: &[&str] = if live { &["live"] } else { &["kind", "key"] };
    for name in needed.iter().filter(|name| document.get(**name).is_none()) {
        let (id, en) = if live {
            (
                "Kontrak dengan mode live wajib memuat live (penghubung dan jalur yang boleh dipanggil)."
                    .to_owned(),
                "A contract with mode live must have live (the connector and what may be called).".to_owned(),
            )
        } else {
            (
                format!("Kontrak yang disimpan wajib memuat {name}; hanya mode live yang boleh tanpa itu."),
                format!("A stored contract must have {name}; only mode live may leave it out."),
            )
        };
        findings.fault(Fault::new(
            fault::MISSING_MEMBER,
            at("").child(name),
            Text::new(id, en),
        ));
    }
    if !live && document.get("live").is_some() {
        findings.fault(Fault::new(
            fault::CONTRADICTION,
            at("/live"),
            Text::new(
                "live hanya berlaku pada mode live; hapus live atau tulis mode: live.",
                "live only makes sense with mode live; remove it or write mode: live.",
            ),
        ));
    }
    if document.get("kind").and_then(Value::as_str) == Some("transaction") && document.get("valid").is_some()
    {
        findings.fault(Fault::new(
            fault::CONTRADICTION,
            at("/valid"),
            Text::new(
                "Masa berlaku (valid) hanya ada pada data master; data transaksi tidak pernah berubah. Hapus valid.",
                "A period (valid) belongs to masters only; transactions never change. Remove valid.",
            ),
        ));
    }
    let same = |a: &str, b: &str| {
        document
            .pointer(a)
            .is_some_and(|value| Some(value) == document.pointer(b))
    };
    if same("/valid/from", "/valid/until") {
        findings.fault(Fault::new(
            fault::BAD_PERIOD,
            at("/valid/until"),
            Text::new(
                "from dan until menunjuk kolom yang sama; tunjuk kolom hari terakhir.",
                "from and until name the same field; name the field with the last day.",
            ),
        ));
    }
}

fn durations(document: &Value, findings: &mut Findings) {
    for path in [
        "/retention/history",
        "/retention/log",
        "/retention/rejections",
        "/live/cache",
    ] {
        let Some(text) = document.pointer(path).and_then(Value::as_str) else {
            continue;
        };
        if text.parse::<Duration>().is_err() && !findings.has(fault::BAD_PERIOD, &at(path)) {
            findings.fault(Fault::new(
                fault::BAD_PERIOD,
                at(path),
                Text::new(
                    "Lama waktu ditulis menurut ISO 8601 dan lebih dari nol, misalnya P5Y, P30D atau PT60S.",
                    "A length of time is written as in ISO 8601 and more than zero, such as P5Y, P30D or PT60S.",
                ),
            ));
        }
    }
}

fn succession(document: &Value, findings: &mut Findings) {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let major = text("version").and_then(|version| version.split('.').next());
    let (Some(opd), Some(dataset), Some(major)) = (text("opd"), text("dataset"), major) else {
        return;
    };
    if text("successor") == Some(format!("{opd}/{dataset}/v{major}").as_str()) {
        findings.fault(Fault::new(
            fault::OWN_SUCCESSOR,
            at("/successor"),
            Text::new(
                "Dataset ini menyebut dirinya sendiri sebagai pengganti; sebutkan dataset penggantinya.",
                "This dataset names itself as its successor; name the dataset that takes its place.",
            ),
        ));
    }
}
