//! What errors say: a title and a sentence that tells what to do, in both languages.
//!
//! Invariant: no sentence shows a cause, an SQL text or a path of the machine.

mod access;
mod missing;
mod request;

use super::{Credentials, Error, Gone, Unavailable, Unfit};
use crate::types::Text;
use access::{credentials_detail, forbidden_detail};
use missing::{retired_detail, unknown_detail};
use request::{bound_detail, malformed_detail};

impl Error {
    /// What kind of problem it is.
    pub fn title(&self) -> Text {
        match self {
            Error::Unauthenticated(Credentials::SignIn) => Text::new("Tidak dapat masuk", "Not signed in"),
            Error::Unauthenticated(_) => Text::new("Kunci API diperlukan", "An API key is needed"),
            Error::Forbidden(_) => Text::new("Tidak ada hak akses", "Not granted"),
            Error::Unknown(_) => Text::new("Tidak ditemukan", "Not found"),
            Error::Malformed(_) => {
                Text::new("Permintaan tidak dapat dibaca", "The request can't be understood")
            }
            Error::TooLarge(_) => Text::new("Terlalu besar", "Too large"),
            Error::Violates(_) => Text::new("Tidak sesuai dengan kontrak data", "The contract is violated"),
            Error::KeyReused => Text::new("Idempotency-Key dipakai ulang", "Idempotency-Key reused"),
            Error::Faulty(_) => Text::new("Dokumen kontrak data salah", "The contract document has faults"),
            Error::Unfit(Unfit::File(_)) => Text::new("Berkas tidak diterima", "The file is not taken"),
            Error::Unfit(_) => Text::new("Tidak muat dalam format ini", "It does not fit this format"),
            Error::Conflict(_) => Text::new(
                "Bertentangan dengan yang tersimpan",
                "In conflict with what is stored",
            ),
            Error::Stale { .. } => Text::new("Rekaman sudah berubah", "The record has changed"),
            Error::Gone(_) => Text::new("Sudah tidak tersedia", "No longer available"),
            Error::Throttled(_) => Text::new("Terlalu sering gagal masuk", "Too many failed sign-ins"),
            Error::Limited(..) => Text::new("Batas tercapai", "A limit is reached"),
            Error::Unavailable(_) => Text::new("Sedang tidak tersedia", "Not available right now"),
            Error::Upstream(_) => Text::new("Sistem lain gagal", "Another system failed"),
            Error::Internal(_) => Text::new("Kesalahan hub", "A fault of the hub"),
        }
    }

    /// What happened here and what to do about it.
    pub fn detail(&self) -> Text {
        match self {
            Error::Unauthenticated(credentials) => credentials_detail(*credentials),
            Error::Forbidden(forbidden) => forbidden_detail(forbidden),
            Error::Unknown(unknown) => unknown_detail(unknown),
            Error::Malformed(malformed) => malformed_detail(malformed),
            Error::TooLarge(bound) => bound_detail(*bound),
            Error::Violates(violations) => Text::new(
                format!(
                    "Ada {} ketidaksesuaian dengan kontrak data. Perbaiki nilai yang ditunjuk, lalu kirim ulang.",
                    violations.total
                ),
                format!(
                    "The payload breaks its contract in {} places. Correct the values pointed at and send it again.",
                    violations.total
                ),
            ),
            Error::KeyReused => Text::new(
                "Idempotency-Key ini sudah dipakai untuk permintaan lain. Gunakan nilai baru untuk permintaan baru.",
                "This Idempotency-Key was used for another request. Use a new value for a new request.",
            ),
            Error::Faulty(findings) => Text::new(
                format!(
                    "Dokumen kontrak data memiliki {} kesalahan. Perbaiki semuanya, lalu daftarkan lagi.",
                    findings.len()
                ),
                format!(
                    "The contract document has {} faults. Correct them all and register it again.",
                    findings.len()
                ),
            ),
            Error::Unfit(unfit) => unfit_detail(unfit),
            Error::Conflict(conflict) => super::conflict::detail(conflict),
            Error::Stale { .. } => Text::new(
                "Rekaman sudah berubah sejak Anda membacanya. Baca lagi, lalu kirim dengan ETag yang baru.",
                "The record has changed since you read it. Read it again and send the new ETag.",
            ),
            Error::Gone(Gone::Cursor { head }) => Text::new(
                format!(
                    "Umpan perubahan tidak dapat dilanjutkan dari posisi ini (posisi terakhir sekarang {head}). Ambil ulang seluruh data dengan GET /records, lalu ikuti umpan dari as_of."
                ),
                format!(
                    "The feed can't be continued from this position (it now ends at {head}). Read the whole dataset with GET /records, then follow the feed from as_of."
                ),
            ),
            Error::Gone(Gone::Retired { successor, .. }) => retired_detail(successor.as_ref()),
            Error::Throttled(seconds) => Text::new(
                format!("Tunggu {seconds} detik, lalu coba masuk lagi."),
                format!("Wait {seconds} seconds, then try to sign in again."),
            ),
            Error::Limited(limited, seconds) => limited.detail(*seconds),
            Error::Unavailable(unavailable) => unavailable_detail(unavailable),
            Error::Upstream(upstream) => upstream.detail(),
            Error::Internal(_) => Text::new(
                "Terjadi kesalahan di hub. Laporkan request_id ini kepada Pengelola Sistem.",
                "Something went wrong in the hub. Report this request_id to its operators.",
            ),
        }
    }
}

fn unfit_detail(unfit: &Unfit) -> Text {
    match unfit {
        Unfit::File(what) => what.clone(),
        Unfit::TooManyRows { records, most } => Text::new(
            format!("Ada {records} rekaman, sedangkan satu lembar memuat {most}. Gunakan format=csv."),
            format!("There are {records} records and a sheet holds {most}. Use format=csv."),
        ),
        Unfit::TextTooLong { key, pointer } => Text::new(
            format!(
                "Nilai {pointer} pada rekaman '{key}' melebihi 32.767 karakter, batas satu sel xlsx. Gunakan format=ods atau format=csv."
            ),
            format!(
                "The value {pointer} of the record '{key}' has more than the 32,767 characters of an xlsx cell. Use format=ods or format=csv."
            ),
        ),
    }
}

fn unavailable_detail(unavailable: &Unavailable) -> Text {
    match unavailable {
        Unavailable::Overloaded => Text::new(
            "Hub sedang penuh. Tidak ada yang disimpan; coba lagi sebentar.",
            "The hub is at its limit. Nothing was stored; try again shortly.",
        ),
        Unavailable::Database(_) => Text::new(
            "Basis data sedang tidak dapat dihubungi. Coba lagi; kiriman yang sama aman diulang.",
            "The database can't be reached. Try again; sending the same again is safe.",
        ),
        Unavailable::Held => Text::new(
            "Data ini sedang ditulis pihak lain, misalnya snapshot yang besar. Coba lagi; kiriman yang sama aman diulang.",
            "Somebody else is writing to this dataset, such as a large snapshot. Try again; sending the same again is safe.",
        ),
        Unavailable::Overtaken => Text::new(
            "Selama ekspor masuk rekaman dengan anggota baru. Coba lagi.",
            "Records with new members came in during the export. Try again.",
        ),
        Unavailable::Stopping => Text::new(
            "Hub sedang berhenti. Coba lagi sebentar.",
            "The hub is stopping. Try again shortly.",
        ),
        Unavailable::FilterNotReady(field) => Text::new(
            format!("Kolom penyaring {field} masih disiapkan. Coba lagi sebentar."),
            format!("The filter {field} is still being prepared. Try again shortly."),
        ),
        Unavailable::Secrets(_) => Text::new(
            "Hub tidak dapat membuka rahasianya. Pengelola Sistem harus memberinya kunci yang benar.",
            "The hub can't open its secrets. Its operators must give it the right key.",
        ),
        Unavailable::Check(_) => Text::new(
            "Pemeriksaan skema tidak dapat dijalankan sekarang. Coba lagi.",
            "The schema can't be checked right now. Try again.",
        ),
    }
}
