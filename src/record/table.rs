//! Payloads as rows of a table: one column a pointer.
//!
//! A [`Survey`] looks at every payload once and finds the columns that the contract did not declare; a
//! [`Layout`] then puts payloads into rows. Declared objects are spread over their members; arrays, and
//! objects whose members the contract does not declare, are their JSON text in one cell. Not here: how a
//! cell is written to a file. Invariant: no value is lost and none is written anew; what has no column is
//! in the last one, or refused.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scan::{Damaged, Scan, plain};
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
    /// The cell of a value, given as it was written.
    fn of(value: &'v str) -> Result<Self, Damaged> {
        Ok(match value.as_bytes().first() {
            None => return Err(Damaged),
            Some(b'n') => Cell::Empty,
            Some(b't' | b'f') => Cell::Flag(value == "true"),
            Some(b'"') => Cell::Text(plain(value)?),
            Some(b'[' | b'{') => Cell::Text(Cow::Borrowed(value)),
            Some(_) => Cell::Number(value),
        })
    }
}

/// Why a payload is no row of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It holds something for which there is no column: it was written after the survey.
    Unplaced,
    /// It is no JSON.
    Damaged,
}

impl From<Damaged> for Misfit {
    fn from(_: Damaged) -> Self {
        Misfit::Damaged
    }
}

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

    /// A stored payload as a row, a cell for each column.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn row<'v>(&self, payload: &'v str) -> Result<Vec<Cell<'v>>, Misfit> {
        let mut cells = vec![Cell::Empty; self.pointers.len()];
        let mut rest = String::new();
        let mut place = |column: Option<usize>, way: &[Cow<'_, str>], value: &'v str| {
            match column.and_then(|column| cells.get_mut(column)) {
                Some(cell) => *cell = Cell::of(value)?,
                None => {
                    rest.push(if rest.is_empty() { '{' } else { ',' });
                    rest.push_str(&Value::from(pointer(way).to_string()).to_string());
                    rest.push(':');
                    rest.push_str(value);
                }
            }
            Ok(())
        };
        self.root
            .visit(&mut Scan::new(payload), &mut Vec::new(), &mut place)?;
        match (self.rest, rest.is_empty()) {
            (false, false) => return Err(Misfit::Unplaced),
            (true, true) => cells.push(Cell::Empty),
            (true, false) => {
                rest.push('}');
                cells.push(Cell::Text(rest.into()));
            }
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

    /// Looks at one stored payload.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn look(&mut self, payload: &str) -> Result<(), Damaged> {
        let mut found = Vec::new();
        let mut note = |column: Option<usize>, way: &[Cow<'_, str>], _: &str| {
            if column.is_none() {
                found.push(pointer(way));
            }
            Ok(())
        };
        self.layout
            .root
            .visit(&mut Scan::new(payload), &mut Vec::new(), &mut note)?;
        for pointer in found {
            if self.undeclared.len() < MAX_UNDECLARED {
                // Its number is settled at the end; until then it only says that there is one.
                self.layout.root.at(&pointer).column = Some(usize::MAX);
                self.undeclared.insert(pointer);
            } else {
                self.layout.rest = true;
            }
        }
        Ok(())
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

    /// Visits what stands in the value that comes next, with its column, if it has one.
    fn visit<'v>(
        &self,
        scan: &mut Scan<'v>,
        way: &mut Vec<Cow<'v, str>>,
        found: &mut impl FnMut(Option<usize>, &[Cow<'v, str>], &'v str) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        match scan.peek() {
            Some(b'n') => scan.value().map(drop),
            Some(b'{') if way.is_empty() || !self.members.is_empty() => {
                let mut goes_on = scan.enter(b'{', b'}')?;
                while goes_on {
                    let name = scan.name()?.plain()?;
                    let node = self.members.get(name.as_ref());
                    way.push(name);
                    match node {
                        Some(node) => node.visit(scan, way, found)?,
                        None => match scan.value()? {
                            "null" => {}
                            value => found(None, way, value)?,
                        },
                    }
                    way.pop();
                    goes_on = scan.goes_on(b'}')?;
                }
                Ok(())
            }
            _ => found(self.column, way, scan.value()?),
        }
    }
}

fn pointer(way: &[Cow<'_, str>]) -> Pointer {
    way.iter()
        .fold(Pointer::default(), |pointer, segment| pointer.child(segment))
}

/// Whether one of the pointers leads to the other or into it. A column does not lead into arrays, so `*`
/// is a name like any other here.
fn on_one_way(a: &Pointer, b: &Pointer) -> bool {
    a.segments().zip(b.segments()).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(list: &[&str]) -> Vec<Pointer> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn text(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    #[test]
    fn declared_objects_are_spread_and_everything_else_is_one_cell() {
        let payload = concat!(
            r#"{"id":"007","alamat":{"kode_pos":"75119","lain":1.50},"anak":[{"n":1E5}],"bebas":{"b":1,"a":null},"#,
            r#""aktif":false,"kosong":null,"a\/b":"x\u0021","z":1E5}"#
        );
        let mut survey = Survey::new(
            pointers(&["/id", "/aktif", "/alamat/kode_pos", "/anak", "/kosong"]),
            None,
        );
        survey.look(payload).unwrap();
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
                "/bebas",
                "/z"
            ]
        );
        assert_eq!(
            layout.row(payload).unwrap(),
            [
                text("007"),
                Cell::Flag(false),
                text("75119"),
                text(r#"[{"n":1E5}]"#),
                Cell::Empty,
                text("x!"),
                Cell::Number("1.50"),
                text(r#"{"b":1,"a":null}"#),
                Cell::Number("1E5"),
            ]
        );
    }

    #[test]
    fn a_value_where_an_object_was_declared_has_a_column_of_its_own() {
        let mut survey = Survey::new(pointers(&["/alamat/kode_pos"]), None);
        let payloads = [
            r#"{"alamat":"Jl. X"}"#,
            r#"{"alamat":{"kode_pos":"1"}}"#,
            r#"{"alamat":{}}"#,
        ];
        payloads.iter().for_each(|payload| survey.look(payload).unwrap());
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
        assert_eq!(layout.row(r#"{"id":1,"baru":2}"#), Err(Misfit::Unplaced));
        assert!(layout.row(r#"{"id":1,"baru":null}"#).is_ok());
        assert_eq!(layout.row(r#"{"id":1,"#), Err(Misfit::Damaged));
    }

    #[test]
    fn beyond_a_bound_undeclared_members_share_the_last_column() {
        let mut survey = Survey::new(pointers(&["/id"]), None);
        for n in 0..MAX_UNDECLARED {
            survey.look(&format!("{{\"m{n:04}\":{n}}}")).unwrap();
        }
        let last = r#"{"id":"x","*":{"a":1.0},"zz":"y"}"#;
        survey.look(last).unwrap();
        let layout = survey.finish();
        assert_eq!(layout.headings().len(), MAX_UNDECLARED + 2);
        assert_eq!(layout.headings().last().unwrap(), "*");
        let row = layout.row(last).unwrap();
        assert_eq!(row.last().unwrap(), &text(r#"{"/*":{"a":1.0},"/zz":"y"}"#));
        assert_eq!(layout.row(r#"{"id":"x"}"#).unwrap().last().unwrap(), &Cell::Empty);
    }

    #[test]
    fn columns_of_which_nothing_is_granted_are_not_there() {
        let declared = pointers(&["/nip", "/unit/kode", "/unit/nama", "/anak"]);
        let granted = pointers(&["/nip", "/unit/kode", "/anak/*/nama"]);
        let layout = Survey::new(declared.clone(), Some(&granted)).finish();
        assert_eq!(layout.headings(), ["/nip", "/unit/kode", "/anak"]);
        // At an object, `*` is the name of a member.
        let layout = Survey::new(declared.clone(), Some(&pointers(&["/nip", "/*/nama"]))).finish();
        assert_eq!(layout.headings(), ["/nip"]);
        let layout = Survey::new(declared, Some(&pointers(&["/unit"]))).finish();
        assert_eq!(layout.headings(), ["/unit/kode", "/unit/nama"]);
    }
}
