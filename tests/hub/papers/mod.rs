//! Documents of integrations, letters, and the papers of the procedure.

mod documents;
mod letters;
mod refused;
mod templates;

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{ADMIN_KEY, Call, TestHub};

/// Opens an integration in which these agencies take part, the first of which asks; gives its number.
pub fn integration(hub: &TestHub, opds: &[&str]) -> String {
    let mut beside = hub.database.beside();
    for opd in opds {
        hub.key(opd);
    }
    let number = beside.number("SELECT count(*) FROM integration") + 1;
    beside.run(&format!(
        "INSERT INTO integration (year, number, variant, subject, received_on, created_at, moves, state, step, round, entered_on)
         VALUES (2026, {number}, 'new', 'Data pegawai untuk perencanaan', '2026-03-03', 0, 1, 'running', 1, 1, '2026-03-03')"
    ));
    for (place, opd) in opds.iter().enumerate() {
        let side = ["asker", "provider", "recipient"][place.min(2)];
        beside.run(&format!(
            "INSERT INTO integration_party (integration_id, opd_id, side)
             SELECT {number}, id, '{side}' FROM opd WHERE code = '{opd}'"
        ));
    }
    format!("2026/{number}")
}

/// A request of the management key.
fn manage(hub: &TestHub, method: &str, path: &str) -> Call {
    hub.call(method, path).key(ADMIN_KEY)
}

/// A request that adds a file.
fn upload(hub: &TestHub, path: &str, query: &str, bytes: impl Into<Vec<u8>>) -> Call {
    manage(hub, "POST", &format!("{path}?{query}")).body("application/octet-stream", bytes.into())
}

/// An archive with these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A PDF of some length.
fn pdf(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..length).map(|place| u8::try_from(place * 31 % 251).unwrap()));
    bytes.extend_from_slice(b"\n%%EOF\n");
    bytes
}
