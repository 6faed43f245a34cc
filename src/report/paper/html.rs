//! A paper as a page that prints on A4.
//!
//! What stands at the foot of every page is the foot of one table around everything: browsers repeat it on
//! each page they print. Invariant: nothing stands in the page unescaped; the page loads nothing.

use std::fmt::Write as _;

use super::{Block, NOTHING, Paper, Signature, Table, Value, or_blank};
use crate::report::xml::escape;

/// How the page looks, on screens and on paper.
const STYLE: &str = "\
body{font:16px/1.5 Arial,\"Liberation Sans\",sans-serif;color:#000;background:#fff;margin:0 auto;max-width:210mm;padding:1rem;box-sizing:border-box}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .4rem;overflow-wrap:anywhere}\
.page,.page>tbody>tr>td,.page>tfoot>tr>td{padding:0}.page{table-layout:fixed}\
.letterhead{min-height:30mm;border-bottom:3px double #000;text-align:center;font-weight:bold;margin-bottom:1rem}.letterhead p{margin:0}\
h1{font-size:1.25rem;text-align:center;text-transform:uppercase;margin:1rem 0 0}.subtitle{text-align:center;margin:0}\
h2{font-size:1.05rem;margin:1.2rem 0 .3rem;break-after:avoid}p{margin:.4rem 0}\
.conclusion{border:1px solid #000;padding:.5rem .8rem;margin:1rem 0}.conclusion b{font-size:1.5rem}\
.as-of{text-align:center;margin:.2rem 0 1rem;color:#333}\
.facts td:first-child{width:30%}.rows td,.rows th{border:1px solid #000}.rows th{background:#e8e8e8}.number{text-align:right}\
caption{text-align:left;font-weight:bold;padding:.3rem 0}\
.line{border-bottom:1px dotted #000;height:1.8rem}.boxes{list-style:none;padding-left:0}\
.signatures{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2rem 1rem;margin-top:2rem}\
.signatures>div{width:46%;text-align:center;break-inside:avoid}.signatures>div:only-child{margin-left:auto}\
.signatures p{margin:0}.sign{height:5rem}.name{font-weight:bold;text-decoration:underline}\
.foot{border-top:1px solid #000;font-size:.7rem;padding-top:.2rem;margin-top:1rem;overflow-wrap:anywhere}\
@media(max-width:40rem){.signatures>div{width:100%}.facts td{display:block;width:auto!important}}\
@media print{@page{size:A4;margin:20mm 20mm 18mm 25mm;@bottom-right{content:\"Halaman \" counter(page) \" dari \" counter(pages);font:8pt Arial,sans-serif}}\
body{font-size:11pt;max-width:none;padding:0}.rows{font-size:9pt}.page>tfoot{display:table-footer-group}\
.rows thead{display:table-header-group}.rows tr{break-inside:avoid}}";

impl Paper {
    /// As a page.
    pub fn to_html(&self) -> String {
        let title = escaped(&self.title);
        let mut page = format!(
            "<!doctype html>\n<html lang=\"id\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head>\n<body><main>\
             <table class=\"page\" role=\"presentation\"><tfoot><tr><td><div class=\"foot\">{}</div></td></tr></tfoot>\n\
             <tbody><tr><td>\n<div class=\"letterhead\">{}</div>\n<h1>{title}</h1>\n",
            escaped(&self.footer),
            paragraphs(&self.house.letterhead, ""),
        );
        page.push_str(&paragraphs(&self.subtitle, " class=\"subtitle\""));
        if let Some(as_of) = self.as_of_line() {
            let _ = writeln!(page, "<p class=\"as-of\">{}</p>", escaped(&as_of));
        }
        if let Some(conclusion) = &self.conclusion {
            let _ = writeln!(
                page,
                "<div class=\"conclusion\"><p>{}</p><p><b>{}</b> {}</p></div>",
                escaped(&conclusion.sentence),
                escaped(&conclusion.figure),
                escaped(&conclusion.counted)
            );
        }
        for (block, named) in self.named_blocks() {
            write_block(&mut page, block, named);
        }
        if !self.signatures.is_empty() {
            page.push_str("<div class=\"signatures\">");
            for signature in &self.signatures {
                write_signature(&mut page, signature);
            }
            page.push_str("</div>\n");
        }
        page.push_str("</td></tr></tbody></table></main></body></html>\n");
        page
    }
}

fn write_block(page: &mut String, block: &Block, named: bool) {
    // Writing to a String can't fail.
    let _ = match block {
        Block::Heading(text) => writeln!(page, "<h2>{}</h2>", escaped(text)),
        Block::Text(text) => writeln!(page, "<p>{}</p>", escaped(text)),
        Block::Facts(facts) => {
            page.push_str("<table class=\"facts\"><tbody>");
            for (name, value) in facts {
                let value = or_blank(value.as_ref());
                let _ = write!(
                    page,
                    "<tr><td>{}</td><td>: {}</td></tr>",
                    escaped(name),
                    escaped(value)
                );
            }
            writeln!(page, "</tbody></table>")
        }
        Block::Items(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("<li>{}</li>", escaped(item)))
                .collect();
            writeln!(page, "<ol>{items}</ol>")
        }
        Block::Boxes(boxes) => {
            let boxes: String = boxes
                .iter()
                .map(|(text, ticked)| {
                    let tick = if *ticked { '\u{2611}' } else { '\u{2610}' };
                    format!("<li>{tick} {}</li>", escaped(text))
                })
                .collect();
            writeln!(page, "<ul class=\"boxes\">{boxes}</ul>")
        }
        Block::Table(table) => {
            write_table(page, table, named);
            Ok(())
        }
        Block::Lines(count) => writeln!(page, "{}", "<div class=\"line\"></div>".repeat(*count)),
    };
}

fn write_table(page: &mut String, table: &Table, named: bool) {
    let total: u32 = table.columns.iter().map(|column| column.width).sum();
    let name = escaped(&table.name);
    let _ = match named {
        true => write!(page, "<table class=\"rows\"><caption>{name}</caption>"),
        false => write!(page, "<table class=\"rows\" aria-label=\"{name}\">"),
    };
    page.push_str("<thead><tr>");
    for column in &table.columns {
        let share = column.width.saturating_mul(100) / total.max(1);
        let _ = write!(
            page,
            "<th style=\"width:{share}%\">{}</th>",
            escaped(&column.heading)
        );
    }
    page.push_str("</tr></thead><tbody>\n");
    if table.rows.is_empty() {
        let _ = writeln!(
            page,
            "<tr><td colspan=\"{}\">{NOTHING}</td></tr>",
            table.columns.len()
        );
    }
    for row in &table.rows {
        page.push_str("<tr>");
        for value in row {
            let class = match value {
                Value::Number(_) => " class=\"number\"",
                Value::Empty | Value::Text(_) => "",
            };
            let _ = write!(page, "<td{class}>{}</td>", escaped(&value.shown()));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table>\n");
}

fn write_signature(page: &mut String, signature: &Signature) {
    let _ = write!(
        page,
        "<div>{}<p class=\"sign\"></p><p class=\"name\">{}</p>{}</div>",
        paragraphs(&signature.above(), ""),
        escaped(or_blank(signature.name.as_ref())),
        paragraphs(&signature.below(), "")
    );
}

fn paragraphs(lines: &[String], attributes: &str) -> String {
    lines
        .iter()
        .map(|line| format!("<p{attributes}>{}</p>", escaped(line)))
        .collect()
}

/// A text that may stand anywhere in a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape(&mut escaped, text);
    escaped
}
