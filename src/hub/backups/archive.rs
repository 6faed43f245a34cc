//! The file of a backup: a zip with the database and `manifest.json`.
//!
//! Invariant: a file with the name that was asked for is complete and on the disk; until then it has another name, and
//! goes away when something fails. Nothing is overwritten.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::files::{UNFINISHED, UNPACKED, clear};
use super::manifest::{Database, Manifest, Part};
use super::{refused, unreadable, unwritable};
use crate::error::{Error, Result};
use crate::types::{Digest, Digester};

/// The name of the manifest within the file.
const MANIFEST: &str = "manifest.json";
/// The largest manifest that is read, in bytes.
const MAX_MANIFEST: u64 = 64 << 20;

/// How much is read at once.
const AT_ONCE: usize = 1 << 16;

/// A backup that is being written.
pub(super) struct Writing {
    zip: ZipWriter<NamedTempFile>,
}

/// A part that is being written.
struct Counted<'w> {
    into: &'w mut ZipWriter<NamedTempFile>,
    digester: Digester,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.digester.update(bytes.get(..written).unwrap_or_default());
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.into.flush()
    }
}

impl Writing {
    /// Begins a file that will be `target`, and is readable by its owner alone.
    pub(super) fn begin(target: &Path) -> Result<Self> {
        if target.exists() {
            return Err(refused(
                format!("{} sudah ada. Pilih nama lain.", target.display()),
                format!("{} exists already. Choose another name.", target.display()),
            ));
        }
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder_of(target))
            .map_err(|error| unwritable(target, &error))?;
        Ok(Writing {
            zip: ZipWriter::new(file),
        })
    }

    /// Adds a part, which `fill` writes; `packed` says that it is compressed already.
    pub(super) fn part<T>(
        &mut self,
        name: &str,
        packed: bool,
        fill: impl FnOnce(&mut dyn Write) -> Result<T>,
    ) -> Result<(Part, T)> {
        let method = match packed {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(true);
        self.zip.start_file(name, options).map_err(broken)?;
        let mut counted = Counted {
            into: &mut self.zip,
            digester: Digester::default(),
            bytes: 0,
        };
        let told = fill(&mut counted)?;
        let part = Part {
            name: name.to_owned(),
            bytes: counted.bytes,
            sha256: counted.digester.finish().to_string(),
        };
        Ok((part, told))
    }

    /// Ends the file with its manifest and gives it its name; tells its size and its digest.
    pub(super) fn end(mut self, manifest: &Manifest, target: &Path) -> Result<(u64, Digest)> {
        let text = serde_json::to_vec_pretty(manifest).map_err(|error| Error::Internal(error.to_string()))?;
        self.part(MANIFEST, false, |out| {
            out.write_all(&text).map_err(|error| unwritable(target, &error))
        })?;
        let mut file = self.zip.finish().map_err(broken)?;
        let failed = |error: std::io::Error| unwritable(target, &error);
        file.as_file().sync_all().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let (bytes, digest) = copy(&mut file, &mut std::io::sink()).map_err(|broken| match broken {
            Broken::Source(error) | Broken::Target(error) => failed(error),
        })?;
        file.persist_noclobber(target)
            .map_err(|failed| unwritable(target, &failed.error))?;
        sync_folder(target)?;
        Ok((bytes, digest))
    }
}

/// A backup that is read.
pub(super) struct Reading {
    zip: ZipArchive<File>,
    /// What it says of itself.
    pub(super) manifest: Manifest,
}

impl Reading {
    /// Opens a backup.
    ///
    /// # Errors
    /// When it can't be read, or is none.
    pub(super) fn open(file: &Path) -> Result<Self> {
        let opened = File::open(file).map_err(|error| unreadable(file, &error.to_string()))?;
        if !opened.metadata().is_ok_and(|opened| opened.is_file()) {
            return Err(refused(
                format!(
                    "{} bukan berkas. Simpan cadangan itu sebagai berkas dahulu.",
                    file.display()
                ),
                format!("{} is no file. Save the backup as a file first.", file.display()),
            ));
        }
        let mut zip = ZipArchive::new(opened).map_err(|error| no_backup(file, &error.to_string()))?;
        let mut text = Vec::new();
        let read = zip
            .by_name(MANIFEST)
            .map_err(|error| no_backup(file, &error.to_string()))?
            .take(MAX_MANIFEST)
            .read_to_end(&mut text);
        read.map_err(|error| no_backup(file, &error.to_string()))?;
        let manifest = serde_json::from_slice(&text).map_err(|error| no_backup(file, &error.to_string()))?;
        Ok(Reading { zip, manifest })
    }

    /// Unpacks the dump of a PostgreSQL database into the folder for temporary files.
    ///
    /// # Errors
    /// When a part is missing or damaged, or there is no room.
    pub(super) fn dump(&mut self, file: &Path) -> Result<NamedTempFile> {
        clear(&std::env::temp_dir(), UNPACKED);
        let mut dump = tempfile::Builder::new()
            .prefix(UNPACKED)
            .tempfile()
            .map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
        let target = dump.path().to_owned();
        self.unpack(file, Database::Postgres.part(), (&mut dump, &target))?;
        Ok(dump)
    }

    /// Reads every part and holds it against its digest; the part `wanted` is written to `into`, which is `target`.
    ///
    /// # Errors
    /// When a part is missing, damaged, or can't be written.
    pub(super) fn unpack(
        &mut self,
        file: &Path,
        wanted: &str,
        (into, target): (&mut dyn Write, &Path),
    ) -> Result<()> {
        let mut found = false;
        for part in self.manifest.parts.clone() {
            let damaged = |says: &str| no_backup(file, &format!("{}: {says}", part.name));
            let entry = self
                .zip
                .by_name(&part.name)
                .map_err(|error| damaged(&error.to_string()))?;
            // One byte more than it should have is enough to see that it has too many.
            let mut entry = entry.take(part.bytes.saturating_add(1));
            let copied = match part.name == wanted {
                true => {
                    found = true;
                    copy(&mut entry, into)
                }
                false => copy(&mut entry, &mut std::io::sink()),
            };
            let (bytes, digest) = copied.map_err(|broken| match broken {
                Broken::Source(error) => match error.kind() {
                    // What the zip itself is blamed for.
                    ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
                        damaged(&error.to_string())
                    }
                    _ => unreadable(file, &error.to_string()),
                },
                Broken::Target(error) => unwritable(target, &error),
            })?;
            if bytes != part.bytes || digest.to_string() != part.sha256 {
                return Err(damaged("its SHA-256 is not the one in the manifest"));
            }
        }
        match found {
            true => Ok(()),
            false => Err(no_backup(file, &format!("{wanted} is missing"))),
        }
    }
}

/// What ended a copy.
enum Broken {
    /// It could not be read on.
    Source(std::io::Error),
    /// It could not be written on.
    Target(std::io::Error),
}

/// Copies everything; tells how much that was, and its digest.
fn copy(from: &mut dyn Read, into: &mut dyn Write) -> std::result::Result<(u64, Digest), Broken> {
    let (mut digester, mut total) = (Digester::default(), 0_u64);
    let mut buffer = vec![0; AT_ONCE];
    loop {
        let read = from.read(&mut buffer).map_err(Broken::Source)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            into.flush().map_err(Broken::Target)?;
            return Ok((total, digester.finish()));
        }
        into.write_all(bytes).map_err(Broken::Target)?;
        digester.update(bytes);
        total = total.saturating_add(u64::try_from(read).unwrap_or_default());
    }
}

/// A new file for its owner alone.
pub(super) fn private(file: &Path) -> Result<File> {
    std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| unwritable(file, &error))
}

/// The folder of a file.
pub(super) fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Makes what was done in the folder of a file outlive a power cut.
pub(super) fn sync_folder(file: &Path) -> Result<()> {
    File::open(folder_of(file))
        .and_then(|folder| folder.sync_all())
        .map_err(|error| unwritable(file, &error))
}

fn broken(error: impl ToString) -> Error {
    let says = error.to_string();
    refused(
        format!("Cadangan tidak dapat ditulis: {says}."),
        format!("The backup can't be written: {says}."),
    )
}

fn no_backup(file: &Path, says: &str) -> Error {
    let file = file.display();
    refused(
        format!("{file} bukan cadangan yang utuh ({says}). Pakai berkas cadangan lain."),
        format!("{file} is no backup, or damaged ({says}). Use another one."),
    )
}
