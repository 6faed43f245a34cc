//! Looking into a PDF: whether it is whole, and whether it may be opened at all.
//!
//! Not here: what a page shows. Invariant: a file is looked through once, in pieces.

use std::io::{Read, Seek, SeekFrom};

use super::ContentFault;

/// Where the end of a PDF has its mark, in bytes from the end.
const TAIL: i64 = 4096;

/// How much of a file is in memory at once.
const PIECE: u64 = 64 << 10;

/// How far behind its name the value of an entry may begin.
const GAP: usize = 32;

/// The entry of a trailer by which a PDF is encrypted (ISO 32000-1, section 7.5.5).
const ENCRYPT: &[u8] = b"/Encrypt";

/// Whether the mark of a PDF's end is there: a file that was cut off has none.
pub(super) fn has_end(file: &mut (impl Read + Seek), length: u64) -> Result<bool, ContentFault> {
    let back = TAIL.min(i64::try_from(length).unwrap_or(TAIL));
    file.seek(SeekFrom::End(-back))?;
    let mut tail = Vec::new();
    file.by_ref().take(back.unsigned_abs()).read_to_end(&mut tail)?;
    Ok(memchr::memmem::find(&tail, b"%%EOF").is_some())
}

/// Whether a PDF asks for a password, or would to change or print it: its trailer names how it is encrypted. There may be
/// several trailers, and anywhere.
pub(super) fn is_encrypted(file: &mut (impl Read + Seek)) -> Result<bool, ContentFault> {
    file.rewind()?;
    let finder = memchr::memmem::Finder::new(ENCRYPT);
    let mut window = Vec::new();
    loop {
        let read = file.by_ref().take(PIECE).read_to_end(&mut window)?;
        let found = finder.find_iter(&window).any(|place| {
            let after = window.get(place + ENCRYPT.len()..).unwrap_or_default();
            names_encryption(after)
        });
        if found || read == 0 {
            return Ok(found);
        }
        // An entry may lie across the edge.
        let keep = window.len().saturating_sub(ENCRYPT.len() + GAP);
        window.drain(..keep);
    }
}

/// Whether this follows the name in a dictionary: a reference to an object, or a dictionary.
fn names_encryption(after: &[u8]) -> bool {
    let near = after.get(..GAP.min(after.len())).unwrap_or_default();
    let value = near.trim_ascii_start();
    value.first().is_some_and(u8::is_ascii_digit) && value.len() < near.len() || value.starts_with(b"<<")
}
