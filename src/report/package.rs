//! [`Package`]: the ZIP archive that a workbook or a paper is, its last part written bit by bit.
//!
//! Invariant: the same rows make the same bytes; no time of day is written.

use std::io::{Result, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How much is gathered before it is compressed.
const GATHERED: usize = 64 * 1024;

/// See the module.
pub(super) struct Package<W: Write + Seek> {
    archive: ZipWriter<W>,
    gathered: String,
}

impl<W: Write + Seek> Package<W> {
    /// Begins an empty archive.
    pub(super) fn begin(out: W) -> Self {
        Package {
            archive: ZipWriter::new(out),
            gathered: String::new(),
        }
    }

    /// Adds a part as it is, not compressed.
    pub(super) fn stored(&mut self, name: &str, text: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.archive.start_file(name, options)?;
        self.archive.write_all(text.as_bytes())
    }

    /// Adds a part.
    pub(super) fn part(&mut self, name: &str, text: &str) -> Result<()> {
        self.open(name, false)?;
        self.archive.write_all(text.as_bytes())
    }

    /// Begins the last part; it may pass 4 GiB when it is `large`.
    pub(super) fn open(&mut self, name: &str, large: bool) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(large);
        Ok(self.archive.start_file(name, options)?)
    }

    /// Lets `write` append to the last part.
    pub(super) fn append(&mut self, write: impl FnOnce(&mut String)) -> Result<()> {
        write(&mut self.gathered);
        if self.gathered.len() >= GATHERED {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the archive.
    pub(super) fn finish(mut self) -> Result<W> {
        self.flush()?;
        Ok(self.archive.finish()?)
    }

    fn flush(&mut self) -> Result<()> {
        self.archive.write_all(self.gathered.as_bytes())?;
        self.gathered.clear();
        Ok(())
    }
}
