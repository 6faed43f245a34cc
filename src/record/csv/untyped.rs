//! [`Untyped`]: the columns of a table for which there is no contract yet.
//!
//! Every cell is a text; what a column holds is found out by whoever looks at the records. Invariant:
//! a header that is read here is read in the same way by [`super::Columns`], once a schema declares
//! its fields.

use serde_json::{Map, Value};

use super::columns;
use super::guard::unguarded;
use super::header;
use crate::types::{Pointer, Text};

/// See the module.
#[derive(Debug)]
pub struct Untyped {
    fields: Vec<Pointer>,
}

impl Untyped {
    /// The columns under this `header`.
    ///
    /// # Errors
    /// Columns without a name, columns that name the same field, or one inside another.
    pub fn read(header: &[&str]) -> Result<Self, Text> {
        header::read_alone(header).map(|fields| Untyped { fields })
    }

    /// The fields, in the order of the columns.
    pub fn fields(&self) -> &[Pointer] {
        &self.fields
    }

    /// A row as a record of texts; an empty cell is no member.
    ///
    /// # Errors
    /// When the row has more or fewer cells than the header.
    pub fn record(&self, cells: &[Option<&str>]) -> Result<Value, Text> {
        columns::fits(cells.len(), self.fields.len())?;
        let mut record = Map::new();
        for (field, cell) in self.fields.iter().zip(cells) {
            let segments: Vec<&str> = field.segments().collect();
            if let Some(cell) = cell {
                insert(&mut record, &segments, unguarded(cell));
            }
        }
        Ok(Value::Object(record))
    }
}

fn insert(members: &mut Map<String, Value>, segments: &[&str], cell: &str) {
    match segments {
        [] => {}
        [name] => drop(members.insert((*name).to_owned(), cell.into())),
        [name, rest @ ..] => {
            let inner = members
                .entry((*name).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Lang;

    fn fields(header: &[&str]) -> Result<Vec<String>, String> {
        Untyped::read(header)
            .map(|columns| columns.fields().iter().map(Pointer::to_string).collect())
            .map_err(|text| text.to(Lang::En).to_owned())
    }

    #[test]
    fn a_header_cell_is_a_pointer_a_name_or_names_with_dots() {
        let header = [
            "kode",
            " Nama OPD ",
            "/alamat/jalan",
            "alamat.rt",
            "kab/kota",
            "a~b",
            "No.",
            "x y.z",
        ];
        let expected = [
            "/kode",
            "/Nama OPD",
            "/alamat/jalan",
            "/alamat/rt",
            "/kab~1kota",
            "/a~0b",
            "/No.",
            "/x y.z",
        ];
        assert_eq!(fields(&header).unwrap(), expected);
        // A column of that very name leaves no room for an object.
        assert_eq!(fields(&["a", "a.b"]).unwrap(), ["/a", "/a.b"]);
    }

    #[test]
    fn a_header_that_no_contract_could_fit_is_refused() {
        for (header, said) in [
            (vec!["kode", ""], "column 2"),
            (vec!["kode", "kode "], "/kode"),
            (vec!["/a", "/a/b"], "/a/b"),
            (vec!["/a~2"], "/a~2"),
            (vec!["kode", "*"], "NDJSON"),
        ] {
            let fault = fields(&header).unwrap_err();
            assert!(fault.contains(said), "{header:?}: {fault}");
        }
    }

    #[test]
    fn a_row_is_a_record_of_texts() {
        let columns = Untyped::read(&["/a/b", "c", "/a/d"]).unwrap();
        let record = columns.record(&[Some("1"), None, Some("'=x")]).unwrap();
        assert_eq!(record.to_string(), r#"{"a":{"b":"1","d":"=x"}}"#);
        assert_eq!(
            columns.record(&[None, None, Some("")]).unwrap().to_string(),
            r#"{"a":{"d":""}}"#
        );
        assert!(columns.record(&[None]).is_err());
    }
}
