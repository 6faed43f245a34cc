//! How much the hub takes at once.

use std::path::PathBuf;
use std::time::Duration;

use super::source::Reading;

/// How much the hub takes at once and keeps of what it refused; in bytes where nothing else is said.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// `MAHAKAM_MAX_RECORD_BYTES`: the largest record.
    pub record_bytes: usize,
    /// `MAHAKAM_MAX_BODY_BYTES`: the largest streamed bulk.
    pub body_bytes: usize,
    /// `MAHAKAM_MAX_DRY_BYTES`: the largest bulk that is only judged.
    pub dry_bytes: usize,
    /// `MAHAKAM_QUEUE_BYTES`: how much may wait for the writer before the hub says 503.
    pub queue_bytes: usize,
    /// `MAHAKAM_REJECTIONS_PER_DATASET`: how many refused payloads a dataset keeps.
    pub rejections: i64,
    /// `MAHAKAM_REJECTION_BYTES_PER_DATASET`: how many bytes of refused payloads a dataset keeps.
    pub rejection_bytes: i64,
    /// `MAHAKAM_MAX_DOCUMENT_BYTES`: the largest document of an integration.
    pub document_bytes: usize,
    /// `MAHAKAM_ANSWER_BYTES`: how much of the answers of other systems is held at once, of all calls and pulls together.
    pub answer_bytes: usize,
    /// For how long a live call waits for room for its answer. Not a setting.
    pub answer_wait: Duration,
    /// How often a pull asks for a page that does not come. Not a setting.
    pub page_attempts: u32,
    /// How many rows a sheet may have, its headings included. No setting: the formats say it; tests,
    /// which have fewer records, say less.
    pub sheet_rows: u64,
    /// The program that tries what a schema costs; itself when none is named. No setting: tests,
    /// which are another program, name the hub's.
    pub probe_program: Option<PathBuf>,
    /// For how long a mapping may work without a result before it is ended; longer in a program built without
    /// optimization. Not a setting.
    pub mapping_silence: Duration,
}

impl LimitsConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        const MIB: usize = 1024 * 1024;
        let what = "a number of bytes";
        let limits = LimitsConfig {
            record_bytes: reading.parsed("MAHAKAM_MAX_RECORD_BYTES", MIB, what),
            body_bytes: reading.parsed("MAHAKAM_MAX_BODY_BYTES", 8192 * MIB, what),
            dry_bytes: reading.parsed("MAHAKAM_MAX_DRY_BYTES", 64 * MIB, what),
            queue_bytes: reading.parsed("MAHAKAM_QUEUE_BYTES", 128 * MIB, what),
            rejections: reading.parsed("MAHAKAM_REJECTIONS_PER_DATASET", 100_000, "a number"),
            rejection_bytes: reading.parsed("MAHAKAM_REJECTION_BYTES_PER_DATASET", 1 << 30, what),
            document_bytes: reading.parsed("MAHAKAM_MAX_DOCUMENT_BYTES", 20 * MIB, what),
            answer_bytes: reading.parsed("MAHAKAM_ANSWER_BYTES", 256 * MIB, what),
            answer_wait: Duration::from_secs(5),
            page_attempts: 6,
            sheet_rows: 1_048_576,
            probe_program: None,
            mapping_silence: Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 }),
        };
        if limits.record_bytes == 0 {
            reading.fault("MAHAKAM_MAX_RECORD_BYTES", "must be above 0");
        }
        if limits.answer_bytes < MIB {
            reading.fault("MAHAKAM_ANSWER_BYTES", "must be at least 1048576");
        }
        if limits.queue_bytes < limits.record_bytes.saturating_mul(2) {
            reading.fault(
                "MAHAKAM_QUEUE_BYTES",
                "must be at least twice MAHAKAM_MAX_RECORD_BYTES",
            );
        }
        limits
    }
}
