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
