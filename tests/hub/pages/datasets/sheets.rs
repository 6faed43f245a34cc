//! A dataset as a spreadsheet: the empty sheet, the upload, refused payloads and back.

use std::borrow::Cow;
use std::io::{Cursor, Write as _};

use calamine::{Data, Ods, Range, Reader as _, Xlsx};
use mahakam::access::Role;
use mahakam::record::Cell;
use mahakam::report::sheet;
use mahakam::types::RecordKey;
use serde_json::json;

use super::{ask, logged, nip, page, pegawai, upload};
use crate::harness::{Api, TestHub, actor};

const PATH: &str = "/datasets/bkd/pegawai/v1";

async fn with_siti() -> (TestHub, Api, String) {
    let (hub, api) = TestHub::with(pegawai()).await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    (hub, api, siti)
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

/// A workbook of these rows, in either format.
fn book(ods: bool, rows: &[Vec<Cell<'_>>]) -> Vec<u8> {
    let out = Cursor::new(Vec::new());
    let mut book = match ods {
        true => sheet::Workbook::Ods(sheet::Ods::begin(out, "a", 3, false).unwrap()),
        false => sheet::Workbook::Xlsx(sheet::Xlsx::begin(out, "a", 1, false).unwrap()),
    };
    rows.iter().for_each(|row| book.row(row).unwrap());
    book.finish().unwrap().into_inner()
}

/// A row of texts as cells.
fn cells(row: &[String]) -> Vec<Cell<'_>> {
    let one = row.iter();
    one.map(|one| if one.is_empty() { Cell::Empty } else { text(one) })
        .collect()
}

fn opened(ods: bool, file: Vec<u8>) -> Range<Data> {
    match ods {
        true => Ods::new(Cursor::new(file))
            .unwrap()
            .worksheet_range_at(0)
            .unwrap()
            .unwrap(),
        false => Xlsx::new(Cursor::new(file))
            .unwrap()
            .worksheet_range_at(0)
            .unwrap()
            .unwrap(),
    }
}

#[tokio::test]
async fn the_empty_sheet_has_the_columns_of_the_contract() {
    let (hub, _, siti) = with_siti().await;
    assert!(
        page(&hub, &siti, &format!("{PATH}/sheet"))
            .await
            .contains("unit › kode")
    );
    let columns = [
        "/nip",
        "/anak",
        "/gaji",
        "/golongan",
        "/lahir",
        "/nama",
        "/unit/kode",
        "/unit/nama",
    ];
    for ods in [false, true] {
        let form = if ods { "ods" } else { "xlsx" };
        let (headers, file) = ask(
            &hub,
            &siti,
            "GET",
            &format!("{PATH}/sheet/template?format={form}"),
        )
        .downloaded()
        .await;
        let name = format!("attachment; filename=\"isian-bkd-pegawai-v1.{form}\"");
        assert_eq!(headers["content-disposition"], name);
        let range = opened(ods, file);
        let first: Vec<String> = range
            .rows()
            .next()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(first, columns);
    }
}

#[tokio::test]
async fn a_sheet_is_stored_row_by_row_with_types_by_the_schema() {
    for ods in [false, true] {
        let (hub, api, siti) = with_siti().await;
        let (one, two, three) = (nip(1), nip(2), nip(3));
        let header = ["/nip", "nama", "gaji", "/unit/kode", "lahir"].map(text).to_vec();
        let file = book(
            ods,
            &[
                header,
                vec![
                    text(&one),
                    text("Ani"),
                    Cell::Number("64.1"),
                    text("11.10"),
                    text("1985-01-02"),
                ],
                vec![text(&two), text("Budi"), text("64.10"), text("007")],
                vec![],
                // A code that a spreadsheet made a number of: nobody knows what it was.
                vec![text(&three), text("Citra"), Cell::Empty, Cell::Number("11.1")],
                vec![Cell::Number("19850101"), text("Dewi")],
            ],
        );
        let done = upload(&hub, &siti, &format!("{PATH}/sheet"), &file).await;
        let body = &done.is(200).body;
        for told in [
            "<strong>4</strong><span>baris diterima",
            "<strong>2</strong><span>rekaman baru",
            "<strong>2</strong><span>ditolak",
            "unit › kode: ",
        ] {
            assert!(body.contains(told), "{told}: {body}");
        }
        let stored = api.record(&one).await.is(200).body.clone();
        assert!(
            stored.contains("\"gaji\":64.1,") && stored.contains("\"kode\":\"11.10\""),
            "{stored}"
        );
        let stored = api.record(&two).await.is(200).body.clone();
        assert!(
            stored.contains("\"gaji\":64.10,") && stored.contains("\"kode\":\"007\""),
            "{stored}"
        );
        api.record(&three).await.is(404);
        assert_eq!(
            logged(&hub, "action = 'push' AND person_id IS NOT NULL AND rejected = 2"),
            1
        );
        assert!(
            page(&hub, &siti, &format!("{PATH}/rejections"))
                .await
                .contains(&three)
        );
        // The same file once more changes nothing.
        let twice = upload(&hub, &siti, &format!("{PATH}/sheet"), &file).await;
        assert!(
            twice
                .is(200)
                .body
                .contains("<strong>2</strong><span>sama seperti sebelumnya")
        );
    }
}

/// Rows as a file of this form.
fn written(form: &str, rows: &[Vec<String>]) -> Vec<u8> {
    if form == "csv" {
        let mut writer = csv::Writer::from_writer(Vec::new());
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        return writer.into_inner().unwrap();
    }
    let rows: Vec<Vec<Cell<'_>>> = rows.iter().map(|row| cells(row)).collect();
    book(form == "ods", &rows)
}

#[tokio::test]
async fn a_name_that_no_cell_holds_damages_no_sheet_of_refused_payloads() {
    let (hub, api, siti) = with_siti().await;
    api.push(json!({"nip": nip(1), "golongan": "I/z", "n".repeat(32_768): 1}))
        .await
        .is(422);
    let path = format!("{PATH}/rejections/download?format=xlsx");
    let (_, file) = ask(&hub, &siti, "GET", &path).downloaded().await;
    let sheet = opened(false, file);
    let mut longest = sheet
        .used_cells()
        .map(|(_, _, cell)| cell.to_string().encode_utf16().count());
    assert!(longest.all(|length| length <= 32_767));
}

#[tokio::test]
async fn refused_payloads_go_out_as_a_sheet_and_come_back_corrected() {
    for form in ["xlsx", "ods", "csv"] {
        let (hub, api, siti) = with_siti().await;
        api.push(json!({"nip": nip(1), "nama": "=1+1", "golongan": "I/z", "lebih": 1}))
            .await
            .is(422);
        api.push(json!({"nip": nip(2), "golongan": "III/a"}))
            .await
            .is(422);
        let path = format!("{PATH}/rejections/download?format={form}");
        let (_, file) = ask(&hub, &siti, "GET", &path).downloaded().await;
        let rows: Vec<Vec<String>> = match form {
            "csv" => csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(file.as_slice())
                .records()
                .map(|row| row.unwrap().iter().map(str::to_owned).collect())
                .collect(),
            _ => opened(form == "ods", file)
                .rows()
                .map(|row| row.iter().map(ToString::to_string).collect())
                .collect(),
        };
        let column = |name: &str| rows[0].iter().position(|heading| heading == name).unwrap();
        assert_eq!(&rows[0][..3], ["#nomor", "#ketidaksesuaian", "/nip"]);
        assert!(rows[1][1].contains("/golongan (\"I/z\"): "), "{rows:?}");
        let guard = if form == "csv" { "'=1+1" } else { "=1+1" };
        assert_eq!(rows[1][column("/nama")], guard);
        // One is corrected, of the other a column stays wrong.
        let mut corrected = rows.clone();
        corrected[1][column("/golongan")] = "III/a".into();
        corrected[1][column("/lebih")].clear();
        let file = written(form, &corrected);
        let done = upload(&hub, &siti, &format!("{PATH}/sheet"), &file).await;
        let body = &done.is(200).body;
        assert!(
            body.contains("<strong>1</strong><span>data ditolak diperbaiki"),
            "{form}: {body}"
        );
        assert!(
            body.contains("<strong>1</strong><span>ditolak") && body.contains("nama: "),
            "{form}: {body}"
        );
        let stored = api.record(&nip(1)).await.expect(200);
        assert_eq!(
            stored,
            json!({"nip": nip(1), "nama": "=1+1", "golongan": "III/a"})
        );
        let left = page(&hub, &siti, &format!("{PATH}/rejections")).await;
        assert!(left.contains(&nip(2)) && !left.contains(&nip(1)), "{left}");
        // Sent once more, what was corrected is as it was.
        let again = upload(&hub, &siti, &format!("{PATH}/sheet"), &file).await;
        let body = &again.is(200).body;
        for said in [
            "<strong>1</strong><span>sama seperti",
            "<strong>1</strong><span>ditolak",
        ] {
            assert!(body.contains(said), "{form}: {body}");
        }
        reasons_go_with_what_is_erased(&hub, form).await;
    }
}

/// Why two sheets' corrections were refused again may name values: it goes with what is erased of the dataset.
async fn reasons_go_with_what_is_erased(hub: &TestHub, form: &str) {
    let told = "SELECT count(*) FROM sheet_run WHERE uncorrected IS NOT NULL";
    assert_eq!(hub.database.beside().number(told), 2, "{form}");
    let (dataset, key) = (
        "bkd/pegawai/v1".parse().unwrap(),
        RecordKey::parse(&nip(1)).unwrap(),
    );
    let officer = actor();
    let erased = hub.hub.erase(&officer, &dataset, &key, "Permintaan");
    erased.await.unwrap();
    assert_eq!(hub.database.beside().number(told), 0, "{form}");
}

#[tokio::test]
async fn a_file_that_can_not_be_read_or_does_not_fit_stores_nothing() {
    let (hub, api, siti) = with_siti().await;
    let (one, far) = (nip(1), "x".repeat(40));
    let row = vec![text(&one), text("Ani")];
    let deep = vec![vec![text("/nip"), text("nama")], row.clone()];
    let mut many = vec![vec![text("/nip"), text("nama")]];
    many.extend(std::iter::repeat_n(row.clone(), 50_001));
    let bomb = {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options: zip::write::SimpleFileOptions = Default::default();
        for name in ["[Content_Types].xml", "xl/workbook.xml"] {
            zip.start_file(name, options).unwrap();
            zip.write_all(&vec![b' '; 80 << 20]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let cases: [(&str, Vec<u8>); 7] = [
        ("kosong", Vec::new()),
        ("biner", vec![0xd0, 0xcf, 0x11, 0xe0, 0, 255]),
        ("terpotong", book(false, &deep)[..200].to_vec()),
        ("bom", bomb),
        (
            "kolom lain",
            book(true, &[vec![text("/nip"), text("lain")], row.clone()]),
        ),
        ("tanpa pengenal", book(false, &[vec![text("nama")], row.clone()])),
        ("terlalu banyak", book(true, &many)),
    ];
    for (name, file) in cases {
        let refused = upload(&hub, &siti, &format!("{PATH}/sheet"), &file).await;
        assert!([400, 413].contains(&refused.status), "{name}: {refused:?}");
        assert!(
            refused.body.contains("role=\"alert\"") && refused.body.contains("name=\"file\""),
            "{name}"
        );
    }
    let repeats = ods_that_repeats(&far);
    let refused = upload(&hub, &siti, &format!("{PATH}/sheet"), &repeats).await;
    refused.is(400);
    let large = upload(&hub, &siti, &format!("{PATH}/sheet"), &vec![b'a'; 11 << 20]).await;
    assert_eq!(large.status, 413);
    assert_eq!(api.all_records(10).await.len(), 0);
    assert_eq!(logged(&hub, "action = 'push' AND records > 0"), 0);
}

/// A sheet of a few bytes that asks for very many cells.
fn ods_that_repeats(text: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><table:table>\
         <table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell table:number-columns-repeated=\"3000\" \
         office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell></table:table-row></table:table></office:document-content>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("mimetype", stored).unwrap();
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet")
        .unwrap();
    zip.start_file("META-INF/manifest.xml", stored).unwrap();
    zip.write_all(b"<manifest/>").unwrap();
    zip.start_file("content.xml", stored).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}
