//! What stands in the files.

use std::io::Cursor;

use calamine::{Data, Ods, Range, Reader as _, Xlsx};
use serde_json::Value;

use super::{HEADINGS, HOSTILE, NUMBERS, filled, surat};
use crate::harness::TestHub;

/// The row of the record that is not about texts or numbers, as texts.
const ONE: [&str; 9] = [
    "a",
    "true",
    "07511",
    "Sendawar",
    r#"[{"n":1.50},null]"#,
    "",
    "",
    "",
    r#"{"b":1}"#,
];

#[tokio::test]
async fn a_csv_gives_every_value_back_as_it_was_sent() {
    let (_hub, surat) = filled().await;
    for (query, guarded) in [("", true), ("&raw=false", true), ("&raw=true", false)] {
        let (headers, bytes) = surat
            .get(&format!("/export?format=csv{query}"))
            .downloaded()
            .await;
        assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(
            headers["content-disposition"],
            "attachment; filename=\"bkd-surat-v1.csv\""
        );
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes.as_slice())
            .into_records();
        let mut next =
            || -> Vec<String> { rows.next().unwrap().unwrap().iter().map(str::to_owned).collect() };
        assert_eq!(next(), HEADINGS);
        assert_eq!(next(), ONE);
        for (number, _) in NUMBERS {
            assert_eq!(next()[5], number);
        }
        for text in HOSTILE {
            // A text that looks guarded already is guarded once more, so that a load can take one guard away.
            let formula = text
                .trim_start_matches('\'')
                .starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            let guard = if guarded && formula { "'" } else { "" };
            assert_eq!(next()[7], format!("{guard}{text}"));
        }
        assert!(rows.next().is_none(), "what was deleted is not there");
    }
}

#[tokio::test]
async fn lines_are_the_bare_payloads() {
    let (_hub, surat) = filled().await;
    let (headers, bytes) = surat.get("/export?format=ndjson").downloaded().await;
    assert_eq!(headers["content-type"], "application/x-ndjson");
    let lines = String::from_utf8(bytes).unwrap();
    let records = surat.all_records(1_000).await;
    assert_eq!(lines.lines().count(), records.len());
    assert!(lines.ends_with('\n'));
    let first = lines.lines().next().unwrap();
    assert_eq!(
        first,
        r#"{"id":"a","aktif":true,"alamat":{"kode/pos":"07511","kota":"Sendawar"},"anak":[{"n":1.50},null],"kosong":null,"luar":{"b":1}}"#
    );
    for (line, record) in lines.lines().zip(&records) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), record["data"]);
    }
}

fn xlsx(bytes: Vec<u8>) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range("surat").unwrap()
}

fn ods(bytes: Vec<u8>) -> Range<Data> {
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range("surat").unwrap()
}

/// A cell as text; numbers and truth values must be such.
fn text(sheet: &Range<Data>, row: u32, column: u32) -> String {
    match sheet.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        None | Some(Data::Empty) => String::new(),
        other => panic!("row {row}, column {column} is no text: {other:?}"),
    }
}

#[tokio::test]
async fn sheets_give_every_value_back_in_a_cell_of_its_kind() {
    let (_hub, surat) = filled().await;
    type Kind = (&'static str, &'static str, fn(Vec<u8>) -> Range<Data>, bool);
    let kinds: [Kind; 2] = [
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx,
            true,
        ),
        (
            "ods",
            "application/vnd.oasis.opendocument.spreadsheet",
            ods,
            false,
        ),
    ];
    for (format, media, read, keeps_controls) in kinds {
        let (headers, bytes) = surat.get(&format!("/export?format={format}")).downloaded().await;
        assert_eq!(headers["content-type"], media);
        assert_eq!(headers["content-length"], bytes.len().to_string());
        let sheet = read(bytes);
        for (column, heading) in (0..).zip(HEADINGS) {
            assert_eq!(text(&sheet, 0, column), heading, "{format}");
        }
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::Bool(true)), "{format}");
        for (column, expected) in (0..).zip(ONE).filter(|(column, _)| *column != 1) {
            assert_eq!(text(&sheet, 1, column), expected, "{format}");
        }
        let mut row = 1;
        for (number, double) in NUMBERS {
            row += 1;
            let expected = if double {
                Data::Float(number.parse().unwrap())
            } else {
                Data::String(number.into())
            };
            assert_eq!(sheet.get_value((row, 5)), Some(&expected), "{format}");
        }
        for hostile in HOSTILE {
            row += 1;
            let lost = |character: char| {
                matches!(character, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{fffe}') && !keeps_controls
            };
            let expected: String = hostile
                .chars()
                .map(|character| if lost(character) { '\u{fffd}' } else { character })
                .collect();
            assert_eq!(text(&sheet, row, 7), expected, "{format} {hostile:?}");
        }
        assert_eq!(sheet.height(), usize::try_from(row).unwrap() + 1, "{format}");
    }
}

#[tokio::test]
async fn a_dataset_without_records_is_a_header() {
    let (_hub, surat) = TestHub::with(surat()).await;
    let (_, bytes) = surat.get("/export?format=csv").downloaded().await;
    let declared = HEADINGS[..8].join(",");
    assert_eq!(String::from_utf8(bytes).unwrap(), format!("{declared}\r\n"));
    assert_eq!(surat.get("/export?format=ndjson").downloaded().await.1, b"");
    assert_eq!(
        xlsx(surat.get("/export?format=xlsx").downloaded().await.1).height(),
        1
    );
    assert_eq!(
        ods(surat.get("/export?format=ods").downloaded().await.1).height(),
        1
    );
}

#[tokio::test]
async fn every_record_of_many_pages_is_there_once() {
    let (_hub, surat) = TestHub::with(surat()).await;
    let lines: String = (0..5_000)
        .map(|n| format!("{{\"id\":\"{n:05}\",\"angka\":{n}}}\n"))
        .collect();
    surat.lines(lines).await.is(200);
    let expected: Vec<String> = (0..5_000).map(|n| format!("{n:05}")).collect();
    let (_, bytes) = surat.get("/export?format=csv").downloaded().await;
    let mut rows = csv::Reader::from_reader(bytes.as_slice()).into_records();
    let found: Vec<String> = rows.by_ref().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(found, expected);
    let sheet = xlsx(surat.get("/export?format=xlsx").downloaded().await.1);
    let found: Vec<String> = (1..=5_000).map(|row| text(&sheet, row, 0)).collect();
    assert_eq!(found, expected);
    assert_eq!(sheet.height(), 5_001);
}
