//! What is read of a dataset under test, and by whom.

use jiff::civil::Date;
use serde_json::Value;

use super::{Serving, Stored};
use crate::contract::{Grant, Level};
use crate::http::path;
use crate::http::unit_test::STRANGER;
use crate::http::unit_test::runner::{Ask, Reply, Runner};
use crate::hub::Dataset;
use crate::record::Mask;
use crate::types::{Right, Text};

pub(super) async fn reading(runner: &mut Runner<impl Serving>, dataset: &Dataset, first: &Stored) {
    runner.group("Membaca", "Reading");
    let name = Text::new("Daftar", "List");
    runner
        .check(name, Ask::new("GET", "/records"), 200, holds("records"))
        .await;
    filters(runner, dataset, first).await;
    let key = first.path.trim_start_matches("/records/");
    let asks = [
        (
            Text::new("Ambil menurut pengenal", "Get by key"),
            format!("/records?key={key}"),
            "records",
        ),
        (
            Text::new("Riwayat", "History"),
            format!("{}/history", first.path),
            "versions",
        ),
        (
            Text::new("Umpan perubahan", "Change feed"),
            "/changes".to_owned(),
            "changes",
        ),
    ];
    for (name, path, member) in asks {
        runner
            .check(name, Ask::new("GET", path), 200, holds(member))
            .await;
    }
    for form in ["csv", "ndjson", "ods", "xlsx"] {
        let name = Text::new(format!("Ekspor {form}"), format!("Export as {form}"));
        let ask = Ask::new("GET", format!("/export?format={form}"));
        runner.ask(name, ask, 200).await;
    }
}

/// What is wrong with an answer whose list is empty.
fn holds(member: &'static str) -> impl FnOnce(&Reply) -> Option<Text> {
    move |reply| {
        let list = reply.json().get(member).and_then(Value::as_array).cloned();
        let empty = list.is_none_or(|list| list.is_empty());
        empty.then(|| Text::new(format!("{member} kosong."), format!("{member} is empty.")))
    }
}

/// Lists filtered and sorted by each field that is offered.
async fn filters(runner: &mut Runner<impl Serving>, dataset: &Dataset, first: &Stored) {
    for field in dataset.filterable.fields() {
        let pointer = field.pointer.to_string();
        let value = match field.pointer.find(&first.payload) {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => {
                let name = Text::new(
                    format!("Saring menurut {pointer}"),
                    format!("Filter by {pointer}"),
                );
                runner.not_tried(
                    name,
                    Text::new(
                        "Data uji tidak memiliki kolom ini.",
                        "The payload has no such field.",
                    ),
                );
                continue;
            }
        };
        let (field, value) = (path::encode(&pointer), path::encode(&value));
        let name = Text::new(
            format!("Saring menurut {pointer}"),
            format!("Filter by {pointer}"),
        );
        let ask = Ask::new("GET", format!("/records?{field}={value}"));
        runner.check(name, ask, 200, holds("records")).await;
        let name = Text::new(format!("Urutkan menurut {pointer}"), format!("Sort by {pointer}"));
        let ask = Ask::new("GET", format!("/records?sort={field}"));
        runner.check(name, ask, 200, holds("records")).await;
    }
}

/// Who may do what.
pub(super) async fn access(
    runner: &mut Runner<impl Serving>,
    dataset: &Dataset,
    first: &Stored,
    today: Date,
) {
    runner.group("Hak akses", "Access");
    let contract = &dataset.current.contract;
    let open = contract.classification.level == Level::Open;
    let read = || Ask::new("GET", first.path.clone());
    let write = || Ask::new("POST", "/validate").json(&first.payload);
    let name =
        |who: &str, what: (&str, &str)| Text::new(format!("{who}: {}", what.0), format!("{who}: {}", what.1));
    let (pull, push) = (("ambil data", "pull"), ("kirim data", "push"));
    let nobody = Text::new("Tanpa kunci: ambil data", "Without a key: pull");
    runner
        .ask(nobody, read().from(None), if open { 200 } else { 401 })
        .await;
    let nobody = Text::new("Tanpa kunci: kirim data", "Without a key: push");
    runner.ask(nobody, write().from(None), 401).await;
    let stranger = Text::new("OPD lain: ambil data", "Another agency: pull");
    runner
        .ask(
            stranger,
            read().from(Some(STRANGER)),
            if open { 200 } else { 404 },
        )
        .await;
    let stranger = Text::new("OPD lain: kirim data", "Another agency: push");
    runner
        .ask(
            stranger,
            write().from(Some(STRANGER)),
            if open { 403 } else { 404 },
        )
        .await;
    let holds = |grant: &&Grant| grant.until.is_none_or(|until| today <= until) && grant.opd != contract.opd;
    for grant in contract.grants.iter().filter(holds) {
        let opd = grant.opd.as_str();
        let may = |right: Right| grant.may.contains(&right);
        let expected = if may(Right::Pull) || open { 200 } else { 403 };
        let part = grant.fields.as_ref().filter(|_| may(Right::Pull));
        let part = part.and_then(|fields| Mask::of(fields).part(&first.payload.to_string()).ok());
        let only = |reply: &Reply| {
            let part = part.as_ref()?;
            let more = reply.body != part.as_bytes();
            more.then(|| {
                Text::new(
                    "Bukan hanya kolom yang diberikan.",
                    "Not just the granted fields.",
                )
            })
        };
        runner
            .check(name(opd, pull), read().from(Some(opd)), expected, only)
            .await;
        let expected = if may(Right::Push) { 200 } else { 403 };
        runner
            .ask(name(opd, push), write().from(Some(opd)), expected)
            .await;
    }
}
