//! The unit test as a page that prints on A4.
//!
//! Invariant: nothing of a contract or a payload stands in the page unescaped; the page loads nothing.

use super::{Case, Outcome, UnitTest};
use crate::types::{Lang, Text};

/// How the page looks, on screens and on paper.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;max-width:72rem;padding:1rem}\
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}\
th{background:#eee}td{overflow-wrap:anywhere}code{font:13px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}\
.passed{color:#116329}.failed{color:#a40e26;font-weight:bold}.not_tried{color:#6b4a00}\
.why{display:block;color:#444}\
@media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}thead{display:none}\
table,tbody,tr,td{display:block;border:0}tr{border:1px solid #999;margin:.5rem 0}}\
@media print{@page{size:A4;margin:18mm}body{font-size:10pt;max-width:none;padding:0}code{font-size:8pt}\
thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}";

impl UnitTest {
    /// As a page in `lang`.
    pub fn to_html(&self, lang: Lang) -> String {
        let say = |id: &'static str, en: &'static str| Text::new(id, en).to(lang).to_owned();
        let heading = say("Unit Tes Integrasi Aplikasi", "Integration unit test");
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{heading}: {} {}</title><style>{STYLE}</style></head>\n<body><main><h1>{heading}</h1>\n",
            lang.tag(),
            escape(&self.dataset.to_string()),
            self.version,
        );
        page.push_str(&self.facts(lang));
        let mut group = "";
        for case in &self.cases {
            let name = case.group.to(lang);
            if name != group {
                if !group.is_empty() {
                    page.push_str("</tbody></table>\n");
                }
                group = name;
                page.push_str(&format!(
                    "<h2>{}</h2>\n<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>\n",
                    escape(group),
                    say("Yang diuji", "What was tried"),
                    say("Permintaan", "Request"),
                    say("Diharapkan dan dijawab", "Expected and answered"),
                    say("Hasil", "Result"),
                ));
            }
            page.push_str(&row(case, lang));
        }
        if !group.is_empty() {
            page.push_str("</tbody></table>\n");
        }
        page.push_str("</main></body></html>\n");
        page
    }

    /// What was tested, when, by whom, and what came of it.
    fn facts(&self, lang: Lang) -> String {
        let say = |id: &'static str, en: &'static str| Text::new(id, en).to(lang).to_owned();
        let result = if self.passed() {
            say("Sesuai", "Passed")
        } else {
            say("Tidak sesuai", "Failed")
        };
        let counts = format!(
            "{} {}, {} {}, {} {}",
            self.count(Outcome::Passed),
            say("sesuai", "passed"),
            self.count(Outcome::Failed),
            say("tidak sesuai", "failed"),
            self.count(Outcome::NotTried),
            say("tidak diuji", "not tried"),
        );
        let facts = [
            ("Dataset".to_owned(), format!("{} ({})", self.dataset, self.title)),
            (
                say("Versi kontrak data", "Contract version"),
                self.version.to_string(),
            ),
            (
                say("Sidik dokumen (SHA-256)", "Digest of the document (SHA-256)"),
                self.digest.to_string(),
            ),
            (say("Waktu", "When"), self.at.to_string()),
            (say("Pelaksana", "By"), self.by.clone()),
            (
                say("Versi Mahakam", "Mahakam version"),
                env!("CARGO_PKG_VERSION").to_owned(),
            ),
        ];
        let mut list = String::from("<dl>");
        for (name, value) in facts {
            list.push_str(&format!("<dt>{}</dt><dd>{}</dd>", escape(&name), escape(&value)));
        }
        list.push_str(&format!(
            "<dt>{}</dt><dd><strong class=\"{}\">{result}</strong>: {counts}</dd></dl>\n",
            say("Hasil", "Result"),
            self.result(),
        ));
        list
    }
}

fn row(case: &Case, lang: Lang) -> String {
    let asked = case.asked.as_ref().map_or(String::new(), |asked| {
        let line = format!("{} {}", asked.method, asked.path);
        let body = asked
            .body
            .as_deref()
            .map_or(String::new(), |body| format!("\n{body}"));
        format!("<code>{}</code>", escape(&format!("{line}{body}")))
    });
    let status = |status: Option<u16>| status.map_or("-".to_owned(), |status| status.to_string());
    let code = case
        .code
        .as_deref()
        .map_or(String::new(), |code| format!(" {code}"));
    let word = match case.result {
        Outcome::Passed => Text::new("Sesuai", "Passed"),
        Outcome::Failed => Text::new("Tidak sesuai", "Failed"),
        Outcome::NotTried => Text::new("Tidak diuji", "Not tried"),
    };
    let why = case.why.as_ref().map_or(String::new(), |why| {
        format!("<span class=\"why\">{}</span>", escape(why.to(lang)))
    });
    format!(
        "<tr><td>{}</td><td>{asked}</td><td>{} / {}{}</td><td><span class=\"{}\">{}</span>{why}</td></tr>\n",
        escape(case.name.to(lang)),
        status(case.expected),
        status(case.got),
        escape(&code),
        case.result.as_str(),
        word.to(lang),
    )
}

/// A text that may stand anywhere in a page.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
