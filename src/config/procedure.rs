//! By which procedure integrations run, and when the office is open.
//!
//! Not here: what the procedure says (the hub reads it). Invariant: a file that is named can be read, or the
//! hub does not start.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::{Time, time};

use super::source::Reading;
use crate::types::DatasetId;

/// The dataset of holidays when no other is named.
const HOLIDAYS: &str = "bkd/hari_libur/v1";

/// When the office closes, when nothing else is said.
const CLOSES: Time = time(16, 0, 0, 0);

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// By which procedure integrations run, and when the office is open.
#[derive(Debug, Clone)]
pub struct ProcedureConfig {
    /// `MAHAKAM_PROCEDURE`: the file of a procedure instead of the hub's own, and what it holds.
    pub file: Option<ProcedureFile>,
    /// `MAHAKAM_HOLIDAYS`: the dataset whose keys are the days on which nobody works.
    pub holidays: Option<DatasetId>,
    /// `MAHAKAM_OFFICE_CLOSES`: from when on what happens counts as the next day.
    pub closes: Time,
}

/// A file with a procedure, as it was read at start.
#[derive(Clone)]
pub struct ProcedureFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for ProcedureFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.path)
    }
}

impl ProcedureConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let file = reading.text("MAHAKAM_PROCEDURE").map(PathBuf::from);
        let file = file.and_then(|path| match bytes_of(&path) {
            Ok(bytes) => Some(ProcedureFile { path, bytes }),
            Err(says) => {
                reading.fault("MAHAKAM_PROCEDURE", &says);
                None
            }
        });
        let holidays = reading.text("MAHAKAM_HOLIDAYS").unwrap_or(HOLIDAYS).parse();
        if holidays.is_err() {
            let says = format!("must be a dataset, such as {HOLIDAYS}");
            reading.fault("MAHAKAM_HOLIDAYS", &says);
        }
        ProcedureConfig {
            file,
            holidays: holidays.ok(),
            closes: reading.parsed("MAHAKAM_OFFICE_CLOSES", CLOSES, "a time of day"),
        }
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let says = |error: std::io::Error| format!("names a file that can't be read: {error}");
    if std::fs::metadata(path).map_err(says)?.len() > MAX_BYTES {
        return Err("names a file of more than 1 MiB".into());
    }
    std::fs::read(path).map_err(says)
}
