//! [`Xlsx`]: an Office Open XML workbook (ECMA-376) with one sheet, its texts inline.
//!
//! Characters that XML forbids are written `_xHHHH_` (ECMA-376 part 1, section 22.9.2.19). A text that
//! looks like such an escape is cut in two runs there, which every reader puts together again.
//! Invariant: a text is a cell of type inline string, which no program computes.

use std::fmt::Write as _;
use std::io::{Result, Seek, Write};

use super::{Look, is_double};
use crate::record::Cell;
use crate::report::package::Package;
use crate::report::xml::in_xml;

/// The longest name of a sheet.
const MAX_NAME: usize = 31;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const WORKBOOK_RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// Style 1 is the format for text, so that a text stays one when somebody edits it; 2 and 3 are a text and anything else
/// that is marked, 4 a heading.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFE08A"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/><xf numFmtId="0" fontId="0" fillId="2" borderId="0" xfId="0" applyFill="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;

const TAIL: &str = "</sheetData></worksheet>";

const TEXT: &str = "<t xml:space=\"preserve\">";

/// See the module.
pub struct Xlsx<W: Write + Seek> {
    package: Package<W>,
    rows: u64,
    /// The letters of the columns that were written so far.
    letters: Vec<String>,
}

impl<W: Write + Seek> Xlsx<W> {
    /// Begins a sheet called `name` of so many columns. The name has no characters of XML in it and is cut where it is
    /// too long; the sheet may pass 4 GiB when it is `large`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn begin(out: W, name: &str, columns: usize, large: bool) -> Result<Self> {
        Xlsx::begun(out, name, large, |out| column(out, (1, columns.max(1)), 0))
    }

    /// The same for somebody who fills it: a column for which `texts` says so holds texts, whatever is typed.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn begin_with(out: W, name: &str, texts: &[bool], large: bool) -> Result<Self> {
        Xlsx::begun(out, name, large, |out| {
            for (place, text) in texts.iter().enumerate() {
                column(out, (place + 1, place + 1), u8::from(*text));
            }
        })
    }

    fn begun(out: W, name: &str, large: bool, columns: impl FnOnce(&mut String)) -> Result<Self> {
        let name: String = name.chars().take(MAX_NAME).collect();
        let workbook = format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
        );
        let mut package = Package::begin(out);
        package.part("[Content_Types].xml", CONTENT_TYPES)?;
        package.part("_rels/.rels", RELATIONSHIPS)?;
        package.part("xl/workbook.xml", &workbook)?;
        package.part("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONSHIPS)?;
        package.part("xl/styles.xml", STYLES)?;
        package.open("xl/worksheets/sheet1.xml", large)?;
        package.append(|out| {
            out.push_str(HEAD);
            let mut laid_out = String::new();
            columns(&mut laid_out);
            if !laid_out.is_empty() {
                out.push_str("<cols>");
                out.push_str(&laid_out);
                out.push_str("</cols>");
            }
            out.push_str("<sheetData>");
        })?;
        Ok(Xlsx {
            package,
            rows: 0,
            letters: Vec::new(),
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
        self.rows += 1;
        while self.letters.len() < cells.len() {
            self.letters.push(letters(self.letters.len()));
        }
        let (row, letters) = (self.rows, &self.letters);
        self.package.append(|out| {
            // Writing to a String can't fail.
            let _ = write!(out, "<row r=\"{row}\">");
            for (column, (cell, letters)) in cells.iter().zip(letters).enumerate() {
                let look = look(column);
                let style = match look {
                    Look::Plain => "",
                    Look::Marked => " s=\"3\"",
                    Look::Heading => " s=\"4\"",
                };
                let _ = match cell {
                    Cell::Empty if look == Look::Marked => write!(out, "<c r=\"{letters}{row}\" s=\"2\"/>"),
                    Cell::Empty => Ok(()),
                    Cell::Flag(flag) => {
                        write!(
                            out,
                            "<c r=\"{letters}{row}\"{style} t=\"b\"><v>{}</v></c>",
                            u8::from(*flag)
                        )
                    }
                    Cell::Number(number) if is_double(number) => {
                        write!(out, "<c r=\"{letters}{row}\"{style}><v>{number}</v></c>")
                    }
                    Cell::Number(number) => text(out, (letters, row), look, number),
                    Cell::Text(content) => text(out, (letters, row), look, content),
                };
            }
            out.push_str("</row>");
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

/// The letters of a column, from 0: A, B, and AA after Z.
fn letters(column: usize) -> String {
    let (before, last) = (column / 26, column % 26);
    let mut letters = before.checked_sub(1).map(letters).unwrap_or_default();
    letters.extend(('A'..='Z').nth(last));
    letters
}

/// How columns are laid out, from one to another by their numbers: as wide as most of what they hold, in a style.
fn column(out: &mut String, (from, to): (usize, usize), style: u8) {
    // Writing to a String can't fail.
    let _ = write!(
        out,
        "<col min=\"{from}\" max=\"{to}\" width=\"20\" style=\"{style}\" customWidth=\"1\"/>"
    );
}

fn text(out: &mut String, (letters, row): (&str, u64), look: Look, content: &str) -> std::fmt::Result {
    let style = match look {
        Look::Plain => 1,
        Look::Marked => 2,
        Look::Heading => 4,
    };
    write!(out, "<c r=\"{letters}{row}\" s=\"{style}\" t=\"inlineStr\"><is>")?;
    match content
        .match_indices("_x")
        .any(|(at, _)| is_like_an_escape(content, at))
    {
        false => {
            out.push_str(TEXT);
            escape(out, content);
            out.push_str("</t>");
        }
        true => {
            let mut begin = 0;
            let cuts = content
                .match_indices("_x")
                .map(|(at, _)| at)
                .filter(|at| is_like_an_escape(content, *at));
            // Behind the underscore, so that neither part looks like an escape.
            for end in cuts.map(|at| at + 1).chain([content.len()]) {
                out.push_str("<r>");
                out.push_str(TEXT);
                escape(out, content.get(begin..end).unwrap_or_default());
                out.push_str("</t></r>");
                begin = end;
            }
        }
    }
    out.push_str("</is></c>");
    Ok(())
}

/// Whether `_x` and four hexadecimal digits stand at `at`. The underscore that would end an escape
/// may come from one that follows.
fn is_like_an_escape(content: &str, at: usize) -> bool {
    let digits = content.as_bytes().get(at + 2..at + 6);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn escape(out: &mut String, content: &str) {
    for character in content.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As it is, XML would make a line feed of it.
            '\r' => out.push_str("&#13;"),
            other if in_xml(other) => out.push(other),
            other => drop(write!(out, "_x{:04X}_", u32::from(other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_their_letters() {
        for (column, expected) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16_383, "XFD"),
        ] {
            assert_eq!(letters(column), expected);
        }
    }

    #[test]
    fn a_text_is_written_so_that_nothing_of_it_is_lost() {
        let plain = |inner: &str| format!("{TEXT}{inner}</t>");
        let run = |inner: &str| format!("<r>{TEXT}{inner}</t></r>");
        let cases = [
            ("=1+1", plain("=1+1")),
            (" a\n", plain(" a\n")),
            ("a\r\n<&>", plain("a&#13;\n&lt;&amp;&gt;")),
            ("a\u{1}\u{ffff}", plain("a_x0001__xFFFF_")),
            ("_x0041_", run("_") + &run("x0041_")),
            ("_x00G1_ _x1", plain("_x00G1_ _x1")),
            ("é_xabCD\u{2}", run("é_") + &run("xabCD_x0002_")),
        ];
        for (content, expected) in cases {
            let mut out = String::new();
            text(&mut out, ("A", 1), Look::Plain, content).unwrap();
            let start = "<c r=\"A1\" s=\"1\" t=\"inlineStr\"><is>";
            assert_eq!(out, format!("{start}{expected}</is></c>"), "{content:?}");
        }
    }
}
