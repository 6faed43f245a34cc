//! What is asked of a contract under test, and what is expected.
//!
//! `reading` holds what is read, and by whom; `rejected`, what is done about refused payloads;
//! `references`, what a payload refers to. Not here: sending it (`runner`).

mod reading;
mod references;
mod rejected;

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{ALLOW, ETAG};
use jiff::civil::Date;
use serde_json::Value;

use super::runner::{Ask, Reply, Runner};
use crate::contract::{Level, Trials};
use crate::http::path;
use crate::hub::{Dataset, Trial};
use crate::types::{Kind, Mode, Text};

/// How many requests with a payload that must be refused are pushed; all are tried at `/validate`.
const PUSHED: usize = 3;

/// The bound of all functions here.
pub(super) trait Serving:
    Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>
{
}
impl<S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>> Serving for S {}

/// Tries everything.
pub(super) async fn all(runner: &mut Runner<impl Serving>, trial: &Trial, today: Date) {
    let (dataset, chosen) = (&*trial.dataset, &trial.chosen);
    documents(runner).await;
    refused(runner, dataset, chosen).await;
    references::all(runner, &trial.references).await;
    if dataset.mode() == Mode::Live {
        live(runner, chosen).await;
        return;
    }
    let Some(first) = accepted(runner, chosen).await else {
        let why = "Tidak ada data yang diterima; tambahkan examples.valid.";
        let name = Text::new("Baca, ubah, hapus", "Read, change, delete");
        runner.not_tried(
            name,
            Text::new(why, "No payload was accepted; add examples.valid."),
        );
        return;
    };
    reading::reading(runner, dataset, &first).await;
    reading::access(runner, dataset, &first, today).await;
    many(runner, chosen).await;
    rejected::rejections(runner, &first).await;
    changing(runner, dataset, &first).await;
    feed(runner).await;
    rejected::reset(
        runner,
        dataset.current.contract.classification.level == Level::Open,
    )
    .await;
}

/// A payload that was stored under its key.
struct Stored {
    payload: Value,
    /// The path of its record.
    path: String,
}

async fn documents(runner: &mut Runner<impl Serving>) {
    runner.group("Dokumen", "Documents");
    for path in ["/contract", "/schema", "/openapi.json"] {
        let name = Text::new(format!("Dokumen {path}"), format!("The document {path}"));
        runner.ask(name, Ask::new("GET", path), 200).await;
    }
    let name = Text::new("Metode yang tersedia", "The methods there are");
    runner.ask(name, Ask::new("OPTIONS", "/validate"), 204).await;
}

/// Payloads that must be refused: each constraint broken once, and the contract's own examples.
async fn refused(runner: &mut Runner<impl Serving>, dataset: &Dataset, chosen: &Trials) {
    runner.group("Data yang harus ditolak", "Payloads that must be refused");
    let mut pushed = 0;
    for broken in &chosen.broken {
        let place = &broken.place;
        let name = Text::new(format!("Melanggar {place}"), format!("Breaks {place}"));
        let Some(payload) = &broken.payload else {
            let id = "Tidak ditemukan data yang melanggar aturan ini saja.";
            runner.not_tried(
                name,
                Text::new(id, "No payload was found that breaks this rule alone."),
            );
            continue;
        };
        let ask = Ask::new("POST", "/validate").json(payload);
        runner.check(name.clone(), ask, 422, violations).await;
        if dataset.mode() == Mode::Stored && pushed < PUSHED {
            pushed += 1;
            let ask = Ask::new("POST", "/records").json(payload);
            runner.check(name, ask, 422, violations).await;
        }
    }
    for example in &dataset.current.contract.examples.invalid {
        let name = Text::new("Contoh yang tidak sah", "An invalid example");
        let ask = Ask::new("POST", "/validate").json(example);
        runner.check(name, ask, 422, violations).await;
    }
    if chosen.left_out > 0 {
        let name = Text::new(
            format!("{} aturan lain", chosen.left_out),
            format!("{} other rules", chosen.left_out),
        );
        runner.not_tried(
            name,
            Text::new("Terlalu banyak, atau waktu habis.", "Too many, or time was over."),
        );
    }
}

/// What is wrong with a refusal that names no violation.
fn violations(reply: &Reply) -> Option<Text> {
    let named = reply
        .json()
        .get("violations")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    (named == 0).then(|| Text::new("Ketidaksesuaian tidak disebutkan.", "No violation was named."))
}

/// Payloads that must be stored, and come back as they were sent; gives the first.
async fn accepted(runner: &mut Runner<impl Serving>, chosen: &Trials) -> Option<Stored> {
    runner.group("Data yang harus diterima", "Payloads that must be accepted");
    let mut first = None;
    for payload in &chosen.valid {
        let name = Text::new("Uji kirim", "Dry run");
        runner
            .ask(name, Ask::new("POST", "/validate").json(payload), 200)
            .await;
        let name = Text::new("Kirim data", "Push");
        let ask = Ask::new("POST", "/records").json(payload);
        // A key may be that of a payload before: then it is no longer new.
        let status = if first.is_none() { 201 } else { 0 };
        let reply = push(runner, name, ask, status).await?;
        let key = reply
            .json()
            .get("key")
            .and_then(Value::as_str)
            .map(str::to_owned)?;
        let path = format!("/records/{}", path::encode(&key));
        let sent = payload.to_string();
        let same = |reply: &Reply| {
            let differs = reply.body != sent.as_bytes();
            differs.then(|| Text::new("Data kembali dengan isi lain.", "The payload came back changed."))
        };
        let name = Text::new("Ambil data: sama persis", "Get: to the last digit");
        let reply = runner
            .check(name, Ask::new("GET", path.clone()), 200, same)
            .await?;
        if first.is_none() {
            let tag = reply.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
            let ask = Ask::new("GET", path.clone()).header("if-none-match", tag.unwrap_or_default());
            let name = Text::new("Ambil lagi bila berubah", "Get again if it changed");
            runner.ask(name, ask, 304).await;
            let unchanged = |reply: &Reply| {
                let outcome = reply.json().get("outcome").cloned().unwrap_or_default();
                (outcome != "unchanged")
                    .then(|| Text::new(format!("outcome: {outcome}"), format!("outcome: {outcome}")))
            };
            let name = Text::new("Kirim ulang yang sama", "Push the same again");
            runner
                .check(name, Ask::new("POST", "/records").json(payload), 200, unchanged)
                .await;
            first = Some(Stored {
                payload: payload.clone(),
                path,
            });
        }
    }
    first
}

/// A push whose status is known, or one that may create or update.
async fn push(runner: &mut Runner<impl Serving>, name: Text, ask: Ask, status: u16) -> Option<Reply> {
    if status > 0 {
        return runner.ask(name, ask, status).await;
    }
    let reply = runner.ask(name, ask, 201).await?;
    if let (Some(case), 200) = (runner.cases.last_mut(), reply.status) {
        case.expected = Some(200);
        case.result = crate::report::unit_test::Outcome::Passed;
        case.why = None;
    }
    Some(reply)
}

/// Many at once, with one among them that must be refused.
async fn many(runner: &mut Runner<impl Serving>, chosen: &Trials) {
    runner.group("Kiriman massal", "Many at once");
    let broken = chosen.broken.iter().find_map(|broken| broken.payload.as_ref());
    let (Some(valid), Some(broken)) = (chosen.valid.first(), broken) else {
        let name = Text::new("Kiriman massal", "Bulk");
        runner.not_tried(
            name,
            Text::new(
                "Tidak ada data yang harus ditolak.",
                "There is no payload to be refused.",
            ),
        );
        return;
    };
    let lines = format!("{valid}\n{broken}\n");
    let counted = |reply: &Reply| {
        let report = reply.json();
        let count = |member: &str| report.get(member).and_then(Value::as_u64);
        let right = count("received") == Some(2) && count("rejected") == Some(1);
        (!right).then(|| Text::new("Jumlahnya tidak benar.", "The counts are not right."))
    };
    let name = Text::new(
        "Satu baris ditolak, sisanya disimpan",
        "One line is refused, the others are stored",
    );
    let ask = Ask::new("POST", "/records").body("application/x-ndjson", lines.clone());
    runner.check(name, ask, 200, counted).await;
    let name = Text::new("Semua atau tidak sama sekali", "All or none");
    let ask = Ask::new("POST", "/records?atomic=true").body("application/x-ndjson", lines);
    runner.ask(name, ask, 422).await;
}

async fn changing(runner: &mut Runner<impl Serving>, dataset: &Dataset, first: &Stored) {
    runner.group("Mengubah dan menghapus", "Changing and deleting");
    let put = || Ask::new("PUT", first.path.clone()).json(&first.payload);
    let patch = || Ask::new("PATCH", first.path.clone()).body("application/merge-patch+json", "{}".into());
    let delete = || Ask::new("DELETE", first.path.clone());
    let snapshot = || {
        Ask::new("PUT", "/snapshot?max_delete=1").body("application/x-ndjson", format!("{}\n", first.payload))
    };
    let words = [
        Text::new("Ganti data", "Replace"),
        Text::new("Ubah sebagian", "Patch"),
        Text::new("Kiriman lengkap", "Snapshot"),
        Text::new("Hapus", "Delete"),
    ];
    let [replace, part, whole, gone] = words;
    if dataset.kind() == Kind::Transaction {
        let allow = |reply: &Reply| {
            let missing = !reply.headers.contains_key(ALLOW);
            missing.then(|| Text::new("Allow tidak ada.", "There is no Allow."))
        };
        let asks = [
            (replace, put()),
            (part, patch()),
            (whole, snapshot()),
            (gone, delete()),
        ];
        for (name, ask) in asks {
            runner.check(name, ask, 405, allow).await;
        }
        return;
    }
    for (name, ask) in [
        (replace, put()),
        (part, patch()),
        (whole, snapshot()),
        (gone, delete()),
    ] {
        runner.ask(name, ask, 200).await;
    }
    let name = Text::new("Sudah dihapus", "It is gone");
    runner.ask(name, Ask::new("GET", first.path.clone()), 404).await;
}

/// The feed tells all of it, numbered without gaps.
async fn feed(runner: &mut Runner<impl Serving>) {
    let gapless = |reply: &Reply| {
        let page = reply.json();
        let changes = page
            .get("changes")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let right = changes
            .iter()
            .zip(1_u64..)
            .all(|(change, seq)| change.get("seq").and_then(Value::as_u64) == Some(seq));
        (!right).then(|| Text::new("Nomor urut tidak berurutan.", "The numbers have gaps."))
    };
    let name = Text::new("Umpan perubahan tanpa celah", "The feed has no gaps");
    runner
        .check(name, Ask::new("GET", "/changes?limit=10000"), 200, gapless)
        .await;
}

/// A dataset that its owner's system answers keeps no records.
async fn live(runner: &mut Runner<impl Serving>, chosen: &Trials) {
    runner.group("Panggilan langsung", "Live calls");
    for payload in &chosen.valid {
        let name = Text::new("Uji kirim", "Dry run");
        runner
            .ask(name, Ask::new("POST", "/validate").json(payload), 200)
            .await;
    }
    let name = Text::new("Tidak menyimpan rekaman", "It keeps no records");
    runner.ask(name, Ask::new("GET", "/records"), 404).await;
    let name = Text::new("Panggilan ke sistem OPD", "A call to the agency's system");
    let why = Text::new(
        "Sistem OPD tidak dipanggil dalam uji ini.",
        "The agency's system is not called by this test.",
    );
    runner.not_tried(name, why);
}
