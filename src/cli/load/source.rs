//! [`Source`]: the bytes of a file or of standard input, unpacked.
//!
//! Not here: what they mean. A byte order mark at the beginning is taken away, whatever the format.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::ValueEnum;
use flate2::read::MultiGzDecoder;

use crate::cli::Failure;
use crate::error::{Error, Malformed};
use crate::record::Split;
use crate::types::Text;

/// How many bytes are read at a time.
const PART: u64 = 256 * 1024;
/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// One payload a line.
    Ndjson,
    /// One array of payloads.
    Json,
    /// A table with a header.
    Csv,
}

impl Format {
    /// The format by a file's name, with or without `.gz`.
    pub(in crate::cli) fn of_name(file: &Path) -> Option<Self> {
        let name = file.file_name()?.to_str()?.to_ascii_lowercase();
        let (_, extension) = name.trim_end_matches(".gz").rsplit_once('.')?;
        match extension {
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            "json" => Some(Format::Json),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    }

    /// How a bulk is to understand its payloads: in an array, one that is no JSON ends it.
    pub(in crate::cli) fn split(self) -> Split {
        match self {
            Format::Ndjson | Format::Csv => Split::Lines,
            Format::Json => Split::Array,
        }
    }

    /// What its payloads are counted by.
    pub(in crate::cli) fn unit(self) -> &'static str {
        match self {
            Format::Ndjson | Format::Csv => "line",
            Format::Json => "element",
        }
    }
}

/// See the module.
pub(in crate::cli) struct Source {
    reader: Box<dyn Read>,
    name: PathBuf,
    position: Arc<AtomicU64>,
    size: Option<u64>,
    begun: bool,
}

/// Counts what is read of a file, packed as it may be.
struct Counting<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count
            .fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
        Ok(read)
    }
}

impl Source {
    /// Opens a file, or standard input for `-`.
    pub(in crate::cli) fn open(name: &Path) -> Result<Self, Failure> {
        let position = Arc::<AtomicU64>::default();
        let count = Arc::clone(&position);
        let (reader, size): (Box<dyn Read>, _) = if name.as_os_str() == "-" {
            let inner = io::stdin().lock();
            (Box::new(Counting { inner, count }), None)
        } else {
            let told = |error| Failure(format!("{} can't be read: {error}", name.display()));
            let inner = File::open(name).map_err(told)?;
            let about = inner.metadata().map_err(told)?;
            if about.is_dir() {
                return Err(Failure(format!("{} is a folder, not a file.", name.display())));
            }
            // What stands at /dev/stdin may be a file, and can be opened again by nobody.
            let lasting = about.is_file() && !name.starts_with("/dev") && !name.starts_with("/proc");
            let size = lasting.then_some(about.len());
            let plain = Counting { inner, count };
            let packed = name
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
            if packed {
                (Box::new(MultiGzDecoder::new(plain)), size)
            } else {
                (Box::new(plain), size)
            }
        };
        Ok(Source {
            reader,
            name: name.to_owned(),
            position,
            size,
            begun: false,
        })
    }

    /// Whether it can be read only once.
    pub(in crate::cli) fn is_stream(&self) -> bool {
        self.size.is_none()
    }

    /// How many bytes there are, packed as they may be.
    pub(in crate::cli) fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many of them were read.
    pub(in crate::cli) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Reads the next part; an empty one is the end.
    pub(in crate::cli) fn fill(&mut self, part: &mut Vec<u8>) -> io::Result<()> {
        part.clear();
        self.reader.by_ref().take(PART).read_to_end(part)?;
        if !self.begun && part.starts_with(MARK) {
            part.drain(..MARK.len());
            self.begun = true;
            if part.is_empty() {
                return self.fill(part);
            }
        }
        self.begun = true;
        Ok(())
    }

    /// That it can't be read on.
    pub(in crate::cli) fn unreadable(&self, error: &io::Error) -> Error {
        let name = self.name.display();
        Error::Malformed(Malformed::Body(Text::new(
            format!("{name} tidak dapat dibaca: {error}"),
            format!("{name} can't be read: {error}"),
        )))
    }
}
