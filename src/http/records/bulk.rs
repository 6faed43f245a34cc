//! A bulk: the body goes part by part to the hub, the counts come back.

use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::sent::Sent;
use crate::error::{Error, Malformed};
use crate::http::caller::{Caller, Permission};
use crate::http::idempotency::Key;
use crate::http::meta::Meta;
use crate::http::parts::Parts;
use crate::http::problem::{Problem, violations_json};
use crate::http::repeat::{Begun, Repeat};
use crate::hub::ingest::{BulkReport, LineFault, Mode};
use crate::record::{Answer, Split};
use crate::types::Lang;

/// What is wanted of a bulk.
pub(super) struct Wish {
    /// How the body is cut.
    pub(super) split: Split,
    /// All or none.
    pub(super) atomic: bool,
    /// Only tell.
    pub(super) dry: bool,
    /// Whether there was a precondition, which a bulk can't have.
    pub(super) conditional: bool,
}

/// Runs a bulk whose body begins with `begun` and goes on with `parts`.
pub(super) async fn run<P: Permission>(
    caller: &Caller<P>,
    request: &HttpRequest,
    wish: Wish,
    begun: Bytes,
    mut parts: Parts,
) -> Result<HttpResponse, Problem> {
    if wish.conditional {
        return Err(Error::Malformed(Malformed::ConditionalBulk).into());
    }
    let lang = Meta::of(request)?.lang;
    let key = if wish.dry { None } else { Key::of(caller, request)? };
    let mut repeat = match Repeat::begin(caller, key).await? {
        Begun::Answered(earlier) => return earlier.replay(caller, begun, &mut parts).await,
        Begun::New(repeat) => repeat,
    };
    let mode = match (wish.dry, wish.atomic) {
        (true, atomic) => Mode::Dry(atomic),
        (false, true) => Mode::Atomic,
        (false, false) => Mode::Each,
    };
    let mut bulk = repeat.lead(caller.hub.bulk(&caller.call, &caller.dataset, wish.split, mode));
    let mut stream = Sent::<P>::new(request, begun, &mut parts);
    let mut ended = None;
    let mut paced = 0;
    while let Some(piece) = stream.next(&mut ended).await {
        ended = bulk.feed(&piece).await.err();
        repeat.saw(caller, &piece).await;
        paced = slow_down(caller, &mut repeat, paced, bulk.seen()).await;
    }
    if ended.is_some() {
        parts.give_up();
    }
    let complete = ended.is_none();
    if complete && let Some(finally) = repeat.finally(move |report| counted(members(report, lang))) {
        bulk.finally(finally);
    }
    let report = repeat.alive(caller, bulk.finish(ended)).await;
    // A last line without an end comes to light only now.
    caller.owe(report.counts.received().saturating_sub(report.before + paced));
    let answer = answer(report, wish.atomic, lang);
    repeat.end(caller, request, complete, answer).await
}

/// Waits until the records behind those that were `paced` may follow, `seen` in all; gives how many now were.
pub(super) async fn slow_down<P>(caller: &Caller<P>, repeat: &mut Repeat, paced: u64, seen: u64) -> u64 {
    let mut left = seen.saturating_sub(paced);
    while left > 0 {
        left = caller.pace_some(left).await;
        repeat.saw(caller, b"").await;
    }
    seen
}

/// 200 unless everything, or an atomic bulk, was refused, or something ended it early.
fn answer(report: BulkReport, atomic: bool, lang: Lang) -> Result<Answer, Problem> {
    let members = members(&report, lang);
    let (received, rejected) = (report.counts.received(), report.counts.rejected);
    let all_refused = received > 0 && rejected == received;
    match report.ended {
        Some(error) => Err(Problem::from(error).with(members)),
        None if all_refused || (atomic && rejected > 0) => Err(Problem::bulk(members)),
        None => Ok(counted(members)),
    }
}

/// The answer with these counts.
pub(super) fn counted(members: Map<String, Value>) -> Answer {
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::Object(members).to_string().into_bytes(),
    }
}

fn members(report: &BulkReport, lang: Lang) -> Map<String, Value> {
    let mut members = Map::new();
    let errors: Vec<Value> = report.errors.iter().map(|fault| line(fault, lang)).collect();
    for (name, count) in [
        ("received", report.counts.received()),
        ("created", report.counts.created),
        ("updated", report.counts.updated),
        ("unchanged", report.counts.unchanged),
        ("deleted", report.counts.deleted),
        ("rejected", report.counts.rejected),
    ] {
        members.insert(name.into(), count.into());
    }
    members.insert("errors".into(), errors.into());
    members.insert("exchange".into(), report.exchange.as_str().into());
    members
}

/// A refused line as it is listed.
pub(super) fn line(fault: &LineFault, lang: Lang) -> Value {
    let violations = match &fault.error {
        Error::Violates(violations) => violations_json(violations, lang),
        _ => json!([]),
    };
    json!({
        "line": fault.line,
        "key": fault.key,
        "code": fault.error.code(),
        "detail": fault.error.detail().to(lang),
        "violations": violations,
    })
}
