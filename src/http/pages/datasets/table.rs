//! Records as a table: which columns there are, which are shown, and by what the rows are found.
//!
//! Not here: asking for the records. Invariant: a column of which nothing is granted is not there, and no field is
//! asked for that no column shows.

use serde_json::Value;

use super::told;
use crate::contract::{Contract, Fields, Types, with_fields};
use crate::http::pages::form::Query;
use crate::http::pages::shell::Shell;
use crate::hub::Dataset;
use crate::record::{FilterField, is_granted};
use crate::types::Pointer;

/// How many columns are shown where nobody chose any.
const USUAL: usize = 8;

/// How many are shown at most.
const MOST: usize = 20;

/// How many choices a filter offers at most; a longer list is typed.
const MAX_CHOICES: usize = 60;

/// The columns of a dataset that somebody may see.
pub(super) struct Columns {
    /// All of them, those of the key first.
    pub(super) all: Vec<Choice>,
    /// Those that are shown.
    pub(super) shown: Vec<Pointer>,
    /// Whether not all are shown.
    pub(super) more: bool,
    /// The fields that are asked for; `None` means all.
    pub(super) fields: Option<Vec<Pointer>>,
    /// The fields that were granted; `None` means all.
    pub(super) granted: Option<Vec<Pointer>>,
}

/// A column that may be chosen.
pub(super) struct Choice {
    pub(super) pointer: String,
    pub(super) name: String,
    pub(super) chosen: bool,
}

impl Columns {
    /// The columns that the address chooses, else the first ones, of which something is `granted`.
    pub(super) fn of(contract: &Contract, granted: Option<&[Pointer]>, query: &Query) -> Self {
        let mut all = contract.columns();
        all.retain(|column| granted.is_none_or(|granted| !within(granted, column).is_empty()));
        if all.is_empty() {
            // Nothing is declared: the payload as a whole is the one column.
            return Columns {
                all: Vec::new(),
                shown: vec![Pointer::default()],
                more: false,
                fields: granted.map(<[Pointer]>::to_vec),
                granted: granted.map(<[Pointer]>::to_vec),
            };
        }
        let asked = query.all("columns");
        let mut shown: Vec<Pointer> = all
            .iter()
            .filter(|column| asked.contains(&column.to_string().as_str()))
            .take(MOST)
            .cloned()
            .collect();
        if shown.is_empty() {
            shown = all.iter().take(USUAL).cloned().collect();
        }
        let fields = match granted {
            None => shown.clone(),
            Some(granted) => shown.iter().flat_map(|column| within(granted, column)).collect(),
        };
        Columns {
            more: shown.len() < all.len(),
            all: all.iter().map(|column| Choice::of(column, &shown)).collect(),
            shown,
            fields: Some(fields),
            granted: granted.map(<[Pointer]>::to_vec),
        }
    }
}

impl Choice {
    fn of(column: &Pointer, shown: &[Pointer]) -> Self {
        Choice {
            pointer: column.to_string(),
            name: told::place(column),
            chosen: shown.contains(column),
        }
    }
}

/// What of a column is granted.
fn within(granted: &[Pointer], column: &Pointer) -> Vec<Pointer> {
    match is_granted(Some(granted), column) {
        true => vec![column.clone()],
        false => {
            let inside = granted.iter().filter(|field| field.lies_within(column));
            inside.cloned().collect()
        }
    }
}

/// The heading of a column, and by what a click sorts the table.
pub(super) struct Head {
    pub(super) name: String,
    /// The address's query for the table sorted by it.
    pub(super) sort: Option<String>,
    /// Whether it is sorted by it now: `ascending` or `descending`.
    pub(super) sorted: Option<&'static str>,
}

impl Head {
    /// Those of the columns that are shown.
    pub(super) fn all(columns: &Columns, offered: &[&FilterField], query: &Query) -> Vec<Self> {
        let sort = query.text("sort").unwrap_or_default();
        let head = |column: &Pointer| {
            let sortable = offered.iter().any(|field| field.pointer == *column);
            let (up, down) = (column.to_string(), format!("-{column}"));
            let next = if sort == up { &down } else { &up };
            Head {
                name: told::place(column),
                sort: sortable.then(|| query.with("sort", Some(next.as_str()))),
                sorted: match sortable {
                    true if sort == up => Some("ascending"),
                    true if sort == down => Some("descending"),
                    _ => None,
                },
            }
        };
        columns.shown.iter().map(head).collect()
    }
}

/// A filter of the form above the table.
pub(super) struct Filter {
    pub(super) name: String,
    pub(super) inputs: Vec<Input>,
}

/// One input of a filter.
pub(super) struct Input {
    /// The parameter, such as `/tmt[gte]`.
    pub(super) name: String,
    /// What it means beside the field's name.
    pub(super) words: &'static str,
    pub(super) value: String,
    /// What may be chosen; where that is nothing, it is typed.
    pub(super) choices: Vec<String>,
    /// The type of what is typed.
    pub(super) kind: &'static str,
}

impl Filter {
    /// Those for the fields that are `offered`.
    pub(super) fn all(
        shell: &Shell,
        dataset: &Dataset,
        offered: &[&FilterField],
        query: &Query,
    ) -> Vec<Self> {
        with_fields(&dataset.current.contract.schema, |fields| {
            let one = |field: &&FilterField| Filter {
                name: told::place(&field.pointer),
                inputs: inputs(shell, fields, field, query),
            };
            offered.iter().map(one).collect()
        })
    }
}

fn inputs(shell: &Shell, fields: &Fields<'_, '_>, field: &FilterField, query: &Query) -> Vec<Input> {
    let rules = fields.rules(&field.pointer);
    let input = |test: &str, words: &'static str, kind: &'static str, choices: Vec<String>| {
        let name = format!("{}{test}", field.pointer);
        Input {
            value: query.text(&name).unwrap_or_default().to_owned(),
            name,
            words,
            choices,
            kind,
        }
    };
    let listed = rules.iter().find_map(|schema| schema.get("enum")?.as_array());
    let choices = listed.filter(|list| list.len() <= MAX_CHOICES);
    if let Some(choices) = choices {
        return vec![input("", "", "text", choices.iter().map(bare).collect())];
    }
    if !field.types.allow(Types::STRING | Types::NUMBER) {
        let choices = ["true", "false"].map(str::to_owned).to_vec();
        return vec![input("", "", "text", choices)];
    }
    let day = |schema: &&Value| schema.get("format").and_then(Value::as_str) == Some("date");
    let (from, to) = (shell.it("mulai dari", "from"), shell.it("sampai", "to"));
    match rules.iter().any(day) {
        true => vec![
            input("[gte]", from, "date", Vec::new()),
            input("[lte]", to, "date", Vec::new()),
        ],
        false if field.types.allow(Types::STRING) => {
            let words = shell.it("berawal dengan", "beginning with");
            vec![input("[prefix]", words, "text", Vec::new())]
        }
        false => vec![
            input("[gte]", from, "text", Vec::new()),
            input("[lte]", to, "text", Vec::new()),
        ],
    }
}

/// A choice as a filter is written.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
