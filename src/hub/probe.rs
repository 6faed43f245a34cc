//! What a schema costs: tried in a child process, because a validation can't be interrupted.
//!
//! The child is this very program with the hidden command `probe-schema`; it reads the schema,
//! validates hostile payloads of up to 1 MiB made from it, and says how long the slowest took. It
//! runs under limits of time and memory. Invariant: a schema that was not tried to the end is
//! not registered.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Hub;
use crate::contract::cost;
use crate::error::{Error, Finding, Result, Unavailable};
use crate::types::Text;

/// How long a validation may hold a thread; ten times as long in a program built without optimization.
const MAX_MILLISECONDS: u64 = if cfg!(debug_assertions) { 1_000 } else { 100 };
/// How much memory the trial may take, in KiB of addresses.
const MAX_KIBIBYTES: u64 = 4 * 1024 * 1024;
/// How long the whole trial may take.
const MAX_TRIAL: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 10 });

impl Hub {
    /// Refuses a schema whose validation can take too long.
    ///
    /// # Errors
    /// A fault of the document; unavailable when the trial could not be made.
    pub(super) fn probe(&self, schema: &Value) -> Result<()> {
        if !cost::needs_probe(schema) {
            return Ok(());
        }
        match self.slowest(schema)? {
            Some(milliseconds) if milliseconds <= MAX_MILLISECONDS => Ok(()),
            _ => Err(Error::Faulty(vec![Finding {
                pointer: "/schema".into(),
                place: None,
                code: "schema-too-costly",
                message: Text::new(
                    format!(
                        "Memeriksa data dengan skema ini dapat memakan lebih dari {MAX_MILLISECONDS} ms per MiB. Sederhanakan: hindari anyOf, oneOf atau unevaluated yang bersarang dan berulang."
                    ),
                    format!(
                        "Validating by this schema can take more than {MAX_MILLISECONDS} ms a MiB. Make it simpler: avoid nested or recursive anyOf, oneOf and unevaluated keywords."
                    ),
                ),
            }])),
        }
    }

    /// How many milliseconds the slowest payload took; `None` when the trial did not end in time
    /// or ran out of memory.
    fn slowest(&self, schema: &Value) -> Result<Option<u64>> {
        let unavailable = |cause: std::io::Error| Error::Unavailable(Unavailable::Check(cause.to_string()));
        let program = match &self.config.limits.probe_program {
            Some(program) => program.clone(),
            None => own_program().map_err(unavailable)?,
        };
        let limited = format!("ulimit -v {MAX_KIBIBYTES}; exec \"$0\" probe-schema");
        let mut child = Command::new("/bin/sh")
            .args(["-c", &limited])
            .arg(program)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(unavailable)?;
        if let Some(mut input) = child.stdin.take() {
            // A child that dies while it is being fed is judged by how it ended.
            let _ = input.write_all(schema.to_string().as_bytes());
        }
        let ended = wait(&mut child).map_err(unavailable)?;
        let mut said = String::new();
        if let (true, Some(mut output)) = (ended, child.stdout.take()) {
            output.read_to_string(&mut said).map_err(unavailable)?;
        }
        Ok(said.trim().parse().ok())
    }
}

pub(super) fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// Waits for the child, and ends it when its time is over; tells whether it ended well.
fn wait(child: &mut Child) -> std::io::Result<bool> {
    let deadline = Instant::now() + MAX_TRIAL;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
