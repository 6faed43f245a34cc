//! Dates and numbers as Indonesian papers write them.
//!
//! Not here: any other language. Invariant: a number loses no digit.

use jiff::civil::{Date, Weekday};

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

const DIGITS: [&str; 12] = [
    "", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
];

/// A date, such as `2 Maret 2026`.
pub fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// The day of a minute: `Senin, tanggal dua bulan Maret tahun dua ribu dua puluh enam`.
pub fn day(date: Date) -> String {
    let number = |number: i16| in_words(u32::try_from(number).unwrap_or_default());
    format!(
        "{}, tanggal {} bulan {} tahun {}",
        weekday(date),
        number(date.day().into()),
        month(date),
        number(date.year())
    )
}

/// A whole number below a million in words, such as `dua ribu dua puluh enam`.
pub fn in_words(number: u32) -> String {
    let join = |head: String, rest: u32| match rest {
        0 => head,
        rest => format!("{head} {}", in_words(rest)),
    };
    let digit = |number: u32| {
        let place = usize::try_from(number).unwrap_or_default();
        DIGITS.get(place).copied().unwrap_or_default().to_owned()
    };
    match number {
        0 => "nol".to_owned(),
        1..=11 => digit(number),
        12..=19 => format!("{} belas", digit(number % 10)),
        20..=99 => join(format!("{} puluh", digit(number / 10)), number % 10),
        100..=199 => join("seratus".to_owned(), number % 100),
        200..=999 => join(format!("{} ratus", digit(number / 100)), number % 100),
        1000..=1999 => join("seribu".to_owned(), number % 1000),
        2000..=999_999 => join(format!("{} ribu", in_words(number / 1000)), number % 1000),
        _ => number.to_string(),
    }
}

/// A number of JSON in the Indonesian manner: `1234.5` is `1.234,5`. What has an exponent stays.
pub fn number(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !fraction.is_none_or(plain) {
        return text.to_owned();
    }
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{grouped},{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

/// The month of a day as it is written in data: `2026-03`.
pub fn year_and_month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Such a month on paper: `Maret 2026`. What is none stays.
pub fn month_in_words(text: &str) -> String {
    match format!("{text}-01").parse::<Date>() {
        Ok(first) => format!("{} {}", month(first), first.year()),
        Err(_) => text.to_owned(),
    }
}

/// A part of a whole in percent with one digit behind the comma, cut off rather than rounded up: only all of it is
/// `100,0`.
pub fn percent(part: u64, whole: u64) -> String {
    let thousandths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{},{}", number(&(thousandths / 10).to_string()), thousandths % 10)
}

fn month(date: Date) -> &'static str {
    let place = usize::try_from(date.month() - 1).unwrap_or_default();
    MONTHS.get(place).copied().unwrap_or_default()
}

fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "Senin",
        Weekday::Tuesday => "Selasa",
        Weekday::Wednesday => "Rabu",
        Weekday::Thursday => "Kamis",
        Weekday::Friday => "Jumat",
        Weekday::Saturday => "Sabtu",
        Weekday::Sunday => "Minggu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_written_in_the_manner_of_papers() {
        let monday = Date::constant(2026, 3, 2);
        assert_eq!(date(monday), "2 Maret 2026");
        assert_eq!(
            day(monday),
            "Senin, tanggal dua bulan Maret tahun dua ribu dua puluh enam"
        );
    }

    #[test]
    fn months_and_parts_are_written_in_the_manner_of_papers() {
        assert_eq!(year_and_month(Date::constant(2026, 3, 2)), "2026-03");
        assert_eq!(month_in_words("2026-03"), "Maret 2026");
        assert_eq!(month_in_words("2026"), "2026");
        assert_eq!(percent(1, 3), "33,3");
        assert_eq!(percent(9_999, 10_000), "99,9");
        assert_eq!((percent(2, 2), percent(0, 0)), ("100,0".into(), "0,0".into()));
    }

    #[test]
    fn numbers_are_said_in_words() {
        for (number, words) in [
            (0, "nol"),
            (10, "sepuluh"),
            (11, "sebelas"),
            (19, "sembilan belas"),
            (20, "dua puluh"),
            (31, "tiga puluh satu"),
            (100, "seratus"),
            (111, "seratus sebelas"),
            (1998, "seribu sembilan ratus sembilan puluh delapan"),
            (2000, "dua ribu"),
            (120_001, "seratus dua puluh ribu satu"),
        ] {
            assert_eq!(in_words(number), words);
        }
    }

    #[test]
    fn numbers_are_grouped_and_lose_no_digit() {
        for (json, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1.000"),
            ("-1234567.50", "-1.234.567,50"),
            ("0.10", "0,10"),
            ("1e5", "1e5"),
            ("-", "-"),
        ] {
            assert_eq!(number(json), shown);
        }
    }
}
