//! What cells mean, and which files are read at all.

use serde_json::json;

use super::*;
use crate::contract::Contract;

/// The rows of a CSV, as cells.
fn rows(text: &str) -> Vec<(u64, Vec<Option<Filled>>)> {
    let mut rows = Vec::new();
    let mut each = |row: SheetRow| {
        rows.push((row.number, row.cells.unwrap()));
        true
    };
    read_sheet(text.as_bytes(), SheetKind::Csv, &mut each).unwrap();
    rows
}

fn contract() -> Contract {
    let document = json!({
        "mahakam": "1", "opd": "bkd", "dataset": "a", "version": "1.0.0", "kind": "master", "title": "A",
        "key": ["/kode"], "classification": {"level": "open"},
        "schema": {
            "type": "object", "required": ["kode"], "additionalProperties": false,
            "properties": {
                "kode": {"type": "string"}, "luas": {"type": "number"}, "aktif": {"type": "boolean"},
                "tmt": {"type": "string", "format": "date"}
            }
        }
    });
    Contract::from_stored(&document.to_string()).unwrap()
}

fn text(text: &str) -> Option<Filled> {
    Some(Filled::Text(text.to_owned()))
}

fn payload(header: &[Option<Filled>], cells: &[Option<Filled>]) -> Result<String, Text> {
    let columns = SheetColumns::read(header, &contract(), false)?;
    columns
        .row(cells)
        .map(|row| String::from_utf8(row.payload).unwrap())
}

#[test]
fn a_file_is_known_by_what_is_in_it() {
    assert_eq!(sheet_kind(b"kode;nama\n1;a\n").unwrap(), SheetKind::Csv);
    for bad in [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"a\xff"] {
        assert!(sheet_kind(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn rows_without_anything_are_passed_over() {
    let found = rows("\u{feff}kode,luas\r\n,\r\n11.10,\"64.10\"\r\n");
    assert_eq!(
        found,
        [
            (1, vec![text("kode"), text("luas")]),
            (3, vec![text("11.10"), text("64.10")])
        ]
    );
}

#[test]
fn a_cell_is_what_the_file_says_it_is() {
    let header = ["kode", "luas", "aktif", "tmt"].map(text);
    let cells = [
        text("11.10"),
        Some(Filled::Number("64.1".into())),
        Some(Filled::Flag(true)),
        Some(Filled::Day("2026-03-02".into())),
    ];
    let made = payload(&header, &cells).unwrap();
    assert_eq!(
        made,
        r#"{"kode":"11.10","luas":64.1,"aktif":true,"tmt":"2026-03-02"}"#
    );
    // A code that became a number stays one, for the validator to refuse: nobody knows what it was.
    let made = payload(&header, &[Some(Filled::Number("11.1".into()))]).unwrap();
    assert_eq!(made, r#"{"kode":11.1}"#);
    let made = payload(&header, &[text("007"), text("64.10")]).unwrap();
    assert_eq!(made, r#"{"kode":"007","luas":64.10}"#);
    // A code that became a day is lost.
    assert!(payload(&header, &[Some(Filled::Day("2026-04-03".into()))]).is_err());
    assert!(payload(&header, &[text("a"), Some(Filled::Other)]).is_err());
    assert!(payload(&header, &[text("a"), None, None, None, text("x")]).is_err());
    assert!(payload(&["kode", "lain"].map(text), &[text("a")]).is_err());
    assert!(payload(&["luas"].map(text), &[text("a")]).is_err());
}

#[test]
fn a_sheet_of_refused_payloads_may_have_columns_that_the_contract_does_not_know() {
    let header = ["#nomor", "#ketidaksesuaian", "kode", "/lain"].map(text);
    let columns = SheetColumns::read(&header, &contract(), false).unwrap();
    let row = columns
        .row(&[Some(Filled::Number("7".into())), text("salah"), text("k")])
        .unwrap();
    assert_eq!(
        (row.number, row.payload.as_slice()),
        (Some(7), &br#"{"kode":"k"}"#[..])
    );
    assert!(columns.row(&[None, None, text("k"), text("x")]).is_err());
    assert!(columns.row(&[text("tujuh"), None, text("k")]).is_err());
    assert_eq!(columns.row(&[None, None, text("k")]).unwrap().number, None);
}
