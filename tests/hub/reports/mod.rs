//! Reports: figures held against what was done by hand, papers opened as their readers open them.

mod exchanges;
mod plans;
mod validation;

use std::collections::HashMap;
use std::io::{Cursor, Read as _};
use std::time::Duration;

use calamine::{Data, Ods, Reader as _};
use mahakam::access::Role;
use mahakam::types::{Clock, Timestamp};
use serde_json::Value;

use crate::harness::{ADMIN_KEY, Call, TestHub};

/// Everybody who has a part in a report, by the name under which they sign in.
const PEOPLE: [(&str, Role, Option<&str>); 5] = [
    ("team", Role::TechnicalTeam, None),
    ("supervisor", Role::Supervisor, None),
    ("administrator", Role::Administrator, None),
    ("bkd", Role::Opd, Some("bkd")),
    ("dinkes", Role::Opd, Some("dinkes")),
];

/// A hub with everybody in it.
struct Office {
    hub: TestHub,
    cookies: HashMap<&'static str, String>,
}

impl Office {
    async fn open(hub: TestHub) -> Self {
        let mut cookies = HashMap::new();
        for (name, role, opd) in PEOPLE {
            cookies.insert(name, hub.person(name, &[role], opd).await);
        }
        Office { hub, cookies }
    }

    /// A call by somebody; `key` has the management key.
    fn by(&self, who: &str, method: &str, path: &str) -> Call {
        let call = self.hub.call(method, path).english();
        match who {
            "key" => call.key(ADMIN_KEY),
            who => call.cookie(&self.cookies[who]),
        }
    }

    /// Has a draft checked and signed.
    async fn signed(&self, draft: &Value) -> String {
        let path = draft["path"].as_str().unwrap().to_owned();
        let checked = self.by("supervisor", "POST", &format!("{path}/check")).await;
        assert_eq!(checked.expect(200)["state"], "checked");
        let signed = self.by("administrator", "POST", &format!("{path}/sign")).await;
        assert_eq!(signed.expect(200)["state"], "signed");
        path
    }

    /// The bytes of a report in each form.
    async fn forms(&self, path: &str) -> [Vec<u8>; 4] {
        let mut forms = Vec::new();
        for form in ["json", "html", "odt", "ods"] {
            let (_, bytes) = self
                .by("team", "GET", &format!("{path}?format={form}"))
                .downloaded()
                .await;
            forms.push(bytes);
        }
        forms.try_into().unwrap()
    }
}

/// An office half an hour after the midnight with which April begins in Makassar, but not yet in Jakarta.
async fn at_the_end_of_march(zone: &str) -> Office {
    let clock = Clock::fixed(Timestamp::parse("2026-03-31T16:30:00Z").unwrap());
    let hub = TestHub::builder().clock(clock).setting("MAHAKAM_TIME_ZONE", zone);
    Office::open(hub.start().await).await
}

/// Waits until the log has so many exchanges that a condition holds for.
async fn logged(hub: &TestHub, condition: &str, count: i64) {
    let query = format!("SELECT count(*) FROM exchange WHERE {condition}");
    for _ in 0..500 {
        if hub.database.beside().number(&query) >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the log has not {count} of {condition}");
}

/// A part of an ODT.
fn part(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The cells of a sheet of an ODS, row by row; numbers as they are.
fn sheet(ods: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut sheets: Ods<_> = calamine::open_workbook_from_rs(Cursor::new(ods.to_vec())).unwrap();
    let range = sheets.worksheet_range(name).unwrap();
    let cell = |cell: &Data| match cell {
        Data::Empty => String::new(),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(cell).collect()).collect()
}
