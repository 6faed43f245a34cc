//! What is asked of the hub, as the log names it.

use crate::http::pages::say::Say;

/// What can be asked, by its words in the log.
pub(in crate::http::pages) const ACTIONS: [&str; 14] = [
    "push",
    "delete",
    "pull",
    "changes",
    "export",
    "live",
    "validate",
    "scheduled-pull",
    "delivery",
    "rejections",
    "reset",
    "token",
    "look",
    "manage",
];

/// The outcomes by which the log is searched most, as it writes them.
pub(in crate::http::pages) const OUTCOMES: [&str; 8] = [
    "ok",
    "contract-violated",
    "bulk-refused",
    "credentials-invalid",
    "forbidden",
    "unknown-record",
    "rate-limited",
    "overloaded",
];

/// What came of it.
pub(in crate::http::pages) fn outcome(say: Say, word: &str) -> &'static str {
    match word {
        "ok" => say.it("berhasil", "ok"),
        "contract-violated" => say.it("tidak sesuai kontrak data", "breaks the contract"),
        "bulk-refused" => say.it("semua baris ditolak", "every line refused"),
        "credentials-missing" => say.it("tanpa kunci", "without a key"),
        "credentials-invalid" => say.it("kunci tidak berlaku", "key not valid"),
        "forbidden" => say.it("tidak berhak", "not allowed"),
        "rate-limited" => say.it("melampaui batas", "over the limit"),
        "precondition-failed" => say.it("prasyarat tidak terpenuhi", "precondition failed"),
        "key-mismatch" => say.it("pengenal berbeda", "keys differ"),
        "transaction-exists" => say.it("sudah ada dengan isi lain", "there with another payload"),
        "record-in-use" => say.it("masih dirujuk", "still referred to"),
        "contract-retired" | "cursor-gone" => say.it("sudah berakhir", "at its end"),
        "record-too-large" | "body-too-large" => say.it("terlalu besar", "too large"),
        "not-json" | "not-i-json" | "too-deep" => say.it("JSON tidak dapat dibaca", "JSON can't be read"),
        "overloaded" | "database-unavailable" | "dataset-held" | "stopping" => {
            say.it("hub sedang tidak dapat", "hub not able just then")
        }
        word if word.starts_with("unknown-") => say.it("tidak ditemukan", "not found"),
        word if word.starts_with("system-") => say.it("sistem OPD bermasalah", "agency's system failed"),
        word if word.starts_with("bad-") => say.it("permintaan keliru", "wrong request"),
        _ => say.it("tidak berhasil", "did not go well"),
    }
}

/// What was asked.
pub(in crate::http::pages) fn action(say: Say, word: &str) -> &'static str {
    match word {
        "push" => say.it("Kirim data", "Push"),
        "delete" => say.it("Hapus data", "Delete"),
        "pull" => say.it("Ambil data", "Pull"),
        "changes" => say.it("Umpan perubahan", "Change feed"),
        "export" => say.it("Unduh seluruh data", "Export"),
        "live" => say.it("Panggilan langsung", "Live call"),
        "validate" => say.it("Uji kirim", "Dry run"),
        "scheduled-pull" => say.it("Penarikan terjadwal", "Scheduled pull"),
        "delivery" => say.it("Pengiriman", "Delivery"),
        "rejections" => say.it("Data ditolak", "Rejections"),
        "reset" => say.it("Kosongkan lingkungan uji coba", "Reset of a sandbox"),
        "token" => say.it("Token akses", "Access token"),
        "look" => say.it("Lihat pengelolaan", "Look"),
        "manage" => say.it("Pengelolaan", "Manage"),
        _ => say.it("Lainnya", "Other"),
    }
}
