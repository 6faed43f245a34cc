//! What a Laporan Hasil Validasi says.
//!
//! Invariant: what is not known is said to be so, never left out as if it were good.

use super::{Control, DatasetFigures, Flow, ValidationFigures};
use crate::report::paper::{Conclusion, House, Paper, Value, number, percent};

/// The most columns, reasons or codes that are shown in one cell or sentence.
const SHOWN: usize = 10;

impl ValidationFigures {
    /// Puts them on a paper.
    pub(in crate::report) fn fill(&self, paper: &mut Paper) {
        paper.subtitle.push(format!("Integrasi Nomor {}", self.number));
        paper.footer = format!("Integrasi {}", self.number);
        paper.as_of = Some(self.as_of);
        paper.conclusion = Some(self.conclusion());
        let of = |side: &str| {
            let names: Vec<&str> = self
                .parties
                .iter()
                .filter(|party| party.side == side)
                .map(|party| party.name.as_str())
                .collect();
            (!names.is_empty()).then(|| names.join("; "))
        };
        paper.facts([
            ("Perihal", Some(self.subject.clone())),
            ("OPD pemohon", of("asker")),
            ("OPD penyedia", of("provider")),
            ("OPD penerima", of("recipient")),
            (
                "Kiriman dihitung sejak",
                Some(
                    self.from
                        .map_or("awal".to_owned(), |from| paper.house.moment(from)),
                ),
            ),
        ]);
        self.flows(paper);
        for dataset in &self.datasets {
            dataset.fill(paper);
        }
        if !self.notes.is_empty() {
            paper.heading("Catatan");
            paper.items(self.notes.iter().cloned());
        }
    }

    fn conclusion(&self) -> Conclusion {
        let differing: usize = self.datasets.iter().map(DatasetFigures::differing).sum();
        let compared = self
            .datasets
            .iter()
            .flat_map(|dataset| &dataset.controls)
            .filter(|control| control.agrees.is_some())
            .count();
        let open: u64 = self.datasets.iter().map(|dataset| dataset.flow.open).sum();
        let records: u64 = self.datasets.iter().map(|dataset| dataset.records).sum();
        let open = number(&open.to_string());
        let sentence = match (compared, differing) {
            (0, _) => format!("OPD belum memberikan angka kontrol; {open} data ditolak belum diperbaiki."),
            (compared, 0) => format!(
                "Seluruh {compared} angka kontrol OPD sama dengan angka pusat pertukaran data; {open} data ditolak belum diperbaiki."
            ),
            (compared, differing) => format!(
                "{differing} dari {compared} angka kontrol OPD berbeda dari angka pusat pertukaran data; {open} data ditolak belum diperbaiki."
            ),
        };
        Conclusion {
            sentence,
            figure: number(&records.to_string()),
            counted: "rekaman tersimpan".to_owned(),
        }
    }

    fn flows(&self, paper: &mut Paper) {
        let row = |dataset: &DatasetFigures| {
            let flow = &dataset.flow;
            let mut row = vec![Value::text(&dataset.dataset)];
            row.extend(flow.cells());
            row.push(count(dataset.records));
            row
        };
        paper.heading("Hasil pengiriman");
        let columns = [
            ("Dataset", 6),
            ("Dikirim", 3),
            ("Baru", 3),
            ("Berubah", 3),
            ("Dihapus", 3),
            ("Tetap", 3),
            ("Ditolak", 3),
            ("Belum diperbaiki", 3),
            ("Tersimpan", 3),
        ];
        paper.table(
            "Hasil pengiriman",
            &columns,
            self.datasets.iter().map(row).collect(),
        );
        paper.text(
            "Dikirim, tetap, dan ditolak dihitung dari Catatan pertukaran; baru, berubah, dan dihapus dari Umpan perubahan.",
        );
    }
}

impl Flow {
    fn cells(&self) -> [Value; 7] {
        [
            self.sent,
            self.created,
            self.changed,
            self.deleted,
            self.unchanged,
            self.rejected,
            self.open,
        ]
        .map(count)
    }
}

impl DatasetFigures {
    fn fill(&self, paper: &mut Paper) {
        paper.heading(format!("{} ({})", self.title, self.dataset));
        let fresh = &self.freshness;
        paper.facts([
            ("Versi kontrak data", Some(self.version.clone())),
            ("Sidik dokumen (SHA-256)", Some(self.contract_digest.clone())),
            (
                "Kemutakhiran yang disepakati",
                Some(said(fresh.agreed.as_deref())),
            ),
            (
                "Terakhir diterima",
                Some(
                    fresh
                        .last
                        .map_or("belum ada".to_owned(), |last| paper.house.moment(last)),
                ),
            ),
            ("Kemutakhiran", Some(self.fresh_words(&paper.house))),
            ("Unit tes", Some(self.test_words(&paper.house))),
        ]);
        if self.live {
            let calls = number(&self.flow.live_calls.to_string());
            paper.text(format!(
                "Dataset ini dijawab langsung oleh sistem OPD dan tidak menyimpan data; {calls} panggilan langsung berhasil tercatat."
            ));
        } else {
            self.controls(paper);
            self.columns(paper);
        }
        self.rejections(paper);
        self.references(paper);
    }

    fn fresh_words(&self, house: &House) -> String {
        let fresh = &self.freshness;
        let until = fresh
            .until
            .map_or_else(String::new, |until| format!(" (batas {})", house.moment(until)));
        match fresh.fresh {
            Some(true) => format!("mutakhir{until}"),
            Some(false) => format!("tidak mutakhir{until}"),
            None => "tidak dinilai: jadwal pemutakhiran tidak disepakati atau menurut kejadian".to_owned(),
        }
    }

    fn test_words(&self, house: &House) -> String {
        match &self.unit_test {
            Some(test) if test.passed => format!("lulus, {}", house.moment(test.at)),
            Some(test) => format!("tidak lulus, {}", house.moment(test.at)),
            None => "belum diuji".to_owned(),
        }
    }

    fn controls(&self, paper: &mut Paper) {
        let row = |control: &Control| {
            let figure = |text: &Option<String>| match text {
                Some(text) if crate::report::is_number(text) => Value::Number(text.clone()),
                Some(text) => Value::text(text),
                None => Value::Empty,
            };
            vec![
                Value::text(&control.what),
                figure(&control.opd),
                figure(&control.hub),
                figure(&control.difference),
                Value::text(match control.agrees {
                    Some(true) => "sama",
                    Some(false) => "BERBEDA",
                    None => "tidak dibandingkan",
                }),
            ]
        };
        let columns = [
            ("Angka kontrol", 7),
            ("OPD", 3),
            ("Hub", 3),
            ("Selisih", 3),
            ("Hasil", 3),
        ];
        let name = format!("Angka kontrol {}", self.dataset);
        paper.table(&name, &columns, self.controls.iter().map(row).collect());
    }

    fn columns(&self, paper: &mut Paper) {
        let rows = self.columns.iter().map(|column| {
            let missing = match &column.missing {
                None => "tidak diperiksa".to_owned(),
                Some(missing) if missing.is_empty() => "lengkap".to_owned(),
                Some(missing) => format!("belum ada: {}", missing.join(", ")),
            };
            vec![
                Value::text(&column.field),
                count(column.filled),
                Value::text(percent(column.filled, self.records)),
                Value::text(missing),
            ]
        });
        let columns = [("Kolom", 6), ("Terisi", 3), ("Persen", 2), ("Standar data", 5)];
        paper.table(&format!("Keterisian {}", self.dataset), &columns, rows.collect());
    }

    fn rejections(&self, paper: &mut Paper) {
        if self.rejections.is_empty() {
            paper.text("Tidak ada data ditolak yang masih disimpan.");
            return;
        }
        let rows = self.rejections.iter().map(|reason| {
            let samples = reason.samples.iter().map(|sample| {
                let key = sample.key.as_deref().unwrap_or("tanpa pengenal");
                let value = sample
                    .value
                    .as_ref()
                    .map_or_else(String::new, |value| format!(": {value}"));
                format!("no. {} {key}{value}", sample.number)
            });
            vec![
                Value::text(&reason.rule),
                Value::text(&reason.field),
                Value::text(&reason.text),
                count(reason.count),
                count(reason.repaired),
                Value::text(samples.collect::<Vec<_>>().join("\n")),
            ]
        });
        let columns = [
            ("Aturan", 3),
            ("Kolom", 3),
            ("Ketidaksesuaian", 5),
            ("Banyaknya", 2),
            ("Diperbaiki", 2),
            ("Contoh (disamarkan)", 5),
        ];
        paper.table(
            &format!("Data ditolak {}", self.dataset),
            &columns,
            rows.collect(),
        );
    }

    fn references(&self, paper: &mut Paper) {
        if self.references.is_empty() {
            return;
        }
        let rows = self.references.iter().map(|reference| {
            let mut codes = reference
                .codes
                .iter()
                .take(SHOWN)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            if reference.codes.len() > SHOWN {
                codes.push_str(", \u{2026}");
            }
            vec![
                Value::text(&reference.field),
                Value::text(&reference.dataset),
                count(reference.unresolved),
                Value::text(codes),
            ]
        });
        let columns = [("Kolom", 4), ("Dirujuk", 4), ("Tidak dikenal", 3), ("Kode", 6)];
        paper.table(
            &format!("Rujukan kode {}", self.dataset),
            &columns,
            rows.collect(),
        );
    }
}

fn count(number: u64) -> Value {
    Value::Number(number.to_string())
}

fn said(text: Option<&str>) -> String {
    text.unwrap_or("tidak disepakati").to_owned()
}
