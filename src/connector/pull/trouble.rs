//! [`Trouble`]: why a system's answers could not be taken in, so that whoever runs it can mend it.
//!
//! Invariant: it names places, numbers and names of settings, never anything of a payload.

use std::fmt;

use crate::types::{Pointer, Text};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// An HTML page instead of data.
    Html,
    /// Not JSON from this line and column on.
    NotJson(usize, usize),
    /// The answer ends in the middle of its JSON, behind so many bytes.
    Cut(usize),
    /// The byte with this number, from 0, is no UTF-8.
    NotUtf8(usize),
    /// The answer is written in this character set.
    Charset(String),
    /// Nothing stands where the items are said to stand.
    NoItems(Pointer),
    /// What stands there is no list.
    NoList(Pointer),
    /// What stands where the next cursor should stand is none.
    NoCursor(Pointer),
    /// The system names a next page that was read already.
    Cycle,
    /// The same page came twice in a row, byte by byte.
    SamePage,
    /// Records moved from page to page while the pages were read.
    PagesMoved,
    /// There are more pages than this.
    TooManyPages(u32),
    /// A page is longer than so many bytes.
    PageTooLong(u64),
    /// The next page is said to be at another system, or outside the connector's base.
    LinkElsewhere,
    /// Values of the bookmark are texts in one record and numbers in another, or dates and other texts.
    MixedBookmarks,
    /// A value of the bookmark is a day that is still to come.
    BookmarkAhead,
    /// The system answered with this status.
    Status(u16),
}

impl Trouble {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::Html => "answer-is-html",
            Trouble::NotJson(..) => "answer-not-json",
            Trouble::Cut(_) => "answer-cut",
            Trouble::NotUtf8(_) | Trouble::Charset(_) => "answer-charset",
            Trouble::NoItems(_) | Trouble::NoList(_) => "answer-without-items",
            Trouble::NoCursor(_) => "cursor-unusable",
            Trouble::Cycle | Trouble::SamePage => "pages-cyclic",
            Trouble::PagesMoved => "pages-moved",
            Trouble::TooManyPages(_) => "pages-endless",
            Trouble::PageTooLong(_) => "page-too-long",
            Trouble::LinkElsewhere => "link-elsewhere",
            Trouble::MixedBookmarks => "bookmark-mixed",
            Trouble::BookmarkAhead => "bookmark-ahead",
            Trouble::Status(_) => "answer-status",
        }
    }

    /// What happened and what to do about it.
    pub fn text(&self) -> Text {
        match self {
            Trouble::Html
            | Trouble::NotJson(..)
            | Trouble::Cut(_)
            | Trouble::NotUtf8(_)
            | Trouble::Charset(_)
            | Trouble::PageTooLong(_)
            | Trouble::Status(_) => self.of_the_answer(),
            Trouble::NoItems(_)
            | Trouble::NoList(_)
            | Trouble::NoCursor(_)
            | Trouble::Cycle
            | Trouble::SamePage
            | Trouble::PagesMoved
            | Trouble::TooManyPages(_)
            | Trouble::LinkElsewhere
            | Trouble::MixedBookmarks
            | Trouble::BookmarkAhead => self.of_the_settings(),
        }
    }

    fn of_the_answer(&self) -> Text {
        match self {
            Trouble::Html => Text::new(
                "Sistem menjawab dengan halaman HTML, bukan data. Biasanya itu halaman kesalahan atau halaman masuk; periksa path dan kredensial.",
                "The system answered with an HTML page instead of data. That is usually an error page or a sign-in page; check the path and the credentials.",
            ),
            Trouble::NotJson(line, column) => Text::new(
                format!(
                    "Jawaban sistem bukan JSON: baris {line}, kolom {column}. Minta pengelola sistem memperbaikinya."
                ),
                format!(
                    "The system's answer is not JSON: line {line}, column {column}. Ask whoever runs the system to mend it."
                ),
            ),
            Trouble::Cut(bytes) => Text::new(
                format!(
                    "Jawaban sistem terputus setelah {bytes} byte. Minta pengelola sistem memeriksa batas waktu dan memorinya."
                ),
                format!(
                    "The system's answer ends in the middle, behind {bytes} bytes. Ask whoever runs the system to check its limits of time and memory."
                ),
            ),
            Trouble::NotUtf8(byte) => Text::new(
                format!(
                    "Jawaban sistem bukan UTF-8 (byte {byte}). Minta pengelola sistem mengirim JSON dalam UTF-8."
                ),
                format!(
                    "The system's answer is not UTF-8 (byte {byte}). Ask whoever runs the system to send JSON in UTF-8."
                ),
            ),
            Trouble::Charset(name) => Text::new(
                format!("Jawaban sistem ditulis dalam {name}. JSON hanya diterima dalam UTF-8."),
                format!("The system's answer is written in {name}. JSON is taken in UTF-8 only."),
            ),
            Trouble::PageTooLong(bytes) => Text::new(
                format!(
                    "Satu halaman lebih panjang dari {bytes} byte. Minta lebih sedikit rekaman per halaman, atau naikkan max_page_bytes."
                ),
                format!(
                    "A page is longer than {bytes} bytes. Ask for fewer records a page, or raise max_page_bytes."
                ),
            ),
            other => {
                let status = if let Trouble::Status(status) = other {
                    *status
                } else {
                    0
                };
                Text::new(
                    format!(
                        "Sistem menjawab dengan status {status}. Periksa path, parameter dan kredensial."
                    ),
                    format!(
                        "The system answered with status {status}. Check the path, the parameters and the credentials."
                    ),
                )
            }
        }
    }

    fn of_the_settings(&self) -> Text {
        match self {
            Trouble::NoItems(pointer) => Text::new(
                format!(
                    "Jawaban sistem tidak punya \"{pointer}\", tempat daftar rekaman. Periksa items, atau apakah sistem melaporkan kesalahan."
                ),
                format!(
                    "The system's answer has no \"{pointer}\", where the list of records should stand. Check items, or whether the system tells of an error."
                ),
            ),
            Trouble::NoList(pointer) => Text::new(
                format!("\"{pointer}\" dalam jawaban sistem bukan daftar. Periksa items."),
                format!("\"{pointer}\" in the system's answer is no list. Check items."),
            ),
            Trouble::NoCursor(pointer) => Text::new(
                format!(
                    "\"{pointer}\" dalam jawaban sistem bukan kursor: hanya teks, angka atau null. Periksa paging."
                ),
                format!(
                    "\"{pointer}\" in the system's answer is no cursor: it is a text, a number or null. Check paging."
                ),
            ),
            Trouble::Cycle => Text::new(
                "Sistem menunjuk halaman berikutnya yang sudah dibaca. Periksa paging.",
                "The system names a next page that was read already. Check paging.",
            ),
            Trouble::SamePage => Text::new(
                "Halaman yang sama datang dua kali berturut-turut. Sistem mungkin tidak mengenal parameter halaman; periksa paging. Bila sistem membulatkan offset ke kelipatan ukuran halaman, isi overlap dengan false.",
                "The same page came twice in a row. The system may not know the parameter of the page; check paging. Where it rounds an offset to a multiple of its page size, set overlap to false.",
            ),
            Trouble::PagesMoved => Text::new(
                "Rekaman berpindah halaman selagi halaman dibaca, sehingga ada yang bisa terlewat. Jalankan saat sistem sepi, atau pakai paging cursor. Bila sistem hanya mengenal kelipatan ukuran halaman sebagai offset, isi overlap dengan false.",
                "Records moved from page to page while the pages were read, so that some may be missed. Run it when the system is quiet, or page by cursor. Where the system takes only multiples of its page size for an offset, set overlap to false.",
            ),
            Trouble::TooManyPages(most) => Text::new(
                format!("Halamannya lebih dari {most}. Periksa paging, atau naikkan max_pages."),
                format!("There are more than {most} pages. Check paging, or raise max_pages."),
            ),
            Trouble::LinkElsewhere => Text::new(
                "Sistem menunjuk halaman berikutnya di luar alamat dasar penghubung. Hanya alamat di bawahnya yang dipanggil.",
                "The system names a next page outside the connector's base address. Only what lies below it is called.",
            ),
            Trouble::BookmarkAhead => Text::new(
                "Nilai penanda satu rekaman adalah hari yang belum tiba; menyimpannya berarti semua perubahan sebelum hari itu terlewat. Minta pengelola sistem memperbaiki rekaman itu.",
                "A record's value of the bookmark is a day that is still to come; keeping it would miss every change before that day. Ask whoever runs the system to correct the record.",
            ),
            _ => Text::new(
                "Nilai penanda ada yang tanggal, ada yang teks lain atau angka, sehingga tidak dapat diurutkan. Periksa bookmark.",
                "Values of the bookmark are dates here and other texts or numbers there, so they can't be ordered. Check bookmark.",
            ),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().to(crate::types::Lang::En))
    }
}
