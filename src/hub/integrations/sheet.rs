//! The register as an OpenDocument sheet.
//!
//! Invariant: it holds what a list with the same filters shows, and no more.

use std::io::Cursor;

use super::{Hub, RegisterEntry, RegisterQuery};
use crate::access::rules::Reach;
use crate::error::{Error, Result};
use crate::hub::PageQuery;
use crate::record::Cell;
use crate::report::sheet::Ods;

/// How many integrations are read at once.
const AT_ONCE: usize = 1_000;

/// The headings, in the words of the papers.
const HEADINGS: [&str; 13] = [
    "Nomor",
    "Jenis",
    "Perihal",
    "Status",
    "Tahap",
    "Nama tahap",
    "Putaran",
    "Diterima",
    "Masuk tahap",
    "Batas waktu",
    "Lewat batas waktu",
    "Berkas pada",
    "OPD",
];

impl Hub {
    /// The register as a sheet, the last number first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn register_sheet(&self, reach: &Reach, query: &RegisterQuery) -> Result<Vec<u8>> {
        let fails = |error: std::io::Error| Error::Internal(error.to_string());
        let mut sheet =
            Ods::begin(Cursor::new(Vec::new()), "Daftar Integrasi", HEADINGS.len(), false).map_err(fails)?;
        let headings = HEADINGS.map(|heading| Cell::Text(heading.into()));
        sheet.headings(&headings).map_err(fails)?;
        let mut cursor = None;
        loop {
            let page = PageQuery {
                limit: AT_ONCE,
                cursor,
            };
            let page = self.integrations(reach, query, &page)?;
            for entry in &page.items {
                write(entry, &self.variant_title(entry), |cells| sheet.row(cells)).map_err(fails)?;
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        Ok(sheet.finish().map_err(fails)?.into_inner())
    }

    fn variant_title(&self, entry: &RegisterEntry) -> String {
        let variant = self.procedure.variant(&entry.variant);
        variant.map_or_else(|| entry.variant.clone(), |variant| variant.title.clone())
    }
}

/// Writes the row of an integration.
fn write(
    entry: &RegisterEntry,
    variant: &str,
    row: impl FnOnce(&[Cell<'_>]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let (step, round) = (entry.step.to_string(), entry.round.to_string());
    let holders: Vec<&str> = entry.holders.iter().map(|holder| holder.title.as_str()).collect();
    let parties: Vec<&str> = entry.parties.iter().map(|party| party.opd.as_str()).collect();
    let state = match entry.state.as_str() {
        "running" => "Berjalan",
        "paused" => "Ditangguhkan",
        "cancelled" => "Dibatalkan",
        _ => "Selesai",
    };
    let text = |text: String| Cell::Text(text.into());
    row(&[
        text(entry.number.to_string()),
        text(variant.to_owned()),
        text(entry.subject.clone()),
        text(state.to_owned()),
        Cell::Number(&step),
        text(entry.step_title.clone()),
        Cell::Number(&round),
        text(entry.received_on.to_string()),
        text(entry.entered_on.to_string()),
        entry.due.map_or(Cell::Empty, |due| text(due.to_string())),
        text(if entry.overdue { "Ya" } else { "Tidak" }.to_owned()),
        text(holders.join(", ")),
        text(parties.join(", ")),
    ])
}
