//! [`Refusal`]: why a move can't be made, in words.
//!
//! Not here: finding it (`judge`, `dates`). Invariant: each says what to do, in both languages.

use jiff::civil::Date;

use super::{Holder, State};
use crate::integration::procedure::Side;
use crate::types::{OpdCode, Text};

/// Why a move can't be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The integration is paused, cancelled or closed.
    State(State),
    /// It is not paused.
    NotPaused,
    /// The file is in another step.
    OtherStep {
        /// The step that was meant.
        asked: u8,
        /// The step where the file is.
        now: u8,
        /// The round in which it is.
        round: u32,
    },
    /// Something must be repaired first.
    Repair,
    /// Nothing waits to be repaired.
    NothingToRepair,
    /// Whoever acts has done their part.
    Twice,
    /// Others come first.
    NotYet(Vec<Holder>),
    /// It is not theirs to do; whose it is.
    NotYours(Vec<Holder>),
    /// No agency takes part in a way that the step needs.
    Nobody(Vec<Side>),
    /// The step has no such outcome; which it has.
    Outcome(Vec<String>),
    /// The step asks nobody for an opinion.
    NoOpinions,
    /// These agencies can't go: their part is still to come.
    OpenPart(Vec<OpdCode>),
    /// The file was never in the step and the round that were meant; where it is.
    NotYetThere(u8, u32),
    /// What it is about stays, once this step was left.
    Tied(u8),
    /// What is entered runs: its last step is not behind it.
    Ended,
    /// A reason is needed.
    Reason,
    /// A reason is needed because these agencies think otherwise, or said nothing.
    Dissent(Vec<String>),
    /// It lies in the future.
    Future(Date),
    /// It lies before what it follows.
    BeforeLast(Date),
    /// It lies back so many working days, so that a reason is needed.
    Backdated(u32),
}

impl Refusal {
    /// Whether what was sent is to be completed, rather than that it does not fit where the file is.
    pub fn is_malformed(&self) -> bool {
        matches!(
            self,
            Refusal::Outcome(_)
                | Refusal::Ended
                | Refusal::Reason
                | Refusal::Dissent(_)
                | Refusal::Future(_)
                | Refusal::BeforeLast(_)
                | Refusal::Backdated(_)
        )
    }

    /// What to do.
    pub fn text(&self) -> Text {
        match self {
            Refusal::State(state) => over(*state),
            Refusal::NotPaused => Text::new(
                "Integrasi ini tidak sedang ditangguhkan.",
                "This integration is not paused.",
            ),
            Refusal::OtherStep { asked, now, round } => Text::new(
                format!(
                    "Berkas tidak di Tahap {asked}, tetapi di Tahap {now} (putaran {round}). Muat ulang integrasi ini."
                ),
                format!(
                    "The file is not in step {asked} but in step {now} (round {round}). Load this integration again."
                ),
            ),
            Refusal::Repair => Text::new(
                "Tahap ini menunggu perbaikan dan unit tes baru (repair) sebelum diperiksa lagi.",
                "This step waits for a repair and a new unit test (repair) before it is checked again.",
            ),
            Refusal::NothingToRepair => Text::new(
                "Tidak ada yang menunggu perbaikan di tahap ini.",
                "Nothing waits to be repaired in this step.",
            ),
            Refusal::Twice => Text::new(
                "Bagian ini sudah diselesaikan; tidak perlu diselesaikan lagi.",
                "This part is done already; it need not be done again.",
            ),
            Refusal::NotYet(holders) => named(
                "Belum giliran. Lebih dahulu",
                "It is not the turn. First comes",
                holders,
            ),
            Refusal::NotYours(holders) => named("Tahap ini diselesaikan oleh", "This is done by", holders),
            Refusal::Nobody(sides) => nobody(sides),
            Refusal::Outcome(known) => Text::new(
                format!("outcome harus salah satu dari: {}.", known.join(", ")),
                format!("outcome must be one of: {}.", known.join(", ")),
            ),
            Refusal::NoOpinions => Text::new(
                "Tahap ini tidak meminta pendapat OPD.",
                "This step asks no agency for its opinion.",
            ),
            Refusal::NotYetThere(now, round) => not_yet_there(*now, *round),
            Refusal::Tied(step) => tied(*step),
            Refusal::OpenPart(opds) => open_part(opds),
            Refusal::Ended => ended(),
            Refusal::Reason => Text::new("Sebutkan alasannya (reason).", "Say why (reason)."),
            Refusal::Dissent(opds) => dissent(opds),
            Refusal::Future(today) => happened(
                format!("tidak boleh setelah hari ini, {today}"),
                format!("can't be after today, {today}"),
            ),
            Refusal::BeforeLast(last) => happened(
                format!("tidak boleh sebelum langkah yang mendahuluinya, {last}"),
                format!("can't be before the move that it follows, {last}"),
            ),
            Refusal::Backdated(days) => happened(
                format!("lebih dari {days} hari kerja yang lalu; sebutkan alasannya (reason)"),
                format!("lies back more than {days} working days; say why (reason)"),
            ),
        }
    }
}

/// What is wrong with the day on which something happened.
fn happened(id: String, en: String) -> Text {
    Text::new(
        format!("Tanggal kejadian (on) {id}."),
        format!("The day on which it happened (on) {en}."),
    )
}

fn ended() -> Text {
    Text::new(
        "Yang dicatat kemudian adalah integrasi yang masih berjalan: tahap terakhirnya belum selesai.",
        "What is entered later still runs: its last step is not behind it.",
    )
}

fn not_yet_there(now: u8, round: u32) -> Text {
    Text::new(
        format!("Berkas belum pernah sampai ke tahap dan putaran itu; kini di Tahap {now}, putaran {round}."),
        format!("The file was never in that step and round; it is in step {now}, round {round}."),
    )
}

fn tied(step: u8) -> Text {
    Text::new(
        format!(
            "Kontrak data integrasi ini tidak berubah lagi sesudah Tahap {step}. Kembalikan berkasnya, atau buka integrasi baru."
        ),
        format!(
            "The contracts of this integration stay as they are after step {step}. Return the file, or open a new integration."
        ),
    )
}

fn open_part(opds: &[OpdCode]) -> Text {
    let opds: Vec<&str> = opds.iter().map(OpdCode::as_str).collect();
    let opds = opds.join(", ");
    Text::new(
        format!(
            "Bagian OPD berikut di tahap ini belum selesai: {opds}. Selesaikan dahulu, atau kembalikan berkasnya, sebelum OPD itu dikeluarkan."
        ),
        format!(
            "The part of these OPDs in this step is still to come: {opds}. Before they go, it is done or the file returned."
        ),
    )
}

fn dissent(opds: &[String]) -> Text {
    let opds = opds.join(", ");
    Text::new(
        format!("OPD berikut tidak menyatakan sesuai: {opds}. Sebutkan alasan keputusan ini (reason)."),
        format!("These OPDs did not say that it fits: {opds}. Say why it is decided so (reason)."),
    )
}

fn over(state: State) -> Text {
    match state {
        State::Paused => Text::new(
            "Integrasi ini ditangguhkan. Lanjutkan dahulu (resume).",
            "This integration is paused. Resume it first.",
        ),
        State::Cancelled => Text::new(
            "Integrasi ini sudah dibatalkan. Buka integrasi baru.",
            "This integration was cancelled. Open a new one.",
        ),
        State::Closed => Text::new(
            "Integrasi ini sudah selesai dan tidak dibuka lagi. Buka integrasi baru yang melanjutkannya (predecessor).",
            "This integration is closed and never opens again. Open a new one that goes on from it (predecessor).",
        ),
        State::Running => Text::new("Integrasi ini sedang berjalan.", "This integration is running."),
    }
}

fn named(id: &str, en: &str, holders: &[Holder]) -> Text {
    let names: Vec<String> = holders.iter().map(Holder::to_string).collect();
    let names = names.join(", ");
    Text::new(format!("{id}: {names}."), format!("{en}: {names}."))
}

fn nobody(sides: &[Side]) -> Text {
    let words: Vec<&str> = sides.iter().map(|side| side.as_str()).collect();
    let words = words.join(", ");
    let titles: Vec<&str> = sides.iter().map(|side| side.title()).collect();
    let titles = titles.join(" atau ");
    Text::new(
        format!("Belum ada {titles}. Tambahkan dahulu (parties)."),
        format!("No OPD takes part as {words}. Add it first (parties)."),
    )
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.post.title())?;
        match &self.opd {
            Some(opd) => write!(f, " {opd}"),
            None => Ok(()),
        }
    }
}
