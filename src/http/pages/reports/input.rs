//! What forms say about reports.
//!
//! Figures that an agency counted are typed a line each, their parts between `|`. Invariant: a number is taken over as it
//! was typed, to the last digit.

use jiff::civil::Date;
use serde_json::{Map, Number, Value, json};

use crate::error::{Error, Malformed, Result};
use crate::http::admin::reports::input::{FinalToDraft, RecapToDraft, ValidationToDraft};
use crate::http::pages::form::Form;
use crate::http::pages::integrations::taken;
use crate::hub::{Final, Validation};
use crate::types::{OpdCode, Text};

/// The most datasets that a form is read for.
const MOST: usize = 50;

/// A month, and the agency.
pub(super) fn recap(form: &Form) -> Result<(Date, Option<OpdCode>)> {
    taken::<RecapToDraft>(form.object(&["month", "opd"]))?.read()
}

/// What is said for a Laporan Hasil Integrasi Aplikasi.
pub(super) fn last(form: &Form) -> Result<Final> {
    let mut object = form.object(&["next_review"]);
    for name in ["obstacles", "upkeep"] {
        object.insert(name.to_owned(), json!(lines(form.text(name))));
    }
    taken::<FinalToDraft>(object)?.read()
}

/// What is said for a Laporan Hasil Validasi.
pub(super) fn validation(form: &Form) -> Result<Validation> {
    let mut object = form.object(&["from"]);
    object.insert("notes".to_owned(), json!(lines(form.text("notes"))));
    let mut controls = Vec::new();
    for number in 0..MOST {
        controls.extend(control(form, number)?);
    }
    object.insert("controls".to_owned(), controls.into());
    taken::<ValidationToDraft>(object)?.read()
}

/// What an agency counted of one dataset; nothing where nothing was typed.
fn control(form: &Form, number: usize) -> Result<Option<Value>> {
    let text = |name: &str| form.text(&format!("{name}-{number}"));
    let (dataset, rows) = (text("dataset"), text("rows"));
    let (groups, sums, dates) = (text("groups"), text("sums"), text("dates"));
    if [rows, groups, sums, dates].iter().all(|text| text.is_empty()) {
        return Ok(None);
    }
    let mut control = Map::new();
    let mut put = |name: &str, value: Value| control.insert(name.to_owned(), value);
    put("dataset", dataset.into());
    if !rows.is_empty() {
        put("rows", numbered(rows)?.into());
    }
    let mut counted: Vec<(String, Map<String, Value>)> = Vec::new();
    for line in lines(groups) {
        let [field, value, count] = parts(&line)?;
        let count = Value::Number(numbered(&count)?);
        match counted.iter_mut().find(|(known, _)| *known == field) {
            Some((_, counts)) => drop(counts.insert(value, count)),
            None => counted.push((field, Map::from_iter([(value, count)]))),
        }
    }
    let counted = counted.into_iter();
    put(
        "groups",
        counted
            .map(|(field, counts)| json!({"field": field, "counts": counts}))
            .collect(),
    );
    let sum = |line: &String| {
        let [field, sum] = parts(line)?;
        Ok(json!({"field": field, "sum": numbered(&sum)?}))
    };
    put("sums", lines(sums).iter().map(sum).collect::<Result<_>>()?);
    let span = |line: &String| {
        let [field, first, last] = parts(line)?;
        Ok(json!({"field": field, "first": first, "last": last}))
    };
    put("dates", lines(dates).iter().map(span).collect::<Result<_>>()?);
    Ok(Some(Value::Object(control)))
}

/// The lines of a text, without the empty ones.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The parts of a line.
fn parts<const N: usize>(line: &str) -> Result<[String; N]> {
    let parts: Vec<String> = line.split('|').map(|part| part.trim().to_owned()).collect();
    parts.try_into().map_err(|_| {
        fault(
            format!("Baris \u{201c}{line}\u{201d} harus terdiri atas {N} bagian yang dipisahkan tanda |."),
            format!("The line \u{201c}{line}\u{201d} must have {N} parts with | between them."),
        )
    })
}

/// A number as it was typed.
fn numbered(text: &str) -> Result<Number> {
    serde_json::from_str(text).map_err(|_| {
        fault(
            format!("\u{201c}{text}\u{201d} bukan bilangan; tulis seperti 1234.50."),
            format!("\u{201c}{text}\u{201d} is no number; write it like 1234.50."),
        )
    })
}

fn fault(id: String, en: String) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Form::new(fields.iter().map(owned).collect())
    }

    #[test]
    fn what_was_counted_is_typed_a_line_each() {
        let typed = form(&[
            ("dataset-0", "bkd/pegawai/v1"),
            ("rows-0", "12"),
            ("groups-0", "/golongan | III/a | 7\r\n/golongan|III/b|5\r\n"),
            ("sums-0", "/luas | 64.10"),
            ("dates-0", "/tmt | 2026-01-01 | 2026-03-01"),
            ("notes", "Satu\n\nDua"),
        ]);
        let told = validation(&typed).unwrap();
        let counted = &told.counted.first().unwrap().counted;
        assert_eq!(counted.rows, Some(12));
        assert_eq!(counted.groups.first().unwrap().1.len(), 2);
        assert_eq!(counted.sums.first().unwrap().1, "64.10");
        assert_eq!(told.notes, ["Satu", "Dua"]);
        assert!(
            validation(&form(&[("dataset-0", "bkd/pegawai/v1")]))
                .unwrap()
                .counted
                .is_empty()
        );
        for bad in ["/luas", "/luas | banyak", "/luas | 1 | 2"] {
            let typed = form(&[("dataset-0", "bkd/pegawai/v1"), ("sums-0", bad)]);
            assert!(validation(&typed).is_err(), "{bad}");
        }
    }
}
