//! Looking into ZIP archives: which office document one is, and whether it may be opened at all.
//!
//! Invariant: no more than [`MAX_ENTRIES`] entries are listed and no more than [`MAX_UNPACKED`] bytes unpacked;
//! what an entry says of its own size is not believed.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{ContentFault, Medium};

/// The most entries.
pub(super) const MAX_ENTRIES: usize = 4_000;

/// The most bytes that all entries together may unpack to.
pub(super) const MAX_UNPACKED: u64 = 256 << 20;

/// How many times its size an archive may unpack to, where that is more than [`SMALL`] bytes.
const MAX_RATIO: u64 = 100;

/// What may always be unpacked, in bytes.
const SMALL: u64 = 16 << 20;

/// The most bytes of a part that is looked at.
const MAX_PART: u64 = 1 << 20;

/// Before each entry in an archive's directory (APPNOTE 4.3.12).
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// Which office document an archive of `length` bytes is.
pub(super) fn medium(file: &mut (impl Read + Seek), length: u64) -> Result<Medium, ContentFault> {
    if has_too_many_entries(file)? {
        return Err(ContentFault::Bomb);
    }
    file.rewind()?;
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let bound = length.saturating_mul(MAX_RATIO).clamp(SMALL, MAX_UNPACKED);
    let mut facts = Facts::default();
    let mut unpacked = 0;
    for place in 0..archive.len() {
        let mut entry = match archive.by_index(place) {
            Ok(entry) => entry,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(ContentFault::Encrypted);
            }
            Err(error) => return Err(broken(error)),
        };
        if entry.encrypted() {
            return Err(ContentFault::Encrypted);
        }
        let left = bound.saturating_sub(unpacked);
        if entry.size() > left {
            return Err(ContentFault::Bomb);
        }
        unpacked += facts.take(&mut entry, left)?;
    }
    facts.medium()
}

/// Whether there are more directory entries than any office document has. Looked for in the bytes, because an
/// archive's own word on it may be false and listing them costs memory.
fn has_too_many_entries(file: &mut (impl Read + Seek)) -> Result<bool, ContentFault> {
    file.seek(SeekFrom::Start(0))?;
    let finder = memchr::memmem::Finder::new(DIRECTORY_ENTRY);
    let overlap = DIRECTORY_ENTRY.len() - 1;
    let (mut window, mut found) = (Vec::new(), 0);
    loop {
        let read = file.by_ref().take(64 << 10).read_to_end(&mut window)?;
        found += finder.find_iter(&window).count();
        if found > MAX_ENTRIES {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        // A mark may lie across the edge; a whole one is not counted twice, because less than one stays.
        let keep = window.len().saturating_sub(overlap);
        window.drain(..keep);
    }
}

/// What was found in an archive.
#[derive(Default)]
struct Facts {
    /// What `mimetype` says.
    mimetype: Option<Vec<u8>>,
    /// What `[Content_Types].xml` says.
    types: Option<Vec<u8>>,
    /// Whether the manifest of an OpenDocument speaks of encryption.
    encrypted: bool,
    /// Whether it carries programs.
    macros: bool,
    /// Which main parts are there.
    parts: Vec<&'static str>,
}

/// The folders below which office documents keep programs, in small letters.
const PROGRAMS: [&str; 3] = ["basic/", "scripts/", "xl/macrosheets/"];

/// The file in which others keep them, wherever it lies.
const PROGRAM: &str = "vbaproject.bin";

/// Whether a part is a program: one of OpenDocument's own folders, or Office's.
fn is_program(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let below = |folder: &&str| name.strip_prefix(*folder).is_some_and(|rest| !rest.is_empty());
    PROGRAMS.iter().any(below) || name.ends_with(PROGRAM)
}

/// The main part of each office document.
const PARTS: [&str; 3] = ["content.xml", "word/document.xml", "xl/workbook.xml"];

impl Facts {
    /// Unpacks an entry to its end, or to `left` bytes, and notes what it tells; gives how much it was.
    fn take<R: Read + Seek>(&mut self, entry: &mut ZipFile<'_, R>, left: u64) -> Result<u64, ContentFault> {
        let name = entry.name().map_err(broken)?.into_owned();
        self.macros |= is_program(&name);
        let mut part = Vec::new();
        let looked = matches!(
            name.as_str(),
            "mimetype" | "[Content_Types].xml" | "META-INF/manifest.xml"
        );
        let mut size = 0;
        if looked {
            entry
                .by_ref()
                .take(MAX_PART.min(left))
                .read_to_end(&mut part)
                .map_err(damaged)?;
            size = u64::try_from(part.len()).unwrap_or(u64::MAX);
        }
        // One byte beyond the bound tells that there is more.
        let more = left.saturating_sub(size).saturating_add(1);
        size += std::io::copy(&mut entry.by_ref().take(more), &mut std::io::sink()).map_err(damaged)?;
        if size > left {
            return Err(ContentFault::Bomb);
        }
        match name.as_str() {
            "mimetype" => self.mimetype = Some(part),
            "[Content_Types].xml" => self.types = Some(part),
            "META-INF/manifest.xml" => {
                self.encrypted = memchr::memmem::find(&part, b"encryption-data").is_some();
            }
            name => self.parts.extend(PARTS.into_iter().find(|part| *part == name)),
        }
        Ok(size)
    }

    fn medium(&self) -> Result<Medium, ContentFault> {
        let says = |type_: &str| {
            let mark = format!("\"application/vnd.openxmlformats-officedocument.{type_}.main+xml\"");
            self.types
                .as_ref()
                .is_some_and(|types| memchr::memmem::find(types, mark.as_bytes()).is_some())
        };
        let mimetype = self.mimetype.as_deref().map(<[u8]>::trim_ascii);
        let (medium, part) = if mimetype == Some(Medium::Odt.as_str().as_bytes()) {
            (Medium::Odt, "content.xml")
        } else if mimetype == Some(Medium::Ods.as_str().as_bytes()) {
            (Medium::Ods, "content.xml")
        } else if says("wordprocessingml.document") {
            (Medium::Docx, "word/document.xml")
        } else if says("spreadsheetml.sheet") {
            (Medium::Xlsx, "xl/workbook.xml")
        } else {
            return Err(ContentFault::Archive);
        };
        if self.encrypted {
            return Err(ContentFault::Encrypted);
        }
        if self.macros {
            return Err(ContentFault::Macros);
        }
        match self.parts.contains(&part) {
            true => Ok(medium),
            false => Err(ContentFault::Damaged(medium)),
        }
    }
}

fn broken(error: ZipError) -> ContentFault {
    match error {
        ZipError::Io(error) => damaged(error),
        _ => ContentFault::Archive,
    }
}

/// Reading on failed: by the bytes, unless the machine says otherwise.
fn damaged(error: std::io::Error) -> ContentFault {
    match error.raw_os_error() {
        Some(_) => ContentFault::Unread(error.to_string()),
        None => ContentFault::Archive,
    }
}
