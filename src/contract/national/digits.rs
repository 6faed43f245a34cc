//! Reading numbers that are made of parts: digits at fixed places, and dates among them.
//!
//! Not here: which parts a number has. Invariant: places are counted from 1, as people count the
//! digits on a card, and every fault names the places that it means.

use crate::types::Text;

/// A number of known length in which everything is a digit.
pub struct Digits<'t> {
    name: &'static str,
    text: &'t str,
}

/// A day of a calendar, as it is written in a number.
pub struct Day {
    /// The day of the month.
    pub day: u32,
    /// The month, 1 to 12 when it is real.
    pub month: u32,
    /// Whether the year may have a 29 February.
    pub leap: bool,
    /// How the year is called in a fault, in both languages.
    pub year: (String, String),
}

/// The first and the last digit of a part.
pub type Place = (usize, usize);

impl<'t> Digits<'t> {
    /// Reads `text` as the number `name`, which has one of these lengths.
    ///
    /// # Errors
    /// The first character that is no digit, else that there are too few or too many.
    pub fn read(name: &'static str, text: &'t str, lengths: &[usize]) -> Result<Self, Text> {
        let mut characters = text.chars().zip(1_usize..);
        if let Some((_, at)) = characters.find(|(character, _)| !character.is_ascii_digit()) {
            return Err(wrong(
                name,
                format!(
                    "karakter ke-{at} bukan angka; tulis angkanya saja, tanpa spasi, titik atau tanda hubung"
                ),
                format!(
                    "character {at} is no digit; write the digits alone, without spaces, dots or hyphens"
                ),
            ));
        }
        if !lengths.contains(&text.len()) {
            let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
            return Err(wrong(
                name,
                format!("harus {} angka, bukan {}", lengths.join(" atau "), text.len()),
                format!("it must have {} digits, not {}", lengths.join(" or "), text.len()),
            ));
        }
        Ok(Digits { name, text })
    }

    /// The digits of a part, as they are written.
    pub fn part(&self, (from, to): Place) -> &'t str {
        self.text.get(from.saturating_sub(1)..to).unwrap_or_default()
    }

    /// The value of a part of at most nine digits.
    pub fn number(&self, place: Place) -> u32 {
        self.part(place).parse().unwrap_or_default()
    }

    /// The fault of a part.
    pub fn fault(&self, place: Place, id: impl Into<String>, en: impl Into<String>) -> Text {
        let (at_id, at_en) = at(place);
        wrong(
            self.name,
            format!("{} {at_id}", id.into()),
            format!("{} {at_en}", en.into()),
        )
    }

    /// Whether a month and the day in it exist.
    ///
    /// # Errors
    /// The month, at `month`; or the day, at `whole`.
    pub fn calendar(&self, date: &Day, month: Place, whole: Place) -> Result<(), Text> {
        self.month(month)?;
        let days = match date.month {
            2 if date.leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if (1..=days).contains(&date.day) {
            return Ok(());
        }
        let (day, number) = (date.day, date.month);
        let (year_id, year_en) = if number == 2 && day == 29 {
            (format!(" {}", date.year.0), format!(" {}", date.year.1))
        } else {
            Default::default()
        };
        Err(self.fault(
            whole,
            format!("tanggal {day} pada bulan {number}{year_id} tidak ada"),
            format!("there is no day {day} in month {number}{year_en}"),
        ))
    }

    /// Whether a month exists.
    ///
    /// # Errors
    /// That it doesn't.
    pub fn month(&self, place: Place) -> Result<(), Text> {
        if (1..=12).contains(&self.number(place)) {
            return Ok(());
        }
        let month = self.part(place);
        Err(self.fault(
            place,
            format!("bulan {month} tidak ada"),
            format!("there is no month {month}"),
        ))
    }
}

/// A fault of the number `name`.
pub fn wrong(name: &str, id: impl AsRef<str>, en: impl AsRef<str>) -> Text {
    Text::new(
        format!("{name} salah: {}.", id.as_ref()),
        format!("The {name} is wrong: {}.", en.as_ref()),
    )
}

/// A place in words.
fn at((from, to): Place) -> (String, String) {
    match to.saturating_sub(from) {
        0 => (format!("(angka ke-{from})"), format!("(digit {from})")),
        1 => (
            format!("(angka ke-{from} dan ke-{to})"),
            format!("(digits {from} and {to})"),
        ),
        _ => (
            format!("(angka ke-{from} sampai ke-{to})"),
            format!("(digits {from} to {to})"),
        ),
    }
}
