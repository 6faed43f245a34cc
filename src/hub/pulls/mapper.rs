//! [`Mapper`]: a mapping at work in a child process, because it can't be interrupted.
//!
//! The child is this very program with the hidden command `map-records`; it runs under limits of time and
//! memory and without the environment. Invariant: whatever the mapping does, its items come back or it is
//! ended; a child never outlives its mapper.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::connector::pull::{Frames, Mapped};
use crate::error::{Error, Finding, Result, Unavailable};
use crate::hub::Hub;
use crate::hub::probe::own_program;
use crate::types::Text;

/// How much memory the child may take, in KiB of addresses.
const MAX_KIBIBYTES: u64 = 2 * 1024 * 1024;
/// The most bytes that the items of one page may become, all together.
const MAX_MAPPED: usize = 64 << 20;
/// For how long it may work on one page.
const MAX_PAGE: Duration = Duration::from_secs(300);
/// How much is written to it at once, in bytes.
const WRITTEN: usize = 128 * 1024;

/// See the module.
pub(super) struct Mapper {
    /// Ended when this is dropped.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    frames: Frames,
    /// For how long it may say nothing while it has something to do.
    silence: Duration,
}

impl Mapper {
    /// Starts a child for this program.
    ///
    /// # Errors
    /// Faulty when the program is no jq; unavailable when there can be no child.
    pub(super) async fn start(hub: &Hub, program: &str) -> Result<Self> {
        let own = match &hub.config.limits.probe_program {
            Some(own) => own.clone(),
            None => own_program().map_err(unavailable)?,
        };
        let limited = format!("ulimit -v {MAX_KIBIBYTES}; exec \"$0\" map-records");
        let mut child = Command::new("/bin/sh")
            .args(["-c", &limited])
            .arg(own)
            .env_clear()
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(unavailable)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| Error::Internal("a child without pipes".into()))?;
        let mut mapper = Mapper {
            _child: child,
            input,
            output,
            frames: Frames::default(),
            silence: hub.config.limits.mapping_silence,
        };
        match mapper.map(&[program]).await?.pop() {
            Some(Err(fault)) => Err(faulty(Text::new(
                format!("bukan program jq yang dapat dipakai: {}", fault.0),
                format!("it is no jq program that can be used: {}", fault.0),
            ))),
            Some(Ok(_)) | None => Ok(mapper),
        }
    }

    /// What the items become, in their order.
    ///
    /// # Errors
    /// Faulty when the mapping takes too long or too much memory; then the mapper is of no use any more.
    pub(super) async fn map(&mut self, items: &[&str]) -> Result<Vec<Mapped>> {
        let (input, output, frames) = (&mut self.input, &mut self.output, &mut self.frames);
        let taking = take((output, self.silence), frames, items.len());
        let working = async { tokio::try_join!(feed(input, items), taking) };
        match tokio::time::timeout(MAX_PAGE, working).await {
            Ok(Ok(((), mapped))) => Ok(mapped),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(costly()),
        }
    }
}

/// Writes items to the child.
async fn feed(input: &mut ChildStdin, items: &[&str]) -> Result<()> {
    let mut buffer = Vec::with_capacity(WRITTEN);
    for item in items {
        let length = u32::try_from(item.len()).map_err(|error| Error::Internal(error.to_string()))?;
        buffer.extend_from_slice(&length.to_le_bytes());
        buffer.extend_from_slice(item.as_bytes());
        if buffer.len() >= WRITTEN {
            // A child that ended is noticed by whoever reads from it.
            let _ = input.write_all(&buffer).await;
            buffer.clear();
        }
    }
    let _ = input.write_all(&buffer).await;
    Ok(())
}

/// Reads what `count` items became.
async fn take(
    (output, silence): (&mut ChildStdout, Duration),
    frames: &mut Frames,
    count: usize,
) -> Result<Vec<Mapped>> {
    let mut mapped: Vec<Mapped> = Vec::with_capacity(count);
    let mut bytes = 0_usize;
    loop {
        while mapped.len() < count {
            let Some(item) = frames.next_item().map_err(Error::Internal)? else {
                break;
            };
            bytes += item.iter().flatten().map(String::len).sum::<usize>();
            if bytes > MAX_MAPPED {
                return Err(costly());
            }
            mapped.push(item);
        }
        if mapped.len() == count {
            return Ok(mapped);
        }
        let reading = output.read_buf(frames.buffer());
        match tokio::time::timeout(silence, reading).await {
            Ok(Ok(0)) | Err(_) => return Err(costly()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(unavailable(error)),
        }
    }
}

/// The mapping was ended, or ended itself.
fn costly() -> Error {
    faulty(Text::new(
        "pemetaan terlalu lama atau memakai terlalu banyak memori, dan dihentikan. Sederhanakan.",
        "the mapping took too long or too much memory and was ended. Make it simpler.",
    ))
}

fn faulty(message: Text) -> Error {
    Error::Faulty(vec![Finding {
        pointer: "/mapping".into(),
        place: None,
        code: "mapping-unusable",
        message,
    }])
}

fn unavailable(cause: std::io::Error) -> Error {
    Error::Unavailable(Unavailable::Check(cause.to_string()))
}
