//! [`Cluster`]: a PostgreSQL of the test's own, to be stopped, filled up and lost.
//!
//! Its programs refuse to run as root; where the suite does, they run as `postgres`.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::child::free_port;
use super::{Disk, setting};

/// See the module. It ends, with all it holds, when this is dropped.
pub struct Cluster {
    folder: tempfile::TempDir,
    /// The port that it listens on, on 127.0.0.1.
    pub port: u16,
    options: String,
    disk: Option<Disk>,
}

impl Cluster {
    /// An empty cluster with these settings, such as `max_connections=20`, on a disk that may fail.
    pub fn start(settings: &[&str], disk: Option<Disk>) -> Self {
        let cluster = Cluster::new(settings, disk);
        let data = cluster.data();
        let data = data.to_str().unwrap();
        cluster.run(
            "initdb",
            &[
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        );
        cluster.start_again();
        cluster
    }

    /// A standby that follows `primary` by streaming.
    pub fn standby_of(primary: &Cluster) -> Self {
        let standby = Cluster::new(&[], None);
        let (data, from) = (standby.data(), primary.url("postgres"));
        let data = data.to_str().unwrap();
        standby.run(
            "pg_basebackup",
            &[
                "-D",
                data,
                "-d",
                &from,
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
                "--no-sync",
            ],
        );
        standby.start_again();
        standby
    }

    fn new(settings: &[&str], disk: Option<Disk>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        if is_root() {
            let given = Command::new("chown").arg("postgres:").arg(folder.path()).status();
            assert!(given.unwrap().success());
        }
        let port = free_port();
        let mut options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=16MB"
        );
        for setting in settings {
            options.push_str(&format!(" -c {setting}"));
        }
        Cluster {
            folder,
            port,
            options,
            disk,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The disk it is on.
    pub fn disk(&self) -> &Disk {
        self.disk.as_ref().unwrap()
    }

    /// Starts it where it is stopped.
    pub fn start_again(&self) {
        let log = self.folder.path().join("log");
        self.control(&[
            "-l",
            log.to_str().unwrap(),
            "-o",
            &self.options,
            "-w",
            "-t",
            "30",
            "start",
        ]);
    }

    /// Stops it as a power cut would.
    pub fn lose(&self) {
        self.control(&["-m", "immediate", "-w", "-t", "30", "stop"]);
    }

    /// Stops it in order; connections are cut.
    pub fn stop(&self) {
        self.control(&["-m", "fast", "-w", "-t", "30", "stop"]);
    }

    /// Stops all its processes where they stand: nothing is answered, and no connection is closed.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// Sends a signal to the server and to all that it started.
    fn signal(&self, signal: &str) {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let server = file.lines().next().unwrap();
        // The server first: it starts no others then.
        let sent = Command::new("kill").args([signal, server]).status();
        assert!(sent.unwrap().success());
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        for child in children.split_whitespace() {
            // It may have ended meanwhile.
            let _ = Command::new("kill").args([signal, child]).status();
        }
    }

    /// Makes a standby the one that is written to.
    pub fn promote(&self) {
        self.control(&["-w", "-t", "30", "promote"]);
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.data();
        self.run(
            "pg_ctl",
            &[&["-D", data.to_str().unwrap(), "-s"], arguments].concat(),
        );
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let output = self.output(name, arguments);
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(output.status.success(), "{name} {arguments:?}: {output:?}\n{log}");
    }

    fn output(&self, name: &str, arguments: &[&str]) -> Output {
        let program = bin().join(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        if let Some(disk) = &self.disk {
            disk.under(&mut command);
        }
        // The server keeps what it inherits, so its output is a file and not a pipe that nobody would see the end of.
        let said = tempfile::tempfile().unwrap();
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said.try_clone().unwrap())
            .status()
            .unwrap();
        Output {
            status,
            stdout: read_again(said),
            stderr: Vec::new(),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() && self.data().join("postmaster.pid").exists() {
            self.thaw();
        }
        let data = self.data();
        // It may be stopped already.
        drop(self.output(
            "pg_ctl",
            &[
                "-D",
                data.to_str().unwrap(),
                "-s",
                "-m",
                "immediate",
                "-w",
                "-t",
                "30",
                "stop",
            ],
        ));
    }
}

fn read_again(mut file: std::fs::File) -> Vec<u8> {
    use std::io::{Read as _, Seek as _};
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Lets everybody look into a folder or a file, whoever the suite runs as.
pub fn open_to_all(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Whether the suite runs as root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The folder of PostgreSQL's programs: `PG_BIN`, or that of the newest that is installed.
fn bin() -> PathBuf {
    if let Some(folder) = setting("PG_BIN") {
        return folder.into();
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql").unwrap();
    let version = |folder: &PathBuf| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let mut versions: Vec<PathBuf> = installed.map(|folder| folder.unwrap().path()).collect();
    versions.retain(|folder| folder.join("bin/initdb").exists());
    versions.sort_by_key(version);
    versions.pop().unwrap().join("bin")
}
