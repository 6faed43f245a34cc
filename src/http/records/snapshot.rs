//! `PUT /snapshot`: the complete dataset in, the difference stored.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::bulk::{counted, line, slow_down};
use super::sent::Sent;
use super::write::{masters_only, precondition, prelude};
use crate::error::{Error, Forbidden, Malformed};
use crate::http::body::{Takes, parts};
use crate::http::caller::{Caller, CanPush};
use crate::http::idempotency::Key;
use crate::http::meta::Meta;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::repeat::{Begun, Repeat};
use crate::hub::ingest::SnapshotReport;
use crate::record::{Answer, Share};
use crate::types::{Lang, Text};

/// Replaces the dataset by what the body says.
pub(super) async fn put_snapshot(
    caller: Caller<CanPush>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let max_delete = admitted(&caller, &request)?;
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let mut repeat = match Repeat::begin(&caller, Key::of(&caller, &request)?).await? {
        Begun::Answered(earlier) => return earlier.replay(&caller, Bytes::new(), &mut body).await,
        Begun::New(repeat) => repeat,
    };
    let mut snapshot = caller.hub.snapshot(&caller.call, &caller.dataset, max_delete);
    let mut stream = Sent::<CanPush>::new(&request, Bytes::new(), &mut body);
    let mut ended = None;
    let mut paced = 0;
    while let Some(piece) = stream.next(&mut ended).await {
        ended = snapshot.feed(&piece).await.err();
        repeat.saw(&caller, &piece).await;
        paced = slow_down(&caller, &mut repeat, paced, snapshot.seen()).await;
    }
    if ended.is_some() {
        body.give_up();
    }
    let (complete, lang) = (ended.is_none(), Meta::of(&request)?.lang);
    if complete && let Some(finally) = repeat.finally(move |report| counted(members(report, lang))) {
        snapshot.finally(finally);
    }
    let report = repeat.alive(&caller, snapshot.finish(ended)).await;
    caller.owe(report.received.saturating_sub(paced));
    let answer = answer(report, lang);
    repeat.end(&caller, &request, complete, answer).await
}

/// Whether this may be a snapshot, and how much may vanish by it.
fn admitted(caller: &Caller<CanPush>, request: &HttpRequest) -> Result<Share, Problem> {
    if caller.call.caller.opd() != Some(&caller.dataset.id.opd) {
        let id = (*caller.dataset.id).clone();
        return Err(Error::Forbidden(Forbidden::OwnerOnly(id)).into());
    }
    masters_only(caller)?;
    prelude(caller, request, Takes::Lines)?;
    let params = Params::read(request, &["max_delete"])?;
    if !precondition(request)?.is_empty() {
        return Err(Error::Malformed(Malformed::ConditionalBulk).into());
    }
    match params.text("max_delete") {
        None => Ok(Share::TENTH),
        Some(text) => text.parse().map_err(|_| {
            let text = Text::new(
                "harus bilangan desimal dari 0 sampai 1, paling banyak enam angka di belakang titik.",
                "it must be a decimal number from 0 to 1 with at most six digits behind the point.",
            );
            Error::Malformed(Malformed::Parameter("max_delete", text)).into()
        }),
    }
}

/// 200 when it was stored; else what kept it from being stored, with the counts.
fn answer(report: SnapshotReport, lang: Lang) -> Result<Answer, Problem> {
    let members = members(&report, lang);
    match report.ended {
        Some(error) => Err(Problem::from(error).with(members)),
        None if report.rejected > 0 => Err(Problem::bulk(members)),
        None => Ok(counted(members)),
    }
}

fn members(report: &SnapshotReport, lang: Lang) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, count) in [
        ("received", report.received),
        ("added", report.difference.added),
        ("changed", report.difference.changed),
        ("unchanged", report.difference.unchanged),
        ("removed", report.difference.removed),
        ("rejected", report.rejected),
    ] {
        members.insert(name.into(), count.into());
    }
    let errors: Vec<Value> = report.errors.iter().map(|fault| line(fault, lang)).collect();
    members.insert("errors".into(), errors.into());
    members.insert("exchange".into(), report.exchange.as_str().into());
    members
}
