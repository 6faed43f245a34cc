//! National formats: `nik`, `nip`, `npwp` and `kode-wilayah`, for the keyword `format`.
//!
//! Not here: whether a number was really issued, or a region exists. Invariant: what is refused comes
//! with the part that is wrong; judging takes one pass over the text.

mod digits;
mod nik;
mod nip;
mod npwp;
mod region;
#[cfg(test)]
mod tests;

use crate::types::Text;

/// A format that is checked in every draft.
pub struct Format {
    /// Its name, as `format` has it.
    pub name: &'static str,
    /// Judges a text: `Err` says which part is wrong, and why.
    pub judge: fn(&str) -> Result<(), Text>,
    /// A pattern that every text of the format matches.
    pub looks: &'static str,
    /// Texts of the format, made up.
    pub examples: &'static [&'static str],
}

/// All national formats, by name.
pub const FORMATS: [Format; 4] = [
    Format {
        name: "kode-wilayah",
        judge: region::judge,
        looks: r"^[0-9]{2}([.][0-9]{2}([.][0-9]{2}([.][0-9]{4})?)?)?$",
        examples: &["64.08.02.2001", "64", "64.08", "64.08.02"],
    },
    Format {
        name: "nik",
        judge: nik::judge,
        looks: "^[0-9]{16}$",
        examples: &["6472015708900001", "6408020203850002"],
    },
    Format {
        name: "nip",
        judge: nip::judge,
        looks: "^[0-9]{18}$",
        examples: &["199008172015032001", "198503022010011002"],
    },
    Format {
        name: "npwp",
        judge: npwp::judge,
        looks: "^[0-9]{15,16}$",
        examples: &["0012345678901000", "012345678901000", "6472015708900001"],
    },
];

/// The national format of a name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
