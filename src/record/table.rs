//! Payloads as rows of a table: one column a pointer.
//!
//! A [`Survey`] looks at every payload once and finds the columns that the contract did not declare; a
//! [`Layout`] then puts payloads into rows. Declared objects are spread over their members; arrays, and
//! objects whose members the contract does not declare, are JSON text in one cell. Not here: how a cell
//! is written to a file. Invariant: no value is lost; what has no column is in the last one, or refused.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::types::Pointer;

/// The most columns that are made for undeclared members; what is beyond goes to the column [`REST`].
const MAX_UNDECLARED: usize = 1_000;

/// The heading of the column that holds what has no column of its own: an object, each pointer with
/// its value. No pointer is written so.
pub(super) const REST: &str = "*";

/// One cell. A member that is null, one that is missing, and an object without members are empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'v> {
    /// Nothing.
    Empty,
    /// A text, or the JSON text of an array or object.
    Text(Cow<'v, str>),
    /// A number as it was written.
    Number(&'v str),
    /// True or false.
    Flag(bool),
}

impl<'v> Cell<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Null => Cell::Empty,
            Value::Bool(flag) => Cell::Flag(*flag),
            Value::Number(number) => Cell::Number(number.as_str()),
            Value::String(text) => Cell::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Cell::Text(Cow::Owned(value.to_string())),
        }
    }
}

/// A payload holds something for which the layout has no column: it was written after the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unplaced;

/// Which pointer stands in which column.
#[derive(Debug)]
pub struct Layout {
    root: Node,
    pointers: Vec<Pointer>,
    /// Whether there is a last column for what has none of its own.
    rest: bool,
}

/// A place in payloads: its own column, and the places below it.
#[derive(Debug, Default)]
struct Node {
    column: Option<usize>,
    members: BTreeMap<Box<str>, Node>,
}

impl Layout {
    fn new(pointers: Vec<Pointer>, rest: bool) -> Self {
        let mut root = Node::default();
        for (column, pointer) in pointers.iter().enumerate() {
            root.at(pointer).column = Some(column);
        }
        Layout { root, pointers, rest }
    }

    /// The heading of each column.
    pub fn headings(&self) -> Vec<String> {
        let rest = self.rest.then(|| REST.to_owned());
        self.pointers.iter().map(Pointer::to_string).chain(rest).collect()
    }

    /// A payload as a row, a cell for each column.
    ///
    /// # Errors
    /// [`Unplaced`].
    pub fn row<'v>(&self, payload: &'v Value) -> Result<Vec<Cell<'v>>, Unplaced> {
        let mut cells = vec![Cell::Empty; self.pointers.len()];
        let mut rest = Map::new();
        self.root
            .visit(payload, &mut Vec::new(), &mut |column, way, value| match column
                .and_then(|column| cells.get_mut(column))
            {
                Some(cell) => *cell = Cell::of(value),
                None => drop(rest.insert(pointer(way).to_string(), value.clone())),
            });
        match (self.rest, rest.is_empty()) {
            (false, false) => return Err(Unplaced),
            (true, true) => cells.push(Cell::Empty),
            (true, false) => cells.push(Cell::Text(Value::Object(rest).to_string().into())),
            (false, true) => {}
        }
        Ok(cells)
    }
}

/// Looks at payloads for columns that are not declared.
#[derive(Debug)]
pub struct Survey {
    layout: Layout,
    undeclared: BTreeSet<Pointer>,
}

impl Survey {
    /// Begins with the declared columns, or those of them of which something is `granted`.
    pub fn new(declared: Vec<Pointer>, granted: Option<&[Pointer]>) -> Self {
        let shown = |column: &Pointer| {
            granted.is_none_or(|granted| granted.iter().any(|field| on_one_way(column, field)))
        };
        Survey {
            layout: Layout::new(declared.into_iter().filter(shown).collect(), false),
            undeclared: BTreeSet::new(),
        }
    }

    /// Looks at one payload.
    pub fn look(&mut self, payload: &Value) {
        let mut found = Vec::new();
        self.layout
            .root
            .visit(payload, &mut Vec::new(), &mut |column, way, _| {
                if column.is_none() {
                    found.push(pointer(way));
                }
            });
        for pointer in found {
            if self.undeclared.len() < MAX_UNDECLARED {
                // Its number is settled at the end; until then it only says that there is one.
                self.layout.root.at(&pointer).column = Some(usize::MAX);
                self.undeclared.insert(pointer);
            } else {
                self.layout.rest = true;
            }
        }
    }

    /// The layout: declared columns first, then the others by name.
    pub fn finish(self) -> Layout {
        let mut pointers = self.layout.pointers;
        pointers.extend(self.undeclared);
        Layout::new(pointers, self.layout.rest)
    }
}

impl Node {
    /// The node of a pointer, made where there is none.
    fn at(&mut self, pointer: &Pointer) -> &mut Node {
        pointer.segments().fold(self, |node, segment| {
            node.members.entry(segment.into()).or_default()
        })
    }

    /// Visits what stands in a payload, with its column, if it has one.
    fn visit<'v>(
        &self,
        value: &'v Value,
        way: &mut Vec<&'v str>,
        found: &mut impl FnMut(Option<usize>, &[&'v str], &'v Value),
    ) {
        match value {
            Value::Null => {}
            Value::Object(members) if way.is_empty() || !self.members.is_empty() => {
                for (name, member) in members {
                    way.push(name);
                    match self.members.get(name.as_str()) {
                        Some(node) => node.visit(member, way, found),
                        None if member.is_null() => {}
                        None => found(None, way, member),
                    }
                    way.pop();
                }
            }
            _ => found(self.column, way, value),
        }
    }
}

fn pointer(way: &[&str]) -> Pointer {
    way.iter()
        .fold(Pointer::default(), |pointer, segment| pointer.child(segment))
}

/// Whether one of the pointers leads to the other or into it; `*` stands for any segment.
fn on_one_way(a: &Pointer, b: &Pointer) -> bool {
    a.segments()
        .zip(b.segments())
        .all(|(a, b)| a == b || a == "*" || b == "*")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(list: &[&str]) -> Vec<Pointer> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn text(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    #[test]
    fn declared_objects_are_spread_and_everything_else_is_one_cell() {
        let payload: Value = serde_json::from_str(
            r#"{"id":"007","alamat":{"kode_pos":"75119","lain":1.50},"anak":[{"n":1.0}],"bebas":{"b":1,"a":null},
                "aktif":false,"kosong":null,"a/b":"x"}"#,
        )
        .unwrap();
        let mut survey = Survey::new(
            pointers(&["/id", "/aktif", "/alamat/kode_pos", "/anak", "/kosong"]),
            None,
        );
        survey.look(&payload);
        let layout = survey.finish();
        assert_eq!(
            layout.headings(),
            [
                "/id",
                "/aktif",
                "/alamat/kode_pos",
                "/anak",
                "/kosong",
                "/a~1b",
                "/alamat/lain",
                "/bebas"
            ]
        );
        assert_eq!(
            layout.row(&payload).unwrap(),
            [
                text("007"),
                Cell::Flag(false),
                text("75119"),
                text(r#"[{"n":1.0}]"#),
                Cell::Empty,
                text("x"),
                Cell::Number("1.50"),
                text(r#"{"a":null,"b":1}"#),
            ]
        );
    }

    #[test]
    fn a_value_where_an_object_was_declared_has_a_column_of_its_own() {
        let mut survey = Survey::new(pointers(&["/alamat/kode_pos"]), None);
        let payloads = [
            json!({"alamat": "Jl. X"}),
            json!({"alamat": {"kode_pos": "1"}}),
            json!({"alamat": {}}),
        ];
        payloads.iter().for_each(|payload| survey.look(payload));
        let layout = survey.finish();
        assert_eq!(layout.headings(), ["/alamat/kode_pos", "/alamat"]);
        let rows: Vec<_> = payloads
            .iter()
            .map(|payload| layout.row(payload).unwrap())
            .collect();
        assert_eq!(
            rows,
            [
                [Cell::Empty, text("Jl. X")],
                [text("1"), Cell::Empty],
                [Cell::Empty, Cell::Empty]
            ]
        );
    }

    #[test]
    fn what_came_after_the_survey_is_refused_and_never_dropped() {
        let layout = Survey::new(pointers(&["/id"]), None).finish();
        assert_eq!(layout.row(&json!({"id": 1, "baru": 2})), Err(Unplaced));
        assert!(layout.row(&json!({"id": 1, "baru": null})).is_ok());
    }

    #[test]
    fn beyond_a_bound_undeclared_members_share_the_last_column() {
        let mut survey = Survey::new(pointers(&["/id"]), None);
        for n in 0..MAX_UNDECLARED {
            survey.look(&json!({format!("m{n:04}"): n}));
        }
        let last = json!({"id": "x", "*": {"a": 1}, "zz": "y"});
        survey.look(&last);
        let layout = survey.finish();
        assert_eq!(layout.headings().len(), MAX_UNDECLARED + 2);
        assert_eq!(layout.headings().last().unwrap(), "*");
        let row = layout.row(&last).unwrap();
        assert_eq!(row.last().unwrap(), &text(r#"{"/*":{"a":1},"/zz":"y"}"#));
        assert_eq!(
            layout.row(&json!({"id": "x"})).unwrap().last().unwrap(),
            &Cell::Empty
        );
    }

    #[test]
    fn columns_of_which_nothing_is_granted_are_not_there() {
        let declared = pointers(&["/nip", "/unit/kode", "/unit/nama", "/anak"]);
        let granted = pointers(&["/nip", "/unit/kode", "/anak/*/nama"]);
        let layout = Survey::new(declared.clone(), Some(&granted)).finish();
        assert_eq!(layout.headings(), ["/nip", "/unit/kode", "/anak"]);
        let layout = Survey::new(declared, Some(&pointers(&["/unit"]))).finish();
        assert_eq!(layout.headings(), ["/unit/kode", "/unit/nama"]);
    }
}
