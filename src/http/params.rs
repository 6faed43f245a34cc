//! Query parameters: only known ones, each with a value that can be meant.

use actix_web::HttpRequest;

use super::path::{decode, encode};
use crate::error::{Error, Malformed, Result};
use crate::types::{MAX_KEY_BYTES, RecordKey, Text};

/// The one parameter that may stand more than once.
const REPEATABLE: &str = "key";

/// The most keys of one request.
const MAX_KEYS: usize = 500;

/// The parameters of a request, decoded, in their order.
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query of a request that knows the parameters `known`.
    ///
    /// # Errors
    /// Malformed when a parameter is not known, stands twice, or is not encoded well.
    pub(super) fn read(request: &HttpRequest, known: &'static [&'static str]) -> Result<Self> {
        Params::with(request, known, false)
    }

    /// The same where parameters that begin with a slash are filters.
    ///
    /// # Errors
    /// As [`Params::read`].
    pub(super) fn read_with_filters(request: &HttpRequest, known: &'static [&'static str]) -> Result<Self> {
        Params::with(request, known, true)
    }

    fn with(request: &HttpRequest, known: &'static [&'static str], filters: bool) -> Result<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in request.query_string().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| decode(&text.replace('+', " "));
            let (Some(name), Some(value)) = (plain(name), plain(value)) else {
                return Err(Error::Malformed(Malformed::Body(Text::new(
                    "Parameter harus UTF-8 dengan percent-encoding.",
                    "Parameters must be percent-encoded UTF-8.",
                ))));
            };
            // No stored text holds it, and databases take it for an end.
            // A cursor is the hub's own and is told apart as such.
            if name.contains('\0') || (value.contains('\0') && name != "cursor") {
                return Err(Error::Malformed(Malformed::Body(Text::new(
                    "Parameter tidak boleh memuat karakter NUL.",
                    "Parameters may not hold a NUL character.",
                ))));
            }
            if filters && name.starts_with('/') {
                pairs.push((name, value));
                continue;
            }
            let Some(at) = known.iter().position(|known| *known == name) else {
                let name = name.chars().take(100).collect();
                return Err(Error::Malformed(Malformed::UnknownParameter(name, known)));
            };
            if name != REPEATABLE && pairs.iter().any(|(other, _)| *other == name) {
                let twice = Text::new("hanya boleh satu kali.", "it may stand only once.");
                let name = known.get(at).copied().unwrap_or_default();
                return Err(Error::Malformed(Malformed::Parameter(name, twice)));
            }
            pairs.push((name, value));
        }
        Ok(Params(pairs))
    }

    /// The texts of a form that knows the fields `known`, as if they were parameters.
    ///
    /// # Errors
    /// Malformed when a field is not known, stands twice, or holds a NUL character.
    pub(super) fn of_form(texts: Vec<(String, String)>, known: &'static [&'static str]) -> Result<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in texts {
            let fresh = !pairs.iter().any(|(other, _)| *other == name);
            if !known.contains(&name.as_str()) || !fresh || value.contains('\0') {
                let name = name.chars().take(100).collect();
                return Err(Error::Malformed(Malformed::UnknownParameter(name, known)));
            }
            pairs.push((name, value));
        }
        Ok(Params(pairs))
    }

    /// The keys asked for, in their order.
    ///
    /// # Errors
    /// Malformed when there are too many, or one is no key.
    pub(super) fn keys(&self) -> Result<Vec<RecordKey>> {
        let texts: Vec<&str> = self
            .0
            .iter()
            .filter(|(name, _)| name == REPEATABLE)
            .map(|(_, key)| key.as_str())
            .collect();
        let fault = || {
            let text = Text::new(
                format!("paling banyak {MAX_KEYS} pengenal, masing-masing 1 sampai {MAX_KEY_BYTES} bita."),
                format!("at most {MAX_KEYS} keys of 1 to {MAX_KEY_BYTES} bytes each."),
            );
            Error::Malformed(Malformed::Parameter(REPEATABLE, text))
        };
        if texts.len() > MAX_KEYS {
            return Err(fault());
        }
        texts
            .into_iter()
            .map(|text| RecordKey::parse(text).map_err(|_| fault()))
            .collect()
    }

    /// The filters with their values, in their order.
    pub(super) fn filters(&self) -> Vec<(String, String)> {
        let filters = self.0.iter().filter(|(name, _)| name.starts_with('/'));
        filters.cloned().collect()
    }

    /// All but the parameter `name`, encoded and with a `&` behind each: the beginning of a query.
    pub(super) fn encoded_without(&self, name: &str) -> String {
        let others = self.0.iter().filter(|(other, _)| other != name);
        others
            .map(|(name, value)| format!("{}={}&", encode(name), encode(value)))
            .collect()
    }

    /// The text of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A whole number between `least` and `most`, or `default`.
    ///
    /// # Errors
    /// Malformed when it is anything else.
    pub(super) fn number(&self, name: &'static str, least: u64, most: u64, default: u64) -> Result<u64> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text
            .parse()
            .ok()
            .filter(|number| digits && (least..=most).contains(number));
        number.ok_or_else(|| {
            let text = Text::new(
                format!("harus bilangan bulat dari {least} sampai {most}."),
                format!("it must be a whole number from {least} to {most}."),
            );
            Error::Malformed(Malformed::Parameter(name, text))
        })
    }

    /// `true` or `false`; absent is false.
    ///
    /// # Errors
    /// Malformed when it is anything else.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                let text = Text::new("harus true atau false.", "it must be true or false.");
                Err(Error::Malformed(Malformed::Parameter(name, text)))
            }
        }
    }
}
