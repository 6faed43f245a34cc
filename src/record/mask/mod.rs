//! [`Mask`]: shows a part of a payload, only the fields that are granted or asked for.
//!
//! Members stay in their order and with their nesting; what is shown is copied from the payload as it
//! was written. An object or array on the way to a field stands there even where nothing in it is shown;
//! any other value on the way does not. Not here: which fields somebody may see. Invariant: every token
//! of a part is a token of the payload, at or on the way to a field of the mask.

use std::cmp::Ordering;

use super::scan::{Damaged, Scan};
use crate::types::{Digest, Pointer};

/// Fields of payloads, made ready once for many of them.
#[derive(Debug, Clone)]
pub struct Mask {
    root: Node,
    hash: Box<str>,
}

/// A place in payloads.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Whether everything there is shown.
    whole: bool,
    /// The places below it, by name; `*` also stands for each item of an array.
    /// Sorted by [`by_name`].
    below: Vec<(Box<str>, Node)>,
}

impl Mask {
    /// The mask that shows these fields; `*` stands for each item of an array.
    pub fn of(fields: &[Pointer]) -> Self {
        let mut root = Node::default();
        for field in fields {
            if let Some(node) = field.segments().try_fold(&mut root, Node::child) {
                node.whole = true;
            }
        }
        let names: String = fields.iter().map(|field| format!("{field}\n")).collect();
        let hash = Digest::of(names.as_bytes()).to_string();
        Mask {
            root,
            hash: hash.chars().take(12).collect(),
        }
    }

    /// A hash of the fields, in their order.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The part of a stored payload that is shown; of one without such fields, an empty object.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn part(&self, payload: &str) -> Result<String, Damaged> {
        let mut cut = Cut {
            scan: Scan::new(payload),
            out: String::with_capacity(payload.len()),
            live: vec![&self.root],
        };
        if cut.is_shown(0) {
            cut.value(0)?;
        } else {
            cut.out.push_str("{}");
        }
        Ok(cut.out)
    }
}

impl Node {
    /// The node of a member, made where there is none.
    fn child(&mut self, name: &str) -> Option<&mut Node> {
        let place = self.below.binary_search_by(|(known, _)| by_name(known, name));
        let at = place.unwrap_or_else(|at| {
            self.below.insert(at, (name.into(), Node::default()));
            at
        });
        self.below.get_mut(at).map(|(_, node)| node)
    }

    fn get(&self, name: &str) -> Option<&Node> {
        let place = self.below.binary_search_by(|(known, _)| by_name(known, name));
        self.below.get(place.ok()?).map(|(_, node)| node)
    }
}

/// By length first: most names are told apart by that.
fn by_name(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A part while it is being cut out.
struct Cut<'m, 't> {
    scan: Scan<'t>,
    out: String,
    /// The nodes that stand for the value that comes next, behind those of the values around it. There
    /// may be several: of an item, those of its number and of `*`.
    live: Vec<&'m Node>,
}

impl Cut<'_, '_> {
    /// Whether anything is shown of the value that comes next, for which the nodes from `from` on stand.
    fn is_shown(&self, from: usize) -> bool {
        match self.live.get(from..) {
            None | Some([]) => false,
            Some(_) => self.scan.at_container() || self.is_whole(from),
        }
    }

    fn is_whole(&self, from: usize) -> bool {
        self.live.iter().skip(from).any(|node| node.whole)
    }

    /// Copies what is shown of a value.
    fn value(&mut self, from: usize) -> Result<(), Damaged> {
        if self.is_whole(from) {
            self.out.push_str(self.scan.value()?);
            return Ok(());
        }
        match self.scan.peek() {
            Some(b'{') => self.object(from),
            _ => self.array(from),
        }
    }

    fn object(&mut self, from: usize) -> Result<(), Damaged> {
        let to = self.live.len();
        self.out.push('{');
        let begin = self.out.len();
        let mut goes_on = self.scan.enter(b'{', b'}')?;
        while goes_on {
            let name = self.scan.name()?;
            self.step(from, to, &name.plain()?);
            if self.is_shown(to) {
                self.divide(begin);
                self.out.push_str(name.quoted);
                self.out.push(':');
                self.value(to)?;
            } else {
                self.scan.value()?;
            }
            self.live.truncate(to);
            goes_on = self.scan.goes_on(b'}')?;
        }
        self.out.push('}');
        Ok(())
    }

    fn array(&mut self, from: usize) -> Result<(), Damaged> {
        let to = self.live.len();
        self.out.push('[');
        let begin = self.out.len();
        let mut goes_on = self.scan.enter(b'[', b']')?;
        let mut number = 0_usize;
        while goes_on {
            self.step(from, to, "*");
            self.step(from, to, itoa::Buffer::new().format(number));
            if self.is_shown(to) {
                self.divide(begin);
                self.value(to)?;
            } else {
                self.scan.value()?;
            }
            self.live.truncate(to);
            number += 1;
            goes_on = self.scan.goes_on(b']')?;
        }
        self.out.push(']');
        Ok(())
    }

    /// Adds the nodes that stand for `name` below the nodes between `from` and `to`.
    fn step(&mut self, from: usize, to: usize, name: &str) {
        for index in from..to {
            let below = self.live.get(index).and_then(|node| node.get(name));
            self.live.extend(below);
        }
    }

    /// A comma before all but the first of what began at `begin`.
    fn divide(&mut self, begin: usize) {
        if self.out.len() > begin {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests;
