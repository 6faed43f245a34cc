//! What a Rekap Pertukaran Bulanan says.
//!
//! Invariant: the last row of a table is the total of the month.

use super::{Counts, Line, Monthly};
use crate::report::paper::{Conclusion, Paper, Value, month_in_words, number, percent};

impl Monthly {
    /// Puts them on a paper.
    pub(in crate::report) fn fill(&self, paper: &mut Paper) {
        let month = month_in_words(&self.month);
        let of = match &self.opd {
            Some(opd) => opd.name.clone(),
            None => "Seluruh OPD".to_owned(),
        };
        paper.subtitle.extend([format!("Bulan {month}"), of]);
        paper.as_of = Some(self.as_of);
        paper.conclusion = Some(self.conclusion(&month));
        if !self.over {
            paper.text("Bulan ini belum berakhir; angka di bawah akan bertambah.");
        }
        self.tables(paper);
        let failures = self.failures.iter().map(|failure| {
            vec![
                Value::text(&failure.code),
                Value::Number(failure.calls.to_string()),
            ]
        });
        paper.table(
            "Sebab tidak berhasil",
            &[("Kode masalah", 6), ("Panggilan", 3)],
            failures.collect(),
        );
        paper.text(
            "Dihitung dari Catatan pertukaran. Satu panggilan dihitung sekali; panggilan pengelolaan dan Lingkungan uji coba \
             tidak dihitung. Rekap satu OPD memuat panggilan OPD itu dan panggilan OPD lain ke datasetnya.",
        );
    }

    fn tables(&self, paper: &mut Paper) {
        let columns = |first: &'static str| {
            [
                (first, 6),
                ("Panggilan", 3),
                ("Tidak berhasil", 3),
                ("Rekaman dikirim", 3),
                ("Data ditolak", 3),
                ("Rekaman diambil", 3),
                ("Bita", 4),
            ]
        };
        let rows = |lines: &[Line], title: &dyn Fn(&Line) -> String| {
            let row = |line: &Line| {
                let mut row = vec![Value::text(title(line))];
                row.extend(line.counts.cells());
                row
            };
            let mut rows: Vec<Vec<Value>> = lines.iter().map(row).collect();
            let mut last = vec![Value::text("Jumlah")];
            last.extend(self.total.cells());
            rows.push(last);
            rows
        };
        paper.table(
            "Menurut OPD",
            &columns("OPD pemanggil"),
            rows(&self.agencies, &agency),
        );
        let dataset = |line: &Line| match line.of.as_str() {
            "" => "(bukan tentang satu dataset)".to_owned(),
            dataset => dataset.to_owned(),
        };
        paper.table(
            "Menurut dataset",
            &columns("Dataset"),
            rows(&self.datasets, &dataset),
        );
        let action = |line: &Line| action_word(&line.of).to_owned();
        paper.table(
            "Menurut jenis",
            &columns("Jenis pertukaran"),
            rows(&self.actions, &action),
        );
    }

    fn conclusion(&self, month: &str) -> Conclusion {
        let good = self.total.calls.saturating_sub(self.total.failed);
        let sentence = match self.total.calls {
            0 => format!("Tidak ada pertukaran data pada {month}."),
            calls => format!(
                "Pada {month}, {} persen dari seluruh pertukaran data berhasil; {} rekaman dikirim dan {} diambil.",
                percent(good, calls),
                number(&self.total.sent.to_string()),
                number(&self.total.taken.to_string()),
            ),
        };
        Conclusion {
            sentence,
            figure: number(&self.total.calls.to_string()),
            counted: "pertukaran".to_owned(),
        }
    }
}

impl Counts {
    fn cells(&self) -> Vec<Value> {
        let numbers = [
            self.calls,
            self.failed,
            self.sent,
            self.rejected,
            self.taken,
            self.bytes,
        ];
        numbers.map(|number| Value::Number(number.to_string())).to_vec()
    }
}

fn agency(line: &Line) -> String {
    match (line.of.as_str(), &line.name) {
        ("", _) => "(tanpa kredensial atau oleh Pengelola Sistem)".to_owned(),
        (code, Some(name)) => format!("{name} ({code})"),
        (code, None) => code.to_owned(),
    }
}

/// What an action is called on papers.
pub(in crate::report) fn action_word(action: &str) -> &str {
    match action {
        "push" => "Kirim data",
        "delete" => "Hapus data",
        "undo" => "Pengembalian data",
        "scheduled-pull" => "Penarikan terjadwal",
        "pull" => "Ambil data",
        "changes" => "Umpan perubahan",
        "export" => "Unduhan",
        "delivery" => "Pengiriman",
        "live" => "Panggilan langsung",
        "validate" => "Uji kirim (tidak disimpan)",
        "rejections" => "Data ditolak (dilihat)",
        other => other,
    }
}
