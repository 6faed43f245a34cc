//! `mahakam probe-schema`: the child process in which a schema's cost is measured.
//!
//! It reads a schema from standard input and prints the milliseconds of processor time that its
//! slowest payload took. Whoever started it ends it when it takes too long.

use std::io::Read as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Failure;
use super::output::Output;
use crate::contract::{Validator, cost};
use crate::types::Document;

/// After which time a payload has shown enough.
const ENOUGH: Duration = Duration::from_secs(2);

/// Measures.
pub(super) fn run(output: Output) -> Result<(), Failure> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text)?;
    let schema = Document::parse(&text).map_err(|fault| Failure(format!("no JSON at {}", fault.place)))?;
    let validator =
        Validator::compile(schema.value()).map_err(|fault| Failure(fault.to(super::LANG).to_owned()))?;
    let mut slowest = Duration::ZERO;
    for payload in cost::payloads(schema.value()) {
        slowest = slowest.max(took(&validator, &payload));
        // Far beyond every limit: the rest need not be tried.
        if slowest > ENOUGH {
            break;
        }
    }
    output.text(&slowest.as_millis().to_string());
    Ok(())
}

/// How much processor time a push of this payload takes.
fn took(validator: &Validator, payload: &Value) -> Duration {
    let (wall, processor) = (Instant::now(), processor_time());
    if !validator.is_valid(payload) {
        validator.violations(payload);
    }
    match (processor, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => wall.elapsed(),
    }
}

/// The processor time of this thread, where the system tells it (Linux: `schedstat`).
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
