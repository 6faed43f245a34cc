//! The pictures of README.md and of the documents: an office of the sample agencies after three weeks of work.
//!
//! They land in `target/screenshots/readme`, and further looks of the same pages in `target/screenshots/looks`;
//! `tests/pictures` copies the former to `docs/images`. Invariant: what they show was sent and done through the hub.

use std::path::Path;

use mahakam::access::{PersonName, Role};
use mahakam::hub::{NewPerson, Publication};
use mahakam::types::{Clock, OpdCode, Timestamp};
use serde_json::Value;

use super::desk::{Desk, Found};
use crate::browser::Browser;
use crate::harness::{Api, PASSWORD, TestHub, actor, assignment, cookie, eventually};

/// A Monday, nine o'clock in the province.
const MONDAY: &str = "2026-04-06T01:00:00Z";

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// For how many days the office works.
const DAYS: usize = 21;

/// A dataset, its contract, its data, and what stands in its lines that is made wrong now and then.
const SAMPLES: [(&str, &str, &str, (&str, &str)); 4] = [
    (
        "pod/wilayah/v1",
        "pod-wilayah",
        "odbl/wilayah",
        ("\"tingkat\":\"desa", "\"tingkat\":\"dess"),
    ),
    (
        "diskominfo/kodepos/v1",
        "diskominfo-kodepos",
        "kodepos",
        ("\"kode_pos\":\"7", "\"kode_pos\":\""),
    ),
    (
        "dkp/pulau/v1",
        "dkp-pulau",
        "odbl/pulau",
        ("\"bujur\":11", "\"bujur\":91"),
    ),
    (
        "bkd/hari_libur/v1",
        "bkd-hari_libur",
        "hari_libur",
        ("libur_nasional", "libur nasional"),
    ),
];

/// Who has a part: sign-in name, name, role, agency.
const PEOPLE: [(&str, &str, Role, Option<&str>); 3] = [
    ("rahmat", "Ir. Rahmat Hidayat, M.T.", Role::Administrator, None),
    ("nurul", "Nurul Aini, S.Kom.", Role::Opd, Some("dinkes")),
    ("yusuf", "Yusuf Maulana, S.Pi.", Role::Opd, Some("dkp")),
];

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(file);
    std::fs::read_to_string(path).unwrap()
}

/// The office on its first day: the sample agencies, contracts and people; gives the people's cookies.
async fn opened() -> (TestHub, Vec<Api>, Vec<String>) {
    let hub = TestHub::builder()
        .clock(Clock::fixed(Timestamp::parse(MONDAY).unwrap()))
        .setting("MAHAKAM_SESSION_IDLE_MINUTES", 100_000)
        .setting("MAHAKAM_SESSION_HOURS", 2_000)
        .start()
        .await;
    let opds: Vec<Value> = serde_json::from_str(&read("opds.json")).unwrap();
    for opd in &opds {
        let code: OpdCode = opd["code"].as_str().unwrap().parse().unwrap();
        hub.hub
            .add_opd(&actor(), &code, opd["name"].as_str().unwrap())
            .unwrap();
    }
    let mut apis = Vec::new();
    for (dataset, contract, ..) in SAMPLES {
        let contract = read(&format!("contracts/{contract}.yaml"));
        hub.hub
            .register_contract(&actor(), contract.as_bytes(), None, Some(&Publication::default()))
            .unwrap();
        let owner = dataset.split('/').next().unwrap();
        apis.push(hub.api(dataset, Some(&hub.key(owner))));
    }
    let mut cookies = Vec::new();
    for (name, full_name, role, opd) in PEOPLE {
        let name: PersonName = name.parse().unwrap();
        let new = NewPerson {
            full_name: full_name.to_owned(),
            nip: None,
            rank: None,
            office: None,
            opd: opd.map(|opd| opd.parse().unwrap()),
            name: name.clone(),
        };
        let hash = hub.hub.new_password(&name, PASSWORD).unwrap();
        hub.hub
            .add_person(&actor(), &new, &hash, &[assignment(role)])
            .unwrap();
        cookies.push(cookie(&hub.sign_in(name.as_str(), PASSWORD).await));
    }
    (hub, apis, cookies)
}

/// A day passes, in which each agency sends a part of its data, a few lines of it wrong, and another takes some.
async fn works(hub: &TestHub, apis: &[Api], day: usize) {
    for (at, ((dataset, _, data, (right, wrong)), api)) in SAMPLES.iter().zip(apis).enumerate() {
        // A part on each working day but for who is silent since a week.
        if day % 7 > 4 || (at == 2 && day > 12) {
            continue;
        }
        let data = read(&format!("data/{data}.ndjson"));
        let lines: Vec<&str> = data.lines().collect();
        let share = lines.len().div_ceil(13);
        let turn = day - 2 * (day / 7);
        let part = lines.iter().skip(turn * share).take(share + at);
        let bad = |number: usize| number % (9 + 4 * at) == 3 && day > 7;
        let part = part.enumerate().map(|(number, line)| match bad(number + day) {
            true => line.replace(right, wrong),
            false => (*line).to_owned(),
        });
        let part: Vec<String> = part.collect();
        match day {
            // Others refer to all of it.
            0 if at == 0 => _ = api.lines(&data).await.is(200),
            _ if part.is_empty() => {}
            _ => _ = api.lines(part.join("\n")).await,
        }
        let taker = if at == 1 { "bapenda" } else { "bappeda" };
        let taken = hub.api(dataset, Some(&hub.key(taker)));
        taken.call("GET", "/records?limit=100").await.is(200);
    }
    hub.hub.clock().advance(DAY);
    hub.hub.refresh().unwrap();
    while hub.hub.count_records(|| true).unwrap() {}
}

/// An agency opens an integration and does its part of the first step, unless it leaves it there.
async fn asks(
    hub: &TestHub,
    cookie: &str,
    (subject, dataset, party): (&str, &str, &str),
    done: bool,
) -> String {
    let desk = Desk::new(hub, cookie);
    let form = desk.open("/integrations/new").await.form("/integrations/new");
    let form = form.fill("subject", subject).fill("dataset", dataset);
    let page = desk.submit(&form.choose("party", party)).await;
    let path = page.path.split('?').next().unwrap().to_owned();
    if done {
        for form in desk.open(&path).await.forms("/documents/new") {
            if ["request-letter", "application-data"].contains(&form.value("kind")) {
                desk.submit(&form.file("berkas.json", "{}")).await;
            }
        }
        let own = |form: &Found| form.value("form").ends_with("-own");
        let forms = desk.open(&path).await.forms("/complete");
        desk.submit(&forms.into_iter().find(own).unwrap()).await;
    }
    path
}

/// An office that has worked for three weeks; gives the people's cookies, and the path of an integration.
async fn at_work() -> (TestHub, Vec<String>, String) {
    let (hub, apis, cookies) = opened().await;
    let mut integration = String::new();
    for day in 0..DAYS {
        let asked = match day {
            2 => Some((
                "Integrasi data puskesmas dengan kode wilayah",
                "pod/wilayah/v1",
                "pod provider",
                false,
            )),
            15 => Some((
                "Integrasi data pulau untuk layanan kesehatan kepulauan",
                "dkp/pulau/v1",
                "dkp provider",
                true,
            )),
            18 => Some((
                "Integrasi kode pos untuk pendaftaran pasien",
                "diskominfo/kodepos/v1",
                "diskominfo provider",
                true,
            )),
            _ => None,
        };
        if let Some((subject, dataset, party, done)) = asked {
            integration = asks(&hub, &cookies[1], (subject, dataset, party), done).await;
        }
        works(&hub, &apis, day).await;
    }
    eventually("the log is written", || async {
        let waiting = "SELECT count(*) FROM exchange WHERE action = 'pull' AND dataset = 'pod/wilayah/v1'";
        (hub.database.beside().number(waiting) >= 15).then_some(())
    })
    .await;
    while hub.hub.sum_days().unwrap() {}
    while hub.hub.count_reasons().unwrap() {}
    (hub, cookies, integration)
}

/// Takes a picture of a page from its top on, no higher than it is wide on a desk.
async fn take(browser: &Browser, name: &str, width: u32) {
    browser.size(width, 740).await;
    let height = browser
        .ask("return document.documentElement.scrollHeight", &[])
        .await;
    let height = u32::try_from(height.as_u64().unwrap()).unwrap();
    browser.size(width, height.min(1_280)).await;
    browser.screenshot(name).await;
}

#[tokio::test]
async fn the_pictures_of_the_readme_are_of_an_office_at_work() {
    let (hub, cookies, integration) = at_work().await;
    let browser = Browser::open(&hub).await;
    let pages: [(&str, &str, &str, usize); 4] = [
        ("home", "/", "Menunggu Anda", 0),
        ("integration", integration.as_str(), "Yang dikerjakan sekarang", 0),
        ("dataset", "/datasets/dkp/pulau/v1", "Pulau", 2),
        ("figures", "/datasets/dkp/pulau/v1/figures", "Pulau", 2),
    ];
    for (name, path, told, who) in pages {
        browser.forget().await.carry(&cookies[who]).await;
        browser.go(path).await.see(told).await;
        take(&browser, &format!("readme/{name}"), 1280).await;
        take(&browser, &format!("looks/{name}-360"), 360).await;
        browser
            .dark(true)
            .await
            .click("English")
            .await
            .see("Bahasa Indonesia")
            .await;
        take(&browser, &format!("looks/{name}-dark-en"), 1280).await;
        take(&browser, &format!("looks/{name}-dark-en-360"), 360).await;
        browser.dark(false).await;
    }
}
