//! What a paper says, as `content.xml`.
//!
//! Invariant: every text goes through [`paragraph`], so whatever it is, the part stays well-formed; a table's
//! heading is repeated on every page it reaches.

use std::fmt::Write as _;

use super::begin;
use super::styles::TEXT_WIDTH;
use super::widths::widths;
use crate::report::paper::{Block, NOTHING, Paper, Signature, Table, Value, or_blank};
use crate::report::xml::paragraph;

/// Styles of cells, of the tables without lines, and of the rows.
const CELLS: &str = r##"<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style><style:style style:name="Head" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm" fo:background-color="#e8e8e8"/></style:style><style:style style:name="Bare" style:family="table-cell"><style:table-cell-properties fo:border="none" fo:padding="0.05cm"/></style:style><style:style style:name="Crest" style:family="table-cell"><style:table-cell-properties fo:border-bottom="2pt double #000000" fo:padding="0.1cm" style:vertical-align="middle"/></style:style><style:style style:name="Whole" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style><style:style style:name="High" style:family="table-row"><style:table-row-properties style:min-row-height="3cm"/></style:style>"##;

/// The part with the content.
pub(super) fn content(paper: &Paper) -> String {
    let (mut styles, mut body) = (String::from(CELLS), String::new());
    let mut writer = Writer {
        styles: &mut styles,
        body: &mut body,
        tables: 0,
    };
    writer.paper(paper);
    let mut part = begin("document-content");
    let _ = write!(
        part,
        "<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{body}</office:text>\
         </office:body></office:document-content>"
    );
    part
}

/// Writes the body and, beside it, the styles of its tables.
struct Writer<'a> {
    styles: &'a mut String,
    body: &'a mut String,
    tables: usize,
}

impl Writer<'_> {
    fn paper(&mut self, paper: &Paper) {
        self.letterhead(&paper.house.letterhead);
        self.line("Title", &paper.title);
        for line in &paper.subtitle {
            self.line("Subtitle", line);
        }
        if let Some(as_of) = paper.as_of_line() {
            self.line("As_20_of", &as_of);
        }
        if let Some(conclusion) = &paper.conclusion {
            self.line("Conclusion", &conclusion.sentence);
            self.body
                .push_str("<text:p text:style-name=\"Conclusion\"><text:span text:style-name=\"Figure\">");
            paragraph(self.body, &conclusion.figure);
            self.body.push_str("</text:span> ");
            paragraph(self.body, &conclusion.counted);
            self.body.push_str("</text:p>");
        }
        for (block, named) in paper.named_blocks() {
            self.block(block, named);
        }
        self.signatures(&paper.signatures);
    }

    fn block(&mut self, block: &Block, named: bool) {
        match block {
            Block::Heading(text) => {
                self.body
                    .push_str("<text:h text:style-name=\"Heading_20_1\" text:outline-level=\"1\">");
                paragraph(self.body, text);
                self.body.push_str("</text:h>");
            }
            Block::Text(text) => self.text("Text_20_body", text),
            Block::Facts(facts) => self.facts(facts),
            Block::Items(items) => {
                self.body.push_str("<text:list text:style-name=\"Numbers\">");
                for item in items {
                    self.body.push_str("<text:list-item>");
                    self.text("Standard", item);
                    self.body.push_str("</text:list-item>");
                }
                self.body.push_str("</text:list>");
            }
            Block::Boxes(boxes) => {
                for (text, ticked) in boxes {
                    let tick = if *ticked { '\u{2611}' } else { '\u{2610}' };
                    self.line("Standard", &format!("{tick} {text}"));
                }
            }
            Block::Table(table) => self.table(table, named),
            Block::Lines(count) => (0..*count).for_each(|_| self.line("Line", "")),
        }
    }

    /// Room for a letterhead, whatever stands in it.
    fn letterhead(&mut self, lines: &[String]) {
        self.begin_table(&[1]);
        self.body.push_str(
            "<table:table-row table:style-name=\"High\"><table:table-cell table:style-name=\"Crest\" office:value-type=\"string\">",
        );
        if lines.is_empty() {
            self.line("Letterhead", "");
        }
        for line in lines {
            self.line("Letterhead", line);
        }
        self.body
            .push_str("</table:table-cell></table:table-row></table:table>");
    }

    fn facts(&mut self, facts: &[(String, Option<String>)]) {
        self.begin_table(&[3, 7]);
        for (name, value) in facts {
            self.body.push_str("<table:table-row table:style-name=\"Whole\">");
            self.cell("Bare", "Fact", name);
            self.cell("Bare", "Fact", &format!(": {}", or_blank(value.as_ref())));
            self.body.push_str("</table:table-row>");
        }
        self.body.push_str("</table:table>");
    }

    fn table(&mut self, table: &Table, named: bool) {
        if named {
            self.line("Caption", &table.name);
        }
        if table.rows.is_empty() {
            self.line("Standard", NOTHING);
            return;
        }
        self.begin_table(&widths(table, TEXT_WIDTH));
        self.body
            .push_str("<table:table-header-rows><table:table-row table:style-name=\"Whole\">");
        for column in &table.columns {
            self.cell("Head", "Table_20_Heading", &column.heading);
        }
        self.body.push_str("</table:table-row></table:table-header-rows>");
        for row in &table.rows {
            self.body.push_str("<table:table-row table:style-name=\"Whole\">");
            for value in row {
                let style = match value {
                    Value::Number(_) => "Table_20_Number",
                    Value::Empty | Value::Text(_) => "Table_20_Contents",
                };
                self.cell("Cell", style, &value.shown());
            }
            self.body.push_str("</table:table-row>");
        }
        self.body.push_str("</table:table>");
    }

    /// Two beside each other; one alone stands on the right, as papers have it. All of them are on one page, with the heading
    /// above them.
    fn signatures(&mut self, signatures: &[Signature]) {
        if signatures.is_empty() {
            return;
        }
        self.line("Signature", "");
        self.begin_table_that(&[1, 1], "style:may-break-between-rows=\"false\"");
        for (row, pair) in signatures.chunks(2).enumerate() {
            self.body.push_str("<table:table-row table:style-name=\"Whole\">");
            let (left, right) = match pair {
                [left, right] => (Some(left), Some(right)),
                [alone] => (None, Some(alone)),
                _ => (None, None),
            };
            for place in [left, right] {
                self.body
                    .push_str("<table:table-cell table:style-name=\"Bare\" office:value-type=\"string\">");
                if row > 0 {
                    self.line("Signature", "");
                }
                match place {
                    Some(signature) => self.signature(signature),
                    None => self.line("Signature", ""),
                }
                self.body.push_str("</table:table-cell>");
            }
            self.body.push_str("</table:table-row>");
        }
        self.body.push_str("</table:table>");
    }

    fn signature(&mut self, signature: &Signature) {
        for line in signature.above() {
            self.line("Signature", &line);
        }
        self.line("Signer", or_blank(signature.name.as_ref()));
        for line in signature.below() {
            self.line("Signature", &line);
        }
    }

    /// Begins a table whose columns have these shares of the width.
    fn begin_table(&mut self, shares: &[u32]) {
        self.begin_table_that(shares, "");
    }

    /// The same of a table with a property more.
    fn begin_table_that(&mut self, shares: &[u32], property: &str) {
        self.tables += 1;
        let number = self.tables;
        let total = shares.iter().sum::<u32>().max(1);
        let _ = write!(
            self.styles,
            "<style:style style:name=\"T{number}\" style:family=\"table\"><style:table-properties \
             style:width=\"{}\" table:align=\"left\" fo:margin-bottom=\"0.2cm\" {property}/></style:style>",
            centimetres(TEXT_WIDTH)
        );
        // Names of tables are the program's own: not every text is one.
        let _ = write!(
            self.body,
            "<table:table table:name=\"Tabel{number}\" table:style-name=\"T{number}\">"
        );
        for (column, share) in shares.iter().enumerate() {
            let width = TEXT_WIDTH.saturating_mul(*share) / total;
            let _ = write!(
                self.styles,
                "<style:style style:name=\"T{number}.{column}\" style:family=\"table-column\">\
                 <style:table-column-properties style:column-width=\"{}\"/></style:style>",
                centimetres(width)
            );
            let _ = write!(
                self.body,
                "<table:table-column table:style-name=\"T{number}.{column}\"/>"
            );
        }
    }

    fn cell(&mut self, cell: &str, style: &str, text: &str) {
        let _ = write!(
            self.body,
            "<table:table-cell table:style-name=\"{cell}\" office:value-type=\"string\">"
        );
        self.text(style, text);
        self.body.push_str("</table:table-cell>");
    }

    /// A text, a paragraph for each of its lines.
    fn text(&mut self, style: &str, text: &str) {
        for line in text.split('\n') {
            self.line(style, line.strip_suffix('\r').unwrap_or(line));
        }
    }

    fn line(&mut self, style: &str, text: &str) {
        let _ = write!(self.body, "<text:p text:style-name=\"{style}\">");
        paragraph(self.body, text);
        self.body.push_str("</text:p>");
    }
}

/// A length of so many tenths of a millimetre.
fn centimetres(tenths: u32) -> String {
    format!("{}.{:02}cm", tenths / 100, tenths % 100)
}
