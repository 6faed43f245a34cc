//! Keywords and formats that mean nothing, or nothing in this draft.
//!
//! Not here: the values of keywords (the meta-schema judges them). Invariant: names of properties,
//! definitions and dependencies are never taken for keywords, nor anything inside `enum`, `const`,
//! `default` and `examples`.

use jsonschema::Draft;
use serde_json::Value;

use crate::contract::check::Findings;
use crate::contract::fault::{self, Fault};
use crate::contract::names;
use crate::contract::national;
use crate::contract::schema::{Links, walk};
use crate::types::{Pointer, Text};

/// The keywords of all drafts from 4 on, with the drafts that have them: `4`, `6`, `7`, `9` (2019-09)
/// and `C` (2020-12).
const KEYWORDS: &[(&str, &str)] = &[
    ("$anchor", "9C"),
    ("$comment", "79C"),
    ("$defs", "467 9C"),
    ("$dynamicAnchor", "C"),
    ("$dynamicRef", "C"),
    ("$id", "679C"),
    ("$recursiveAnchor", "9"),
    ("$recursiveRef", "9"),
    ("$ref", "4679C"),
    ("$schema", "4679C"),
    ("$vocabulary", "9C"),
    ("additionalItems", "4679"),
    ("additionalProperties", "4679C"),
    ("allOf", "4679C"),
    ("anyOf", "4679C"),
    ("const", "679C"),
    ("contains", "679C"),
    ("contentEncoding", "79C"),
    ("contentMediaType", "79C"),
    ("contentSchema", "9C"),
    ("default", "4679C"),
    ("definitions", "4679C"),
    ("dependencies", "467"),
    ("dependentRequired", "9C"),
    ("dependentSchemas", "9C"),
    ("deprecated", "4679C"),
    ("description", "4679C"),
    ("else", "79C"),
    ("enum", "4679C"),
    ("examples", "4679C"),
    ("exclusiveMaximum", "4679C"),
    ("exclusiveMinimum", "4679C"),
    ("format", "4679C"),
    ("id", "4"),
    ("if", "79C"),
    ("items", "4679C"),
    ("maxContains", "9C"),
    ("maxItems", "4679C"),
    ("maxLength", "4679C"),
    ("maxProperties", "4679C"),
    ("maximum", "4679C"),
    ("minContains", "9C"),
    ("minItems", "4679C"),
    ("minLength", "4679C"),
    ("minProperties", "4679C"),
    ("minimum", "4679C"),
    ("multipleOf", "4679C"),
    ("not", "4679C"),
    ("oneOf", "4679C"),
    ("pattern", "4679C"),
    ("patternProperties", "4679C"),
    ("prefixItems", "C"),
    ("properties", "4679C"),
    ("propertyNames", "679C"),
    ("readOnly", "4679C"),
    ("required", "4679C"),
    ("then", "79C"),
    ("title", "4679C"),
    ("type", "4679C"),
    ("unevaluatedItems", "9C"),
    ("unevaluatedProperties", "9C"),
    ("uniqueItems", "4679C"),
    ("writeOnly", "4679C"),
    // Of draft 3 and of OpenAPI 3.0: real somewhere, but without effect here.
    ("disallow", ""),
    ("divisibleBy", ""),
    ("extends", ""),
    ("nullable", ""),
];

/// Annotations that editors, generators and documentation tools read; none is a slip.
const ANNOTATIONS: &[&str] = &[
    "$data",
    "$merge",
    "$patch",
    "allowComments",
    "allowTrailingCommas",
    "bsonType",
    "comment",
    "comments",
    "defaultSnippets",
    "deprecationMessage",
    "discriminator",
    "doNotSuggest",
    "enumDescriptions",
    "enumNames",
    "enumTitles",
    "errorMessage",
    "example",
    "externalDocs",
    "fileMatch",
    "formatExclusiveMaximum",
    "formatExclusiveMinimum",
    "formatMaximum",
    "formatMinimum",
    "group",
    "icon",
    "instanceof",
    "javaInterfaces",
    "javaName",
    "javaType",
    "label",
    "links",
    "markdownDescription",
    "markdownEnumDescriptions",
    "media",
    "name",
    "note",
    "notes",
    "options",
    "order",
    "patternErrorMessage",
    "placeholder",
    "propertyOrder",
    "regexp",
    "source",
    "suggestSortText",
    "tags",
    "transform",
    "tsEnumNames",
    "tsType",
    "typeof",
    "unit",
    "units",
    "version",
    "xml",
];

/// The formats that are checked, apart from the [`national`] ones, with the drafts that check them (letters as in [`KEYWORDS`]).
const FORMATS: &[(&str, &str)] = &[
    ("date", "4679C"),
    ("date-time", "4679C"),
    ("duration", "9C"),
    ("email", "4679C"),
    ("hostname", "4679C"),
    ("idn-email", "4679C"),
    ("idn-hostname", "79C"),
    ("ipv4", "4679C"),
    ("ipv6", "4679C"),
    ("iri", "79C"),
    ("iri-reference", "79C"),
    ("json-pointer", "679C"),
    ("regex", "4679C"),
    ("relative-json-pointer", "79C"),
    ("time", "4679C"),
    ("uri", "4679C"),
    ("uri-reference", "679C"),
    ("uri-template", "679C"),
    ("uuid", "9C"),
];

/// Formats that are checked elsewhere or only noted: numbers of businesses, pupils and students. They
/// are near the name of a [`national`] one, but no slips.
const OTHER_FORMATS: &[&str] = &["ip", "nib", "nim", "nis"];

/// Reports keywords and formats that check nothing.
pub fn lint(schema: &Value, draft: Draft, links: &Links<'_>, findings: &mut Findings) {
    walk(schema, &mut |node| {
        let Value::Object(members) = node.schema else {
            return;
        };
        let draft = links
            .visited
            .get(&std::ptr::from_ref(node.schema))
            .copied()
            .unwrap_or(draft);
        let here = || Pointer::default().child("schema").join(&node.trail.pointer());
        for keyword in members.keys() {
            judge_keyword(keyword, draft, &here, findings);
        }
        if let Some(Value::String(format)) = members.get("format") {
            judge_format(format, draft, &here, findings);
        }
    });
}

/// Whether a draft has a keyword.
pub fn is_keyword(name: &str, draft: Draft) -> bool {
    find(KEYWORDS, name).is_some_and(|drafts| drafts.contains(letter(draft)))
}

/// Whether a format is checked in a draft.
pub fn is_format(name: &str, draft: Draft) -> bool {
    national::find(name).is_some() || find(FORMATS, name).is_some_and(|drafts| drafts.contains(letter(draft)))
}

fn letter(draft: Draft) -> char {
    match draft {
        Draft::Draft4 => '4',
        Draft::Draft6 => '6',
        Draft::Draft7 => '7',
        Draft::Draft201909 => '9',
        _ => 'C',
    }
}

fn find(table: &'static [(&str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, drafts)| *drafts)
}

fn judge_keyword(keyword: &str, draft: Draft, here: &dyn Fn() -> Pointer, findings: &mut Findings) {
    if keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword) {
        return;
    }
    match find(KEYWORDS, keyword) {
        Some(drafts) if drafts.contains(letter(draft)) => {}
        Some(_) => {
            let id = format!(
                "\"{keyword}\" tidak berlaku dalam draf skema ini dan tidak memeriksa apa pun; pakai padanannya atau hapus."
            );
            let en = format!(
                "\"{keyword}\" has no meaning in the draft of this schema and checks nothing; use its counterpart or remove it."
            );
            findings.warn(Fault::new(
                fault::FOREIGN_KEYWORD,
                here().child(keyword),
                Text::new(id, en),
            ));
        }
        None => {
            let real = KEYWORDS
                .iter()
                .filter(|(_, drafts)| !drafts.is_empty())
                .map(|(name, _)| *name);
            let shown: String = keyword.chars().take(100).collect();
            match names::nearest(keyword, real) {
                Some(meant) => {
                    let id = format!("Kata kunci \"{shown}\" tidak dikenal; apakah maksudnya \"{meant}\"?");
                    let en = format!("The keyword \"{shown}\" is not known; is \"{meant}\" meant?");
                    findings.fault(Fault::new(
                        fault::MISSPELT_KEYWORD,
                        here().child(keyword),
                        Text::new(id, en),
                    ));
                }
                None => {
                    let id = format!(
                        "Kata kunci \"{shown}\" tidak dikenal dan tidak memeriksa apa pun; hapus, atau awali dengan x- bila memang catatan."
                    );
                    let en = format!(
                        "The keyword \"{shown}\" is not known and checks nothing; remove it, or begin it with x- if it is a note."
                    );
                    findings.warn(Fault::new(
                        fault::UNKNOWN_KEYWORD,
                        here().child(keyword),
                        Text::new(id, en),
                    ));
                }
            }
        }
    }
}

fn judge_format(format: &str, draft: Draft, here: &dyn Fn() -> Pointer, findings: &mut Findings) {
    if is_format(format, draft) {
        return;
    }
    let shown: String = format.chars().take(100).collect();
    let pointer = here().child("format");
    let real = FORMATS.iter().map(|(name, _)| *name);
    let national = national::FORMATS.iter().map(|format| format.name);
    let is_slip = find(FORMATS, format).is_none() && !OTHER_FORMATS.contains(&format);
    let near = is_slip.then(|| names::nearest(format, real.chain(national)));
    if let Some(Some(meant)) = near {
        let id = format!("Format \"{shown}\" tidak dikenal; apakah maksudnya \"{meant}\"?");
        let en = format!("The format \"{shown}\" is not known; is \"{meant}\" meant?");
        findings.fault(Fault::new(fault::MISSPELT_FORMAT, pointer, Text::new(id, en)));
    } else {
        let id = format!(
            "Format \"{shown}\" tidak diperiksa dalam draf ini; tambahkan \"pattern\" bila isinya harus diperiksa."
        );
        let en = format!(
            "The format \"{shown}\" is not checked in this draft; add a \"pattern\" if its content must be checked."
        );
        findings.warn(Fault::new(fault::UNKNOWN_FORMAT, pointer, Text::new(id, en)));
    }
}
