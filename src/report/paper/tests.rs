//! Papers read back as their readers read them.

use std::io::{Cursor, Read as _};

use regex::Regex;

use super::*;

fn paper() -> Paper {
    let house = House {
        letterhead: vec!["PEMERINTAH PROVINSI <X>".into(), "Dinas Komunikasi".into()],
        zone: jiff::tz::TimeZoneDatabase::bundled()
            .get("Asia/Makassar")
            .unwrap(),
    };
    let mut paper = Paper::of(&house, "Laporan <Hasil> & \"Validasi\"");
    paper.subtitle.push("Nomor: 005/12".into());
    paper.conclusion = Some(Conclusion {
        sentence: "Data dapat dipakai.".into(),
        figure: "1.234".into(),
        counted: "rekaman".into(),
    });
    paper.as_of = Some(Timestamp(1_774_000_000_120));
    paper.footer = "Sidik dokumen 0123456789abcdef".into();
    paper.heading("A. Para pihak");
    paper.text("satu\nbaris  dua\u{1}");
    paper.facts([("OPD", Some("bkd".into())), ("Nomor surat", None)]);
    paper.items(["pertama".into(), "kedua".into()]);
    paper.blocks.push(Block::Boxes(vec![
        ("lengkap".into(), true),
        ("belum".into(), false),
    ]));
    paper.table(
        "Kolom / isi",
        &[("Kolom", 2), ("Jumlah", 1)],
        vec![
            vec![Value::text("007"), Value::number(12345)],
            vec![Value::Empty, Value::number("1.50")],
        ],
    );
    paper.table("Kolom : isi", &[("A", 1)], vec![vec![Value::text("=1+1")]]);
    paper.blocks.push(Block::Lines(2));
    paper.signatures.push(Signature {
        as_what: "Pihak Kesatu".into(),
        name: Some("Siti, S.Kom.".into()),
        nip: Some("198001012005012001".into()),
        ..Signature::default()
    });
    paper
}

fn part(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Follows the tags and panics where one is not closed by its own end.
fn is_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{text}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('?') || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "in {piece}");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// The styles that a part names, in `style-name` and `parent-style-name`, and those that it gives.
fn styles(xml: &str, attribute: &str) -> Vec<String> {
    xml.split(attribute)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn an_opendocument_text_has_its_parts_and_tells_its_type_from_outside() {
    let odt = paper().to_odt().unwrap();
    assert_eq!(&odt[30..38], b"mimetype");
    assert!(odt[38..].starts_with(b"application/vnd.oasis.opendocument.text"));
    let manifest = part(&odt, "META-INF/manifest.xml");
    let names: Vec<String> = zip::ZipArchive::new(Cursor::new(&odt))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in names
        .iter()
        .filter(|name| !["mimetype", "META-INF/manifest.xml"].contains(&name.as_str()))
    {
        assert!(manifest.contains(&format!("full-path=\"{name}\"")), "{name}");
        is_well_formed(&part(&odt, name));
    }
    assert_eq!(
        odt,
        paper().to_odt().unwrap(),
        "the same paper makes the same bytes"
    );
}

#[test]
fn every_style_that_is_named_is_there() {
    let odt = paper().to_odt().unwrap();
    let (look, content) = (part(&odt, "styles.xml"), part(&odt, "content.xml"));
    let mut given = styles(&look, " style:name=\"");
    given.extend(styles(&content, " style:name=\""));
    for attribute in [
        "text:style-name=\"",
        "table:style-name=\"",
        "parent-style-name=\"",
    ] {
        for name in styles(&content, attribute)
            .into_iter()
            .chain(styles(&look, attribute))
        {
            assert!(given.contains(&name), "{name}");
        }
    }
}

#[test]
fn the_text_says_what_the_paper_says_and_every_page_has_its_foot() {
    let odt = paper().to_odt().unwrap();
    let content = part(&odt, "content.xml");
    for said in [
        "Laporan &lt;Hasil&gt; &amp; &quot;Validasi&quot;",
        ">satu</text:p>",
        "baris <text:s/>dua\u{fffd}</text:p>",
        ">: ................................................</text:p>",
        "\u{2611} lengkap",
        "<table:table-header-rows>",
        ">12.345</text:p>",
        ">1,50</text:p>",
        "PEMERINTAH PROVINSI &lt;X&gt;</text:p>",
        "Keadaan per 20 Maret 2026 pukul 17.46 WITA",
        "NIP 198001012005012001",
    ] {
        assert!(content.contains(said), "{said} in {content}");
    }
    let look = part(&odt, "styles.xml");
    let (_, foot) = look.split_once("<style:footer>").unwrap();
    assert!(foot.contains("Sidik dokumen 0123456789abcdef") && foot.contains("<text:page-number"));
    assert!(look.contains("fo:page-width=\"21cm\" fo:page-height=\"29.7cm\""));
}

#[test]
fn those_who_sign_stand_together_on_one_page() {
    let content = part(&paper().to_odt().unwrap(), "content.xml");
    let (before, signed) = content.split_once("Pihak Kesatu").unwrap();
    let (_, table) = before.rsplit_once("<table:table ").unwrap();
    let name = table.split("table:style-name=\"").nth(1).unwrap();
    let name = name.split('"').next().unwrap();
    let style = format!("<style:style style:name=\"{name}\" style:family=\"table\">");
    let (_, style) = content.split_once(&style).unwrap();
    let (style, _) = style.split_once("/>").unwrap();
    assert!(
        style.contains("style:may-break-between-rows=\"false\""),
        "{style}"
    );
    assert!(signed.ends_with("</office:document-content>"));
}

#[test]
fn a_table_without_rows_says_that_there_are_none() {
    let mut paper = paper();
    paper.table("Hak akses", &[("OPD", 1), ("Tujuan", 2)], Vec::new());
    let content = part(&paper.to_odt().unwrap(), "content.xml");
    let (_, rest) = content.split_once(">Hak akses</text:p>").unwrap();
    assert!(
        rest.starts_with("<text:p text:style-name=\"Standard\">Tidak ada.</text:p>"),
        "{rest}"
    );
    assert!(paper.to_html().contains("<td colspan=\"2\">Tidak ada.</td>"));
}

#[test]
fn the_page_says_the_same_and_escapes_it() {
    let page = paper().to_html();
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    let head = head.replace("<!doctype html>", "");
    let void = Regex::new("<meta [^>]*>").unwrap();
    is_well_formed(&void.replace_all(&format!("{head}{body}"), ""));
    for said in [
        "<h1>Laporan &lt;Hasil&gt; &amp; &quot;Validasi&quot;</h1>",
        "<div class=\"foot\">Sidik dokumen 0123456789abcdef</div>",
        "<td class=\"number\">12.345</td>",
        "<li>kedua</li>",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("http"), "the page loads nothing");
}

#[test]
fn the_tables_are_sheets_with_the_numbers_as_they_are() {
    let ods = paper().to_ods().unwrap().unwrap();
    let content = part(&ods, "content.xml");
    is_well_formed(&content);
    for said in [
        "table:name=\"Kolom   isi\"",
        "table:name=\"Kolom   isi 2\"",
        "office:value=\"12345\"",
        "<text:p>007</text:p>",
        "<text:p>=1+1</text:p>",
    ] {
        assert!(content.contains(said), "{said} in {content}");
    }
    assert!(Paper::new("a").to_ods().unwrap().is_none());
}

#[test]
fn a_table_below_a_heading_of_the_same_words_does_not_say_them_again() {
    let mut paper = Paper::new("Laporan");
    paper.heading("Dokumen");
    paper.table("Dokumen", &[("A", 1)], Vec::new());
    paper.table("Lain", &[("A", 1)], Vec::new());
    let (page, content) = (paper.to_html(), part(&paper.to_odt().unwrap(), "content.xml"));
    assert_eq!(content.matches(">Dokumen</text:").count(), 1);
    assert_eq!(content.matches(">Lain</text:").count(), 1);
    assert!(page.contains("aria-label=\"Dokumen\"") && !page.contains("<caption>Dokumen"));
    assert!(page.contains("<caption>Lain</caption>"));
}
