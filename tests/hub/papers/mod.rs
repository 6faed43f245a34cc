//! Documents of integrations, letters, and the papers of the procedure.

mod documents;
mod letters;
mod refused;
mod templates;

use std::io::{Cursor, Write as _};

use mahakam::access::Caller;
use mahakam::access::rules::Reach;
use mahakam::hub::NewFile;
use mahakam::integration::file::Party;
use mahakam::integration::procedure::Side;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{ADMIN_KEY, Call, TestHub};

/// An integration that is received now; see [`integration_of`].
pub fn integration(hub: &TestHub, opds: &[&str]) -> String {
    integration_of(hub, opds, None)
}

/// Opens an integration in which these agencies take part, the first of which asks; gives its number. It was received on the
/// day that is given, or now.
pub fn integration_of(hub: &TestHub, opds: &[&str], received_on: Option<&str>) -> String {
    let party = |opd: &str, side| {
        hub.key(opd);
        let opd = opd.parse().unwrap();
        Party { opd, side }
    };
    let sides = [Side::Asker, Side::Provider, Side::Recipient];
    let mut parties: Vec<Party> = opds
        .iter()
        .zip(sides)
        .map(|(opd, side)| party(opd, side))
        .collect();
    if let [alone] = opds {
        parties.push(party(alone, Side::Provider));
    }
    let new = NewFile {
        variant: "new".into(),
        subject: "Data pegawai untuk perencanaan".into(),
        received_on: received_on.map(|day| day.parse().unwrap()),
        parties,
        contracts: Vec::new(),
        predecessor: None,
        reason: received_on.map(|_| "Berjalan sebelum hub".to_owned()),
        letter: None,
        letter_id: None,
    };
    let number = hub.hub.open_integration(&Caller::Management, &Reach::All, &new);
    number.unwrap().to_string()
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
