//! What the hub says about itself.

use super::source::Reading;

/// What the hub says about itself.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `MAHAKAM_LOG`: what is logged, such as `info` or `mahakam=debug`.
    pub filter: String,
    /// `MAHAKAM_LOG_FORMAT`: for people or for programs.
    pub format: LogFormat,
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
        }
    }
}
