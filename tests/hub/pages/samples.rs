//! The samples on the pages are taken off and run as they stand.
//!
//! An interpreter that this machine lacks is told of on standard error; the others still run.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

/// How samples are run: the word in their names, the program, what else must succeed first.
const WAYS: [(&str, &[&str], &[&str]); 5] = [
    ("php", &["php"], &["php", "-v"]),
    (
        "php-curl",
        &["php"],
        &["php", "-r", "exit(extension_loaded('curl') ? 0 : 1);"],
    ),
    ("curl", &["sh"], &["curl", "--version"]),
    ("python", &["python3"], &["python3", "--version"]),
    ("javascript", &["node"], &["node", "--eval", "fetch"]),
];

/// A payload in which every language finds something that could end a text.
const HOSTILE: &str = concat!(
    r#"{"id":"k/1 %é","a":"`${process.exit(9)}` \\ \\\\` $HOME $(exit 9) {$x} 'x' '''","b":"\"\"\" \"","c":"\nJSON\nNDJSON;\n","#,
    r#""d":"\u0000a\u2028<?php ?> </code> %s\n","n":123456789012345678901234567890,"e":1.50,"f":{},"g":[]}"#
);

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests must learn what was not tried"
)]
fn is_there(name: &str, check: &[&str]) -> bool {
    let tried = Command::new(check[0])
        .args(&check[1..])
        .stdin(Stdio::null())
        .output();
    let there = tried.is_ok_and(|tried| tried.status.success());
    if !there {
        eprintln!("NOT TRIED: the {name} samples, because {check:?} does not work here");
    }
    there
}

/// The ways that this machine has.
fn ways() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let there = WAYS.into_iter().filter(|(name, _, check)| is_there(name, check));
    there.map(|(name, program, _)| (name, program))
}

/// The code on a page that has this name.
fn code(page: &str, id: &str) -> String {
    let begin = format!("<code id=\"{id}\">");
    let rest = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {id}: {page}"))
        .1;
    let text = rest.split_once("</code>").unwrap().0;
    let entity = regex::Regex::new("&#([0-9]+);").unwrap();
    let plain = entity.replace_all(text, |found: &regex::Captures<'_>| {
        char::from_u32(found[1].parse().unwrap()).unwrap().to_string()
    });
    plain.into_owned()
}

/// Runs a program; gives what it printed.
async fn run(program: &[&str], code: String, key: Option<String>, folder: &Path) -> String {
    let mut command = Command::new(program[0]);
    let file = folder.join("contoh");
    std::fs::write(&file, &code).unwrap();
    command
        .args(&program[1..])
        .arg(&file)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .env("PYTHONIOENCODING", "utf-8");
    command.env_remove("MAHAKAM_KEY");
    if let Some(key) = key {
        command.env("MAHAKAM_KEY", key);
    }
    let done = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let (said, faults) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(
        done.status.success() && faults.is_empty(),
        "{said}\n{faults}\n{code}"
    );
    said.into_owned()
}

/// A hub with one dataset, its page for the owner, and a folder for the programs.
struct Stage {
    hub: TestHub,
    path: String,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn with(contract: &Value) -> Self {
        let hub = TestHub::start().await;
        let api = hub.publish(contract);
        let path = api
            .base
            .trim_start_matches(&format!("{}/api/", hub.url))
            .to_owned();
        Stage {
            hub,
            path,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Runs a sample off the page that whoever holds `key` is shown.
    async fn run(&self, (way, program): (&str, &[&str]), task: &str, key: Option<&str>) -> String {
        let call = self.hub.call("GET", &format!("/docs/{}?lang=en", self.path));
        let page = match key {
            Some(key) => call.key(key).await,
            None => call.await,
        };
        let code = code(&page.is(200).body, &format!("{way}-{task}"));
        run(program, code, key.map(str::to_owned), self.folder.path()).await
    }
}

fn contract() -> Value {
    let mut contract = contracts::barang();
    let hostile: Value = serde_json::from_str(&HOSTILE.replace("\\u0000", "")).unwrap();
    contract["examples"] = json!({"valid": [hostile, {"id": "k2"}, {"id": "k3"}], "invalid": [{"id": true}]});
    contract
}

#[tokio::test]
async fn every_payload_arrives_as_the_contract_has_it() {
    let sent = HOSTILE.replace("\\u0000", "");
    for way in ways() {
        let stage = Stage::with(&contract()).await;
        let key = stage.hub.key("bkd");
        let owner = stage.hub.api(&stage.path, Some(&key));
        let said = stage.run(way, "push", Some(&key)).await;
        assert!(
            said.contains("created") && said.contains("201"),
            "{way:?}: {said}"
        );
        let stored = owner.get("/records?key=k%2F1%20%25%C3%A9").await.expect(200);
        let expected: Value = serde_json::from_str(&sent).unwrap();
        assert_eq!(
            stored["records"][0]["data"].to_string(),
            expected.to_string(),
            "{way:?}"
        );
        let said = stage.run(way, "get", Some(&key)).await;
        assert!(
            said.contains("123456789012345678901234567890") || said.contains("1.2345678901234568e+29"),
            "{way:?}: {said}"
        );
    }
}

#[tokio::test]
async fn many_records_are_sent_and_followed_from_where_one_stopped() {
    for way in ways() {
        let stage = Stage::with(&contract()).await;
        let key = stage.hub.key("bkd");
        let said = stage.run(way, "bulk", Some(&key)).await;
        let numbers: String = said
            .chars()
            .filter(|character| character.is_ascii_digit())
            .collect();
        assert!(
            said.contains("received") && numbers.contains('3'),
            "{way:?}: {said}"
        );
        let owner = stage.hub.api(&stage.path, Some(&key));
        assert_eq!(owner.all_records(100).await.len(), 3, "{way:?}");
        let first = stage.run(way, "follow", Some(&key)).await;
        assert!(first.contains("k2") && first.contains("k3"), "{way:?}: {first}");
        owner.push(r#"{"id":"k4"}"#).await.is(201);
        let second = stage.run(way, "follow", Some(&key)).await;
        assert!(
            second.contains("k4") && !second.contains("k3"),
            "{way:?}: {second}"
        );
        let third = stage.run(way, "follow", Some(&key)).await;
        assert!(!third.contains("k4"), "{way:?}: {third}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_payload_is_printed_and_nothing_is_stored() {
    for way in ways() {
        let stage = Stage::with(&contract()).await;
        let key = stage.hub.key("bkd");
        let said = stage.run(way, "check", Some(&key)).await;
        assert!(
            said.contains("422") && said.contains("contract-violated"),
            "{way:?}: {said}"
        );
        assert!(said.contains("/id") && said.contains("type"), "{way:?}: {said}");
        let owner = stage.hub.api(&stage.path, Some(&key));
        assert!(owner.all_records(10).await.is_empty(), "{way:?}");
    }
}

#[tokio::test]
async fn a_contract_without_examples_has_samples_made_from_its_schema() {
    let stage = Stage::with(&contracts::pegawai()).await;
    let key = stage.hub.key("bkd");
    for way in ways() {
        let said = stage.run(way, "push", Some(&key)).await;
        assert!(
            said.contains("created") || said.contains("unchanged"),
            "{way:?}: {said}"
        );
    }
}

#[tokio::test]
async fn writes_carry_the_key_that_the_contract_demands() {
    let mut contract = contracts::barang();
    contract["idempotency_key"] = "required".into();
    let stage = Stage::with(&contract).await;
    let key = stage.hub.key("bkd");
    for way in ways() {
        for task in ["push", "bulk"] {
            let said = stage.run(way, task, Some(&key)).await;
            assert!(
                said.contains("created") || said.contains("unchanged"),
                "{way:?}: {said}"
            );
        }
    }
}

#[tokio::test]
async fn open_data_is_read_without_a_key() {
    let mut contract = contracts::libur();
    contract["examples"] = json!({"valid": [{"id": "a/b"}]});
    let stage = Stage::with(&contract).await;
    let owner = stage.hub.api(&stage.path, Some(&stage.hub.key("pod")));
    for way in ways() {
        let absent = stage.run(way, "get", None).await;
        assert!(!absent.contains("401"), "{way:?}: {absent}");
    }
    owner.push(r#"{"id":"a/b"}"#).await.is(201);
    for way in ways() {
        for task in ["get", "follow"] {
            let said = stage.run(way, task, None).await;
            assert!(said.contains("a/b") || said.contains("a\\/b"), "{way:?}: {said}");
        }
        // The next language begins anew.
        for left in std::fs::read_dir(stage.folder.path()).unwrap() {
            std::fs::remove_file(left.unwrap().path()).unwrap();
        }
    }
}

#[tokio::test]
async fn the_samples_in_the_openapi_document_run_too() {
    let stage = Stage::with(&contract()).await;
    let key = stage.hub.key("bkd");
    let owner = stage.hub.api(&stage.path, Some(&key));
    let document = owner.get("/openapi.json").await.expect(200);
    let samples = &document["paths"]["/api/bkd/barang/v1/validate"]["post"]["x-codeSamples"];
    for (sample, (name, program, check)) in std::iter::zip(samples.as_array().unwrap(), WAYS) {
        if is_there(name, check) {
            let source = sample["source"].as_str().unwrap().to_owned();
            let said = run(program, source, Some(key.clone()), stage.folder.path()).await;
            assert!(said.contains("422"), "{name}: {said}");
        }
    }
}
