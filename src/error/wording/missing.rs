//! What is said of what is not there, or no longer.
//!
//! Invariant: a dataset that is not there and one that the caller may not see are told in the same words.

use crate::error::Unknown;
use crate::types::{DatasetId, Text};

/// Where to look for what there is.
pub(super) fn unknown_detail(unknown: &Unknown) -> Text {
    match unknown {
        Unknown::Path => Text::new(
            "Tidak ada apa-apa di alamat ini. Lihat /docs untuk daftar alamat.",
            "There is nothing at this address. See /docs for what there is.",
        ),
        Unknown::Dataset(name) => Text::new(
            format!(
                "Dataset {name} tidak ada, atau tidak ada hak akses untuk OPD Anda. GET /api menunjukkan dataset Anda."
            ),
            format!("There is no dataset {name}, or none that your OPD may use. GET /api lists yours."),
        ),
        Unknown::LiveDataset(name) => Text::new(
            format!(
                "{name} dijawab langsung oleh sistem pemiliknya dan tidak menyimpan rekaman. Gunakan /live."
            ),
            format!("{name} is answered by its owner's own system and keeps no records. Use /live."),
        ),
        Unknown::Record(key) => Text::new(
            format!("Tidak ada rekaman dengan pengenal '{key}'."),
            format!("There is no record with the key '{key}'."),
        ),
        Unknown::ContractVersion(version) => Text::new(
            format!("Kontrak data versi {version} tidak ada."),
            format!("There is no contract version {version}."),
        ),
        Unknown::Opd(code) => Text::new(
            format!("Tidak ada OPD dengan kode '{code}'. Tambahkan dengan: mahakam opd add {code} \"NAMA\"."),
            format!("There is no OPD '{code}'. Add it with: mahakam opd add {code} \"NAME\"."),
        ),
        Unknown::Rejection(number) => Text::new(
            format!("Tidak ada data tertolak dengan nomor {number}, atau sudah dihapus karena lama."),
            format!("There is no refused payload with the number {number}, or it was forgotten with age."),
        ),
        Unknown::Application(name) => Text::new(
            format!("Tidak ada aplikasi '{name}'."),
            format!("There is no application '{name}'."),
        ),
        Unknown::Person(name) => Text::new(
            format!("Tidak ada pengguna '{name}'."),
            format!("There is nobody called '{name}'."),
        ),
        Unknown::Assignment(number) => Text::new(
            format!("Tidak ada penugasan {number} yang masih berlaku."),
            format!("There is no assignment {number} that has not ended."),
        ),
        Unknown::Exchange(id) => Text::new(
            format!("Tidak ada pertukaran {id} di catatan."),
            format!("There is no exchange {id} in the log."),
        ),
        Unknown::Connector(name) => listed("penghubung sistem", "connector", name, "/admin/connectors"),
        Unknown::Pull(number) => listed("penarikan terjadwal", "scheduled pull", number, "/admin/pulls"),
        Unknown::Subscription(number) => listed("langganan", "subscription", number, "/admin/subscriptions"),
        Unknown::Integration(number) => listed("integrasi", "integration", number, "/admin/integrations"),
        Unknown::Document(number) => unknown_document(number),
        Unknown::Letter(number) => listed("surat", "letter", number, "/admin/letters"),
        Unknown::Report(number) => listed("laporan", "report", number, "/admin/reports"),
        Unknown::Session(id) => unknown_session(id),
        Unknown::Problem(code) => unknown_problem(code),
    }
}

fn unknown_problem(code: &str) -> Text {
    Text::new(
        format!("Tidak ada kode masalah '{code}'."),
        format!("There is no problem code '{code}'."),
    )
}

fn unknown_document(number: &str) -> Text {
    Text::new(
        format!("Tidak ada dokumen {number}, atau bukan milik integrasi OPD Anda."),
        format!("There is no document {number}, or none of an integration of your OPD."),
    )
}

fn unknown_session(id: &str) -> Text {
    Text::new(
        format!("Tidak ada sesi {id} yang masih berlaku. Lihat daftar sesinya."),
        format!("No session {id} goes on. See the list of sessions."),
    )
}

/// What took the place of a contract that was retired.
pub(super) fn retired_detail(successor: Option<&DatasetId>) -> Text {
    match successor {
        Some(successor) => Text::new(
            format!("Kontrak data ini sudah dihentikan. Gunakan penggantinya: {successor}."),
            format!("This contract is retired. Use its successor: {successor}."),
        ),
        None => Text::new(
            "Kontrak data ini sudah dihentikan dan tidak ada penggantinya. Hubungi produsen datanya.",
            "This contract is retired and has no successor. Ask the owner of the data.",
        ),
    }
}

/// There is none of this name among those that a path lists.
fn listed(indonesian: &str, english: &str, name: &str, path: &str) -> Text {
    Text::new(
        format!("Tidak ada {indonesian} '{name}'. GET {path} menunjukkan semuanya."),
        format!("There is no {english} '{name}'. GET {path} lists them."),
    )
}
