//! What was refused of a dataset under test: found, looked at, corrected and sent again. And beginning anew.

use serde_json::Value;

use super::{Serving, Stored};
use crate::http::unit_test::STRANGER;
use crate::http::unit_test::runner::{Ask, Reply, Runner};
use crate::types::Text;

/// Beginning anew is for the owner alone; it is not done, because integrators use the sandbox meanwhile.
pub(super) async fn reset(runner: &mut Runner<impl Serving>, open: bool) {
    runner.group("Lingkungan uji coba", "The sandbox");
    let reset = || Ask::new("POST", "/reset");
    let name = Text::new("Tanpa kunci: kosongkan", "Without a key: reset");
    runner.ask(name, reset().from(None), 401).await;
    let name = Text::new("OPD lain: kosongkan", "Another agency: reset");
    let stranger = reset().from(Some(STRANGER));
    runner.ask(name, stranger, if open { 403 } else { 404 }).await;
    let name = Text::new("Kosongkan", "Reset");
    let why = Text::new(
        "Lingkungan uji coba sedang dipakai; pemiliknya yang mengosongkannya.",
        "The sandbox is in use; its owner resets it.",
    );
    runner.not_tried(name, why);
}

/// Asks for the payloads that were refused before, and repairs one of them by one that was accepted.
pub(super) async fn rejections(runner: &mut Runner<impl Serving>, first: &Stored) {
    runner.group("Data yang ditolak", "Refused payloads");
    let name = Text::new("Daftar data yang ditolak", "The list of refused payloads");
    let list = runner.ask(name, Ask::new("GET", "/rejections"), 200).await;
    let refused = list.as_ref().map(Reply::json);
    let number = refused
        .as_ref()
        .and_then(|list| list.pointer("/rejections/0/number"))
        .and_then(Value::as_i64);
    let Some(number) = number else {
        let name = Text::new("Perbaiki dan kirim ulang", "Correct and send again");
        let why = Text::new("Tidak ada yang ditolak.", "Nothing was refused.");
        runner.not_tried(name, why);
        return;
    };
    let path = format!("/rejections/{number}");
    let name = Text::new("Satu data yang ditolak", "One refused payload");
    runner.ask(name, Ask::new("GET", path.clone()), 200).await;
    let name = Text::new("Perbaiki dan kirim ulang", "Correct and send again");
    let repair = Ask::new("POST", path.clone()).json(&first.payload);
    runner.ask(name, repair, 200).await;
    let repaired = |reply: &Reply| {
        let open = reply.json().get("repaired").is_none_or(Value::is_null);
        open.then(|| Text::new("Belum tercatat diperbaiki.", "It is not told as repaired."))
    };
    let name = Text::new("Tercatat sudah diperbaiki", "It is told as repaired");
    runner.check(name, Ask::new("GET", path), 200, repaired).await;
}
