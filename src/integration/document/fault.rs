//! [`ContentFault`]: why a file is not kept, and what to do about it.
//!
//! Invariant: what is told never says what the machine said.

use super::Medium;
use crate::types::Text;

/// Why a file is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentFault {
    /// Its name ends like no type that may be kept.
    Extension,
    /// There is nothing in it.
    Empty,
    /// It is called one thing and is another.
    Mismatch {
        /// What its name says.
        named: Medium,
        /// What it is.
        found: Medium,
    },
    /// It is not what its name says, and nothing else that may be kept.
    Other(Medium),
    /// It is what its name says, but not whole.
    Damaged(Medium),
    /// A ZIP archive that is no office document that may be kept.
    Archive,
    /// A file of older office programs, or an encrypted one.
    Compound,
    /// It carries a program.
    Macros,
    /// It is protected by a password.
    Encrypted,
    /// It unpacks to far more than it should.
    Bomb,
    /// YAML longer than so many bytes.
    LongYaml(u64),
    /// It could not be read; the cause.
    Unread(String),
}

impl From<std::io::Error> for ContentFault {
    fn from(error: std::io::Error) -> Self {
        ContentFault::Unread(error.to_string())
    }
}

impl ContentFault {
    /// What is wrong, and what to do about it.
    pub fn detail(&self) -> Text {
        match self {
            ContentFault::Extension => {
                let names: Vec<&str> = Medium::ALL
                    .iter()
                    .flat_map(|medium| medium.extensions())
                    .copied()
                    .collect();
                let names = names.join(", ");
                Text::new(
                    format!("Nama berkas harus berakhir dengan salah satu dari: {names}."),
                    format!("The file's name must end in one of: {names}."),
                )
            }
            ContentFault::Empty => Text::new("Berkas ini kosong.", "The file is empty."),
            ContentFault::Mismatch { named, found } => Text::new(
                format!(
                    "Menurut namanya berkas ini {}, tetapi isinya {}. Perbaiki namanya atau kirim berkas yang benar.",
                    named.title(),
                    found.title()
                ),
                format!(
                    "By its name the file is {}, by its content {}. Correct the name or send the right file.",
                    named.title(),
                    found.title()
                ),
            ),
            ContentFault::Other(named) => Text::new(
                format!(
                    "Isi berkas ini bukan {}. Simpan ulang dalam format itu, lalu kirim lagi.",
                    named.title()
                ),
                format!(
                    "The file's content is not {}. Save it in that format and send it again.",
                    named.title()
                ),
            ),
            ContentFault::Damaged(medium) => Text::new(
                format!(
                    "Berkas {} ini tidak lengkap. Buka dan simpan ulang, lalu kirim lagi.",
                    medium.title()
                ),
                format!(
                    "The {} file is not whole. Open it, save it anew and send it again.",
                    medium.title()
                ),
            ),
            ContentFault::Archive
            | ContentFault::Compound
            | ContentFault::Macros
            | ContentFault::Encrypted
            | ContentFault::Bomb => self.of_archive(),
            ContentFault::LongYaml(most) => Text::new(
                format!("Berkas YAML paling besar {most} bita. Bagi berkasnya atau simpan sebagai JSON."),
                format!("A YAML file has at most {most} bytes. Split it or save it as JSON."),
            ),
            ContentFault::Unread(_) => Text::new(
                "Berkas tidak dapat dibaca kembali. Coba lagi.",
                "The file could not be read back. Try again.",
            ),
        }
    }

    /// The same of what is an archive, or should be one.
    fn of_archive(&self) -> Text {
        match self {
            ContentFault::Compound => Text::new(
                "Berkas ini dalam format Office lama atau dilindungi kata sandi. Simpan ulang sebagai ODT, DOCX, ODS, XLSX, atau PDF tanpa kata sandi.",
                "The file is in an old Office format or protected by a password. Save it as ODT, DOCX, ODS, XLSX or PDF without one.",
            ),
            ContentFault::Encrypted => Text::new(
                "Berkas ini dilindungi kata sandi. Simpan ulang tanpa kata sandi, lalu kirim lagi.",
                "The file is protected by a password. Save it without one and send it again.",
            ),
            ContentFault::Macros => Text::new(
                "Berkas ini memuat makro. Simpan ulang tanpa makro, atau sebagai PDF, lalu kirim lagi.",
                "The file carries macros. Save it without them, or as PDF, and send it again.",
            ),
            ContentFault::Bomb => Text::new(
                "Isi berkas ini bila dibuka jauh lebih besar daripada ukurannya. Bagi menjadi beberapa berkas atau simpan sebagai PDF.",
                "Unpacked the file is far larger than it should be. Split it into several files or save it as PDF.",
            ),
            _ => Text::new(
                "Isi berkas ini arsip ZIP yang bukan ODT, ODS, DOCX, atau XLSX, atau yang rusak. Simpan ulang sebagai dokumen biasa tanpa makro.",
                "The file is a ZIP archive that is no ODT, ODS, DOCX or XLSX, or is damaged. Save it as a plain document without macros.",
            ),
        }
    }
}
