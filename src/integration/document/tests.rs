//! Files as people bring them, and as nobody should.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::archive::MAX_ENTRIES;
use super::*;

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn odt() -> Vec<u8> {
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("content.xml", b"<a/>"),
    ])
}

fn office(type_: &str, part: &str) -> Vec<u8> {
    let types = format!(
        "<Types><Override PartName=\"/{part}\" ContentType=\"application/vnd.openxmlformats-officedocument.{type_}.main+xml\"/></Types>"
    );
    archive(&[("[Content_Types].xml", types.as_bytes()), (part, b"<a/>")])
}

fn look(name: &str, bytes: &[u8]) -> Result<Medium, ContentFault> {
    examine(&mut Cursor::new(bytes), &name.parse().unwrap())
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n";

#[test]
fn a_file_is_what_is_in_it() {
    let cases: [(&str, &[u8], Medium); 13] = [
        ("a.odt", &odt(), Medium::Odt),
        ("Surat Permohonan.ODT", &odt(), Medium::Odt),
        (
            "a.ods",
            &archive(&[
                ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
                ("content.xml", b"<a/>"),
            ]),
            Medium::Ods,
        ),
        (
            "a.docx",
            &office("wordprocessingml.document", "word/document.xml"),
            Medium::Docx,
        ),
        (
            "a.xlsx",
            &office("spreadsheetml.sheet", "xl/workbook.xml"),
            Medium::Xlsx,
        ),
        ("a.pdf", PDF, Medium::Pdf),
        ("a.png", PNG, Medium::Png),
        ("a.jpeg", b"\xff\xd8\xff\xe0", Medium::Jpeg),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", Medium::Webp),
        ("a.tif", b"II*\0\x08\0\0\0", Medium::Tiff),
        ("a.json", b" {\"a\": [1, 1e999, \"\\u0041\"]} \n", Medium::Json),
        ("a.yml", b"a: 1\nb:\n  - c\n", Medium::Yaml),
        ("a.yaml", b"{\"a\": 1}", Medium::Yaml),
    ];
    for (name, bytes, medium) in cases {
        assert_eq!(look(name, bytes), Ok(medium), "{name}");
    }
}

#[test]
fn a_file_that_is_something_else_is_told_so() {
    let macros = archive(&[
        (
            "[Content_Types].xml",
            b"\"application/vnd.ms-word.document.macroEnabled.main+xml\"",
        ),
        ("word/document.xml", b"<a/>"),
    ]);
    let mismatch = |named, found| ContentFault::Mismatch { named, found };
    let cases: [(&str, &[u8], ContentFault); 14] = [
        ("a.exe", b"MZ", ContentFault::Extension),
        ("a", PDF, ContentFault::Extension),
        ("a.pdf", b"", ContentFault::Empty),
        ("a.pdf", PNG, mismatch(Medium::Pdf, Medium::Png)),
        ("a.docx", &odt(), mismatch(Medium::Docx, Medium::Odt)),
        ("a.json", PDF, mismatch(Medium::Json, Medium::Pdf)),
        ("a.pdf", b"<html>", ContentFault::Other(Medium::Pdf)),
        ("a.json", b"{\"a\": 1} x", ContentFault::Other(Medium::Json)),
        ("a.yaml", b"hello", ContentFault::Other(Medium::Yaml)),
        ("a.yaml", b"a: [\xff]", ContentFault::Other(Medium::Yaml)),
        ("a.pdf", b"%PDF-1.7 cut off", ContentFault::Damaged(Medium::Pdf)),
        ("a.odt", &archive(&[("a.txt", b"a")]), ContentFault::Archive),
        ("a.docx", &macros, ContentFault::Archive),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            ContentFault::Compound,
        ),
    ];
    for (name, bytes, fault) in cases {
        assert_eq!(look(name, bytes), Err(fault), "{name}");
    }
    let cut = odt();
    assert_eq!(look("a.odt", &cut[..cut.len() - 30]), Err(ContentFault::Archive));
    let without = archive(&[("mimetype", b"application/vnd.oasis.opendocument.text")]);
    assert_eq!(look("a.odt", &without), Err(ContentFault::Damaged(Medium::Odt)));
}

#[test]
fn an_encrypted_document_is_told_so() {
    let odf = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<manifest:encryption-data/>"),
        ("content.xml", b"\x01\x02"),
    ]);
    assert_eq!(look("a.odt", &odf), Err(ContentFault::Encrypted));
    // The flag of an encrypted entry, in its own header and in the directory (APPNOTE 4.4.4).
    let mut zipped = odt();
    for (mark, offset) in [(&b"PK\x03\x04"[..], 6), (&b"PK\x01\x02"[..], 8)] {
        let places: Vec<usize> = memchr::memmem::find_iter(&zipped, mark).collect();
        for place in places {
            zipped[place + offset] |= 1;
        }
    }
    assert_eq!(look("a.odt", &zipped), Err(ContentFault::Encrypted));
}

#[test]
fn a_pdf_with_a_password_is_told_so_wherever_its_trailer_stands() {
    let pdf = |before: &str, trailer: &str| format!("%PDF-1.7\n{before}\n{trailer}\n%%EOF\n").into_bytes();
    for trailer in [
        "trailer <</Size 9/Encrypt 8 0 R/Root 1 0 R>>",
        "trailer << /Encrypt\r\n8 0 R >>",
        "trailer << /Encrypt<</Filter/Standard>> >>",
    ] {
        assert_eq!(
            look("a.pdf", &pdf("", trailer)),
            Err(ContentFault::Encrypted),
            "{trailer}"
        );
        // Across the edge of what is looked at at once.
        for more in [65_500, 65_515, 65_520, 65_526] {
            let long = pdf(&"x".repeat(more), trailer);
            assert_eq!(look("a.pdf", &long), Err(ContentFault::Encrypted), "{more}");
        }
    }
    for plain in [
        "(The word /Encrypt is no entry)",
        "<</EncryptMetadata false>>",
        "/Encrypt",
    ] {
        assert_eq!(look("a.pdf", &pdf("", plain)), Ok(Medium::Pdf), "{plain}");
    }
}

#[test]
fn a_document_with_macros_is_told_so() {
    let text = |part: &str| {
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", b"<a/>"),
            (part, b"Sub Main"),
        ])
    };
    for part in [
        "Basic/Standard/Module1.xml",
        "Scripts/python/a.py",
        "basic/script-lc.xml",
    ] {
        assert_eq!(look("a.odt", &text(part)), Err(ContentFault::Macros), "{part}");
    }
    for part in [
        "Configurations2/menubar/menubar.xml",
        "Pictures/Basic/a.png",
        "Basic/",
    ] {
        assert_eq!(look("a.odt", &text(part)), Ok(Medium::Odt), "{part}");
    }
    let types = b"\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"";
    for part in ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"] {
        let sheet = archive(&[
            ("[Content_Types].xml", types),
            ("xl/workbook.xml", b"<a/>"),
            (part, b"x"),
        ]);
        assert_eq!(look("a.xlsx", &sheet), Err(ContentFault::Macros), "{part}");
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0; 64 << 20];
    let honest = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", &zeros),
    ]);
    assert!(honest.len() < 100_000);
    assert_eq!(look("a.odt", &honest), Err(ContentFault::Bomb));
    // The same, saying of itself that it is small: in the directory, which is what readers go by.
    let mut lying = honest.clone();
    for place in memchr::memmem::find_iter(&honest, b"PK\x01\x02") {
        lying[place + 24..place + 28].copy_from_slice(&100_u32.to_le_bytes());
    }
    assert!(look("a.odt", &lying).is_err());
    let many: Vec<String> = (0..=MAX_ENTRIES).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(look("a.odt", &archive(&many)), Err(ContentFault::Bomb));
}

#[test]
fn a_text_is_looked_at_within_bounds() {
    let deep = "[".repeat(100_000);
    assert_eq!(
        look("a.json", deep.as_bytes()),
        Err(ContentFault::Other(Medium::Json))
    );
    assert!(look("a.yaml", deep.as_bytes()).is_err());
    let long = format!("a: {}", "x".repeat(1 << 20));
    assert_eq!(
        look("a.yaml", long.as_bytes()),
        Err(ContentFault::LongYaml(1 << 20))
    );
}

#[test]
fn a_name_has_no_folder_and_nothing_hidden() {
    for good in [
        "a.pdf",
        "Surat Permohonan (final) 2026.odt",
        "Berita Acara, no. 5.pdf",
        "é.png",
    ] {
        assert!(good.parse::<FileName>().is_ok(), "{good}");
    }
    for bad in [
        "",
        " ",
        "../a.pdf",
        "a\\b.pdf",
        "a\n.pdf",
        "a\u{202e}fdp.exe",
        ".pdf",
        "a\"b.pdf",
        &"a".repeat(MAX_FILE_NAME + 1),
    ] {
        assert!(bad.parse::<FileName>().is_err(), "{bad}");
    }
}
