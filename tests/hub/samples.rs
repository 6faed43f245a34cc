//! The samples that are shipped: every contract can be registered and every line of data is
//! accepted, through the ordinary interface.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Stdio;

use mahakam::hub::Publication;
use serde_json::Value;

use crate::harness::{TestHub, actor, client, free_port, program};

/// A dataset, its contract and its data.
const SAMPLES: [(&str, &str, &str); 5] = [
    ("pod/wilayah/v1", "pod-wilayah", "odbl/wilayah"),
    ("diskominfo/kodepos/v1", "diskominfo-kodepos", "kodepos"),
    ("dkp/pulau/v1", "dkp-pulau", "odbl/pulau"),
    ("bkd/hari_libur/v1", "bkd-hari_libur", "hari_libur"),
    ("bpbd/gempa/v1", "bpbd-gempa", "gempa"),
];

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(file);
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn every_sample_is_accepted_whole_and_comes_back_as_it_was_sent() {
    let hub = TestHub::start().await;
    let opds: Vec<Value> = serde_json::from_str(&read("opds.json")).unwrap();
    for opd in &opds {
        hub.key(opd["code"].as_str().unwrap());
    }
    for (dataset, contract, data) in SAMPLES {
        let contract = read(&format!("contracts/{contract}.yaml"));
        hub.hub
            .register_contract(&actor(), contract.as_bytes(), None, Some(&Publication::default()))
            .unwrap();
        let data = read(&format!("data/{data}.ndjson"));
        let lines = data.lines().filter(|line| !line.trim().is_empty()).count();
        let owner = dataset.split('/').next().unwrap();
        let api = hub.api(dataset, Some(&hub.key(owner)));
        let first = api.lines(&data).await.expect(200);
        assert_eq!(first["created"], lines, "{dataset}: {first}");
        let again = api.lines(&data).await.expect(200);
        assert_eq!(again["unchanged"], lines, "{dataset}: {again}");
        let feed = api.all_changes(0, 10_000).await;
        assert_eq!(feed.len(), lines, "{dataset}");
        for (change, line) in std::iter::zip(&feed, data.lines()) {
            assert_eq!(change["data"], serde_json::from_str::<Value>(line).unwrap());
        }
        assert_eq!(api.all_records(1_000).await.len(), lines, "{dataset}");
    }
}

/// What the demo prints once it is ready, and its process.
struct Demo {
    process: std::process::Child,
    said: Value,
}

impl Demo {
    fn start(folder: &Path, database: &str) -> Self {
        let mut process = program(database)
            .current_dir(folder)
            .env("MAHAKAM_LISTEN", format!("127.0.0.1:{}", free_port()))
            .args(["--json", "demo"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|error| {
            let mut fault = String::new();
            process.stderr.take().unwrap().read_to_string(&mut fault).unwrap();
            panic!("{error}: {line}{fault}")
        });
        Demo { process, said }
    }

    async fn get(&self, path: &str, opd: &str) -> Value {
        let url = format!("{}{path}", self.said["url"].as_str().unwrap());
        let key = self.said["keys"][opd].as_str().unwrap();
        let answer = client().get(url).bearer_auth(key).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn the_demo_serves_the_samples_and_finds_them_in_place_when_it_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::harness::Database::create();
    let mut feeds = Vec::new();
    for _ in 0..2 {
        let demo = Demo::start(folder.path(), database.url());
        let record = demo.get("/api/pod/wilayah/v1/records/64.02", "bappeda").await;
        assert!(record.is_object());
        let feed = demo
            .get("/api/bkd/hari_libur/v1/changes?since=0", "bappeda")
            .await;
        assert!(!feed["changes"].as_array().unwrap().is_empty());
        feeds.push((feed, demo.said["keys"].clone()));
    }
    assert_eq!(feeds[0], feeds[1]);
}
