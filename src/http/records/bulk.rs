//! A bulk: the body goes part by part to the hub, the counts come back.

use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::error::{Error, Malformed};
use crate::http::caller::Caller;
use crate::http::meta::Meta;
use crate::http::parts::Parts;
use crate::http::problem::{Problem, violations_json};
use crate::hub::ingest::{BulkReport, LineFault};
use crate::record::Split;
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
pub(super) async fn run<P>(
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
    let mut bulk = caller
        .hub
        .bulk(&caller.call, &caller.dataset, wish.split, wish.atomic, wish.dry);
    let mut part = Some(begun);
    let ended = loop {
        match part {
            None => break None,
            Some(bytes) => {
                if let Err(error) = bulk.feed(&bytes).await {
                    break Some(error);
                }
            }
        }
        match parts.next().await {
            Ok(next) => part = next,
            Err(error) => break Some(error),
        }
    };
    if ended.is_some() {
        parts.give_up();
    }
    answer(bulk.finish(ended).await, wish.atomic, lang)
}

/// 200 unless everything, or an atomic bulk, was refused, or something ended it early.
fn answer(report: BulkReport, atomic: bool, lang: Lang) -> Result<HttpResponse, Problem> {
    let members = members(&report, lang);
    let all_refused = report.received > 0 && report.rejected == report.received;
    match report.ended {
        Some(error) => Err(Problem::from(error).with(members)),
        None if all_refused || (atomic && report.rejected > 0) => Err(Problem::bulk(members)),
        None => Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(Value::Object(members).to_string())),
    }
}

fn members(report: &BulkReport, lang: Lang) -> Map<String, Value> {
    let mut members = Map::new();
    let errors: Vec<Value> = report.errors.iter().map(|fault| line(fault, lang)).collect();
    for (name, count) in [
        ("received", report.received),
        ("created", report.created),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("deleted", report.deleted),
        ("rejected", report.rejected),
    ] {
        members.insert(name.into(), count.into());
    }
    members.insert("errors".into(), errors.into());
    members.insert("exchange".into(), report.exchange.as_str().into());
    members
}

fn line(fault: &LineFault, lang: Lang) -> Value {
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
