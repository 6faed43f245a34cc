//! `mahakam map-records`: the child process in which a mapping runs, because it can't be interrupted.
//!
//! It reads frames: four bytes of length (little endian), then so many bytes. The first one is the program; it
//! is answered by one frame. Each further one is an item, answered by a frame for each record and one that ends
//! them. The first byte of an answer says what it is ([`FrameKind`]). Whoever started it ends it when it
//! takes too long. Invariant: it reads nothing but its standard input.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::time::{Duration, Instant};

use super::Failure;
use crate::connector::pull::{FrameKind, MAX_MAPPING_BYTES, Mapping};

/// The longest item, in bytes; the hub sends none that is longer than a page may be.
const MAX_ITEM_BYTES: usize = 256 << 20;
/// How much is read and written at once.
const BUFFER: usize = 256 * 1024;
/// After how long what was made is told though there is more to do: silence is taken for going astray.
const UNHEARD: Duration = Duration::from_millis(200);

/// Maps until there is nothing more to map.
pub(super) fn run() -> Result<(), Failure> {
    let mut input = BufReader::with_capacity(BUFFER, std::io::stdin().lock());
    let mut output = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    let mut item = Vec::new();
    if !read(&mut input, &mut item, MAX_MAPPING_BYTES)? {
        return Ok(());
    }
    let program = String::from_utf8_lossy(&item).into_owned();
    let mapping = match Mapping::compile(&program) {
        Ok(mapping) => {
            write(&mut output, FrameKind::End, b"")?;
            mapping
        }
        Err(fault) => {
            write(&mut output, FrameKind::Fault, fault.0.as_bytes())?;
            output.flush()?;
            return Ok(());
        }
    };
    output.flush()?;
    let mut flushed = Instant::now();
    while read(&mut input, &mut item, MAX_ITEM_BYTES)? {
        match mapping.records(&item) {
            Ok(records) => {
                for record in &records {
                    write(&mut output, FrameKind::Record, record.as_bytes())?;
                }
                write(&mut output, FrameKind::End, b"")?;
            }
            Err(fault) => write(&mut output, FrameKind::Fault, fault.0.as_bytes())?,
        }
        if input.buffer().is_empty() || flushed.elapsed() > UNHEARD {
            output.flush()?;
            flushed = Instant::now();
        }
    }
    output.flush()?;
    Ok(())
}

/// Reads the next frame; tells whether there was one.
fn read(input: &mut impl BufRead, frame: &mut Vec<u8>, most: usize) -> Result<bool, Failure> {
    if input.fill_buf()?.is_empty() {
        return Ok(false);
    }
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    let length = usize::try_from(length).ok().filter(|length| *length <= most);
    let length = length.ok_or_else(|| Failure("a frame is too long".into()))?;
    frame.clear();
    let wanted = u64::try_from(length).unwrap_or(u64::MAX);
    let read = input.by_ref().take(wanted).read_to_end(frame)?;
    match read == length {
        true => Ok(true),
        false => Err(Failure("a frame ends too early".into())),
    }
}

/// Writes a frame: its kind, four bytes of length, so many bytes.
fn write(output: &mut impl Write, kind: FrameKind, bytes: &[u8]) -> Result<(), Failure> {
    let length = u32::try_from(bytes.len()).map_err(|_| Failure("a record is too long".into()))?;
    output.write_all(&[kind.byte()])?;
    output.write_all(&length.to_le_bytes())?;
    Ok(output.write_all(bytes)?)
}
