//! What errors say: a title and a sentence that tells what to do, in both languages.
//!
//! Invariant: no sentence shows a cause, an SQL text or a path of the machine.

use super::{Bound, Credentials, Error, Forbidden, Gone, Malformed, Unavailable, Unfit, Unknown};
use crate::types::{DatasetId, JsonFault, JsonFaultKind, MAX_DEPTH, Right, Text};

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
            Error::Internal(_) => Text::new(
                "Terjadi kesalahan di hub. Laporkan request_id ini kepada Pengelola Sistem.",
                "Something went wrong in the hub. Report this request_id to its operators.",
            ),
        }
    }
}

fn credentials_detail(credentials: Credentials) -> Text {
    match credentials {
        Credentials::Missing => Text::new(
            "Sertakan kunci API: Authorization: Bearer <kunci>; atau masuk dengan POST /session.",
            "Send your API key: Authorization: Bearer <key>; or sign in by POST /session.",
        ),
        Credentials::SignIn => Text::new(
            "Nama atau kata sandi salah, atau akun tidak aktif. Periksa keduanya, atau hubungi Pengelola Sistem.",
            "The name or the password is wrong, or the account is not active. Check both, or ask the operators.",
        ),
        Credentials::Invalid => Text::new(
            "Kunci API tidak dikenal atau sudah dicabut. Periksa kunci, atau minta yang baru kepada Pengelola Sistem.",
            "The API key is unknown or was revoked. Check it, or ask the operators for a new one.",
        ),
    }
}

fn forbidden_detail(forbidden: &Forbidden) -> Text {
    match forbidden {
        Forbidden::Right(dataset, right) => {
            let (id, en) = match right {
                Right::Push => ("mengirim data ke", "push to"),
                Right::Pull => ("mengambil data dari", "pull from"),
                Right::Live => ("memanggil langsung", "call live"),
            };
            Text::new(
                format!(
                    "OPD Anda tidak diberi hak untuk {id} {dataset}. Mintalah hak akses kepada OPD pemilik."
                ),
                format!(
                    "Your OPD was not granted the right to {en} {dataset}. Ask the owning OPD for a grant."
                ),
            )
        }
        Forbidden::OwnerOnly(dataset) => Text::new(
            format!("Hanya OPD pemilik {dataset} yang boleh melakukan ini."),
            format!("Only the owner of {dataset} may do this."),
        ),
        Forbidden::ManagementOnly => Text::new(
            "Hanya Pengelola Sistem yang boleh melakukan ini: gunakan MAHAKAM_ADMIN_KEY.",
            "Only the operators may do this: use MAHAKAM_ADMIN_KEY.",
        ),
        Forbidden::Role => Text::new(
            "Peran Anda hari ini tidak mencakup hal ini. GET /session menunjukkan peran Anda.",
            "No role that you hold today allows this. GET /session tells your roles.",
        ),
        Forbidden::OtherOpd => Text::new(
            "Ini milik OPD lain; Anda hanya dapat melihat milik OPD Anda.",
            "This belongs to another OPD; you may see what is your own OPD's.",
        ),
        Forbidden::OwnRole => Text::new(
            "Tidak seorang pun memberi peran atau kata sandi kepada dirinya di sini. Mintalah Pengelola Sistem yang lain; ganti kata sandi sendiri dengan PUT /session/password.",
            "Nobody gives themselves a role or a password here. Ask another operator; change your own password by PUT /session/password.",
        ),
        Forbidden::CrossSite => Text::new(
            "Permintaan ini tidak berasal dari halaman hub. Kirim dari halaman hub, atau dengan header X-Requested-With dari sebuah program.",
            "This request did not come from a page of the hub. Send it from there, or from a program with the header X-Requested-With.",
        ),
        Forbidden::WrongPassword => Text::new(
            "Kata sandi yang sekarang salah.",
            "The current password is wrong.",
        ),
    }
}

fn unknown_detail(unknown: &Unknown) -> Text {
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
        Unknown::Session(id) => Text::new(
            format!("Tidak ada sesi {id} yang masih berlaku. Lihat daftar sesinya."),
            format!("No session {id} goes on. See the list of sessions."),
        ),
        Unknown::Exchange(id) => Text::new(
            format!("Tidak ada pertukaran {id} di catatan."),
            format!("There is no exchange {id} in the log."),
        ),
        Unknown::Problem(code) => Text::new(
            format!("Tidak ada kode masalah '{code}'."),
            format!("There is no problem code '{code}'."),
        ),
    }
}

fn malformed_detail(malformed: &Malformed) -> Text {
    match malformed {
        Malformed::Json(fault) => json_detail(fault),
        Malformed::Body(text) | Malformed::Key(text) => text.clone(),
        Malformed::Stalled(seconds) => Text::new(
            format!(
                "Tidak ada bita yang datang selama {seconds} detik. Kirim ulang dengan sambungan yang lebih baik."
            ),
            format!("No byte came for {seconds} seconds. Send it again over a better connection."),
        ),
        Malformed::UnknownParameter(name, []) => Text::new(
            format!("Parameter '{name}' tidak dikenal; di sini tidak ada parameter."),
            format!("The parameter '{name}' is not known; there are none here."),
        ),
        Malformed::UnknownParameter(name, known) => Text::new(
            format!(
                "Parameter '{name}' tidak dikenal. Yang dikenal: {}.",
                known.join(", ")
            ),
            format!(
                "The parameter '{name}' is not known. The known ones: {}.",
                known.join(", ")
            ),
        ),
        Malformed::Parameter(name, text) => parameter_detail(name, text),
        Malformed::Filter(name, text) => parameter_detail(name, text),
        Malformed::UnknownFilter(name, filters) => unknown_filter_detail(name, filters),
        Malformed::Header(name, text) => Text::new(
            format!("Header {name} salah: {}", text.to(crate::types::Lang::Id)),
            format!(
                "The header field {name} is wrong: {}",
                text.to(crate::types::Lang::En)
            ),
        ),
        Malformed::Cursor => Text::new(
            "Cursor ini bukan dari jawaban hub untuk permintaan yang sama. Mulai lagi tanpa cursor.",
            "This cursor was not given out by the hub for this very request. Begin again without a cursor.",
        ),
        Malformed::ConditionalBulk => Text::new(
            "If-Match dan If-None-Match hanya berlaku untuk satu rekaman. Kirim tanpa header itu.",
            "If-Match and If-None-Match apply to a single record. Send this without them.",
        ),
    }
}

fn parameter_detail(name: &str, text: &Text) -> Text {
    Text::new(
        format!("Parameter '{name}' salah: {}", text.to(crate::types::Lang::Id)),
        format!(
            "The parameter '{name}' is wrong: {}",
            text.to(crate::types::Lang::En)
        ),
    )
}

fn unknown_filter_detail(name: &str, filters: &[String]) -> Text {
    if filters.is_empty() {
        return Text::new(
            format!(
                "Tidak dapat menyaring atau mengurutkan menurut '{name}': dataset ini tidak menawarkan kolom penyaring kepada Anda."
            ),
            format!(
                "The list can't be filtered or sorted by '{name}': this dataset offers you no fields for that."
            ),
        );
    }
    let filters = filters.join(", ");
    Text::new(
        format!("Tidak dapat menyaring atau mengurutkan menurut '{name}'. Kolom yang tersedia: {filters}."),
        format!("The list can't be filtered or sorted by '{name}'. The fields offered: {filters}."),
    )
}

fn json_detail(fault: &JsonFault) -> Text {
    let place = fault.place;
    let (id, en) = match &fault.kind {
        JsonFaultKind::Syntax => ("bukan JSON".to_owned(), "this is not JSON".to_owned()),
        JsonFaultKind::Incomplete => (
            "JSON berakhir sebelum selesai".to_owned(),
            "the JSON ends before it is complete".to_owned(),
        ),
        JsonFaultKind::Utf8 => ("bukan UTF-8".to_owned(), "this is not UTF-8".to_owned()),
        JsonFaultKind::Duplicate(name) => (
            format!(
                "anggota '{}' muncul dua kali dalam satu objek",
                name.escape_debug()
            ),
            format!("the member '{}' stands twice in one object", name.escape_debug()),
        ),
        JsonFaultKind::LoneSurrogate => (
            "setengah pasangan surrogate".to_owned(),
            "half of a surrogate pair".to_owned(),
        ),
        JsonFaultKind::Nul => (
            "karakter NUL tidak diterima".to_owned(),
            "the character NUL is not accepted".to_owned(),
        ),
        JsonFaultKind::TooDeep => (
            format!("lebih dari {MAX_DEPTH} tingkat"),
            format!("more than {MAX_DEPTH} levels deep"),
        ),
    };
    Text::new(
        format!("Baris {}, kolom {}: {id}.", place.line, place.column),
        format!("Line {}, column {}: {en}.", place.line, place.column),
    )
}

fn bound_detail(bound: Bound) -> Text {
    match bound {
        Bound::Record(bytes) => Text::new(
            format!("Satu rekaman paling besar {bytes} bita."),
            format!("One record may have at most {bytes} bytes."),
        ),
        Bound::Body(bytes) => Text::new(
            format!("Isi permintaan ini paling besar {bytes} bita. Bagi menjadi beberapa kiriman."),
            format!("The body of this request may have at most {bytes} bytes. Send it in parts."),
        ),
    }
}

fn unfit_detail(unfit: &Unfit) -> Text {
    match unfit {
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

fn retired_detail(successor: Option<&DatasetId>) -> Text {
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
