//! [`Disk`]: a disk that fails when a test says so, for programs of their own: `disk.c` stands in front of the C
//! library's calls that write.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::open_to_all;

/// What the disk does for files whose paths hold a certain text.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Files don't grow any more.
    Full,
    /// Nothing can be written.
    ReadOnly,
    /// Nothing reaches the disk.
    Sync,
}

/// What is put in front of the C library.
const LIBRARY: &str = "disk.so";

/// See the module. It works until it is told otherwise.
pub struct Disk {
    faults: tempfile::TempDir,
}

impl Disk {
    /// A disk that works.
    pub fn new() -> Self {
        let faults = tempfile::tempdir().unwrap();
        open_to_all(faults.path());
        build(faults.path());
        open_to_all(&faults.path().join(LIBRARY));
        Disk { faults }
    }

    /// What a program needs in its environment to work on this disk.
    pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("LD_PRELOAD", self.faults.path().join(LIBRARY)),
            ("TEST_DISK_FAULTS", self.faults.path().to_owned()),
        ]
    }

    /// Puts a program on this disk.
    pub fn under(&self, command: &mut Command) {
        command.envs(self.environment());
    }

    /// From now on it fails for files with `part` in their paths.
    pub fn fails(&self, fault: Fault, part: &str) {
        // Under another name first, so that nobody reads half of it.
        let made = self.faults.path().join("made");
        std::fs::write(&made, part).unwrap();
        open_to_all(&made);
        std::fs::rename(made, self.path(fault)).unwrap();
    }

    /// From now on it works again.
    pub fn works(&self, fault: Fault) {
        std::fs::remove_file(self.path(fault)).unwrap();
    }

    fn path(&self, fault: Fault) -> PathBuf {
        self.faults.path().join(match fault {
            Fault::Full => "full",
            Fault::ReadOnly => "readonly",
            Fault::Sync => "sync",
        })
    }
}

/// Builds `disk.c` into a folder.
fn build(folder: &Path) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hub/harness/disk.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([folder.join(LIBRARY).as_os_str(), source.as_ref()])
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(built.status.success(), "{built:?}");
}
