//! [`Form`] and [`Query`]: what a page's form sends, and what the address says behind `?`.
//!
//! `application/x-www-form-urlencoded` (WHATWG URL). Not here: forms that bring files. Invariant: white space around a
//! value means nothing, and a field that was left empty was not said.

use actix_web::{HttpRequest, web};
use bytes::BytesMut;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::once;
use crate::error::{Bound, Error, Malformed, Result};
use crate::http::body::{content_type, parts};
use crate::http::caller::hub_of;
use crate::http::problem::Problem;
use crate::types::Text;

/// How forms come.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The largest form, in bytes: a contract of the largest size, each of its bytes encoded as three, has room in it.
const MAX_FORM: usize = 4 * 1024 * 1024;

/// The largest form of somebody who is not known, in bytes.
const MAX_STRANGE: usize = 256 * 1024;

/// Fields that hold a secret: what was typed in them is never written into a page.
const SECRET: [&str; 4] = ["credential", "current", "new", "password"];

/// Whether a field of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    SECRET.contains(&name)
}

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Form(Vec<(String, String)>);

impl Form {
    /// These fields.
    pub(super) fn new(fields: Vec<(String, String)>) -> Self {
        Form(fields)
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// Unsupported when it is no form, too large, malformed where it holds NUL or is no UTF-8.
    pub(super) async fn read(
        request: &HttpRequest,
        payload: web::Payload,
    ) -> std::result::Result<Self, Problem> {
        if content_type(request).as_deref() != Some(FORM) {
            return Err(Problem::media_type(FORM));
        }
        let hub = hub_of(request)?;
        let bound = match crate::http::session::is_known(request) {
            true => MAX_FORM,
            false => MAX_STRANGE,
        };
        let mut body = parts(request, payload, hub.config().http.idle_seconds);
        let mut bytes = BytesMut::new();
        while let Some(part) = body.next().await? {
            if bytes.len().saturating_add(part.len()) > bound {
                body.give_up();
                return Err(Error::TooLarge(Bound::Body(bound)).into());
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Form::parse(&bytes)?)
    }

    /// Reads a form as it is sent.
    ///
    /// # Errors
    /// Malformed where it holds NUL or is no UTF-8.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
        let bad = |text: &String| text.contains(['\0', '\u{fffd}']);
        if fields.iter().any(|(name, value)| bad(name) || bad(value)) {
            return Err(Error::Malformed(Malformed::Body(Text::new(
                "Isian formulir harus UTF-8 tanpa karakter NUL.",
                "The form must be UTF-8 without NUL characters.",
            ))));
        }
        Ok(Form(fields))
    }

    /// The same without its token: what is typed again makes another.
    pub(super) fn without_token(&self) -> Self {
        Form(without_token(&self.0))
    }

    /// The form as it is sent, without its secrets.
    pub(super) fn encoded(&self) -> String {
        let shown = |(name, value): &(String, String)| {
            let value = if is_secret(name) {
                String::new()
            } else {
                value.clone()
            };
            (name.clone(), value)
        };
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.0.iter().map(shown))
            .finish()
    }

    /// All fields with their values.
    pub(super) fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// What a field says, without white space around it; empty where it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value.trim())
    }

    /// The same, where it says something.
    pub(super) fn said(&self, name: &str) -> Option<String> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// What all fields of this name say, the empty ones left out.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.0.iter().filter(|(known, _)| known == name);
        fields
            .map(|(_, value)| value.trim())
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// Whether a box of this name is ticked, with this value.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, said)| known == name && said == value)
    }

    /// What a field says, read as `T` reads texts.
    ///
    /// # Errors
    /// Malformed, named, where it says nothing or can't be read.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &'static str, wanted: Text) -> Result<T> {
        self.text(name)
            .parse()
            .map_err(|_| Error::Malformed(Malformed::Parameter(name, wanted)))
    }

    /// A day, where the field says one.
    ///
    /// # Errors
    /// Malformed, named, where it says something else.
    pub(super) fn day(&self, name: &'static str) -> Result<Option<Date>> {
        let wanted = Text::new("harus tanggal.", "it must be a date.");
        let said = self.said(name);
        said.map(|_| self.parsed(name, wanted)).transpose()
    }

    /// The fields that say something, as a JSON object of texts, for what reads such.
    pub(super) fn object(&self, names: &[&str]) -> Map<String, Value> {
        let said = names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.said(name)?.into())));
        said.collect()
    }
}

/// What an address says behind `?`. What a page does not know means nothing to it.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Query(Vec<(String, String)>);

impl Query {
    /// That of a request.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
        // No stored text holds it, and databases take it for an end.
        Query(pairs.filter(|(_, value)| !value.contains('\0')).collect())
    }

    /// What it says under a name, where it says something.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(known, _)| known == name);
        pair.map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The same, read as `T` reads texts; nothing where it can't be read.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// What a form is filled in with before it is sent: all pairs but a token, which is no link's to choose.
    pub(super) fn filled_in(&self) -> Vec<(String, String)> {
        without_token(&self.0)
    }

    /// All that it says under a name.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let pairs = self.0.iter().filter(|(known, _)| known == name);
        pairs.map(|(_, value)| value.trim()).collect()
    }

    /// The filters of a dataset's records that say something: their names are pointers.
    pub(super) fn filters(&self) -> impl Iterator<Item = &(String, String)> {
        self.0
            .iter()
            .filter(|(name, value)| name.starts_with('/') && !value.trim().is_empty())
    }

    /// The address's query with this name changed, for a link: without a value, it is left out. What is told once
    /// (`said`) and where a page goes on (`cursor`) are left out unless they are what is named.
    pub(super) fn with(&self, name: &str, value: Option<&str>) -> String {
        let kept = self
            .0
            .iter()
            .filter(|(known, _)| !["said", "cursor", name].contains(&known.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept);
        if let Some(value) = value {
            query.append_pair(name, value);
        }
        query.finish()
    }
}

fn without_token(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let pairs = pairs.iter().filter(|(name, _)| name != once::FIELD);
    pairs.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_left_empty_was_not_said() {
        let form = Form::parse(b"a=+x+&b=&c=1&c=&c=2").unwrap();
        assert_eq!(form.text("a"), "x");
        assert_eq!(form.said("b"), None);
        assert_eq!(form.all("c"), ["1", "2"]);
        assert!(form.has("c", "2") && !form.has("c", "3"));
        assert_eq!(
            Form::parse(form.encoded().as_bytes()).unwrap().fields(),
            form.fields()
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(Form::parse(b"a=%00").is_err());
        assert!(Form::parse(b"a=%ff").is_err());
    }
}
