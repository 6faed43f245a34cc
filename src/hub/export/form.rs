//! [`ExportForm`]: the kinds of files that a dataset is exported as.

use std::fs::File;
use std::io;
use std::str::FromStr;

use crate::report::sheet::{Ods, Workbook, Xlsx};
use crate::types::DatasetId;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// Comma-separated values.
    Csv,
    /// One payload a line.
    Ndjson,
    /// OpenDocument spreadsheet.
    Ods,
    /// Office Open XML workbook.
    Xlsx,
}

impl ExportForm {
    /// All of them.
    pub const ALL: [ExportForm; 4] = [
        ExportForm::Csv,
        ExportForm::Ndjson,
        ExportForm::Ods,
        ExportForm::Xlsx,
    ];

    /// Its name, which files have as their extension.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportForm::Csv => "csv",
            ExportForm::Ndjson => "ndjson",
            ExportForm::Ods => "ods",
            ExportForm::Xlsx => "xlsx",
        }
    }

    /// What a file of a dataset is called.
    pub fn file_name(self, dataset: &DatasetId) -> String {
        format!(
            "{}-{}-v{}.{}",
            dataset.opd,
            dataset.name,
            dataset.major,
            self.as_str()
        )
    }

    /// A workbook in `file`; what is no spreadsheet becomes one of OpenDocument.
    pub(super) fn workbook(
        self,
        file: File,
        name: &str,
        columns: usize,
        large: bool,
    ) -> io::Result<Workbook<File>> {
        match self {
            ExportForm::Xlsx => Xlsx::begin(file, name, columns, large).map(Workbook::Xlsx),
            ExportForm::Ods | ExportForm::Csv | ExportForm::Ndjson => {
                Ods::begin(file, name, columns, large).map(Workbook::Ods)
            }
        }
    }
}

impl FromStr for ExportForm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = ExportForm::ALL.into_iter().find(|form| form.as_str() == text);
        known.ok_or_else(|| {
            let names = ExportForm::ALL.map(ExportForm::as_str);
            format!("'{text}' is no format; use one of {}", names.join(", "))
        })
    }
}
