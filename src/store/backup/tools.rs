//! PostgreSQL's own tools: `pg_dump`, `pg_restore` and `psql`.
//!
//! Invariant: a password is handed to them in their environment and never stands on a command line, where every user
//! of the machine could read it.

use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::refused;
use crate::error::{Error, Result};

/// Where the tools are, and which database they work with.
#[derive(Debug, Clone)]
pub(super) struct Tools<'t> {
    /// Their folder; `None` where they are found on the path.
    pub(super) folder: Option<&'t Path>,
    /// The database.
    pub(super) url: &'t str,
}

/// A tool that runs, and where it complains.
pub(super) struct Running {
    name: &'static str,
    pub(super) child: Child,
    complaints: std::fs::File,
}

impl Tools<'_> {
    /// Starts a tool on the database.
    pub(super) fn start(
        &self,
        name: &'static str,
        arguments: &[&str],
        (input, output): (Stdio, Stdio),
    ) -> Result<Running> {
        let (url, password) = apart(self.url);
        let mut command = self.command(name);
        command.args(arguments).arg("--dbname").arg(url);
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        spawn(name, command, (input, output))
    }

    /// Starts `pg_restore` so that it writes SQL.
    pub(super) fn script(&self, dump: &Path) -> Result<Running> {
        let mut command = self.command("pg_restore");
        command
            .args(["--no-owner", "--no-privileges", "--file=-"])
            .arg(dump);
        spawn("pg_restore", command, (Stdio::null(), Stdio::piped()))
    }

    fn command(&self, name: &str) -> Command {
        Command::new(
            self.folder
                .map_or_else(|| PathBuf::from(name), |folder| folder.join(name)),
        )
    }
}

fn spawn(name: &'static str, mut command: Command, (input, output): (Stdio, Stdio)) -> Result<Running> {
    let complaints = tempfile::tempfile().map_err(|error| failed(name, &error.to_string()))?;
    let copy = complaints
        .try_clone()
        .map_err(|error| failed(name, &error.to_string()))?;
    let child = command.stdin(input).stdout(output).stderr(copy).spawn();
    match child {
        Ok(child) => Ok(Running {
            name,
            child,
            complaints,
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(refused(
            format!(
                "Program {name} tidak ditemukan. Pasang alat PostgreSQL (paket postgresql-client) dengan versi yang \
                 sama dengan server atau lebih baru, atau isi MAHAKAM_POSTGRES_TOOLS dengan foldernya."
            ),
            format!(
                "{name} is not there. Install PostgreSQL's client programs (package postgresql-client), of the server's \
                 version or newer, or name their folder in MAHAKAM_POSTGRES_TOOLS."
            ),
        )),
        Err(error) => Err(failed(name, &error.to_string())),
    }
}

impl Running {
    /// Copies what the tool writes.
    pub(super) fn copy_output(&mut self, into: &mut dyn Write) -> Result<()> {
        let Some(output) = self.child.stdout.as_mut() else {
            return Ok(());
        };
        let copied = std::io::copy(output, into);
        copied
            .map(|_| ())
            .map_err(|error| failed(self.name, &error.to_string()))
    }

    /// Waits for the tool's end.
    ///
    /// # Errors
    /// What it complained of, where it failed.
    pub(super) fn end(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait();
        let success = ended.as_ref().is_ok_and(ExitStatus::success);
        match success {
            true => Ok(()),
            false => Err(failed(self.name, &self.complaint())),
        }
    }

    fn complaint(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self
            .complaints
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.complaints.read_to_end(&mut bytes));
        match read {
            Ok(_) => String::from_utf8_lossy(&bytes).trim().to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is left alone by the system.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn failed(name: &str, says: &str) -> Error {
    refused(format!("{name} gagal: {says}"), format!("{name} failed: {says}"))
}

/// A URL without its password, and the password.
fn apart(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, password)) => (format!("{scheme}://{user}@{host}{tail}"), Some(decoded(password))),
            None => (url.to_owned(), None),
        },
        None => (url.to_owned(), None),
    }
}

/// What a percent-encoded text stands for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_url_and_understood() {
        for (url, plain, password) in [
            ("postgres://u:p%40ss@h:1/db", "postgres://u@h:1/db", Some("p@ss")),
            ("postgres://u:a:b@h/db?x=1", "postgres://u@h/db?x=1", Some("a:b")),
            ("postgres://u@h1:1,h2:2/db", "postgres://u@h1:1,h2:2/db", None),
            (
                "postgres://h/db?application_name=a@b",
                "postgres://h/db?application_name=a@b",
                None,
            ),
        ] {
            assert_eq!(
                apart(url),
                (plain.to_owned(), password.map(str::to_owned)),
                "{url}"
            );
        }
    }
}
