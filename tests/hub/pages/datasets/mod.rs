//! `/datasets`: the data itself on pages, what was refused of it, and sending it as a spreadsheet.

mod hostile;
mod in_a_browser;
mod reading;
mod repairing;
mod sheets;
mod under_way;

use serde_json::{Value, json};

use crate::harness::{Answer, Call, TestHub, contracts, eventually};

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

/// Sends a file in a form, and waits for what becomes of it.
async fn upload(hub: &TestHub, cookie: &str, path: &str, file: &[u8]) -> Answer {
    let call = ask(hub, cookie, "POST", path);
    let answer = call.body(FORM, form_of("", file)).await;
    if answer.status != 303 {
        return answer;
    }
    let to = answer.header("location").replace(&hub.url, "");
    eventually("the file was taken in", || async {
        let page = ask(hub, cookie, "GET", &to).await;
        (!page.headers.contains_key("refresh")).then_some(page)
    })
    .await
}

/// How forms with files come.
const FORM: &str = "multipart/form-data; boundary=grenze";

/// A form with a token and a file.
fn form_of(once: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"once\"\r\n\r\n{once}\r\n\
         --grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"isian.xlsx\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), file, b"\r\n--grenze--\r\n"].concat()
}

/// How many of the hub's exchanges a condition holds of.
fn logged(hub: &TestHub, condition: &str) -> i64 {
    hub.database
        .beside()
        .number(&format!("SELECT count(*) FROM exchange WHERE {condition}"))
}
