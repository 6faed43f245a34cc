//! What is sent about reports.
//!
//! Invariant: a number is kept as it was written, to the last digit.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;

use crate::error::{Error, Malformed, Result};
use crate::http::params::Params;
use crate::hub::{DatasetCounted, Final, Validation};
use crate::report::validation::Counted;
use crate::types::{OpdCode, Pointer, Text};

/// A recap to be drafted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RecapToDraft {
    /// The month.
    #[schema(example = "2026-03")]
    month: String,
    /// The agency; the province when left out.
    #[schema(nullable = false, example = "bkd")]
    opd: Option<String>,
}

/// How many records an agency counted for each value of a field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupCounts {
    /// The field.
    #[schema(example = "/golongan")]
    field: String,
    /// The values with how many records each.
    counts: BTreeMap<String, u64>,
}

/// The sum of a field that an agency counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FieldSum {
    /// The field.
    #[schema(example = "/luas")]
    field: String,
    /// The sum; no digit of it is lost.
    #[schema(value_type = f64, example = 64.10)]
    sum: Number,
}

/// The first and the last date in a field, as an agency has them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FieldDates {
    /// The field.
    #[schema(example = "/tmt")]
    field: String,
    /// The first date, written as in the data.
    #[schema(nullable = false, example = "2026-01-01")]
    first: Option<String>,
    /// The last date.
    #[schema(nullable = false, example = "2026-03-01")]
    last: Option<String>,
}

/// What an agency counted of a dataset itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ControlFigures {
    /// The dataset.
    #[schema(example = "bkd/pegawai/v1")]
    dataset: String,
    /// How many records it has.
    #[schema(nullable = false)]
    rows: Option<u64>,
    /// How many for each value of some fields.
    #[serde(default)]
    #[schema(inline, max_items = 20)]
    groups: Vec<GroupCounts>,
    /// The sums of some fields.
    #[serde(default)]
    #[schema(inline, max_items = 50)]
    sums: Vec<FieldSum>,
    /// The dates in some fields.
    #[serde(default)]
    #[schema(inline, max_items = 20)]
    dates: Vec<FieldDates>,
}

/// What is said for a Laporan Hasil Validasi.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ValidationToDraft {
    /// From which day on what was sent is counted; from the beginning when left out.
    #[schema(nullable = false, format = Date)]
    from: Option<String>,
    /// What agencies counted of their datasets.
    #[serde(default)]
    #[schema(inline, max_items = 50)]
    controls: Vec<ControlFigures>,
    /// What is to be said about it.
    #[serde(default)]
    #[schema(max_items = 100)]
    notes: Vec<String>,
}

/// What is said for a Laporan Hasil Integrasi Aplikasi.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct FinalToDraft {
    /// What stood in the way, beside what the moves say.
    #[serde(default)]
    #[schema(max_items = 100)]
    obstacles: Vec<String>,
    /// The day of the next review.
    #[schema(nullable = false, format = Date)]
    next_review: Option<String>,
    /// What is to be done to keep it up.
    #[serde(default)]
    #[schema(max_items = 100)]
    upkeep: Vec<String>,
}

impl RecapToDraft {
    /// The first day of the month, and the agency.
    pub(in crate::http) fn read(&self) -> Result<(Date, Option<OpdCode>)> {
        let wrong = |text| Error::Malformed(Malformed::Body(text));
        let month = month(&self.month).ok_or_else(|| wrong(month_says()))?;
        let opd = self.opd.as_deref().map(|code| read("opd", code)).transpose()?;
        Ok((month, opd))
    }
}

impl ValidationToDraft {
    pub(in crate::http) fn read(self) -> Result<Validation> {
        let from = day("from", self.from.as_deref())?;
        Ok(Validation {
            from,
            counted: self
                .controls
                .into_iter()
                .map(ControlFigures::read)
                .collect::<Result<_>>()?,
            notes: self.notes,
        })
    }
}

impl ControlFigures {
    fn read(self) -> Result<DatasetCounted> {
        let field = |text: &str| read::<Pointer>("field", text);
        let mut counted = Counted {
            rows: self.rows,
            ..Counted::default()
        };
        for group in self.groups {
            counted.groups.push((field(&group.field)?, group.counts));
        }
        for sum in self.sums {
            counted.sums.push((field(&sum.field)?, sum.sum.to_string()));
        }
        for dates in self.dates {
            counted
                .dates
                .push((field(&dates.field)?, dates.first, dates.last));
        }
        Ok(DatasetCounted {
            dataset: read("dataset", &self.dataset)?,
            counted,
        })
    }
}

impl FinalToDraft {
    pub(in crate::http) fn read(self) -> Result<Final> {
        Ok(Final {
            obstacles: self.obstacles,
            next_review: day("next_review", self.next_review.as_deref())?,
            tasks: self.upkeep,
        })
    }
}

/// The first day of the month that a query names, and the agency.
pub(super) fn recap_wanted(params: &Params) -> Result<(Date, Option<OpdCode>)> {
    let wrong = |name, text| Error::Malformed(Malformed::Parameter(name, text));
    let month = params.text("month").and_then(month);
    let month = month.ok_or_else(|| wrong("month", month_says()))?;
    let opd = params.text("opd").map(|code| {
        let says = Text::new("harus kode OPD.", "it must be an agency's code.");
        code.parse::<OpdCode>().map_err(|_| wrong("opd", says))
    });
    Ok((month, opd.transpose()?))
}

/// What could not be written as JSON.
pub(super) fn unwritten(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

/// The first day of a month written like `2026-03`.
fn month(text: &str) -> Option<Date> {
    let first = format!("{text}-01");
    first.parse::<Date>().ok().filter(|day| day.to_string() == first)
}

fn month_says() -> Text {
    Text::new(
        "bulan ditulis seperti 2026-03.",
        "a month is written like 2026-03.",
    )
}

fn day(name: &str, text: Option<&str>) -> Result<Option<Date>> {
    let read = |text: &str| {
        let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        day.ok_or_else(|| {
            Error::Malformed(Malformed::Body(Text::new(
                format!("{name}: tanggal ditulis seperti 2026-03-20."),
                format!("{name}: a day is written like 2026-03-20."),
            )))
        })
    };
    text.map(read).transpose()
}

fn read<T: FromStr>(name: &str, text: &str) -> Result<T>
where
    T::Err: ToString,
{
    text.parse().map_err(|says: T::Err| {
        let says = says.to_string();
        Error::Malformed(Malformed::Body(Text::new(
            format!("{name}: {says}."),
            format!("{name}: {says}."),
        )))
    })
}
