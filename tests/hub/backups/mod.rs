//! Backups: made beside a running hub, put back, tried, kept by schedule, moved.

mod damaged;
mod keeping;
mod killed;
mod moving;
mod restore;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use serde_json::Value;

use crate::harness::{Api, Database, TestHub, contracts, program};

/// The program on a database, and a folder for backups.
pub struct Shell {
    pub database: Arc<Database>,
    pub folder: tempfile::TempDir,
}

impl Shell {
    pub fn on(database: &Arc<Database>) -> Self {
        Shell {
            database: Arc::clone(database),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = program(self.database.url());
        let command = command.env("USER", "penguji").args(arguments);
        command.current_dir(self.folder.path()).output().unwrap()
    }

    /// The one JSON object that a command prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What a command says on standard error when it fails.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A hub whose dataset `bkd/barang/v1` has so many records.
pub async fn filled(records: usize) -> (TestHub, Api) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    push(&barang, 0..records).await;
    (hub, barang)
}

pub async fn push(barang: &Api, numbers: std::ops::Range<usize>) {
    for n in numbers {
        barang
            .push(format!(r#"{{"id":"n{n}","nilai":1.50}}"#))
            .await
            .is(201);
    }
}

/// How many records of `bkd/barang/v1` a database holds.
pub fn records(database: &Database) -> i64 {
    database.beside().number("SELECT count(*) FROM record")
}

/// Puts the key of one SQLite database's secrets beside another; PostgreSQL has it in its settings.
pub fn bring_key(from: &Database, to: &Database) {
    if let (Some(from), Some(to)) = (from.file(), to.file()) {
        std::fs::copy(from.with_file_name("secret.key"), to.with_file_name("secret.key")).unwrap();
    }
}

/// Writes the zip at `from` anew at `to`, its parts changed by `change`.
pub fn forged(from: &Path, to: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    use std::io::{Read as _, Write as _};
    let mut zip = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut forged = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        forged
            .start_file(&name, zip::write::SimpleFileOptions::default())
            .unwrap();
        forged.write_all(&change(&name, bytes)).unwrap();
    }
    forged.finish().unwrap();
}

/// The zip at `from` with another manifest.
pub fn with_manifest(from: &Path, to: &Path, change: impl Fn(&mut Value)) {
    forged(from, to, |name, bytes| match name {
        "manifest.json" => {
            let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
            change(&mut manifest);
            manifest.to_string().into_bytes()
        }
        _ => bytes,
    });
}
