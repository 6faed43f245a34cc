//! Texts for people, in both languages: [`Lang`] and [`Text`].
//!
//! Codes, keywords and member names are never translated; only sentences are.

use std::borrow::Cow;

/// A language in which the hub speaks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Bahasa Indonesia, the default.
    #[default]
    Id,
    /// English.
    En,
}

impl Lang {
    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Id => "id",
            Lang::En => "en",
        }
    }

    /// Chooses by an `Accept-Language` field (RFC 9110, section 12.5.4): the listed language with
    /// the highest weight that the hub speaks, else Bahasa Indonesia.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (Lang::Id, 0.0_f32);
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let primary = tag.split('-').next().unwrap_or_default();
            let lang = match primary.to_ascii_lowercase().as_str() {
                "id" | "in" | "*" => Lang::Id,
                "en" => Lang::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    id: Cow<'static, str>,
    en: Cow<'static, str>,
}

impl Text {
    /// A sentence in Bahasa Indonesia and in English.
    pub fn new(id: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Text {
            id: id.into(),
            en: en.into(),
        }
    }

    /// The sentence in `lang`.
    pub fn to(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_the_hub_speaks_wins() {
        let cases = [
            ("", Lang::Id),
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("fr, en;q=0.4, id;q=0.5", Lang::Id),
            ("fr", Lang::Id),
            ("id;q=0.2, EN;q=0.9", Lang::En),
            ("en;q=0", Lang::Id),
        ];
        for (field, expected) in cases {
            assert_eq!(Lang::negotiate(field), expected, "{field}");
        }
    }
}
