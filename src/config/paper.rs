//! What stands at the head of every paper.
//!
//! Invariant: without it room is left for a letterhead, and nothing is made up.

use super::source::Reading;

/// The most lines of an address.
const MAX_LINES: usize = 4;

/// The longest line, in characters.
const MAX_LINE: usize = 120;

/// What stands at the head of every paper.
#[derive(Debug, Clone, Default)]
pub struct PaperConfig {
    /// `MAHAKAM_LETTERHEAD_GOVERNMENT`, `MAHAKAM_LETTERHEAD_UNIT` and the lines of `MAHAKAM_LETTERHEAD_ADDRESS`, which are
    /// parted by `|`.
    pub letterhead: Vec<String>,
}

impl PaperConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let mut letterhead = Vec::new();
        for (name, lines) in [
            ("MAHAKAM_LETTERHEAD_GOVERNMENT", 1),
            ("MAHAKAM_LETTERHEAD_UNIT", 1),
            ("MAHAKAM_LETTERHEAD_ADDRESS", MAX_LINES),
        ] {
            let text = reading.text(name).unwrap_or_default().to_owned();
            let said: Vec<&str> = text
                .split('|')
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            let fits = |line: &&str| line.chars().count() <= MAX_LINE && !line.chars().any(char::is_control);
            if said.len() > lines || !said.iter().all(fits) {
                let says = format!("must have at most {lines} lines, parted by |, of {MAX_LINE} characters");
                reading.fault(name, &says);
            }
            letterhead.extend(said.into_iter().map(str::to_owned));
        }
        PaperConfig { letterhead }
    }
}
