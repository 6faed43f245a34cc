//! [`Texts`]: is there a text that some patterns match and others don't?
//!
//! The patterns are made into automata that run side by side over all texts, shortest first; so the
//! answer is exact, and comes with the text. Not here: formats. Invariant: "none" is said only after
//! every way was followed; what takes too long is unknown.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Input, MatchKind};

/// The largest automaton, in bytes.
const MAX_AUTOMATON: usize = 1 << 20;

/// The most combinations of states that are visited in one search.
const MAX_STATES: usize = 6000;

/// Lengths beyond this are not counted by an automaton.
const MAX_LENGTH: u64 = 200;

/// Any text at all: what lies outside is not UTF-8.
const TEXT: &str = r"^(?s:.)*$";

type Dfa = dense::DFA<Vec<u32>>;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Nothing,
    Text(String),
    Unknown,
}

/// Searches texts; keeps the automata that it made.
#[derive(Default)]
pub struct Texts {
    made: HashMap<String, Option<Rc<Dfa>>>,
    asked: HashMap<(Vec<String>, Vec<String>), Found>,
}

/// Where one automaton stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Spot {
    state: StateID,
    matched: bool,
}

/// A pattern of a schema in the syntax of the automata; `None` when it can't be said.
pub fn pattern(ecma: &str) -> Option<String> {
    let translated = jsonschema_regex::to_rust_regex(ecma).ok()?;
    Some(translated.into_owned())
}

/// A pattern for texts of a length; `None` when it is too long to be counted.
pub fn lengths(least: u64, most: Option<u64>) -> Option<String> {
    if least > MAX_LENGTH || most.is_some_and(|most| most > MAX_LENGTH) {
        return None;
    }
    let most = most.map_or(String::new(), |most| most.to_string());
    Some(format!("^(?s:.){{{least},{most}}}$"))
}

impl Texts {
    /// A shortest text that all of `must` match and none of `never`.
    pub fn find(&mut self, must: &[String], never: &[String]) -> Found {
        let key = (must.to_vec(), never.to_vec());
        if let Some(known) = self.asked.get(&key) {
            return known.clone();
        }
        let found = self.search(must, never).unwrap_or(Found::Unknown);
        self.asked.insert(key, found.clone());
        found
    }

    fn automaton(&mut self, pattern: &str) -> Option<Rc<Dfa>> {
        if let Some(known) = self.made.get(pattern) {
            return known.clone();
        }
        let config = dense::Config::new()
            .start_kind(StartKind::Unanchored)
            .match_kind(MatchKind::LeftmostFirst)
            .accelerate(false)
            .dfa_size_limit(Some(MAX_AUTOMATON))
            .determinize_size_limit(Some(MAX_AUTOMATON));
        let made = dense::Builder::new().configure(config).build(pattern).ok();
        let made = made.map(Rc::new);
        self.made.insert(pattern.to_owned(), made.clone());
        made
    }

    fn search(&mut self, must: &[String], never: &[String]) -> Option<Found> {
        let needed = must.len() + 1;
        let mut all = vec![self.automaton(TEXT)?];
        for pattern in must.iter().chain(never) {
            all.push(self.automaton(pattern)?);
        }
        let mut start = Vec::new();
        for automaton in &all {
            let state = automaton.start_state_forward(&Input::new("")).ok()?;
            start.push(Spot {
                state,
                matched: false,
            });
        }
        let bytes = bytes(&all);
        let mut seen: HashSet<Vec<Spot>> = HashSet::from([start.clone()]);
        // How each combination was reached: from which one, by which byte.
        let mut ways: Vec<(usize, u8, Vec<Spot>)> = vec![(0, 0, start)];
        let mut waiting = VecDeque::from([0_usize]);
        while let Some(index) = waiting.pop_front() {
            let here = ways.get(index)?.2.clone();
            if ends(&all, &here, needed) {
                return Some(text_to(&ways, index).map_or(Found::Unknown, Found::Text));
            }
            for byte in &bytes {
                let Some(next) = step(&all, &here, *byte, needed)? else {
                    continue;
                };
                if seen.insert(next.clone()) {
                    waiting.push_back(ways.len());
                    ways.push((index, *byte, next));
                }
            }
            if ways.len() > MAX_STATES {
                return None;
            }
        }
        Some(Found::Nothing)
    }
}

/// Moves all automata by one byte; nothing when no text can follow. Fails on what can't be followed.
fn step(all: &[Rc<Dfa>], here: &[Spot], byte: u8, needed: usize) -> Option<Option<Vec<Spot>>> {
    let mut next = Vec::with_capacity(here.len());
    for (number, (automaton, spot)) in all.iter().zip(here).enumerate() {
        if spot.matched {
            next.push(*spot);
            continue;
        }
        let state = automaton.next_state(spot.state, byte);
        if automaton.is_quit_state(state) {
            return None;
        }
        let matched = automaton.is_match_state(state);
        let wanted = number < needed;
        if (wanted && !matched && automaton.is_dead_state(state)) || (!wanted && matched) {
            return Some(None);
        }
        // Where it was matched no longer matters.
        let state = if matched { StateID::ZERO } else { state };
        next.push(Spot { state, matched });
    }
    Some(Some(next))
}

/// Whether a text that ends here is one that is looked for.
fn ends(all: &[Rc<Dfa>], here: &[Spot], needed: usize) -> bool {
    all.iter()
        .zip(here)
        .enumerate()
        .all(|(number, (automaton, spot))| {
            let end = automaton.next_eoi_state(spot.state);
            let matched = spot.matched || automaton.is_match_state(end);
            matched == (number < needed)
        })
}

/// One byte for each way in which the automata can be moved, plain ones first.
fn bytes(all: &[Rc<Dfa>]) -> Vec<u8> {
    let plain = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z');
    let mut seen = HashSet::new();
    plain
        .chain(b' '..=b'~')
        .chain(1..=u8::MAX)
        .filter(|byte| {
            let classes: Vec<u8> = all
                .iter()
                .map(|automaton| automaton.byte_classes().get(*byte))
                .collect();
            seen.insert(classes)
        })
        .collect()
}

fn text_to(ways: &[(usize, u8, Vec<Spot>)], mut index: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while index != 0 {
        let (from, byte, _) = ways.get(index)?;
        bytes.push(*byte);
        index = *from;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_exactly_where_there_is_one() {
        let mut texts = Texts::default();
        let mut find = |must: &[&str], never: &[&str]| {
            let all = |list: &[&str]| list.iter().map(|one| pattern(one).unwrap()).collect::<Vec<_>>();
            texts.find(&all(must), &all(never))
        };
        assert_eq!(find(&["^[0-9]{4}$"], &["^[0-9]{2,4}$"]), Found::Nothing);
        assert_eq!(
            find(&["^[0-9]{2,3}$"], &["^[0-9]{2}$"]),
            Found::Text("000".into())
        );
        assert_eq!(find(&["^a"], &["a"]), Found::Nothing);
        assert_eq!(find(&["a"], &["^a"]), Found::Text("ba".into()));
        assert_eq!(find(&["^\\d+$"], &["^[0-9]+$"]), Found::Nothing);
        assert_eq!(find(&["^x"], &["^.{0,3}$"]), Found::Text("x\n".into()));
        assert_eq!(find(&["^(a|b)$", "^(b|c)$"], &[]), Found::Text("b".into()));
        assert_eq!(find(&[], &[""]), Found::Nothing);
        assert!(matches!(find(&["^[^a-z]$"], &["^[ -~]$"]), Found::Text(_)));
    }
}
