//! [`Say`]: the language of a page, and how it writes days, moments and numbers.
//!
//! Not here: the words of single terms (`words`). Invariant: a moment is shown in the office's time with the name of
//! its zone, and a number in the manner of the page's language.

use std::fmt::Display;

use actix_web::HttpRequest;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{Error, Malformed};
use crate::http::meta::Meta;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::types::{Lang, Text, Timestamp};

const MONTHS: [(&str, &str); 12] = [
    ("Jan", "Jan"),
    ("Feb", "Feb"),
    ("Mar", "Mar"),
    ("Apr", "Apr"),
    ("Mei", "May"),
    ("Jun", "Jun"),
    ("Jul", "Jul"),
    ("Agu", "Aug"),
    ("Sep", "Sep"),
    ("Okt", "Oct"),
    ("Nov", "Nov"),
    ("Des", "Dec"),
];

/// In which language a page is written, and how its links say so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say {
    pub(super) lang: Lang,
    /// Whether the address chose the language.
    chosen: bool,
}

impl Say {
    /// As the request's language says.
    pub(super) fn plain(lang: Lang) -> Self {
        Say { lang, chosen: false }
    }

    /// By `lang` in the address, else by what the browser asks for.
    ///
    /// # Errors
    /// Malformed when the address says any other language, or anything else.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let params = Params::read(request, &["lang"])?;
        let lang = match params.text("lang") {
            None => return Ok(Say::plain(Meta::of(request)?.lang)),
            Some("id") => Lang::Id,
            Some("en") => Lang::En,
            Some(_) => {
                let text = Text::new("harus id atau en.", "it must be id or en.");
                return Err(Error::Malformed(Malformed::Parameter("lang", text)).into());
            }
        };
        Ok(Say { lang, chosen: true })
    }

    /// The words in the page's language.
    pub(super) fn it<'t>(&self, id: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }

    /// So many tenths, with the tenth behind the point or comma of the language.
    pub(super) fn tenths(&self, tenths: u64) -> String {
        format!("{}{}{}", tenths / 10, self.it(",", "."), tenths % 10)
    }

    /// What links to other pages end with.
    pub(super) fn query(&self) -> &'static str {
        match (self.chosen, self.lang) {
            (false, _) => "",
            (true, Lang::Id) => "?lang=id",
            (true, Lang::En) => "?lang=en",
        }
    }

    /// A number with its digits in groups of three, such as `1.234.567,5` or `1,234,567.5`. What is none stays.
    pub(super) fn number(&self, number: impl Display) -> String {
        let text = number.to_string();
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(digits) || !fraction.is_none_or(plain) {
            return text;
        }
        let (group, point) = match self.lang {
            Lang::Id => ('.', ','),
            Lang::En => (',', '.'),
        };
        let mut grouped = String::from(if digits.len() < whole.len() { "-" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(group);
            }
            grouped.push(digit);
        }
        if let Some(fraction) = fraction {
            grouped.push(point);
            grouped.push_str(fraction);
        }
        grouped
    }

    /// A day as it is written in data, such as `2026-03-02`, in words: `2 Mar 2026`. What is none stays.
    pub(super) fn day(&self, day: impl Display) -> String {
        let text = day.to_string();
        text.parse::<Date>().map_or(text, |day| self.words_of(day))
    }

    /// A moment in `zone`: `2 Mar 2026 17.46 WITA`. What is none stays.
    pub(super) fn moment(&self, at: impl Display, zone: &TimeZone) -> String {
        let text = at.to_string();
        let Some(at) = Timestamp::parse(&text) else {
            return text;
        };
        let Ok(at) = jiff::Timestamp::from_millisecond(at.0) else {
            return text;
        };
        let at = at.to_zoned_datetime(zone.clone());
        let between = self.it(".", ":");
        format!(
            "{} {:02}{between}{:02} {}",
            self.words_of(at.date()),
            at.hour(),
            at.minute(),
            at.strftime("%Z")
        )
    }

    /// How long something takes, in its two largest units: `2 hari 3 jam`.
    pub(super) fn lasting(&self, seconds: i64) -> String {
        const UNITS: [(i64, &str, &str, &str); 4] = [
            (86_400, "hari", "day", "days"),
            (3_600, "jam", "hour", "hours"),
            (60, "menit", "minute", "minutes"),
            (1, "detik", "second", "seconds"),
        ];
        let mut left = seconds.max(0);
        let mut parts = Vec::new();
        for (unit, id, one, many) in UNITS {
            let count = left / unit;
            left %= unit;
            if count > 0 {
                let name = self.it(id, if count == 1 { one } else { many });
                parts.push(format!("{} {name}", self.number(count)));
            } else if !parts.is_empty() {
                break;
            }
        }
        parts.truncate(2);
        match parts.is_empty() {
            true => format!("0 {}", self.it("detik", "seconds")),
            false => parts.join(" "),
        }
    }

    fn words_of(&self, day: Date) -> String {
        let place = usize::try_from(day.month() - 1).unwrap_or_default();
        let (id, en) = MONTHS.get(place).copied().unwrap_or_default();
        format!("{} {} {}", day.day(), self.it(id, en), day.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_follow_the_language() {
        let (id, en) = (Say::plain(Lang::Id), Say::plain(Lang::En));
        let cases = [
            (id.number(1_234_567), "1.234.567"),
            (en.number(1_234_567), "1,234,567"),
            (id.number("-1234.50"), "-1.234,50"),
            (id.number("12"), "12"),
            (id.number("1e3"), "1e3"),
            (id.day("2026-05-02"), "2 Mei 2026"),
            (en.day("2026-05-02"), "2 May 2026"),
            (id.day("kemarin"), "kemarin"),
            (id.lasting(0), "0 detik"),
            (en.lasting(61), "1 minute 1 second"),
            (id.lasting(7_384), "2 jam 3 menit"),
            (id.lasting(86_405), "1 hari"),
            (en.lasting(90_000_000), "1,041 days 16 hours"),
        ];
        for (written, wanted) in cases {
            assert_eq!(written, wanted);
        }
        let zone = TimeZone::get("Asia/Makassar").unwrap();
        let at = Timestamp::parse("2026-03-02T09:46:00Z").unwrap();
        assert_eq!(id.moment(at, &zone), "2 Mar 2026 17.46 WITA");
        assert_eq!(en.moment(at, &zone), "2 Mar 2026 17:46 WITA");
    }
}
