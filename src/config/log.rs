//! What the hub says about itself, and how long it keeps what it logged.

use std::path::PathBuf;

use super::source::Reading;

/// What the hub says about itself, and how long it keeps what it logged.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `MAHAKAM_LOG`: what is logged, such as `info` or `mahakam=debug`.
    pub filter: String,
    /// `MAHAKAM_LOG_FORMAT`: for people or for programs.
    pub format: LogFormat,
    /// `MAHAKAM_LOG_RETENTION`: how long exchanges are kept where the contract does not say, as an ISO 8601
    /// duration such as `P2Y`; read by whoever knows what that is.
    pub retention: String,
    /// `MAHAKAM_CHECKPOINT_FILE`: where checkpoints are written to beside the database.
    pub checkpoint_file: Option<PathBuf>,
    /// `MAHAKAM_CHECKPOINT_MINUTES`: how often a checkpoint is made.
    pub checkpoint_minutes: u64,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

impl LogConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let format = match reading.text("MAHAKAM_LOG_FORMAT") {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => {
                reading.fault("MAHAKAM_LOG_FORMAT", "must be text or json");
                LogFormat::Text
            }
        };
        LogConfig {
            filter: reading.text("MAHAKAM_LOG").unwrap_or("info").to_owned(),
            format,
            retention: retention(reading),
            checkpoint_file: reading.text("MAHAKAM_CHECKPOINT_FILE").map(PathBuf::from),
            checkpoint_minutes: reading
                .parsed("MAHAKAM_CHECKPOINT_MINUTES", 10, "a number of minutes")
                .max(1),
        }
    }
}

fn retention(reading: &mut Reading<'_>) -> String {
    let text = reading.text("MAHAKAM_LOG_RETENTION").unwrap_or("P2Y");
    let is_length = |text: &str| text.parse::<jiff::Span>().is_ok_and(|span| span.is_positive());
    if !text.starts_with('P') || !is_length(text) {
        reading.fault("MAHAKAM_LOG_RETENTION", "must be a duration such as P2Y or P90D");
        return "P2Y".to_owned();
    }
    text.to_owned()
}
