//! [`Ods`]: an OpenDocument 1.3 spreadsheet.
//!
//! A text that white space rules would change stands in `office:string-value` as well, which readers
//! prefer. ODF has no way to write the characters that XML forbids; they become U+FFFD. Invariant: a
//! text is a cell of type string, which no program computes.

use std::fmt::Write as _;
use std::io::{Result, Seek, Write};

use super::{Look, is_double};
use crate::record::Cell;
use crate::report::package::Package;
use crate::report::xml::{escape, paragraph};

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"/>"#;

/// Texts have the format for text, so that they stay texts when somebody edits them; W is the same, marked, and H a
/// heading. A column is wide enough for what most of them hold: there is no way to have it fitted by the program that opens it.
const HEAD: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3"><office:automatic-styles><number:text-style style:name="N1"><number:text-content/></number:text-style><style:style style:name="T" style:family="table-cell" style:data-style-name="N1"/><style:style style:name="C" style:family="table-column"><style:table-column-properties style:column-width="4.5cm"/></style:style><style:style style:name="W" style:family="table-cell" style:data-style-name="N1"><style:table-cell-properties fo:background-color="#ffe08a"/></style:style><style:style style:name="H" style:family="table-cell" style:data-style-name="N1"><style:text-properties fo:font-weight="bold" style:font-weight-asian="bold" style:font-weight-complex="bold"/></style:style></office:automatic-styles><office:body><office:spreadsheet>"##;

const TAIL: &str = "</table:table></office:spreadsheet></office:body></office:document-content>";

/// See the module.
pub struct Ods<W: Write + Seek> {
    package: Package<W>,
}

impl<W: Write + Seek> Ods<W> {
    /// Begins a sheet called `name` of so many columns; it may pass 4 GiB when it is `large`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn begin(out: W, name: &str, columns: usize, large: bool) -> Result<Self> {
        Ods::begun(out, large, |out| begin_sheet(out, name, columns))
    }

    /// The same for somebody who fills it: a column for which `texts` says so holds texts, whatever is typed.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn begin_with(out: W, name: &str, texts: &[bool], large: bool) -> Result<Self> {
        Ods::begun(out, large, |out| begin_typed_sheet(out, name, texts))
    }

    fn begun(out: W, large: bool, sheet: impl FnOnce(&mut String)) -> Result<Self> {
        let mut package = Package::begin(out);
        // First and as it is, so that the type can be seen from outside (ODF 1.3 part 2, section 3.3).
        package.stored("mimetype", MIMETYPE)?;
        package.part("META-INF/manifest.xml", MANIFEST)?;
        package.part("styles.xml", STYLES)?;
        package.open("content.xml", large)?;
        package.append(|out| {
            out.push_str(HEAD);
            sheet(out);
        })?;
        Ok(Ods { package })
    }

    /// Ends the sheet and begins another.
    ///
    /// # Errors
    /// When the output fails.
    pub fn next_sheet(&mut self, name: &str, columns: usize) -> Result<()> {
        self.package.append(|out| {
            out.push_str("</table:table>");
            begin_sheet(out, name, columns);
        })
    }

    /// Writes the names of the columns.
    ///
    /// # Errors
    /// When the output fails.
    pub fn headings(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.one_row(cells, |_| Look::Heading)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the output fails.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.marked_row(cells, &[])
    }

    /// Writes a row of which the cells for which `marks` says so are marked.
    ///
    /// # Errors
    /// When the output fails.
    pub fn marked_row(&mut self, cells: &[Cell<'_>], marks: &[bool]) -> Result<()> {
        self.one_row(cells, |column| Look::of(marks, column))
    }

    fn one_row(&mut self, cells: &[Cell<'_>], look: impl Fn(usize) -> Look) -> Result<()> {
        self.package.append(|out| {
            out.push_str("<table:table-row>");
            for (column, cell) in cells.iter().enumerate() {
                one(out, cell, look(column));
            }
            if cells.is_empty() {
                one(out, &Cell::Empty, Look::Plain);
            }
            out.push_str("</table:table-row>");
        })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> Result<W> {
        self.package.append(|out| out.push_str(TAIL))?;
        self.package.finish()
    }
}

fn begin_sheet(out: &mut String, name: &str, columns: usize) {
    out.push_str("<table:table table:name=\"");
    escape(out, name);
    // Writing to a String can't fail.
    let _ = write!(
        out,
        "\"><table:table-column table:style-name=\"C\" table:number-columns-repeated=\"{}\"/>",
        columns.max(1)
    );
}

/// A sheet whose columns somebody fills.
fn begin_typed_sheet(out: &mut String, name: &str, texts: &[bool]) {
    out.push_str("<table:table table:name=\"");
    escape(out, name);
    out.push_str("\">");
    for text in texts {
        out.push_str(match text {
            true => "<table:table-column table:style-name=\"C\" table:default-cell-style-name=\"T\"/>",
            false => "<table:table-column table:style-name=\"C\"/>",
        });
    }
}

fn one(out: &mut String, cell: &Cell<'_>, look: Look) {
    let style = match look {
        Look::Plain => "",
        Look::Marked => " table:style-name=\"W\"",
        Look::Heading => " table:style-name=\"H\"",
    };
    // Writing to a String can't fail.
    let _ = match cell {
        Cell::Empty => write!(out, "<table:table-cell{style}/>"),
        Cell::Flag(flag) => write!(
            out,
            "<table:table-cell{style} office:value-type=\"boolean\" office:boolean-value=\"{flag}\"><text:p>{}</text:p></table:table-cell>",
            if *flag { "TRUE" } else { "FALSE" }
        ),
        Cell::Number(number) if is_double(number) => write!(
            out,
            "<table:table-cell{style} office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
        ),
        Cell::Number(number) => {
            text(out, number, look);
            Ok(())
        }
        Cell::Text(content) => {
            text(out, content, look);
            Ok(())
        }
    };
}

fn text(out: &mut String, content: &str, look: Look) {
    let style = match look {
        Look::Plain => "T",
        Look::Marked => "W",
        Look::Heading => "H",
    };
    // Writing to a String can't fail.
    let _ = write!(
        out,
        "<table:table-cell table:style-name=\"{style}\" office:value-type=\"string\""
    );
    if content.is_empty() || is_changed_by_white_space_rules(content) {
        out.push_str(" office:string-value=\"");
        escape(out, content);
        out.push('"');
    }
    out.push('>');
    let lines = content
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    for line in lines {
        out.push_str("<text:p>");
        paragraph(out, line);
        out.push_str("</text:p>");
    }
    out.push_str("</table:table-cell>");
}

/// Whether a paragraph would not give this text back (ODF 1.3 part 3, section 6.1.2).
fn is_changed_by_white_space_rules(content: &str) -> bool {
    content.contains(['\n', '\r', '\t'])
        || content.starts_with(' ')
        || content.ends_with(' ')
        || content.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_so_that_nothing_of_it_is_lost() {
        let cases = [
            ("a b", "\"string\"><text:p>a b</text:p>"),
            (
                " a  b ",
                "\"string\" office:string-value=\" a  b \"><text:p><text:s/>a <text:s/>b<text:s/></text:p>",
            ),
            (
                "a\tb\r\n<c>",
                "\"string\" office:string-value=\"a&#9;b&#13;&#10;&lt;c&gt;\"><text:p>a<text:tab/>b</text:p><text:p>&lt;c&gt;</text:p>",
            ),
            ("a\u{1}b", "\"string\"><text:p>a\u{fffd}b</text:p>"),
            ("=1+1", "\"string\"><text:p>=1+1</text:p>"),
        ];
        for (content, expected) in cases {
            let mut out = String::new();
            text(&mut out, content, Look::Plain);
            let start = "<table:table-cell table:style-name=\"T\" office:value-type=";
            assert_eq!(
                out,
                format!("{start}{expected}</table:table-cell>"),
                "{content:?}"
            );
        }
    }

    #[test]
    fn the_type_can_be_seen_from_outside() {
        let ods = Ods::begin(std::io::Cursor::new(Vec::new()), "a", 1, false).unwrap();
        let bytes = ods.finish().unwrap().into_inner();
        assert_eq!(&bytes[30..38], b"mimetype");
        assert_eq!(&bytes[38..38 + MIMETYPE.len()], MIMETYPE.as_bytes());
    }
}
