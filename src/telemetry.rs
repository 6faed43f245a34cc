//! What the process says about itself: structured log lines on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogConfig, LogFormat};

/// Starts logging; a second call in one process changes nothing.
///
/// # Errors
/// When the filter can't be read.
pub fn start(config: &LogConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.filter).map_err(|error| {
        format!("MAHAKAM_LOG can't be read ({error}); write it like info or mahakam=debug")
    })?;
    let mut logging = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for terminals: in the log of a container or of systemd nobody could search the lines.
    if !std::io::stderr().is_terminal() {
        logging = logging.with_ansi(false);
    }
    // Only a second start fails.
    let _ = match config.format {
        LogFormat::Text => logging.try_init(),
        LogFormat::Json => logging.json().try_init(),
    };
    Ok(())
}
