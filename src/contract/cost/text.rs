//! Texts that a pattern nearly or wholly matches.
//!
//! Not here: running patterns. Invariant: what is made for a pattern is never longer than asked for,
//! and making it takes time linear in that length.

use regex_syntax::hir::{Hir, HirKind};

/// From so many repetitions on a pattern is measured.
const MANY: u32 = 64;

/// Whether a pattern may take long: it has many states, or counts far.
pub fn is_heavy(pattern: &str) -> bool {
    match regex_syntax::parse(pattern) {
        Ok(hir) => pattern.len() > 500 || size(&hir) > 20_000 || counts_far(&hir),
        Err(_) => true,
    }
}

/// About how many states a pattern has once its repetitions are written out.
fn size(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => u64::try_from(literal.0.len()).unwrap_or(u64::MAX),
        HirKind::Class(class) => match class {
            regex_syntax::hir::Class::Unicode(class) => u64::try_from(class.ranges().len())
                .unwrap_or(u64::MAX)
                .saturating_mul(3),
            regex_syntax::hir::Class::Bytes(_) => 1,
        },
        HirKind::Repetition(repetition) => {
            let times = u64::from(repetition.max.unwrap_or(repetition.min.max(1)).max(1));
            size(&repetition.sub).saturating_mul(times)
        }
        HirKind::Capture(capture) => size(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(size).fold(1, u64::saturating_add)
        }
    }
}

/// Whether a repetition is counted further than [`MANY`].
fn counts_far(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let large = repetition.max.is_some_and(|max| max > MANY) || repetition.min > MANY;
            large || counts_far(&repetition.sub)
        }
        HirKind::Capture(capture) => counts_far(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(counts_far),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// A text of letters that the pattern knows, in no order: what makes an engine that remembers where
/// it has been remember the most.
pub fn scrambled(pattern: &str, length: usize) -> String {
    let mut letters: Vec<char> = pattern.chars().filter(char::is_ascii_alphanumeric).collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.is_empty() {
        letters = vec!['a', 'b', '0'];
    }
    let mut state: u32 = 0x2545_F491;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        usize::try_from(state).unwrap_or(0) % letters.len()
    };
    (0..length).filter_map(|_| letters.get(next()).copied()).collect()
}

/// A text that matches `pattern`, its repetitions taken as often as `length` bytes allow.
pub fn matching(pattern: &str, length: usize) -> String {
    let mut text = String::new();
    if let Ok(hir) = regex_syntax::parse(pattern) {
        write(&hir, length, &mut text);
    }
    text
}

fn write(hir: &Hir, length: usize, text: &mut String) {
    if text.len() >= length {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => {
            let first = match class {
                regex_syntax::hir::Class::Unicode(class) => class.ranges().first().map(|range| range.start()),
                regex_syntax::hir::Class::Bytes(class) => {
                    class.ranges().first().map(|range| char::from(range.start()))
                }
            };
            text.push(first.filter(|c| *c >= ' ').unwrap_or('a'));
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..most {
                let before = text.len();
                write(&repetition.sub, length, text);
                if text.len() >= length || text.len() == before {
                    break;
                }
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, length, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, length, text)),
        HirKind::Alternation(parts) => parts
            .first()
            .into_iter()
            .for_each(|part| write(part, length, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_their_pattern_and_fill_the_length() {
        assert_eq!(matching("^[0-9]{4}-x$", 100), "0000-x");
        assert_eq!(matching("^(ab)+$", 7).len(), 8);
        assert_eq!(matching("a|b", 10), "a");
        assert!(matching("(a*)*", 50).len() >= 50);
        let mixed = scrambled("[01]*1", 100);
        assert!(mixed.contains("01") && mixed.contains("00") && mixed.len() == 100);
    }

    #[test]
    fn only_large_patterns_are_heavy() {
        for pattern in [
            "^[0-9]{18}$",
            "^[a-z][a-z0-9_-]{0,62}$",
            r"^\d{2}\.\d{2}(\.\d{4})?$",
        ] {
            assert!(!is_heavy(pattern), "{pattern}");
        }
        for pattern in [
            "(a{1,1000}){1,1000}",
            r"^\p{L}{1,500}$",
            "(?=a)",
            "^(a{100}){100}$",
            "[01]*1[01]{500}$",
        ] {
            assert!(is_heavy(pattern), "{pattern}");
        }
    }
}
