//! The report of a [`Conformity`] as JSON, and its sentences.
//!
//! Not here: what is needed. Invariant: member names are English and fixed; only messages are in the
//! language asked for.

use serde_json::{Value, json};

use super::{Conformity, FieldConformity, MEMBERS, Member};
use crate::types::{Lang, Pointer, Text};

impl Conformity {
    /// The report, its sentences in one language. A share is null where nothing is needed.
    pub fn to_json(&self, lang: Lang) -> Value {
        let counted = |members: &[Member]| {
            let (needed, present) = self.counted(members);
            json!({"needed": needed, "present": present, "share": share(needed, present)})
        };
        let metadata = self.metadata.iter().map(|(member, present)| {
            let message = (!present).then(|| metadata_gap(member).to(lang).to_owned());
            json!({"member": member, "present": present, "message": message})
        });
        let unknown = self
            .unknown
            .iter()
            .map(|pointer| json!({"pointer": pointer, "message": undeclared(pointer).to(lang)}));
        let complete = self
            .fields
            .iter()
            .filter(|field| field.missing().next().is_none());
        json!({
            "dataset": self.dataset, "version": self.version, "conforms": self.conforms(),
            "metadata": metadata.collect::<Vec<_>>(),
            "fields": self.fields.iter().map(|field| field.to_json(lang)).collect::<Vec<_>>(),
            "fields_cut": self.cut,
            "unknown": unknown.collect::<Vec<_>>(),
            "counts": {
                "fields": self.fields.len(), "conforming": complete.count(), "unknown": self.unknown.len(),
                "all": counted(&MEMBERS),
                "concept": counted(&[Member::Concept]),
                "definition": counted(&[Member::Definition]),
                "classification": counted(&[Member::Classification]),
                "measure": counted(&[Member::Measure]),
                "unit": counted(&[Member::Unit]),
            },
        })
    }
}

impl FieldConformity {
    fn to_json(&self, lang: Lang) -> Value {
        let names = |members: &[Member]| -> Vec<&str> { members.iter().map(|one| one.as_str()).collect() };
        let gaps: Vec<Value> = self
            .missing()
            .map(|member| json!({"member": member.as_str(), "message": member.gap().to(lang)}))
            .collect();
        json!({
            "pointer": self.pointer, "conforms": gaps.is_empty(),
            "needed": names(&self.needed), "present": names(&self.present), "gaps": gaps,
        })
    }
}

impl Member {
    /// What to do where it is missing.
    pub fn gap(self) -> Text {
        match self {
            Member::Concept => Text::new(
                "Konsep (concept) belum diisi: sebutkan gagasan di balik data ini.",
                "The concept is missing: say which idea lies behind this field.",
            ),
            Member::Definition => Text::new(
                "Definisi (definition) belum diisi: jelaskan apa yang membatasi dan membedakannya.",
                "The definition is missing: say what limits it and sets it apart.",
            ),
            Member::Classification => Text::new(
                "Klasifikasi (classification) belum diisi: nilainya berasal dari daftar; sebutkan daftar atau golongannya.",
                "The classification is missing: its values come from a list; name the list or the groups.",
            ),
            Member::Measure => Text::new(
                "Ukuran (measure) belum diisi: nilainya bilangan; sebutkan apa yang diukur.",
                "The measure is missing: its values are numbers; say what is measured.",
            ),
            Member::Unit => Text::new(
                "Satuan (unit) belum diisi: nilainya bilangan; sebutkan satuannya.",
                "The unit is missing: its values are numbers; say in which unit.",
            ),
        }
    }
}

/// The sentence for a missing member of the dataset.
fn metadata_gap(member: &str) -> Text {
    match member {
        "title" => Text::new("Judul dataset belum diisi.", "The dataset has no title."),
        "description" => Text::new(
            "Uraian (description) dataset belum diisi.",
            "The dataset has no description.",
        ),
        "contact" => Text::new(
            "Narahubung (contact) dataset belum disebut.",
            "The dataset names no contact.",
        ),
        _ => Text::new(
            "Jadwal pemutakhiran (update) belum disepakati.",
            "No frequency of updates (update) is agreed.",
        ),
    }
}

fn undeclared(pointer: &Pointer) -> Text {
    Text::new(
        format!(
            "Skema tidak mendeklarasikan kolom {pointer}; perbaiki penunjuknya atau tambahkan kolom itu ke skema."
        ),
        format!(
            "The schema does not declare the field {pointer}; correct the pointer or add the field to the schema."
        ),
    )
}

/// From 0 to 1, four places, never rounded up to 1.
fn share(needed: u32, present: u32) -> Option<f64> {
    let parts = (u64::from(present) * 10_000).checked_div(u64::from(needed))?;
    u32::try_from(parts).ok().map(|parts| f64::from(parts) / 10_000.0)
}
