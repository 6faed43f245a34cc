//! Rows of CSV (RFC 4180): commas, CRLF, quotes where they are needed.
//!
//! An empty text is quoted, nothing at all is not, so that readers which look at quotes can tell them
//! apart. Not here: the byte order mark, which programs would take for a part of the first heading.

use std::fmt::Write as _;

use crate::record::Cell;
use crate::record::csv::needs_guard;

/// Appends a row. Unless it is `raw`, a text that a spreadsheet would take for a formula gets an
/// apostrophe in front (OWASP, CSV injection); numbers are no texts.
pub fn csv_row<'c, 'v: 'c>(out: &mut String, cells: impl IntoIterator<Item = &'c Cell<'v>>, raw: bool) {
    for (column, cell) in cells.into_iter().enumerate() {
        if column > 0 {
            out.push(',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Number(number) => out.push_str(number),
            // Writing to a String can't fail.
            Cell::Flag(flag) => drop(write!(out, "{flag}")),
            Cell::Text(text) => quoted(out, text, !raw && needs_guard(text)),
        }
    }
    out.push_str("\r\n");
}

fn quoted(out: &mut String, text: &str, guarded: bool) {
    let guard = if guarded { "'" } else { "" };
    let bytes = text.as_bytes();
    let special =
        memchr::memchr3(b',', b'"', b'\n', bytes).is_some() || memchr::memchr(b'\r', bytes).is_some();
    let blank = |end: Option<char>| end.is_none_or(char::is_whitespace);
    if special || blank(text.chars().next()) || blank(text.chars().next_back()) {
        let _ = write!(out, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        out.push_str(guard);
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[Cell<'_>], raw: bool) -> String {
        let mut out = String::new();
        csv_row(&mut out, cells, raw);
        out
    }

    #[test]
    fn cells_are_quoted_where_it_is_needed() {
        let cells = [
            Cell::Text("a,b".into()),
            Cell::Text("c \"d\"".into()),
            Cell::Text(" e\nf".into()),
            Cell::Text("".into()),
            Cell::Empty,
            Cell::Number("64.10"),
            Cell::Flag(true),
            Cell::Text("007".into()),
        ];
        assert_eq!(
            row(&cells, false),
            "\"a,b\",\"c \"\"d\"\"\",\" e\nf\",\"\",,64.10,true,007\r\n"
        );
    }

    #[test]
    fn texts_that_begin_like_a_formula_are_made_harmless() {
        for text in ["=1+1", "+62", "-x", "@a", "＝1"] {
            assert_eq!(row(&[Cell::Text(text.into())], false), format!("'{text}\r\n"));
            assert_eq!(row(&[Cell::Text(text.into())], true), format!("{text}\r\n"));
        }
        assert_eq!(row(&[Cell::Text("\t=1".into())], false), "\"'\t=1\"\r\n");
        assert_eq!(row(&[Cell::Number("-5")], false), "-5\r\n");
        assert_eq!(row(&[Cell::Text("a=1".into())], false), "a=1\r\n");
    }
}
