//! What a Laporan Hasil Integrasi Aplikasi says.
//!
//! Invariant: plan and fact stand beside each other, round by round.

use jiff::civil::Date;

use super::data::optional;
use super::{IntegrationFigures, Span};
use crate::report::paper::{Conclusion, Paper, Value, date, number};

impl IntegrationFigures {
    /// Puts them on a paper.
    pub(in crate::report) fn fill(&self, paper: &mut Paper) {
        paper.subtitle.push(format!("Integrasi Nomor {}", self.number));
        paper.footer = format!("Integrasi {}", self.number);
        paper.as_of = Some(self.as_of);
        paper.conclusion = Some(self.conclusion());
        self.about(paper);
        self.letters(paper);
        self.times(paper);
        self.documents(paper);
        for contract in &self.contracts {
            contract.fill(paper);
        }
        paper.heading("Kendala");
        match self.obstacles.is_empty() {
            true => paper.text("Tidak ada kendala yang dicatat."),
            false => paper.items(self.obstacles.iter().cloned()),
        }
        self.upkeep(paper);
    }

    fn conclusion(&self) -> Conclusion {
        let datasets = self.contracts.len();
        let rounds = self.rounds.len();
        let time = match (self.whole.until, self.whole.late) {
            (None, false) => "masih dalam batas waktu",
            (None, true) => "lewat batas waktu",
            (Some(_), false) => "selesai dalam batas waktu",
            (Some(_), true) => "selesai lewat batas waktu",
        };
        Conclusion {
            sentence: format!(
                "Integrasi {} mencakup {datasets} dataset, ditempuh dalam {rounds} putaran, dan {time}.",
                self.number
            ),
            figure: number(&self.whole.working_days.to_string()),
            counted: "hari kerja sejak permohonan diterima".to_owned(),
        }
    }

    fn about(&self, paper: &mut Paper) {
        let decree = self.decree.as_ref().map(|decree| {
            let title = decree
                .title
                .as_ref()
                .map_or_else(String::new, |title| format!(" tentang {title}"));
            format!("Nomor {} tanggal {}{title}", decree.number, date(decree.on))
        });
        paper.facts([
            ("Perihal", Some(self.subject.clone())),
            ("Jenis", Some(self.variant.clone())),
            ("Permohonan diterima", Some(date(self.received_on))),
            ("Surat Keputusan Tim Teknis", decree),
        ]);
        let parties = self.parties.iter().map(|party| {
            let side = match party.side.as_str() {
                "asker" => "OPD pemohon",
                "provider" => "OPD penyedia",
                "recipient" => "OPD penerima",
                other => other,
            };
            vec![
                Value::text(side),
                Value::text(&party.code),
                Value::text(&party.name),
            ]
        });
        let columns = [("Sebagai", 4), ("Kode", 3), ("OPD", 8)];
        paper.table("Para pihak", &columns, parties.collect());
        let people = self.responsible.iter().map(|person| {
            vec![
                Value::text(&person.name),
                optional(person.nip.as_deref()),
                optional(person.office.as_deref()),
                optional(person.opd.as_deref()),
                Value::text(&person.duty),
                optional(person.contact.as_deref()),
            ]
        });
        let people: Vec<Vec<Value>> = people.collect();
        if !people.is_empty() {
            let columns = [
                ("Nama", 4),
                ("NIP", 4),
                ("Jabatan", 4),
                ("OPD", 2),
                ("Tugas", 4),
                ("Kontak", 4),
            ];
            paper.table("Penanggung jawab", &columns, people);
        }
    }

    fn letters(&self, paper: &mut Paper) {
        paper.heading("Surat dan disposisi");
        let letters = self.letters.iter().map(|letter| {
            vec![
                Value::text(&letter.number),
                day(Some(letter.dated)),
                Value::text(&letter.origin),
                Value::text(&letter.subject),
                optional(letter.agenda_number.as_deref()),
                day(Some(letter.received_on)),
            ]
        });
        let columns = [
            ("Nomor", 4),
            ("Tanggal", 3),
            ("Asal", 4),
            ("Perihal", 5),
            ("Nomor agenda", 3),
            ("Diterima", 3),
        ];
        paper.table("Surat masuk", &columns, letters.collect());
        let dispositions = self.letters.iter().flat_map(|letter| {
            letter.dispositions.iter().map(|one| {
                vec![
                    Value::text(&letter.number),
                    Value::text(&one.from),
                    Value::text(&one.to),
                    day(Some(one.dated)),
                    Value::text(&one.instruction),
                    day(one.due),
                ]
            })
        });
        let columns = [
            ("Surat", 4),
            ("Dari", 4),
            ("Kepada", 4),
            ("Tanggal", 3),
            ("Isi disposisi", 6),
            ("Batas waktu", 3),
        ];
        paper.table("Disposisi", &columns, dispositions.collect());
    }

    fn times(&self, paper: &mut Paper) {
        paper.heading("Rencana dan pelaksanaan");
        let steps = self.steps.iter().map(|step| {
            vec![
                Value::Number(step.round.to_string()),
                Value::text(format!("Tahap {} {}", step.step, step.title)),
                day(Some(step.entered_on)),
                day(step.due),
                day(step.left_on),
                Value::Number(step.working_days.to_string()),
                Value::text(late(step.late)),
                optional(step.outcome.as_deref().map(outcome)),
            ]
        });
        let columns = [
            ("Putaran", 2),
            ("Tahap", 6),
            ("Mulai", 3),
            ("Batas waktu", 3),
            ("Selesai", 3),
            ("Hari kerja", 2),
            ("Ketepatan", 3),
            ("Hasil", 3),
        ];
        paper.table("Tahap", &columns, steps.collect());
        let span = |name: String, span: &Span| {
            vec![
                Value::text(name),
                day(Some(span.from)),
                day(Some(span.due)),
                day(span.until),
                Value::Number(span.working_days.to_string()),
                Value::text(late(span.late)),
            ]
        };
        let rounds = self
            .rounds
            .iter()
            .zip(1..)
            .map(|(round, number)| span(format!("Putaran {number}"), round));
        let rows = rounds
            .chain([span("Keseluruhan".to_owned(), &self.whole)])
            .collect();
        let columns = [
            ("Putaran", 4),
            ("Mulai", 3),
            ("Batas waktu", 3),
            ("Selesai", 3),
            ("Hari kerja", 2),
            ("Ketepatan", 3),
        ];
        paper.table("Putaran", &columns, rows);
    }

    fn documents(&self, paper: &mut Paper) {
        paper.heading("Dokumen");
        let rows = self.documents.iter().map(|document| {
            let step = match (document.step, document.round) {
                (Some(step), Some(round)) => format!("{step} (putaran {round})"),
                (Some(step), None) => step.to_string(),
                _ => String::new(),
            };
            vec![
                Value::Number(document.id.to_string()),
                Value::text(format!(
                    "{} versi {}: {}",
                    document.title, document.version, document.name
                )),
                Value::text(step),
                Value::text(&document.sha256),
                Value::text(document.signers.join("; ")),
                optional(document.place.as_deref()),
            ]
        });
        let columns = [
            ("No.", 1),
            ("Dokumen", 6),
            ("Tahap", 2),
            ("Sidik berkas (SHA-256)", 6),
            ("Penanda tangan", 4),
            ("Tempat berkas kertas", 4),
        ];
        paper.table("Dokumen", &columns, rows.collect());
    }

    fn upkeep(&self, paper: &mut Paper) {
        paper.heading("Pemeliharaan");
        paper.facts([("Peninjauan berikutnya", self.upkeep.next_review.map(date))]);
        let schedules = self.contracts.iter().map(|contract| {
            let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "tidak disepakati".to_owned());
            format!(
                "{}: pemutakhiran {}; narahubung {}",
                contract.dataset,
                known(&contract.update),
                known(&contract.contact)
            )
        });
        paper.items(schedules.chain(self.upkeep.tasks.iter().cloned()));
    }
}

fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Empty, |day| Value::text(date(day)))
}

fn late(late: bool) -> &'static str {
    if late { "Lewat batas waktu" } else { "Tepat waktu" }
}

/// What an outcome is called on papers.
fn outcome(code: &str) -> &str {
    match code {
        "done" => "Selesai",
        "agreed" => "Sepakat",
        "returned" => "Dikembalikan",
        "valid" => "Valid",
        "valid-with-notes" => "Valid dengan catatan",
        "not-valid" => "Tidak valid",
        "fits" => "Sesuai",
        "does-not-fit" => "Tidak sesuai",
        other => other,
    }
}
