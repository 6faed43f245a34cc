//! `kode-wilayah`: the code of a region of the government's administration.
//!
//! Province, regency or city, district, village, joined by dots: 64, 64.08, 64.08.02, 64.08.02.2001;
//! after Permendagri 58/2021 and the decrees that renew its list, last Kepmendagri 300.2.2-2138/2025.
//! Not here: whether the region exists, which a reference to the dataset of regions judges.

use crate::types::Text;

/// The parts: what they are called, and how many digits they have.
const PARTS: [(&str, &str, usize); 4] = [
    ("provinsi", "province", 2),
    ("kabupaten/kota", "regency or city", 2),
    ("kecamatan", "district", 2),
    ("desa/kelurahan", "village", 4),
];

/// Judges a code.
///
/// # Errors
/// The part that is wrong, and why.
pub fn judge(text: &str) -> Result<(), Text> {
    if let Some(dotted) = dotted(text) {
        return Err(fault(
            format!("tulis dengan titik: {dotted}"),
            format!("write it with dots: {dotted}"),
        ));
    }
    if text.split('.').nth(PARTS.len()).is_some() {
        return Err(fault(
            "paling banyak empat bagian, misalnya 64.08.02.2001",
            "it has at most four parts, such as 64.08.02.2001",
        ));
    }
    for (part, (id, en, length)) in text.split('.').zip(PARTS) {
        if part.len() != length || !part.bytes().all(|one| one.is_ascii_digit()) {
            return Err(fault(
                format!("bagian {id} harus {length} angka"),
                format!("the part of the {en} must have {length} digits"),
            ));
        }
        let first = if id == "provinsi" { 11 } else { 1 };
        if part.parse::<u32>().unwrap_or_default() < first {
            return Err(fault(
                format!("kode {id} {part} tidak ada"),
                format!("there is no {en} code {part}"),
            ));
        }
    }
    Ok(())
}

fn fault(id: impl AsRef<str>, en: impl AsRef<str>) -> Text {
    Text::new(
        format!("Kode wilayah salah: {}.", id.as_ref()),
        format!("The region code is wrong: {}.", en.as_ref()),
    )
}

/// The code with its dots, where only they are missing.
fn dotted(text: &str) -> Option<String> {
    if !matches!(text.len(), 4 | 6 | 10) || !text.bytes().all(|one| one.is_ascii_digit()) {
        return None;
    }
    let mut rest = text;
    let mut parts = Vec::new();
    for (_, _, length) in PARTS {
        let Some((part, behind)) = rest.split_at_checked(length) else {
            break;
        };
        parts.push(part);
        rest = behind;
    }
    Some(parts.join("."))
}
