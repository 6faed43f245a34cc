//! The words of a draft's notes.
//!
//! Not here: when they are said. Invariant: each says what to do, and holds no value of a record but
//! those of a proposed `enum`.

use serde_json::Value;

use crate::types::{Pointer, Text};

/// The master that codes of regions refer to.
const REGIONS: &str = "pod/wilayah/v1";

/// Data that is not open needs a reason.
pub(super) fn reason() -> Text {
    Text::new(
        "Tulis alasannya (UU 14/2008); atau level: open bila siapa saja boleh membaca.",
        "Write the reason (UU 14/2008); or level: open if anybody may read it.",
    )
}

/// What lies too deep.
pub(super) fn deep() -> Text {
    Text::new(
        "Terlalu dalam untuk draf ini: apa saja diterima di sini. Sederhanakan susunannya.",
        "Too deep for this draft: anything is accepted here. Flatten it.",
    )
}

/// A field without any value.
pub(super) fn never_filled() -> Text {
    Text::new(
        "Tidak pernah terisi dalam contoh ini; sebutkan jenisnya.",
        "Never filled in this sample; say what it is.",
    )
}

/// A field of several types.
pub(super) fn mixed(types: &[&str]) -> Text {
    let types = types.join(", ");
    Text::new(
        format!("Jenisnya bercampur ({types}); pilih satu bila bisa."),
        format!("Of mixed types ({types}); choose one if you can."),
    )
}

/// Numbers that most programs round.
pub(super) fn long_number() -> Text {
    Text::new(
        "Ada bilangan lebih dari 15 angka; banyak program membulatkannya. Bila ini kode, kirim sebagai teks.",
        "There are numbers of more than 15 digits, which many programs round. If this is a code, send it as text.",
    )
}

/// Texts with white space around them.
pub(super) fn padded(count: u64) -> Text {
    Text::new(
        format!("Nilai dengan spasi di awal atau di akhir: {count}."),
        format!("Values with white space at their beginning or end: {count}."),
    )
}

/// Texts without a character.
pub(super) fn empty_texts(count: u64) -> Text {
    Text::new(
        format!("Teks kosong: {count}. Bila itu berarti tidak ada, jangan kirim isian ini."),
        format!("Empty texts: {count}. If that means there is none, leave the field out."),
    )
}

/// Few values that repeat.
pub(super) fn enumeration(values: &Value) -> Text {
    Text::new(
        format!("Bila hanya nilai ini yang mungkin (atau dengan --enums):\nenum: {values}"),
        format!("If no other value is possible (or by --enums):\nenum: {values}"),
    )
}

/// An object whose members are not all described.
pub(super) fn open_object(members: u64) -> Text {
    Text::new(
        format!("Objek ini memiliki lebih dari {members} anggota yang berbeda; anggota lain tetap diterima."),
        format!("This object has more than {members} different members; others are accepted, too."),
    )
}

/// Nothing can be the key.
pub(super) fn key_missing() -> Text {
    Text::new(
        "Pengenal tidak ditemukan: tidak ada isian, atau pasangan isian, yang selalu terisi dan tidak pernah berulang. Tulis key: [/...] di sini; tanpa itu dokumen ini belum dapat didaftarkan.",
        "No key was found: no field and no two fields are always there and never repeat. Write key: [/...] here; without it this document can't be registered.",
    )
}

/// A field is the key but for some values.
pub(super) fn key_nearly(field: &Pointer, repeats: u64) -> Text {
    Text::new(
        format!(
            "{field} hampir dapat menjadi pengenal: {repeats} rekaman mengulang nilai sebelumnya. Perbaiki rekaman itu, atau tulis key: [{field}] bila yang belakangan memang mengganti yang dahulu."
        ),
        format!(
            "{field} is nearly a key: {repeats} records repeat an earlier value. Correct those, or write key: [{field}] if later ones are to replace earlier ones."
        ),
    )
}

/// The key may be one by chance.
pub(super) fn key_unsure(records: u64) -> Text {
    Text::new(
        format!("Periksa: tidak ada yang berulang, tetapi itu belum membuktikan (rekaman: {records})."),
        format!("Look at this: nothing repeats, but that proves little (records: {records})."),
    )
}

/// The key was not judged to the end.
pub(super) fn key_uncounted() -> Text {
    Text::new(
        "Berkas ini terlalu besar untuk memastikan sampai akhir bahwa tidak ada yang berulang.",
        "This file is too large to be sure to its end that nothing repeats.",
    )
}

/// What may be the key as well.
pub(super) fn key_other(others: &str) -> Text {
    Text::new(
        format!("Juga tidak pernah berulang: {others}"),
        format!("Never repeats either: {others}"),
    )
}

/// Fields about persons.
pub(super) fn about_persons() -> Text {
    Text::new(
        "Menurut namanya, isian ini tentang orang; periksa dan lengkapi. Karena itu tidak ada contoh dari berkas.",
        "By their names, these fields are about persons; check and complete them. That is why no example was taken from the file.",
    )
}

/// Lines that are no records.
pub(super) fn deletions(count: u64) -> Text {
    Text::new(
        format!("Baris yang menghapus rekaman ($delete) tidak ikut dihitung: {count}."),
        format!("Lines that delete records ($delete) were not counted: {count}."),
    )
}

/// Codes of regions.
pub(super) fn reference(field: &Pointer) -> Text {
    Text::new(
        format!(
            "{field} berisi kode wilayah. Bila masternya {REGIONS}:\nreferences: [{{ field: {field}, dataset: {REGIONS} }}]"
        ),
        format!(
            "{field} holds codes of regions. If their master is {REGIONS}:\nreferences: [{{ field: {field}, dataset: {REGIONS} }}]"
        ),
    )
}

/// Records that may be events.
pub(super) fn kind() -> Text {
    Text::new(
        "Rekaman ini memuat waktu. Bila setiap rekaman adalah kejadian yang tidak pernah berubah: kind: transaction",
        "These records hold a time. If each is an event that never changes: kind: transaction",
    )
}

/// Numbers that are never below zero.
pub(super) fn minimum(fields: &str) -> Text {
    Text::new(
        format!("Tidak pernah negatif: {fields}; tambahkan minimum: 0 bila memang tidak boleh."),
        format!("Never below zero: {fields}; add minimum: 0 where that is not allowed."),
    )
}
