//! `mahakam user`, run as a program.

use std::io::Write as _;
use std::process::{Output, Stdio};

use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{TestHub, program};

/// Runs the program with `typed` on its standard input.
fn run(hub: &TestHub, arguments: &[&str], typed: &str) -> Output {
    let mut child = program(hub.database.url())
        .env("USER", "penguji")
        .arg("--json")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // A command that reads nothing may have closed it.
    let _ = input.write_all(typed.as_bytes());
    drop(input);
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_first_account_comes_from_a_command() {
    // A command goes by the system's clock, and gives roles from today on.
    let hub = TestHub::builder().clock(Clock::System).start().await;
    // There is nobody to begin with, and no password that everybody knows.
    hub.sign_in("admin", "admin")
        .await
        .problem(401, "sign-in-refused");
    let add = [
        "user",
        "add",
        "siti",
        "--name",
        "Siti Aminah",
        "--role",
        "Operator",
        "--role",
        "technical-team",
    ];
    let added = told(&run(&hub, &add, ""));
    assert_eq!(added["roles"], json!(["operator", "technical-team"]));
    let password = added["password"].as_str().unwrap();
    let signed_in = hub.sign_in("siti", password).await.expect(200);
    assert_eq!(signed_in["roles"], json!(["technical-team", "operator"]));
    let again = run(&hub, &add, "");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let listed = told(&run(&hub, &["user", "list"], ""));
    assert_eq!(listed["people"][0]["full_name"], "Siti Aminah");
    let typed = run(
        &hub,
        &["user", "password", "siti", "--password-stdin"],
        "ikan merah di laut\n",
    );
    assert_eq!(told(&typed)["password"], Value::Null);
    assert!(!String::from_utf8_lossy(&typed.stdout).contains("ikan"));
    hub.sign_in("siti", password).await.is(401);
    hub.sign_in("siti", "ikan merah di laut").await.is(200);
    told(&run(&hub, &["user", "deactivate", "siti"], ""));
    hub.sign_in("siti", "ikan merah di laut").await.is(401);
    let mut beside = hub.database.beside();
    let audited = "SELECT count(*) FROM audit WHERE actor = 'cli:penguji' AND target = 'siti'";
    // Added, two roles, another password, deactivated.
    assert_eq!(beside.number(audited), 5);
}

#[tokio::test]
async fn what_can_not_be_meant_is_wrong_usage_or_a_fault() {
    let hub = TestHub::start().await;
    let cases: [(&[&str], i32); 5] = [
        (&["user", "add", "Siti", "--name", "S", "--role", "viewer"], 2),
        (&["user", "add", "siti", "--name", "S", "--role", "root"], 2),
        (&["user", "add", "siti", "--name", "S"], 2),
        (&["user", "add", "siti", "--name", "S", "--role", "opd"], 1),
        (&["user", "deactivate", "siti"], 1),
    ];
    for (arguments, code) in cases {
        let output = run(&hub, arguments, "");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
    }
    let short = [
        "user",
        "add",
        "siti",
        "--name",
        "S",
        "--role",
        "viewer",
        "--password-stdin",
    ];
    assert_eq!(run(&hub, &short, "pendek\n").status.code(), Some(1));
    assert_eq!(told(&run(&hub, &["user", "list"], "")), json!({"people": []}));
}
