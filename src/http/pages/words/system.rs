//! Other systems: the phases of a trial, what to do about what went wrong, and whether changes are delivered.

use crate::connector::delivery::{Ended, Reason, State};
use crate::http::pages::say::Say;

/// Whether a subscription delivers, and how that is marked.
pub(in crate::http::pages) fn delivering(say: Say, state: State) -> (&'static str, &'static str) {
    match state {
        State::Active => (say.it("Berjalan", "Running"), "good"),
        State::Paused => (say.it("Dijeda", "Paused"), "warn"),
        State::Disabled(_) => (say.it("Berhenti", "Stopped"), "bad"),
    }
}

/// Why a subscription came to an end by itself.
pub(in crate::http::pages) fn stopped(say: Say, state: State) -> Option<&'static str> {
    match state {
        State::Active | State::Paused => None,
        State::Disabled(Ended::Gone) => Some(say.it(
            "Penerima menjawab bahwa ia tidak ingin menerima lagi (410). Lanjutkan bila itu sudah berubah.",
            "The receiver answered that it wants nothing more (410). Resume when that has changed.",
        )),
        State::Disabled(Ended::Exhausted) => Some(say.it(
            "Tiga hari tidak ada yang diterima. Perbaiki penerimanya, lalu lanjutkan.",
            "Nothing was taken for three days. Set the receiver right, then resume.",
        )),
    }
}

/// Why changes are not delivered, and what to do about it on these pages.
pub(in crate::http::pages) fn undelivered(say: Say, reason: Reason) -> String {
    let words = match reason {
        Reason::Unreachable => say.it(
            "Sistem penerima tidak terhubung. Buka penghubungnya dan coba.",
            "The receiving system can't be reached. Open its connector and try it.",
        ),
        Reason::Unavailable => say.it(
            "Penghubungnya sedang menahan panggilan: dimatikan, terlalu sering gagal, atau sampai batasnya.",
            "The connector holds calls back: it is switched off, failed too often, or is at its limit.",
        ),
        Reason::Status(410) => say.it(
            "Sistem penerima menjawab 410: tidak ingin menerima lagi. Lanjutkan bila itu sudah berubah.",
            "The receiving system answered 410: it wants nothing more. Resume when that has changed.",
        ),
        other => return other.says().to(say.lang).to_owned(),
    };
    words.to_owned()
}

/// What a phase of a trial looks at.
pub(in crate::http::pages) fn phase(say: Say, phase: &str) -> &'static str {
    match phase {
        "dns" => say.it("Nama sistem ditemukan", "The system's name is found"),
        "tcp" => say.it("Sambungan terbuka", "A connection opens"),
        "tls" => say.it(
            "Sambungan aman dan sertifikatnya dipercaya",
            "It is secured and trusted",
        ),
        "http" => say.it("Sistem menjawab", "The system answers"),
        "json" => say.it("Jawabannya JSON", "The answer is JSON"),
        "contract" => say.it("Jawabannya sesuai kontrak data", "The answer fits the contract"),
        _ => say.it("Bagian lain", "Another phase"),
    }
}

/// What to do about a failure of this kind.
pub(in crate::http::pages) fn advice(say: Say, kind: &str) -> &'static str {
    match kind {
        "address-forbidden" => say.it(
            "Alamat ini tidak boleh dipanggil. Bila memang sistem OPD, tambahkan jaringannya pada penghubung.",
            "This address may not be called. If it is the agency's system, add its network to the connector.",
        ),
        "dns" => say.it(
            "Periksa ejaan alamat, dan apakah server hub dapat mencari nama itu.",
            "Check how the address is written, and whether the hub's server can look the name up.",
        ),
        "connect" => say.it(
            "Sistem mati, atau firewall menutup jalan dari server hub. Tanyakan kepada pengelola sistem OPD.",
            "The system is down, or a firewall is between it and the hub. Ask who runs it.",
        ),
        "tls" => say.it(
            "Sertifikat kedaluwarsa atau tidak dikenal. Tambahkan sertifikat CA instansi pada penghubung.",
            "Its certificate ran out or is not known. Add the authority's certificate to the connector.",
        ),
        "timeout" => say.it(
            "Terlalu lama menjawab. Coba jalur yang lebih ringan, atau naikkan batas waktunya.",
            "It took too long. Try a lighter path, or wait for longer.",
        ),
        "credentials" => say.it(
            "Kredensial ditolak. Periksa caranya dan isi ulang kredensial.",
            "The credentials were refused. Check how they are shown, and type them anew.",
        ),
        "redirect" => say.it(
            "Sistem mengalihkan ke tempat lain. Pakai alamat akhirnya.",
            "The system leads elsewhere. Use the address it leads to.",
        ),
        "too-large" => say.it(
            "Jawabannya terlalu besar. Pakai halaman yang lebih kecil.",
            "The answer is too large. Ask for smaller pages.",
        ),
        "closed" => say.it(
            "Sambungan putus sebelum selesai. Coba lagi.",
            "The connection ended early. Try again.",
        ),
        "request" => say.it(
            "Permintaan ini tidak dapat dikirim. Periksa jalur dan kuerinya.",
            "This request can't be sent. Check its path and query.",
        ),
        _ => say.it(
            "Jawabannya bukan seperti yang diharapkan. Periksa jalurnya.",
            "The answer is not what was expected. Check the path.",
        ),
    }
}
