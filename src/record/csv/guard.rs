//! Texts that a spreadsheet would take for formulas (OWASP, CSV injection), and what keeps them
//! harmless.
//!
//! An export puts an apostrophe before them, a load takes it away. Invariant: what was guarded comes
//! back as it was; so a text that looks guarded already is guarded once more.

/// What a formula begins with; spreadsheets in East Asian settings take the wide forms for the plain
/// ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a text needs an apostrophe before it.
pub fn needs_guard(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A text without the apostrophe that guarded it.
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'')
        .filter(|text| needs_guard(text))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_guarded_comes_back_as_it_was() {
        for text in ["=1", "'=1", "''-", "\n=", "＠x", "kata", "'kata", "'", "", "a=1"] {
            let guarded = if needs_guard(text) {
                format!("'{text}")
            } else {
                text.to_owned()
            };
            assert_eq!(unguarded(&guarded), text);
            assert!(!guarded.starts_with(FORMULA), "{guarded}");
        }
    }
}
