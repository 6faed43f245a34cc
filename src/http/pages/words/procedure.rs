//! What the words of the procedure are called on pages.
//!
//! Titles of steps and documents are those of the procedure itself, which is data. Invariant: a word that is not known
//! here is shown as it is written, so that nothing is hidden.

use crate::http::pages::say::Say;
use crate::http::pages::shell::Shell;
use crate::integration::procedure::{Actor, Duration, Each, Post, Unit};
use crate::report::ReportState;

/// Finds a word's name in a page's language.
fn named<'w>(say: Say, word: &'w str, names: &[(&str, &'static str, &'static str)]) -> &'w str {
    let known = names.iter().find(|(known, ..)| *known == word);
    known.map_or(word, |(_, id, en)| say.it(id, en))
}

impl Shell {
    /// How an integration is.
    pub(in crate::http::pages) fn file_state<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                ("running", "Berjalan", "Running"),
                ("paused", "Ditangguhkan", "Paused"),
                ("cancelled", "Dibatalkan", "Cancelled"),
                ("closed", "Selesai", "Closed"),
            ],
        )
    }

    /// As what an agency takes part.
    pub(in crate::http::pages) fn side<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                ("asker", "OPD pemohon", "Asks for it"),
                ("provider", "OPD penyedia", "Provider"),
                ("recipient", "OPD penerima", "Recipient"),
            ],
        )
    }

    /// Who acts.
    pub(in crate::http::pages) fn post<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                ("opd", "OPD", "OPD"),
                ("technical-team", "Tim Teknis", "Technical team"),
                ("supervisor", "Pejabat Pengawas", "Supervisor"),
                ("administrator", "Pejabat Administrator", "Head of division"),
                ("steward", "Walidata", "Data steward"),
            ],
        )
    }

    /// What was done.
    pub(in crate::http::pages) fn act<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                ("opened", "Permohonan diterima", "The request was received"),
                ("completed", "Menyelesaikan bagiannya", "Did their part"),
                ("opinion", "Memberi pendapat", "Said what they think"),
                (
                    "repaired",
                    "Diperbaiki dan diuji lagi",
                    "Repaired and tested again",
                ),
                ("paused", "Ditangguhkan", "Paused"),
                ("resumed", "Dilanjutkan", "Resumed"),
                ("cancelled", "Dibatalkan", "Cancelled"),
            ],
        )
    }

    /// How a step ended, or what somebody thinks; `title` is the procedure's own word, where it has one.
    pub(in crate::http::pages) fn step_outcome<'w>(&self, word: &'w str, title: Option<&'w str>) -> &'w str {
        let known = named(
            self.say,
            word,
            &[
                ("done", "Selesai", "Done"),
                ("agreed", "Sepakat", "Agreed"),
                ("returned", "Dikembalikan", "Returned"),
                ("valid", "Valid", "Valid"),
                ("valid-with-notes", "Valid dengan catatan", "Valid, with notes"),
                ("not-valid", "Tidak valid", "Not valid"),
                ("fits", "Sesuai", "Fits"),
                ("does-not-fit", "Tidak sesuai", "Does not fit"),
            ],
        );
        match title {
            Some(title) if known == word => title,
            _ => known,
        }
    }

    /// What a step is tied to in the hub itself.
    pub(in crate::http::pages) fn tie<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                (
                    "contract-agreed",
                    "Kontrak data disepakati",
                    "The contract is agreed",
                ),
                (
                    "contract-published",
                    "Kontrak data diterbitkan",
                    "The contract is published",
                ),
                ("data-stored", "Data tersimpan", "Data is stored"),
                ("unit-test-passed", "Unit tes lulus", "The unit test passed"),
                (
                    "contract-served",
                    "Kontrak data masih dilayani",
                    "The contract is still served",
                ),
                (
                    "contract-retired",
                    "Kontrak data dihentikan",
                    "The contract is retired",
                ),
            ],
        )
    }

    /// How far a report is.
    pub(in crate::http::pages) fn report_state(&self, state: ReportState) -> &'static str {
        match state {
            ReportState::Draft => self.it("Draf", "Draft"),
            ReportState::Checked => self.it("Diperiksa", "Checked"),
            ReportState::Signed => self.it("Disahkan", "Signed"),
        }
    }

    /// In which manner somebody holds an office, before its name.
    pub(in crate::http::pages) fn capacity(&self, word: &str) -> &'static str {
        match word {
            "plt" => "Plt. ",
            "plh" => "Plh. ",
            _ => "",
        }
    }

    /// What a kind of report is called.
    pub(in crate::http::pages) fn report_kind<'w>(&self, word: &'w str) -> &'w str {
        named(
            self.say,
            word,
            &[
                ("validation", "Laporan Hasil Validasi", "Validation report"),
                (
                    "integration",
                    "Laporan Hasil Integrasi Aplikasi",
                    "Integration report",
                ),
                ("exchanges", "Rekap Pertukaran Bulanan", "Monthly exchange recap"),
            ],
        )
    }

    /// Whether the person is in one of these posts today.
    pub(in crate::http::pages) fn holds(&self, posts: &[Post]) -> bool {
        let mut roles = self.person.iter().flat_map(|person| &person.roles);
        roles.any(|role| posts.iter().any(|post| post.as_str() == role.as_str()))
    }

    /// How long something takes.
    pub(in crate::http::pages) fn duration(&self, duration: Duration) -> String {
        let unit = match duration.unit {
            Unit::Day => self.it("hari kerja", "working days"),
            Unit::Month => self.it("bulan", "months"),
        };
        let (from, to) = (duration.from, duration.to);
        match from == to {
            true => format!("{to} {unit}"),
            false => format!("{from}\u{2013}{to} {unit}"),
        }
    }

    /// Who acts in a step.
    pub(in crate::http::pages) fn actor(&self, actor: &Actor) -> String {
        if actor.party.is_empty() {
            return self.post(actor.post.as_str()).to_owned();
        }
        let sides: Vec<&str> = actor.party.iter().map(|side| self.side(side.as_str())).collect();
        let sides = sides.join(", ");
        match actor.each {
            Each::All => format!("{} {sides}", self.it("setiap", "each:")),
            Each::Any => sides,
        }
    }
}
