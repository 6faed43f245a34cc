//! `nip`: the number of a civil servant, Nomor Induk Pegawai.
//!
//! 18 digits: birth date yyyymmdd, month of appointment yyyymm, sex (1 man, 2 woman) and a serial of
//! three digits, after Peraturan Kepala BKN 22/2007. Employees under a work agreement have the same 18
//! digits, but the two after the year of appointment are no month: they say the kind and count of the
//! agreement (NI PPPK), 21 to 29 in what is in use; both are employees of the state, so both count
//! here. Not here: whether the number was given to anybody.

use super::digits::{Day, Digits, Place};
use crate::types::Text;

/// Judges a NIP.
///
/// # Errors
/// The part that is wrong, and why.
pub fn judge(text: &str) -> Result<(), Text> {
    let digits = Digits::read("NIP", text, &[18])?;
    let born = year(&digits, (1, 4))?;
    let date = Day {
        day: digits.number((7, 8)),
        month: digits.number((5, 6)),
        leap: born.is_multiple_of(4) && (!born.is_multiple_of(100) || born.is_multiple_of(400)),
        year: (format!("tahun {born}"), format!("of {born}")),
    };
    digits.calendar(&date, (5, 6), (1, 8))?;
    let appointed = year(&digits, (9, 12))?;
    let month = digits.number((13, 14));
    let agreement = (21..=29).contains(&month);
    if !agreement {
        digits.month((13, 14))?;
    }
    if appointed < born || (appointed == born && !agreement && month < date.month) {
        return Err(digits.fault(
            (9, 14),
            "pengangkatan mendahului kelahiran",
            "the appointment lies before the birth",
        ));
    }
    let sex = digits.part((15, 15));
    if !matches!(sex, "1" | "2") {
        return Err(digits.fault(
            (15, 15),
            format!("jenis kelamin {sex} tidak ada, harus 1 (laki-laki) atau 2 (perempuan)"),
            format!("there is no sex {sex}, it must be 1 (man) or 2 (woman)"),
        ));
    }
    Ok(())
}

/// A year in which an employee may have been born or appointed.
fn year(digits: &Digits<'_>, place: Place) -> Result<u32, Text> {
    let year = digits.number(place);
    if (1900..=2099).contains(&year) {
        return Ok(year);
    }
    let shown = digits.part(place);
    Err(digits.fault(
        place,
        format!("tahun {shown} di luar 1900 sampai 2099"),
        format!("the year {shown} lies outside 1900 to 2099"),
    ))
}
