//! `nik`: the number of a resident, Nomor Induk Kependudukan.
//!
//! 16 digits: the codes of province, regency and district where it was issued (two each), the birth
//! date as ddmmyy with 40 added to the day for women, and a serial from 0001. After UU 23/2006 as
//! changed by UU 24/2013, and PP 37/2007, article 37. The year has two digits, so 29 February
//! counts when any century has it. Not here: whether the region exists or the number was issued;
//! codes die, numbers stay.

use super::digits::{Day, Digits};
use crate::types::Text;

/// What women's days of birth are increased by.
const WOMEN: u32 = 40;

/// Judges a NIK.
///
/// # Errors
/// The part that is wrong, and why.
pub fn judge(text: &str) -> Result<(), Text> {
    parts(&Digits::read("NIK", text, &[16])?)
}

/// Judges the parts of 16 digits that are to be a NIK.
pub(super) fn parts(digits: &Digits<'_>) -> Result<(), Text> {
    let province = digits.part((1, 2));
    if digits.number((1, 2)) < 11 {
        return Err(digits.fault(
            (1, 2),
            format!("kode provinsi {province} tidak ada, yang pertama 11"),
            format!("there is no province code {province}, the first is 11"),
        ));
    }
    let regions = [
        ((3, 4), "kabupaten/kota", "regency or city"),
        ((5, 6), "kecamatan", "district"),
    ];
    for (place, id, en) in regions {
        if digits.number(place) == 0 {
            return Err(digits.fault(
                place,
                format!("kode {id} 00 tidak ada"),
                format!("there is no {en} code 00"),
            ));
        }
    }
    birth(digits)?;
    if digits.number((13, 16)) == 0 {
        return Err(digits.fault(
            (13, 16),
            "nomor urut 0000 tidak ada, yang pertama 0001",
            "there is no serial 0000, the first is 0001",
        ));
    }
    Ok(())
}

fn birth(digits: &Digits<'_>) -> Result<(), Text> {
    let (written, year) = (digits.number((7, 8)), digits.part((11, 12)));
    let day = written
        .checked_sub(WOMEN)
        .filter(|day| *day > 0)
        .unwrap_or(written);
    digits.month((9, 10))?;
    if !(1..=31).contains(&day) {
        let shown = digits.part((7, 8));
        return Err(digits.fault(
            (7, 8),
            format!("tanggal {shown} tidak ada, harus 01 sampai 31, atau 41 sampai 71 untuk perempuan"),
            format!("there is no day {shown}, it must be 01 to 31, or 41 to 71 for women"),
        ));
    }
    let date = Day {
        day,
        month: digits.number((9, 10)),
        leap: digits.number((11, 12)).is_multiple_of(4),
        year: (
            format!("tahun yang berakhir dengan {year}"),
            format!("of a year that ends in {year}"),
        ),
    };
    digits.calendar(&date, (9, 10), (7, 12))
}
