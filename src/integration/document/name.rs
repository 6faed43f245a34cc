//! [`FileName`]: what a file is called.
//!
//! Not here: where it is kept; nothing is ever kept under such a name. Invariant: it has no folder, no control
//! character and nothing that makes a text look other than it is, so it may be shown and offered as it stands.

use std::fmt;
use std::str::FromStr;

/// The longest name, in bytes.
pub const MAX_FILE_NAME: usize = 200;

/// A file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its last dot, in lower case.
    pub fn extension(&self) -> Option<String> {
        let (before, extension) = self.0.rsplit_once('.')?;
        (!before.is_empty()).then(|| extension.to_ascii_lowercase())
    }
}

impl FromStr for FileName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let name = text.trim();
        let good = !name.is_empty()
            && name.len() <= MAX_FILE_NAME
            && !name.starts_with('.')
            && !name.chars().any(is_refused);
        match good {
            true => Ok(FileName(name.to_owned())),
            false => Err(()),
        }
    }
}

/// Whether a character has no place in a name: folders, quotes, control characters, and those that turn the
/// direction of what follows.
fn is_refused(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
