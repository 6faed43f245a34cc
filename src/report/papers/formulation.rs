//! Dokumen Rumusan Integrasi Data: the interchange document, generated from the contracts.
//!
//! Invariant: everything that a contract says about its data stands in it, so that who signs the paper has
//! read what the hub enforces.

use super::{Dossier, Formulated, about, own_number, parties_sign, signs};
use crate::contract::{Contract, Duration, Every, IdempotencyKey, Level, OnDelete, ReferenceMode};
use crate::report::paper::{Paper, Value, date};
use crate::types::{Kind, Mode, Pointer, Right};

/// Fills the paper.
pub(super) fn fill(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    paper.as_of = Some(dossier.at);
    about(paper, dossier);
    paper.text(
        "Dokumen ini memuat hasil perumusan skenario pertukaran data antara Tim Teknis dan OPD. Ketentuan di dalamnya \
         diterapkan oleh hub pertukaran data; perubahan setelah ditandatangani hanya melalui versi baru.",
    );
    if dossier.contracts.is_empty() {
        paper.text("Belum ada kontrak data pada integrasi ini.");
    }
    for (number, formulated) in dossier.contracts.iter().enumerate() {
        contract(paper, dossier, number + 1, formulated);
    }
    paper.signatures.extend(parties_sign(dossier));
    let officials = &dossier.officials;
    paper
        .signatures
        .push(signs("Tim Teknis", "Tim Teknis", officials.team.as_ref()));
    paper.signatures.push(signs(
        "Mengetahui",
        "Pejabat Administrator",
        officials.administrator.as_ref(),
    ));
}

fn contract(paper: &mut Paper, dossier: &Dossier, number: usize, formulated: &Formulated) {
    let contract = &formulated.contract;
    paper.heading(format!(
        "{number}. {} ({})",
        contract.title,
        contract.dataset_id()
    ));
    identity(paper, dossier, formulated);
    super::fields::list(paper, contract);
    references(paper, contract);
    grants(paper, dossier, contract);
    upkeep(paper, contract);
}

fn identity(paper: &mut Paper, dossier: &Dossier, formulated: &Formulated) {
    let contract = &formulated.contract;
    let contact = contract.contact.as_ref().map(|contact| {
        let ways = [contact.email.as_ref(), contact.phone.as_ref()];
        let ways: Vec<&str> = ways.into_iter().flatten().map(String::as_str).collect();
        match ways.is_empty() {
            true => contact.name.clone(),
            false => format!("{} ({})", contact.name, ways.join(", ")),
        }
    });
    let uraian = (!contract.description.is_empty()).then(|| contract.description.clone());
    paper.facts([
        ("Produsen Data", Some(dossier.agency(contract.opd.as_str()))),
        ("Dataset", Some(contract.dataset_id().to_string())),
        ("Versi", Some(contract.version.to_string())),
        ("Uraian", uraian),
        ("Jenis", Some(kind(contract).to_owned())),
        ("Cara", Some(mode(contract))),
        ("Pengenal", Some(listed(&contract.key))),
        ("Klasifikasi", Some(classification(contract))),
        ("Data pribadi", Some(listed(&contract.personal_data))),
        ("Narahubung", contact),
        ("Sidik dokumen (SHA-256)", Some(formulated.digest.to_string())),
    ]);
}

fn kind(contract: &Contract) -> &'static str {
    match contract.kind {
        Some(Kind::Master) => "Data master",
        Some(Kind::Transaction) => "Data transaksi",
        None => "-",
    }
}

fn mode(contract: &Contract) -> String {
    match (contract.mode, &contract.live) {
        (Mode::Stored, _) => "Disimpan di hub, melalui web service (HTTPS, JSON)".to_owned(),
        (Mode::Live, None) => "Panggilan langsung ke sistem OPD".to_owned(),
        (Mode::Live, Some(live)) => {
            let routes: Vec<String> = live
                .allow
                .iter()
                .map(|route| format!("{} {}", route.method, route.path))
                .collect();
            format!(
                "Panggilan langsung ke sistem OPD melalui penghubung {}: {}",
                live.connector,
                routes.join(", ")
            )
        }
    }
}

fn classification(contract: &Contract) -> String {
    let classification = &contract.classification;
    let mut text = level(classification.level).to_owned();
    if let Some(reason) = &classification.reason {
        text.push_str(": ");
        text.push_str(reason);
    }
    if let Some(until) = classification.until {
        text.push_str(&format!(" (sampai {})", date(until)));
    }
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Open => "Terbuka",
        Level::Restricted => "Terbatas",
        Level::Confidential => "Tertutup",
    }
}

fn references(paper: &mut Paper, contract: &Contract) {
    if contract.references.is_empty() {
        return;
    }
    let rows = contract.references.iter().map(|reference| {
        vec![
            Value::text(reference.field.to_string()),
            Value::text(reference.dataset.to_string()),
            Value::maybe(reference.at.as_ref().map(Pointer::to_string)),
            Value::text(match reference.mode {
                ReferenceMode::Strict => "ditolak",
                ReferenceMode::Warn => "disimpan dan dilaporkan",
            }),
            Value::text(match reference.on_delete {
                OnDelete::Refuse => "ditolak",
                OnDelete::Ignore => "dibiarkan",
            }),
        ]
    });
    let columns = [
        ("Kolom", 4),
        ("Rujukan kode", 5),
        ("Menurut tanggal", 3),
        ("Bila kode tidak ada", 4),
        ("Bila kode dihapus", 3),
    ];
    let rows = rows.collect();
    paper.table(&format!("Rujukan kode {}", contract.dataset_id()), &columns, rows);
}

fn grants(paper: &mut Paper, dossier: &Dossier, contract: &Contract) {
    let rows: Vec<Vec<Value>> = contract
        .grants
        .iter()
        .map(|grant| {
            let may: Vec<&str> = grant
                .may
                .iter()
                .map(|right| match right {
                    Right::Push => "kirim",
                    Right::Pull => "ambil",
                    Right::Live => "langsung",
                })
                .collect();
            let fields = grant.fields.as_ref();
            vec![
                Value::text(dossier.agency(grant.opd.as_str())),
                Value::text(may.join(", ")),
                Value::text(fields.map_or_else(|| "semua kolom".to_owned(), |fields| listed(fields))),
                Value::maybe(grant.purpose.clone()),
                Value::maybe(grant.basis.clone()),
                Value::text(grant.until.map_or_else(|| "tanpa batas".to_owned(), date)),
            ]
        })
        .collect();
    if rows.is_empty() {
        paper.text("Hak akses: hanya Produsen Data, dan siapa pun bila klasifikasinya Terbuka.");
        return;
    }
    let columns = [
        ("OPD penerima", 3),
        ("Hak akses", 2),
        ("Kolom", 4),
        ("Tujuan", 4),
        ("Dasar", 3),
        ("Berlaku s.d.", 3),
    ];
    paper.table(&format!("Hak akses {}", contract.dataset_id()), &columns, rows);
}

fn upkeep(paper: &mut Paper, contract: &Contract) {
    let schedule = contract.update.as_ref().map(|update| {
        let by = update
            .by
            .as_ref()
            .map_or_else(String::new, |by| format!(", paling lambat pukul {by}"));
        format!("{}{by}", every(update.every))
    });
    let kept = |duration: Option<&Duration>, otherwise: &str| {
        Some(duration.map_or_else(|| otherwise.to_owned(), length))
    };
    const BY_HUB: &str = "menurut setelan hub";
    let retention = &contract.retention;
    let limits = [
        contract
            .limits
            .requests_per_second
            .map(|number| format!("{number} permintaan per detik")),
        contract
            .limits
            .records_per_second
            .map(|number| format!("{number} rekaman per detik")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    let limits = match limits.is_empty() {
        true => BY_HUB.to_owned(),
        false => limits.join(", "),
    };
    let repeated = match contract.idempotency_key {
        IdempotencyKey::Optional => "tidak wajib",
        IdempotencyKey::Required => "wajib",
    };
    let valid = contract.valid.as_ref().map(|valid| match &valid.until {
        Some(until) => format!("dari {} sampai {until}", valid.from),
        None => format!("dari {}", valid.from),
    });
    paper.facts([
        ("Jadwal pemutakhiran", schedule),
        ("Masa berlaku rekaman", valid.or(Some("selalu".to_owned()))),
        (
            "Masa simpan riwayat",
            kept(retention.history.as_ref(), "selamanya"),
        ),
        (
            "Masa simpan catatan pertukaran",
            kept(retention.log.as_ref(), BY_HUB),
        ),
        (
            "Masa simpan data ditolak",
            kept(retention.rejections.as_ref(), BY_HUB),
        ),
        ("Batas permintaan", Some(limits)),
        ("Idempotency-Key", Some(repeated.to_owned())),
    ]);
}

/// A length of time in words, such as `5 tahun`.
fn length(duration: &Duration) -> String {
    let span = duration.span();
    let parts = [
        (i64::from(span.get_years()), "tahun"),
        (i64::from(span.get_months()), "bulan"),
        (i64::from(span.get_weeks()), "minggu"),
        (i64::from(span.get_days()), "hari"),
        (i64::from(span.get_hours()), "jam"),
        (span.get_minutes(), "menit"),
        (span.get_seconds(), "detik"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count != 0);
    let parts: Vec<String> = parts.map(|(count, unit)| format!("{count} {unit}")).collect();
    parts.join(" ")
}

pub(in crate::report) fn every(every: Every) -> &'static str {
    match every {
        Every::Event => "setiap ada kejadian",
        Every::Hourly => "setiap jam",
        Every::Daily => "setiap hari",
        Every::Weekly => "setiap minggu",
        Every::Monthly => "setiap bulan",
        Every::Quarterly => "setiap triwulan",
        Every::Semiannually => "setiap semester",
        Every::Yearly => "setiap tahun",
    }
}

fn listed(pointers: &[Pointer]) -> String {
    let texts: Vec<String> = pointers.iter().map(Pointer::to_string).collect();
    match texts.is_empty() {
        true => "tidak ada".to_owned(),
        false => texts.join(", "),
    }
}
