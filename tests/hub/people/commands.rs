//! `mahakam user`, run as a program.

use std::io::Write as _;
use std::process::{Output, Stdio};

use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, PASSWORD, TestHub, cookie, program};

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
        "--make-password",
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
    let cases: [(&[&str], i32); 8] = [
        (&["user", "add", "Siti", "--name", "S", "--role", "viewer"], 2),
        (&["user", "add", "siti", "--name", "S", "--role", "root"], 2),
        (&["user", "add", "siti", "--name", "S"], 2),
        (&["user", "add", "siti", "--name", "S", "--role", "opd"], 1),
        (&["user", "deactivate", "siti"], 1),
        (&["user", "assign", "siti", "--role", "viewer"], 1),
        (
            &[
                "user",
                "assign",
                "siti",
                "--role",
                "viewer",
                "--capacity",
                "acting",
            ],
            2,
        ),
        (&["user", "sign-out", "siti", "--session", "x"], 2),
    ];
    for (arguments, code) in cases {
        let output = run(&hub, arguments, "ikan merah di laut\n");
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
    // Nothing is made up for whoever did not ask for it.
    let silent = run(&hub, &short[..7], "");
    assert_eq!(silent.status.code(), Some(1), "{silent:?}");
    assert!(String::from_utf8_lossy(&silent.stderr).contains("--make-password"));
    assert_eq!(told(&run(&hub, &["user", "list"], "")), json!({"people": []}));
}

#[tokio::test]
async fn a_password_is_a_line_of_what_is_piped_in() {
    let hub = TestHub::builder().clock(Clock::System).start().await;
    let add = ["user", "add", "siti", "--name", "Siti", "--role", "viewer"];
    let added = run(&hub, &add, "ikan merah di laut\r\nnot this\n");
    assert_eq!(told(&added)["password"], Value::Null);
    assert!(!format!("{added:?}").contains("ikan"));
    hub.sign_in("siti", "ikan merah di laut").await.is(200);
}

#[tokio::test]
async fn roles_are_given_listed_and_ended_by_commands() {
    let hub = TestHub::builder().clock(Clock::System).start().await;
    let siti = hub.person("siti", &[], None).await;
    let contracts = || hub.call("GET", "/admin/contracts").cookie(&siti);
    contracts().await.problem(403, "forbidden");
    let assign = [
        "user",
        "assign",
        "siti",
        "--role",
        "Supervisor",
        "--capacity",
        "Plt",
        "--order",
        "800/123/2026",
        "--from",
        "2026-01-01",
        "--until",
        "2999-12-31",
    ];
    let assigned = told(&run(&hub, &assign, ""));
    let id = assigned["id"].to_string();
    let expected = json!({
        "id": assigned["id"], "role": "supervisor", "capacity": "plt", "order_number": "800/123/2026",
        "from": "2026-01-01", "until": "2999-12-31", "ended_at": null, "holds": true,
    });
    assert_eq!(assigned, expected);
    contracts().await.is(200);
    let listed = told(&run(&hub, &["user", "assignments", "siti"], ""));
    assert_eq!(listed, json!({"assignments": [expected]}));
    let over_http = hub.call("GET", "/admin/people/siti/assignments").key(ADMIN_KEY);
    assert_eq!(over_http.await.expect(200), listed);
    let ended = told(&run(&hub, &["user", "unassign", "siti", &id], ""));
    assert_eq!(
        ended,
        json!({"name": "siti", "id": assigned["id"], "ended": true})
    );
    contracts().await.problem(403, "forbidden");
    let again = run(&hub, &["user", "unassign", "siti", &id], "");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let mut beside = hub.database.beside();
    for action in ["person.assign", "person.unassign"] {
        let audited = format!(
            "SELECT count(*) FROM audit WHERE actor = 'cli:penguji' AND target = 'siti' AND action = '{action}'
             AND after LIKE '%\"order_number\":\"800/123/2026\"%'"
        );
        assert_eq!(beside.number(&audited), 1, "{action}");
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_commands() {
    let hub = TestHub::builder().clock(Clock::System).start().await;
    let first = hub.person("siti", &[], None).await;
    let listed = told(&run(&hub, &["user", "sessions", "siti"], ""));
    let id = listed["sessions"][0]["id"].as_str().unwrap();
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(cookie(&hub.sign_in("siti", PASSWORD).await));
    }
    let ended = told(&run(&hub, &["user", "sign-out", "siti", "--session", id], ""));
    assert_eq!(ended, json!({"name": "siti", "ended": 1}));
    let who = |cookie: &str| hub.call("GET", "/session").cookie(cookie);
    who(&first).await.is(401);
    who(&others[0]).await.is(200);
    let again = run(&hub, &["user", "sign-out", "siti", "--session", id], "");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let ended = told(&run(&hub, &["user", "sign-out", "siti"], ""));
    assert_eq!(ended, json!({"name": "siti", "ended": 2}));
    who(&others[0]).await.is(401);
    who(&others[1]).await.is(401);
}
