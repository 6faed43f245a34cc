//! [`Paper`]: an official paper, described once and given as a page that prints on A4 (`html`), as an
//! OpenDocument text (`odt`), and its tables as a spreadsheet (`tables`).
//!
//! Not here: what stands in which paper. Papers are in Bahasa Indonesia, whoever asks. Invariant: what is
//! not known is a blank line that can be filled in by hand, never a guess.

mod house;
mod html;
mod odt;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use house::House;
pub use words::{date, day, in_words, month_in_words, number, percent, year_and_month};

use crate::types::Timestamp;

/// A paper.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Its name, such as `Laporan Hasil Validasi`.
    pub title: String,
    /// Lines below the name, such as its number.
    pub subtitle: Vec<String>,
    /// From which office it comes.
    pub house: House,
    /// What it comes to.
    pub conclusion: Option<Conclusion>,
    /// As of when it speaks.
    pub as_of: Option<Timestamp>,
    /// What stands at the foot of every page, such as a digest.
    pub footer: String,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Who signs.
    pub signatures: Vec<Signature>,
}

/// What a report comes to: one sentence and one number.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// The sentence.
    pub sentence: String,
    /// The number, as it is shown.
    pub figure: String,
    /// What is counted.
    pub counted: String,
}

/// A part of a paper.
#[derive(Debug, Clone)]
pub enum Block {
    /// The heading of a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Names with what is known of each; what is not is left blank.
    Facts(Vec<(String, Option<String>)>),
    /// A numbered list.
    Items(Vec<String>),
    /// A list to be ticked; whether each is ticked already.
    Boxes(Vec<(String, bool)>),
    /// A table.
    Table(Table),
    /// So many lines to be written on.
    Lines(usize),
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its name, above it and as a sheet's.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its share of the table's width.
    pub width: u32,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing; in a form, room to write.
    Empty,
    /// A text, codes included.
    Text(String),
    /// A number as JSON writes it; a paper shows it in the Indonesian manner.
    Number(String),
}

/// A place to sign.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// As what they sign, such as `Pihak Kesatu` or `Mengetahui`.
    pub as_what: String,
    /// Place and date; left blank where nothing is known.
    pub place_and_date: Option<String>,
    /// The office, with its capacity where it is held as Plt or Plh.
    pub office: Option<String>,
    /// The name with titles.
    pub name: Option<String>,
    /// The rank.
    pub rank: Option<String>,
    /// The civil servant's number.
    pub nip: Option<String>,
}

impl Paper {
    /// An empty paper of this name.
    pub fn new(title: impl Into<String>) -> Self {
        Paper {
            title: title.into(),
            ..Paper::default()
        }
    }

    /// The same, of an office.
    pub fn of(house: &House, title: impl Into<String>) -> Self {
        Paper {
            house: house.clone(),
            ..Paper::new(title)
        }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Adds names with what is known of each.
    pub fn facts(&mut self, facts: impl IntoIterator<Item = (&'static str, Option<String>)>) {
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value));
        self.blocks.push(Block::Facts(facts.collect()));
    }

    /// Adds a numbered list.
    pub fn items(&mut self, items: impl IntoIterator<Item = String>) {
        self.blocks.push(Block::Items(items.into_iter().collect()));
    }

    /// Adds a table of columns (heading and share of the width) and rows.
    pub fn table(&mut self, name: &str, columns: &[(&str, u32)], rows: Vec<Vec<Value>>) {
        let column = |(heading, width): &(&str, u32)| Column {
            heading: (*heading).to_owned(),
            width: *width,
        };
        self.blocks.push(Block::Table(Table {
            name: name.to_owned(),
            columns: columns.iter().map(column).collect(),
            rows,
        }));
    }

    /// Its blocks, and whether each needs its name above it: a table right below a heading of the same words does not.
    fn named_blocks(&self) -> impl Iterator<Item = (&Block, bool)> {
        let before = std::iter::once(None).chain(self.blocks.iter().map(Some));
        self.blocks.iter().zip(before).map(|(block, before)| {
            let told = match (before, block) {
                (Some(Block::Heading(heading)), Block::Table(table)) => *heading == table.name,
                _ => false,
            };
            (block, !told)
        })
    }

    /// Its tables, in order.
    pub fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// The sentence that says as of when the paper speaks.
    fn as_of_line(&self) -> Option<String> {
        self.as_of
            .map(|at| format!("Keadaan per {}", self.house.moment(at)))
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    /// A number.
    pub fn number(number: impl ToString) -> Self {
        Value::Number(number.to_string())
    }

    /// A text, or nothing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Value::Empty, |text| Value::Text(text.into()))
    }

    /// What a paper shows.
    fn shown(&self) -> String {
        match self {
            Value::Empty => String::new(),
            Value::Text(text) => text.clone(),
            Value::Number(text) => number(text),
        }
    }
}

/// A blank to be filled in by hand.
const BLANK: &str = "................................................";

/// What stands in place of the rows of a table that has none.
const NOTHING: &str = "Tidak ada.";

/// What is known, or a blank.
fn or_blank(value: Option<&String>) -> &str {
    value.map_or(BLANK, String::as_str)
}

impl Signature {
    /// Its lines above the signature.
    fn above(&self) -> Vec<String> {
        let mut lines = vec![
            self.place_and_date
                .clone()
                .unwrap_or_else(|| "...................., .................... 20....".to_owned()),
        ];
        if !self.as_what.is_empty() {
            lines.push(format!("{},", self.as_what));
        }
        lines.push(or_blank(self.office.as_ref()).to_owned());
        lines
    }

    /// Its lines below the name.
    fn below(&self) -> [String; 2] {
        let rank = self
            .rank
            .clone()
            .unwrap_or_else(|| "Pangkat: ....................".to_owned());
        let nip = self.nip.as_deref().unwrap_or("....................");
        [rank, format!("NIP {nip}")]
    }
}
