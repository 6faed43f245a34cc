//! What the words of a contract are called on pages.
//!
//! The Indonesian terms are those of all screens. Invariant: every value has words in both languages.

use crate::contract::{Contract, Every, Level, OnDelete, Reference, ReferenceMode, State};
use crate::http::pages::say::Say;
use crate::hub::Dataset;
use crate::types::{Kind, Mode, Right};

/// Whether and by whom data may be read.
pub(in crate::http::pages) fn level(say: Say, level: Level) -> &'static str {
    match level {
        Level::Open => say.it("Terbuka", "Open"),
        Level::Restricted => say.it("Terbatas", "Restricted"),
        Level::Confidential => say.it("Tertutup", "Confidential"),
    }
}

/// How records live.
pub(in crate::http::pages) fn kind(say: Say, dataset: &Dataset) -> &'static str {
    match (dataset.mode(), dataset.kind()) {
        (Mode::Live, _) => say.it(
            "Panggilan langsung: dijawab oleh sistem Produsen Data",
            "Live calls: the owner's own system answers",
        ),
        (Mode::Stored, Kind::Master) => say.it(
            "Data master: rekaman dapat diubah dan dihapus menurut pengenalnya",
            "Master data: records are changed and deleted by their key",
        ),
        (Mode::Stored, Kind::Transaction) => say.it(
            "Data transaksi: rekaman disimpan satu kali dan tidak berubah",
            "Transactions: records are stored once and never changed",
        ),
    }
}

/// What a right lets somebody do.
pub(in crate::http::pages) fn right(say: Say, right: Right) -> &'static str {
    match right {
        Right::Push => say.it("Kirim data", "Push"),
        Right::Pull => say.it("Ambil data", "Pull"),
        Right::Live => say.it("Panggilan langsung", "Live calls"),
    }
}

/// How often the owner brings the data up to date.
pub(in crate::http::pages) fn update(say: Say, contract: &Contract) -> Option<String> {
    let update = contract.update.as_ref()?;
    let every = match update.every {
        Every::Event => say.it("setiap ada perubahan", "whenever something changes"),
        Every::Hourly => say.it("setiap jam", "hourly"),
        Every::Daily => say.it("setiap hari", "daily"),
        Every::Weekly => say.it("setiap minggu", "weekly"),
        Every::Monthly => say.it("setiap bulan", "monthly"),
        Every::Quarterly => say.it("setiap triwulan", "quarterly"),
        Every::Semiannually => say.it("setiap semester", "twice a year"),
        Every::Yearly => say.it("setiap tahun", "yearly"),
    };
    Some(match &update.by {
        Some(by) => format!("{every}, {} {by}", say.it("paling lambat pukul", "by")),
        None => every.to_owned(),
    })
}

/// What a reference to nothing means, and a deletion of what is referred to.
pub(in crate::http::pages) fn reference(say: Say, reference: &Reference) -> &'static str {
    match (reference.mode, reference.on_delete) {
        (ReferenceMode::Strict, _) => say.it(
            "harus ada di sana; kalau tidak, data ditolak",
            "must be there, else the record is refused",
        ),
        (ReferenceMode::Warn, OnDelete::Refuse | OnDelete::Ignore) => say.it(
            "disimpan walaupun tidak ada di sana, dan dilaporkan",
            "stored even when it is not there, and reported",
        ),
    }
}

/// Where a version is in its life, and how that is marked.
pub(in crate::http::pages) fn state(say: Say, state: State) -> (&'static str, &'static str) {
    match state {
        State::Draft => (say.it("Draf", "Draft"), ""),
        State::Agreed => (say.it("Disepakati", "Agreed"), "here"),
        State::Published => (say.it("Diterbitkan", "Published"), "good"),
        State::Deprecated => (say.it("Akan dihentikan", "Deprecated"), "warn"),
        State::Retired => (say.it("Dihentikan", "Retired"), ""),
    }
}
