//! [`Columns`]: which field each column of a table is, and how a row becomes a payload.
//!
//! A cell becomes a string where the schema allows one; else the number, boolean, array or object
//! that it spells, if the schema allows that; else a string, which the validator then refuses. An
//! empty cell in quotes is the empty string where the schema allows one. Any other empty cell is no
//! member; where the object must have it, it is null if the schema allows that, or the empty string.
//! Objects that hold nothing are left out likewise.

use serde_json::Value;
use serde_json::value::RawValue;

use super::guard::unguarded;
use super::header;
use crate::contract::{Fields, Types, with_fields};
use crate::types::{Pointer, Text};

/// See the module.
#[derive(Debug)]
pub struct Columns {
    count: usize,
    /// The field of each column.
    fields: Vec<Pointer>,
    members: Vec<Member>,
    /// Whether the `'` before a text that begins like a formula belongs to the text.
    raw: bool,
}

/// What is given for a field.
#[derive(Debug, Clone, Copy)]
pub enum Given<'c> {
    /// A text, whose type comes from the schema.
    Text(&'c str),
    /// A value that is written so in JSON.
    Json(&'c str),
}

/// A member of an object that columns fill.
#[derive(Debug)]
struct Member {
    /// The name as JSON, with the colon.
    label: String,
    types: Types,
    demanded: bool,
    filler: Filler,
}

/// A column and the segments of its field.
type Way<'h> = (usize, Vec<&'h str>);

/// Where a member's value comes from.
#[derive(Debug)]
enum Filler {
    Cell(usize),
    Members(Vec<Member>),
}

impl Columns {
    /// The columns under this `header`, of records with this `schema` and `key`. `raw` keeps the `'`
    /// that an export puts before a text that begins like a formula.
    ///
    /// # Errors
    /// All unknown columns with the known fields; columns that name the same field, or one inside
    /// another; key fields without a column.
    pub fn read(header: &[&str], schema: &Value, key: &[Pointer], raw: bool) -> Result<Self, Text> {
        with_fields(schema, |fields| {
            let pointers = header::read(header, key, fields)?;
            let columns: Vec<Way<'_>> = pointers
                .iter()
                .enumerate()
                .map(|(column, pointer)| (column, pointer.segments().collect()))
                .collect();
            Ok(Columns {
                count: header.len(),
                members: members(&Pointer::default(), &columns, 0, fields),
                fields: pointers.clone(),
                raw,
            })
        })
    }

    /// The field of each column, in their order.
    pub fn fields(&self) -> &[Pointer] {
        &self.fields
    }

    /// The payload of a row, without line ends.
    ///
    /// # Errors
    /// When the row has more or fewer cells than the header.
    pub fn payload(&self, cells: &[Option<&str>]) -> Result<Vec<u8>, Text> {
        let given: Vec<Option<Given<'_>>> = cells.iter().map(|cell| cell.map(Given::Text)).collect();
        self.payload_of(&given)
    }

    /// The same where some cells say what they are.
    ///
    /// # Errors
    /// When the row has more or fewer cells than the header.
    pub fn payload_of(&self, cells: &[Option<Given<'_>>]) -> Result<Vec<u8>, Text> {
        fits(cells.len(), self.count)?;
        let mut text = String::new();
        self.object(&self.members, cells, &mut text);
        Ok(text.into_bytes())
    }

    /// Writes an object; tells whether a cell gave it anything.
    fn object(&self, members: &[Member], cells: &[Option<Given<'_>>], text: &mut String) -> bool {
        text.push('{');
        let (mut any, mut first) = (false, true);
        for member in members {
            let before = text.len();
            if !first {
                text.push(',');
            }
            text.push_str(&member.label);
            let value = text.len();
            let filled = match &member.filler {
                Filler::Cell(column) => match cells.get(*column) {
                    Some(Some(Given::Text(cell))) => self.cell(cell, member.types, text),
                    Some(Some(Given::Json(value))) => {
                        text.push_str(value);
                        true
                    }
                    Some(None) | None => false,
                },
                Filler::Members(inner) => self.object(inner, cells, text),
            };
            any |= filled;
            if !filled && !keep_empty(member, value, text) {
                text.truncate(before);
                continue;
            }
            first = false;
        }
        text.push('}');
        any
    }

    /// Writes a cell; tells whether there was anything in it.
    fn cell(&self, cell: &str, types: Types, text: &mut String) -> bool {
        let cell = if self.raw { cell } else { unguarded(cell) };
        let literal = cell.trim();
        if cell.is_empty() && !types.allow(Types::STRING) {
            return false;
        }
        if !types.allow(Types::STRING) && types.allow(spelled(literal)) {
            // Line ends are white space here: within its strings JSON has none.
            text.extend(
                literal
                    .chars()
                    .map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c }),
            );
        } else {
            text.push_str(&Value::from(cell).to_string());
        }
        true
    }
}

/// Refuses a row that has more or fewer cells than its header.
pub(super) fn fits(cells: usize, columns: usize) -> Result<(), Text> {
    if cells == columns {
        return Ok(());
    }
    Err(Text::new(
        format!(
            "Baris ini memiliki {cells} sel, kepala tabel {columns}. Periksa tanda pemisah dan tanda kutip."
        ),
        format!("This row has {cells} cells, the header {columns}. Look at its separators and quotes."),
    ))
}

/// Whether a member that no cell filled stays, and as what.
fn keep_empty(member: &Member, value: usize, text: &mut String) -> bool {
    let stands_for_nothing = match &member.filler {
        _ if !member.demanded => return false,
        _ if member.types.allow(Types::NULL) && member.types != Types::ANY => "null",
        Filler::Cell(_) if member.types.allow(Types::STRING) => "\"\"",
        Filler::Cell(_) => return false,
        Filler::Members(_) => return true,
    };
    text.truncate(value);
    text.push_str(stands_for_nothing);
    true
}

/// The type that a cell spells as JSON; none when it is no such text.
fn spelled(cell: &str) -> Types {
    let types = match cell.bytes().next() {
        Some(b'[') => Types::ARRAY,
        Some(b'{') => Types::OBJECT,
        Some(b't' | b'f') => Types::BOOLEAN,
        Some(b'-' | b'0'..=b'9') => Types::NUMBER,
        _ => Types::NONE,
    };
    let whole = serde_json::from_str::<&RawValue>(cell).is_ok();
    if whole { types } else { Types::NONE }
}

/// The members of the object at `at`, in the order of the columns, which agree in their first `level`
/// segments.
fn members(at: &Pointer, columns: &[Way<'_>], level: usize, fields: &Fields<'_, '_>) -> Vec<Member> {
    let mut groups: Vec<(&str, Vec<Way<'_>>)> = Vec::new();
    for (column, segments) in columns {
        let name = segments.get(level).copied().unwrap_or_default();
        let one = (*column, segments.clone());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, group)) => group.push(one),
            None => groups.push((name, vec![one])),
        }
    }
    let member = |(name, group): (&str, Vec<Way<'_>>)| {
        let place = at.child(name);
        let filler = match group.as_slice() {
            [(column, segments)] if segments.len() == level + 1 => Filler::Cell(*column),
            _ => Filler::Members(members(&place, &group, level + 1, fields)),
        };
        Member {
            label: format!("{}:", Value::from(name)),
            types: fields.types(&place).unwrap_or(Types::ANY),
            demanded: fields.demanded(&place),
            filler,
        }
    };
    groups.into_iter().map(member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object", "required": ["kode", "catatan", "hapus"], "additionalProperties": false,
            "properties": {
                "kode": {"type": "string"},
                "luas": {"type": "number"},
                "jumlah": {"type": ["integer", "null"]},
                "aktif": {"type": "boolean"},
                "catatan": {"type": "string"},
                "hapus": {"type": ["string", "null"]},
                "tag": {"type": "array"},
                "alamat": {
                    "type": "object", "required": ["kode_pos"], "additionalProperties": false,
                    "properties": {"kode_pos": {"type": "string"}, "jalan": {"type": "string"}}
                },
                "a.b": {"type": "string"},
                "a": {"type": "object", "properties": {"b": {"type": "string"}}}
            }
        })
    }

    fn columns(header: &[&str]) -> Result<Columns, String> {
        let key = ["/kode".parse().unwrap()];
        Columns::read(header, &schema(), &key, false)
            .map_err(|text| text.to(crate::types::Lang::En).to_owned())
    }

    /// Cells as they stand in a file: `""` is an empty one in quotes.
    fn given<'c>(cells: &[&'c str]) -> Vec<Option<&'c str>> {
        let given = |cell: &&'c str| match *cell {
            "" => None,
            "\"\"" => Some(""),
            text => Some(text),
        };
        cells.iter().map(given).collect()
    }

    fn payload(header: &[&str], cells: &[&str]) -> String {
        let made = columns(header).unwrap().payload(&given(cells)).unwrap();
        String::from_utf8(made).unwrap()
    }

    #[test]
    fn types_come_from_the_schema_and_never_from_the_cell() {
        let cases = [
            ("luas", "64.10", "64.10"),
            ("luas", " 1e400 ", "1e400"),
            ("luas", "12345678901234567890.50", "12345678901234567890.50"),
            ("luas", "64,10", "\"64,10\""),
            ("luas", "007", "\"007\""),
            ("luas", "true", "\"true\""),
            ("jumlah", "-5", "-5"),
            ("aktif", "true", "true"),
            ("aktif", "1", "\"1\""),
            ("aktif", "TRUE", "\"TRUE\""),
            ("hapus", "null", "\"null\""),
            ("catatan", "64.10", "\"64.10\""),
            ("catatan", " x\ty\n\"z\"", "\" x\\ty\\n\\\"z\\\"\""),
            ("tag", "[1.0,\n \"a\"]", "[1.0,  \"a\"]"),
            ("tag", "[1", "\"[1\""),
            ("tag", "{}", "\"{}\""),
        ];
        for (name, cell, expected) in cases {
            let made = payload(&["kode", name], &["k", cell]);
            let filled = format!("\"{name}\":{expected}");
            assert!(made.contains(&filled), "{name} {cell:?} became {made}");
        }
        assert_eq!(payload(&["kode"], &["64.10"]), r#"{"kode":"64.10"}"#);
    }

    #[test]
    fn an_empty_cell_is_what_the_schema_leaves_for_it() {
        let header = ["kode", "luas", "jumlah", "catatan", "hapus", "tag"];
        assert_eq!(
            payload(&header, &["k", "", "", "", "", ""]),
            r#"{"kode":"k","catatan":"","hapus":null}"#
        );
        assert_eq!(
            payload(&header, &["k", "\"\"", "\"\"", "\"\"", "\"\"", "\"\""]),
            r#"{"kode":"k","catatan":"","hapus":""}"#
        );
        let header = ["kode", "/alamat/kode_pos", "/alamat/jalan"];
        assert_eq!(payload(&header, &["k", "", ""]), r#"{"kode":"k"}"#);
        assert_eq!(
            payload(&header, &["k", "", "Jalan"]),
            r#"{"kode":"k","alamat":{"kode_pos":"","jalan":"Jalan"}}"#
        );
    }

    #[test]
    fn a_header_cell_is_a_pointer_a_name_or_names_with_dots() {
        assert_eq!(
            payload(
                &["/alamat/jalan", " kode ", "alamat.kode_pos"],
                &["J", "k", "75112"]
            ),
            r#"{"alamat":{"jalan":"J","kode_pos":"75112"},"kode":"k"}"#
        );
        // A member of that very name comes first; the pointer tells the other.
        assert_eq!(
            payload(&["kode", "a.b", "/a/b"], &["k", "x", "y"]),
            r#"{"kode":"k","a.b":"x","a":{"b":"y"}}"#
        );
    }

    #[test]
    fn wrong_headers_are_refused_with_what_would_be_right() {
        for (header, said) in [
            (vec!["kode", "nama", "/alamat/rt"], r#"["nama", "/alamat/rt"]"#),
            (vec!["kode", ""], "/alamat/kode_pos"),
            (vec!["kode", "/tag/0"], "/tag/0"),
            (vec!["kode", "/kode/x"], "/kode/x"),
            (vec!["kode", "/"], "\"/\""),
            (vec!["kode", "/~"], "/~"),
            (vec!["kode", "/kode"], "same field"),
            (vec!["kode", "alamat", "/alamat/jalan"], "/alamat/jalan"),
            (vec!["catatan"], "/kode"),
            (vec!["kode", "*"], "NDJSON"),
        ] {
            let fault = columns(&header).unwrap_err();
            assert!(fault.contains(said), "{header:?}: {fault}");
        }
        assert!(
            columns(&["kode", "luas"])
                .unwrap()
                .payload(&given(&["a"]))
                .is_err()
        );
    }

    #[test]
    fn a_text_gets_rid_of_what_an_export_guarded_it_with() {
        for (cell, text) in [
            ("'=1+1", "=1+1"),
            ("''=x", "'=x"),
            ("'kata", "'kata"),
            ("=x", "=x"),
        ] {
            let expected = json!({"kode": text}).to_string();
            assert_eq!(payload(&["kode"], &[cell]), expected);
        }
        let raw = Columns::read(&["kode"], &schema(), &[], true).unwrap();
        assert_eq!(raw.payload(&[Some("'=1")]).unwrap(), br#"{"kode":"'=1"}"#);
    }

    #[test]
    fn members_that_the_schema_leaves_open_are_texts() {
        let open = json!({"type": "object", "properties": {"id": {"type": ["string", "integer"]}}});
        let made = Columns::read(&["id", "n", "x.y"], &open, &[], false).unwrap();
        assert_eq!(
            made.payload(&given(&["7", "1", "true"])).unwrap(),
            br#"{"id":"7","n":"1","x.y":"true"}"#
        );
    }
}
