//! [`Places`]: where in a text each value of a document begins.
//!
//! Kept as one flat list in document order, so that a text of several megabytes costs some forty
//! bytes a value and not a pointer each. Invariant: a node's descendants follow it directly, up to
//! its `end`.

use super::Place;
use crate::types::Pointer;

/// Where the values of a document begin, found by their pointers.
#[derive(Debug, Clone, Default)]
pub struct Places {
    nodes: Vec<Node>,
}

/// One value: its name below its parent, where it begins, and the index after its last descendant.
#[derive(Debug, Clone)]
struct Node {
    name: Box<str>,
    place: Place,
    end: usize,
}

impl Places {
    /// Notes that the value `name` (a member's name or an item's index) begins at `place`; what is
    /// begun before [`Places::end`] lies inside it.
    pub fn begin(&mut self, name: &str, place: Place) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node {
            name: name.into(),
            place,
            end: index + 1,
        });
        index
    }

    /// Notes that the value `index` is complete.
    pub fn end(&mut self, index: usize) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
        }
    }

    /// Where the value at `pointer` begins.
    pub fn at(&self, pointer: &Pointer) -> Option<Place> {
        let (depth, place) = self.descend(pointer)?;
        (depth == pointer.segments().len()).then_some(place)
    }

    /// Where the value at `pointer` begins, or the innermost value around it that exists.
    pub fn nearest(&self, pointer: &Pointer) -> Option<Place> {
        self.descend(pointer).map(|(_, place)| place)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn descend(&self, pointer: &Pointer) -> Option<(usize, Place)> {
        let mut here = (0, self.nodes.first()?);
        let mut depth = 0;
        for segment in pointer.segments() {
            let Some(child) = self.child(here.0, here.1, segment) else {
                break;
            };
            here = child;
            depth += 1;
        }
        Some((depth, here.1.place))
    }

    fn child(&self, parent: usize, node: &Node, name: &str) -> Option<(usize, &Node)> {
        let mut index = parent + 1;
        while index < node.end {
            let child = self.nodes.get(index)?;
            if &*child.name == name {
                return Some((index, child));
            }
            index = child.end.max(index + 1);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_is_shown_at_the_innermost_value_around_it() {
        let place = |line| Place { line, column: 1 };
        let mut places = Places::default();
        let root = places.begin("", place(1));
        let a = places.begin("a", place(2));
        let inner = places.begin("0", place(3));
        places.end(inner);
        places.end(a);
        let b = places.begin("b", place(4));
        places.end(b);
        places.end(root);
        let cases = [
            ("", Some(1)),
            ("/a", Some(2)),
            ("/a/0", Some(3)),
            ("/b", Some(4)),
            ("/a/1", None),
            ("/0", None),
        ];
        for (pointer, line) in cases {
            assert_eq!(places.at(&pointer.parse().unwrap()), line.map(place), "{pointer}");
        }
        assert_eq!(places.nearest(&"/a/1/x".parse().unwrap()), Some(place(2)));
    }
}
