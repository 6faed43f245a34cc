//! What is wrong with a request: its parameters, its header fields, its body.
//!
//! Not here: what is wrong with a payload by its contract; each violation has words of its own.

use crate::error::{Bound, Malformed};
use crate::types::{JsonFault, JsonFaultKind, MAX_DEPTH, Text};

/// What can't be understood, and how it is written instead.
pub(super) fn malformed_detail(malformed: &Malformed) -> Text {
    match malformed {
        Malformed::Json(fault) => json_detail(fault),
        Malformed::Body(text) | Malformed::Key(text) => text.clone(),
        Malformed::Mapping(says) => Text::new(
            format!(
                "Pemetaan tidak dapat membuat rekaman dari butir ini: {says}. Perbaiki pemetaan atau datanya di sistem asal."
            ),
            format!(
                "The mapping can't make a record of this item: {says}. Correct the mapping, or the data in the system it comes from."
            ),
        ),
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

/// How large it may be.
pub(super) fn bound_detail(bound: Bound) -> Text {
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
