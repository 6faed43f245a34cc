//! How refused payloads look in answers: in lists, alone, as lines, as a table.
//!
//! Invariant: a body is never taken for a formula by a spreadsheet, and one that is no UTF-8 is told
//! as base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::hub::{self, RejectionView};
use crate::types::{Lang, Timestamp};

/// The columns of a table.
pub(super) const COLUMNS: [&str; 8] = [
    "number", "line", "at", "key", "code", "detail", "pointers", "body",
];

/// A refused payload, without its body.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Rejection {
    /// Its number within the dataset.
    number: i64,
    /// When it was refused.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The call that brought it.
    exchange: String,
    /// Who sent it.
    by: Sender,
    /// The contract version that judged it, such as `1.0.0`.
    contract: String,
    /// Its line in a bulk, or the element's number; null for a single payload.
    #[schema(required = true)]
    line: Option<i64>,
    /// The record's key, where one was found.
    #[schema(required = true)]
    key: Option<String>,
    /// The problem's code.
    code: String,
    /// What to do about it.
    detail: String,
    /// The first violations.
    #[schema(schema_with = crate::http::openapi::violations)]
    violations: Value,
    /// How many violations there are.
    #[schema(value_type = u64)]
    violations_total: Value,
    /// How it was repaired; null while it is open.
    #[schema(required = true)]
    repaired: Option<Repair>,
}

/// Who sent a payload; both are null for whoever manages the hub.
#[derive(Serialize, ToSchema)]
struct Sender {
    /// The agency's code.
    #[schema(required = true)]
    opd: Option<String>,
    /// The application's name.
    #[schema(required = true)]
    application: Option<String>,
}

/// How a refused payload was repaired.
#[derive(Serialize, ToSchema)]
struct Repair {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The seq of the record that stands since.
    seq: i64,
}

/// A refused payload.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct WholeRejection {
    #[serde(flatten)]
    rejection: Rejection,
    /// What was sent; null for a line that was too long to be held.
    #[schema(required = true)]
    body: Option<String>,
    /// How `body` is written: `utf-8`, or `base64` where it is no UTF-8; null without one.
    #[schema(required = true)]
    encoding: Option<&'static str>,
}

/// A page of refused payloads, newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RejectionPage {
    /// They, without their bodies.
    pub(in crate::http) rejections: Vec<Rejection>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl Rejection {
    fn new(view: RejectionView, lang: Lang) -> Self {
        let member = |name: &str| view.reason.get(name).cloned().unwrap_or_default();
        Rejection {
            number: view.number,
            at: view.at,
            exchange: view.exchange,
            contract: view.contract.to_string(),
            line: view.line,
            key: view.key,
            code: text(&member("code")).to_owned(),
            detail: said(&member("detail"), lang).to_owned(),
            violations: violations(&member("violations"), lang),
            violations_total: member("violations_total"),
            by: Sender {
                opd: view.opd,
                application: view.application,
            },
            repaired: view.repaired.map(|(at, seq)| Repair { at, seq: seq.0 }),
        }
    }
}

impl WholeRejection {
    /// The view in a language.
    pub(super) fn new(mut view: RejectionView, lang: Lang) -> Self {
        let (body, encoding) = match view.body.take().map(String::from_utf8) {
            Some(Ok(text)) => (Some(text), Some("utf-8")),
            Some(Err(bytes)) => (Some(STANDARD.encode(bytes.as_bytes())), Some("base64")),
            None => (None, None),
        };
        WholeRejection {
            rejection: Rejection::new(view, lang),
            body,
            encoding,
        }
    }

    /// The row of a table, its texts harmless and quoted (RFC 4180).
    pub(super) fn row(&self) -> String {
        let refused = &self.rejection;
        let pointers: Vec<&str> = refused
            .violations
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|violation| violation.get("pointer")?.as_str())
            .collect();
        let body = match (&self.body, self.encoding) {
            (Some(body), Some("base64")) => format!("base64:{body}"),
            (body, _) => body.clone().unwrap_or_default(),
        };
        let cells = [
            refused.number.to_string(),
            refused.line.map(|line| line.to_string()).unwrap_or_default(),
            refused.at.to_string(),
            cell(refused.key.as_deref().unwrap_or_default()),
            refused.code.clone(),
            cell(&refused.detail),
            cell(&pointers.join("; ")),
            cell(&body),
        ];
        format!("{}\r\n", cells.join(","))
    }
}

impl RejectionPage {
    /// The page in a language.
    pub(in crate::http) fn new(page: hub::RejectionPage, lang: Lang) -> Self {
        let each = page.rejections.into_iter();
        RejectionPage {
            rejections: each.map(|view| Rejection::new(view, lang)).collect(),
            next: page.next,
        }
    }
}

/// Kept violations in one language.
fn violations(kept: &Value, lang: Lang) -> Value {
    let each = kept.as_array().into_iter().flatten();
    let shown = each.map(|violation| {
        let member = |name: &str| violation.get(name).cloned().unwrap_or_default();
        json!({
            "pointer": member("pointer"),
            "keyword": member("keyword"),
            "message": said(&member("message"), lang),
            "expected": member("expected"),
        })
    });
    Value::Array(shown.collect())
}

/// A kept text in one language.
fn said(kept: &Value, lang: Lang) -> &str {
    kept.get(lang.tag()).map_or("", text)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A text as a cell: quoted, and with an apostrophe before what a spreadsheet would take for a formula.
fn cell(text: &str) -> String {
    // The wide forms are taken for the plain ones by spreadsheets in East Asian settings.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        for (text, expected) in [
            ("a", "\"a\""),
            ("", "\"\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "\"'=1+1\""),
            ("-5", "\"'-5\""),
            ("@x", "\"'@x\""),
            ("{\"a\":1}", "\"{\"\"a\"\":1}\""),
        ] {
            assert_eq!(cell(text), expected, "{text}");
        }
    }
}
