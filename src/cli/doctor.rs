//! `mahakam doctor`: what is the matter with this server, and what to do about it.

use serde_json::json;

use super::output::Output;
use super::{Failure, start_log};
use crate::config::{Config, Source};
use crate::hub::{Condition, Finding, examine};
use crate::types::Clock;

/// Looks at everything and tells it; fails where there is a fault.
pub(super) fn run(output: Output) -> Result<(), Failure> {
    let source = Source::environment()?;
    let now = Clock::System.now();
    let findings = match Config::read(&source) {
        Ok(config) => {
            start_log(&source, &config)?;
            examine(
                &config,
                config.tls.as_ref().map(crate::http::certificate_ends),
                now,
            )
        }
        Err(faults) => vec![Finding::fault(
            "settings",
            faults.to_string(),
            "Correct them; .env.example explains each.",
        )],
    };
    let count = |condition| {
        findings
            .iter()
            .filter(|finding| finding.condition == condition)
            .count()
    };
    let (faults, warnings) = (count(Condition::Fault), count(Condition::Warning));
    let value = json!({"ok": faults == 0, "faults": faults, "warnings": warnings, "findings": findings});
    output.tell(&value, &told(&findings));
    match faults {
        0 => Ok(()),
        1 => Err(Failure("One fault.".to_owned())),
        faults => Err(Failure(format!("{faults} faults."))),
    }
}

fn told(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let word = match finding.condition {
            Condition::Ok => "ok     ",
            Condition::Warning => "WARNING",
            Condition::Fault => "FAULT  ",
        };
        let todo = finding
            .todo
            .as_ref()
            .map_or(String::new(), |todo| format!("\n        -> {todo}"));
        format!("{word} {}: {}{todo}", finding.check, finding.found)
    });
    lines.collect::<Vec<_>>().join("\n")
}
