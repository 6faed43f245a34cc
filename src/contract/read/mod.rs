//! Reads the bytes of a contract document, JSON or YAML, into one value with places.
//!
//! Not here: whether the document is right. Invariant: the value holds the schema written out, also
//! when it came from a file beside the document, and every fault below `/schema` is shown in the
//! file that holds it.

mod scalar;
mod yaml;

use serde_json::Value;

use super::fault::{self, Fault};
use crate::types::{Document, JsonFault, JsonFaultKind, MAX_DEPTH, Place, Places, Pointer, Text};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// A document as it was read.
pub struct Source {
    /// The whole document, the schema written out.
    pub document: Value,
    places: Places,
    /// Whether unquoted scalars of the document, and of the schema's file, were YAML's.
    pub yaml: bool,
    /// As `yaml`, for what lies below `/schema`.
    pub schema_yaml: bool,
    beside: Option<(Box<str>, Places)>,
}

impl Source {
    /// Reads a document and, where it names one, the file with its schema.
    ///
    /// # Errors
    /// What keeps a file from being read at all. A missing schema file is no such fault: it is put
    /// into `faults` and the rest is read.
    pub fn read(bytes: &[u8], schema_file: Option<&[u8]>, faults: &mut Vec<Fault>) -> Result<Self, Fault> {
        let (document, places, yaml) = parse(bytes)?;
        let mut source = Source {
            document,
            places,
            yaml,
            schema_yaml: yaml,
            beside: None,
        };
        let Some(name) = source
            .document
            .get("schema")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return Ok(source);
        };
        match schema_file {
            None => faults.push(missing_file(&name)),
            Some(bytes) => match parse(bytes) {
                Err(fault) => faults.push(Fault {
                    file: Some(name.into()),
                    pointer: schema_pointer(),
                    ..fault
                }),
                Ok((schema, places, yaml)) => {
                    source.schema_yaml = yaml;
                    source.beside = Some((name.into(), places));
                    if let Some(slot) = source.document.get_mut("schema") {
                        *slot = schema;
                    }
                }
            },
        }
        Ok(source)
    }

    /// Fills in where a fault lies, unless that is known.
    pub fn locate(&self, fault: &mut Fault) {
        if fault.place.is_some() {
            return;
        }
        let mut segments = fault.pointer.segments();
        if let (Some((name, places)), Some("schema")) = (&self.beside, segments.next()) {
            let inner = segments.fold(Pointer::default(), |inner, segment| inner.child(segment));
            fault.place = places.nearest(&inner);
            fault.file = Some(name.clone());
        } else {
            fault.place = self.places.nearest(&fault.pointer);
        }
    }
}

/// The file that `schema` names, so that the caller can read it and pass its bytes on.
pub fn schema_file_of(bytes: &[u8]) -> Option<String> {
    let (document, _, _) = parse(bytes).ok()?;
    document.get("schema").and_then(Value::as_str).map(str::to_owned)
}

/// Reads any document, JSON or YAML, with the places of its values.
///
/// # Errors
/// What keeps it from being read.
pub fn read_document(bytes: &[u8]) -> Result<(Value, Places), Fault> {
    let (document, places, _) = parse(bytes)?;
    Ok((document, places))
}

fn schema_pointer() -> Pointer {
    Pointer::default().child("schema")
}

fn missing_file(name: &str) -> Fault {
    let id = format!(
        "Skema berada di berkas \"{name}\": letakkan berkas itu di samping dokumen ini, atau tuliskan skemanya langsung di sini."
    );
    let en = format!(
        "The schema is in the file \"{name}\": put that file beside this document, or write the schema out here."
    );
    Fault::new(fault::SCHEMA_FILE, schema_pointer(), Text::new(id, en))
}

/// Reads one file: JSON when it begins with `{`, else YAML.
fn parse(bytes: &[u8]) -> Result<(Value, Places, bool), Fault> {
    let start = Place { line: 1, column: 1 };
    if bytes.len() > MAX_BYTES {
        let mib = MAX_BYTES >> 20;
        let id = format!("Berkas ini lebih besar dari {mib} MiB; perkecil skema atau contohnya.");
        let en = format!("This file is larger than {mib} MiB; make its schema or its examples smaller.");
        return Err(Fault::at(fault::TOO_LARGE, start, Text::new(id, en)));
    }
    // Editors on Windows begin a file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        let (document, places) = Document::parse_with_places(bytes).map_err(|fault| json_fault(&fault))?;
        return Ok((document.into_parts().0, places, false));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let place = Place {
            line: u64::try_from(line).unwrap_or(u64::MAX),
            column: 1,
        };
        Fault::at(fault::SYNTAX, place, json_text(&JsonFaultKind::Utf8).1)
    })?;
    let (value, places) = yaml::read(text)?;
    Ok((value, places, true))
}

fn json_fault(found: &JsonFault) -> Fault {
    let (code, message) = json_text(&found.kind);
    Fault::at(code, found.place, message)
}

/// The code and the words for what can be wrong with a JSON text.
fn json_text(kind: &JsonFaultKind) -> (&'static str, Text) {
    match kind {
        JsonFaultKind::Syntax => (
            fault::SYNTAX,
            Text::new(
                "Ini bukan JSON: periksa koma, tanda kutip, dan kurung di sini.",
                "This is not JSON: check the commas, quotes and brackets here.",
            ),
        ),
        JsonFaultKind::Incomplete => (
            fault::SYNTAX,
            Text::new(
                "Berkas berakhir sebelum JSON-nya lengkap: periksa apakah semua kurung sudah ditutup.",
                "The file ends before its JSON does: check that every bracket is closed.",
            ),
        ),
        JsonFaultKind::Utf8 => (
            fault::SYNTAX,
            Text::new(
                "Berkas ini bukan UTF-8: simpan ulang dengan pengodean UTF-8.",
                "This file is not UTF-8: save it again with the encoding UTF-8.",
            ),
        ),
        JsonFaultKind::Duplicate(name) => (
            fault::DUPLICATE_MEMBER,
            Text::new(
                format!("Anggota \"{name}\" tertulis dua kali dalam objek ini; hapus salah satunya."),
                format!("The member \"{name}\" stands twice in this object; remove one of them."),
            ),
        ),
        JsonFaultKind::LoneSurrogate => (
            fault::SYNTAX,
            Text::new(
                "Karakter ini hanya separuh (pasangan surrogate tidak lengkap); tuliskan karakternya secara utuh.",
                "This is half a character (a lone surrogate); write the whole character.",
            ),
        ),
        JsonFaultKind::Nul => (
            fault::SYNTAX,
            Text::new(
                "Teks ini memuat karakter NUL; hapus karakter itu.",
                "This text holds a NUL character; remove it.",
            ),
        ),
        JsonFaultKind::TooDeep => (
            fault::TOO_DEEP,
            Text::new(
                format!("Dokumen ini bertingkat lebih dari {MAX_DEPTH}; sederhanakan susunannya."),
                format!("This document is nested deeper than {MAX_DEPTH}; flatten it."),
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_beside_the_document_is_written_into_it() {
        let bytes = b"opd: bkd\nschema: pegawai.json\n";
        assert_eq!(schema_file_of(bytes).as_deref(), Some("pegawai.json"));
        let mut faults = Vec::new();
        let source = Source::read(bytes, Some(b"{\n \"type\": 1}"), &mut faults).unwrap_or_else(|_| panic!());
        assert_eq!(
            source.document.to_string(),
            r#"{"opd":"bkd","schema":{"type":1}}"#
        );
        let mut fault = Fault::new(
            fault::SCHEMA_INVALID,
            "/schema/type".parse().unwrap(),
            Text::new("", ""),
        );
        source.locate(&mut fault);
        assert_eq!(
            (fault.file.as_deref(), fault.place),
            (Some("pegawai.json"), Some(Place { line: 2, column: 10 }))
        );
    }

    #[test]
    fn a_schema_file_that_was_not_given_is_asked_for() {
        let mut faults = Vec::new();
        assert!(Source::read(b"schema: pegawai.json\n", None, &mut faults).is_ok());
        assert_eq!(
            faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
            [fault::SCHEMA_FILE]
        );
        assert_eq!(schema_file_of(b"{\"schema\": {}}"), None);
    }

    #[test]
    fn a_byte_order_mark_is_forgiven() {
        let mut faults = Vec::new();
        assert!(Source::read(b"\xef\xbb\xbf{\"a\": 1}", None, &mut faults).is_ok());
        assert!(Source::read(b"\xef\xbb\xbfa: 1\n", None, &mut faults).is_ok());
    }

    #[test]
    fn bad_bytes_are_named_by_line() {
        let place = |bytes: &[u8]| {
            Source::read(bytes, None, &mut Vec::new())
                .err()
                .and_then(|fault| fault.place)
        };
        assert_eq!(place(b"a: 1\nb: \xff\n"), Some(Place { line: 2, column: 1 }));
        assert_eq!(place(b"{\"a\":1,\n\"a\":2}"), Some(Place { line: 2, column: 1 }));
    }
}
