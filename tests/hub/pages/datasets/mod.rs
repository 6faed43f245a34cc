//! `/datasets`: the data itself on pages, what was refused of it, and sending it as a spreadsheet.

mod hostile;
mod in_a_browser;
mod reading;
mod repairing;
mod sheets;

use serde_json::{Value, json};

use crate::harness::{Answer, Call, TestHub, contracts};

/// The contract of `bkd/pegawai/v1` with filters and data about persons.
fn pegawai() -> Value {
    let mut contract = contracts::pegawai();
    contract["filters"] = json!(["/golongan", "/lahir", "/nama"]);
    contract["personal_data"] = json!(["/nip", "/nama"]);
    contract["subject"] = "/nip".into();
    contract
}

/// A number of somebody.
fn nip(number: u32) -> String {
    format!("1985010120100110{number:02}")
}

/// Asks for a page as a browser does.
fn ask(hub: &TestHub, cookie: &str, method: &str, path: &str) -> Call {
    let call = hub.call(method, path).header("Accept", "text/html");
    call.header("Cookie", cookie).header("Origin", &hub.url)
}

/// A page that is there.
async fn page(hub: &TestHub, cookie: &str, path: &str) -> String {
    let answer = ask(hub, cookie, "GET", path).await;
    answer.is(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    answer.body
}

/// Sends a form.
async fn send(hub: &TestHub, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let call = ask(hub, cookie, "POST", path);
    call.body("application/x-www-form-urlencoded", encoded).await
}

/// Sends a file in a form.
async fn upload(hub: &TestHub, cookie: &str, path: &str, file: &[u8]) -> Answer {
    let head = "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"isian.xlsx\"\r\n\
                Content-Type: application/octet-stream\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--grenze--\r\n"].concat();
    let call = ask(hub, cookie, "POST", path);
    call.body("multipart/form-data; boundary=grenze", body).await
}

/// How many of the hub's exchanges a condition holds of.
fn logged(hub: &TestHub, condition: &str) -> i64 {
    hub.database
        .beside()
        .number(&format!("SELECT count(*) FROM exchange WHERE {condition}"))
}
