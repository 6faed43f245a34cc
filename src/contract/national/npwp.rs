//! `npwp`: the number of a taxpayer, Nomor Pokok Wajib Pajak.
//!
//! 15 digits (nine of the taxpayer, three of the tax office, three of the branch), or 16 since PMK
//! 112/PMK.03/2022: a resident's NIK, or 0 followed by the 15 digits. Digits alone: the printed form
//! 01.234.567.8-901.000 is refused, because one number written in two ways is two keys. The check
//! digit is not judged: the regulation does not say how it is made.

use super::digits::{Digits, wrong};
use super::nik;
use crate::types::Text;

/// Judges a NPWP.
///
/// # Errors
/// The part that is wrong, and why.
pub fn judge(text: &str) -> Result<(), Text> {
    let bare: String = text
        .chars()
        .take(64)
        .filter(|one| !matches!(one, '.' | '-' | ' '))
        .collect();
    if bare.len() < text.len() && Digits::read("NPWP", &bare, &[15, 16]).is_ok() {
        return Err(wrong(
            "NPWP",
            format!("tulis angkanya saja, tanpa titik, tanda hubung atau spasi: {bare}"),
            format!("write the digits alone, without dots, hyphens or spaces: {bare}"),
        ));
    }
    let digits = Digits::read("NPWP", text, &[15, 16])?;
    if text.len() == 15 || text.starts_with('0') {
        let blank = text.bytes().all(|digit| digit == b'0');
        return if blank {
            Err(wrong("NPWP", "semua angkanya 0", "all its digits are 0"))
        } else {
            Ok(())
        };
    }
    // What does not begin with 0 has to be the NIK of a person.
    nik::parts(&digits)
}
