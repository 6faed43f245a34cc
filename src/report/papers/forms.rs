//! The form of a step, to be filled in by hand, and Lembar Pengesahan.
//!
//! Invariant: a form says of its step what the procedure says, no more.

use super::{Dossier, about, footer, own_number, parties_sign, signs};
use crate::report::paper::{Block, Paper, Signature};

/// A step as its form shows it.
#[derive(Debug, Clone, Default)]
pub struct StepForm {
    /// Its number.
    pub number: u8,
    /// What it is called.
    pub title: String,
    /// What happens in it.
    pub what: String,
    /// Who acts.
    pub actors: Vec<String>,
    /// What it needs; whether that may be missing, and whether it is there.
    pub needs: Vec<(String, bool, bool)>,
    /// What it produces.
    pub outputs: Vec<String>,
    /// How it may end; nothing where it just ends.
    pub outcomes: Vec<String>,
    /// How long it takes, in words.
    pub duration: String,
}

/// The form of a step.
pub fn step_form(dossier: &Dossier, step: &StepForm) -> Paper {
    let mut paper = Paper::of(&dossier.house, format!("Formulir Tahap {}", step.number));
    paper.footer = footer(dossier);
    paper.subtitle.push(step.title.clone());
    about(&mut paper, dossier);
    paper.text(step.what.clone());
    paper.facts([
        ("Pelaksana", Some(step.actors.join(", "))),
        ("Waktu", Some(step.duration.clone())),
        ("Putaran", None),
        ("Tanggal mulai", None),
        ("Tanggal selesai", None),
    ]);
    paper.heading("Kelengkapan");
    let needs = step.needs.iter().map(|(title, optional, there)| {
        let title = match optional {
            true => format!("{title} (bila ada)"),
            false => title.clone(),
        };
        (title, *there)
    });
    paper.blocks.push(Block::Boxes(needs.collect()));
    if !step.outputs.is_empty() {
        paper.heading("Output");
        let outputs = step.outputs.iter().map(|title| (title.clone(), false));
        paper.blocks.push(Block::Boxes(outputs.collect()));
    }
    if !step.outcomes.is_empty() {
        paper.heading("Hasil");
        let outcomes = step.outcomes.iter().map(|title| (title.clone(), false));
        paper.blocks.push(Block::Boxes(outcomes.collect()));
    }
    paper.heading("Catatan");
    paper.blocks.push(Block::Lines(6));
    let signatures = step.actors.iter().map(|actor| Signature {
        as_what: actor.clone(),
        ..Signature::default()
    });
    paper.signatures.extend(signatures);
    paper
}

/// Lembar Pengesahan: who stands behind the documents of the integration.
pub(super) fn endorsement(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    paper.text(
        "Dokumen yang sidiknya tercantum di bawah setiap halaman ini telah diperiksa dan disahkan oleh para pihak sebagai \
         dasar integrasi dan pertukaran data sistem informasi.",
    );
    let facts = dossier.contracts.iter().map(|one| {
        let name = format!("{} versi {}", one.contract.dataset_id(), one.contract.version);
        (name, Some(one.digest.to_string()))
    });
    paper.blocks.push(Block::Facts(facts.collect()));
    paper.signatures.extend(parties_sign(dossier));
    let officials = &dossier.officials;
    paper.signatures.push(signs(
        "Diperiksa",
        "Pejabat Pengawas",
        officials.supervisor.as_ref(),
    ));
    paper.signatures.push(signs(
        "Disahkan",
        "Pejabat Administrator",
        officials.administrator.as_ref(),
    ));
}
