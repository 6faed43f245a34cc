//! [`Sink`]: where a run's records go, by the ordinary way in.
//!
//! Invariant: a page counts as through only when each of its records is committed or kept as refused; of a
//! snapshot nothing is through before its end.

use std::sync::Arc;

use super::reason::{Reason, Stop};
use crate::connector::pull::{Kind, Mapped};
use crate::error::{Error, Malformed, Result};
use crate::hub::ingest::{Bulk, BulkReport, Mode, Snapshot, SnapshotReport, Unusable};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Line, Share, Split};
use crate::store::pulls::runs::Progress;
use crate::types::{Place, Text};

/// See the module.
pub(super) struct Sink {
    way: Way,
    /// The number of the last record that was given in.
    number: u64,
}

/// The way in.
enum Way {
    Bulk(Box<Bulk>),
    Snapshot(Box<Snapshot>),
}

impl Sink {
    /// A way into `dataset`, of which nothing was given in yet.
    pub(super) fn new(
        hub: &Arc<Hub>,
        call: &Call,
        dataset: &Arc<Dataset>,
        kind: Kind,
        max_delete: Share,
    ) -> Self {
        let way = match kind {
            Kind::Incremental => Way::Bulk(Box::new(hub.bulk(call, dataset, Split::Lines, Mode::Each))),
            Kind::Snapshot => Way::Snapshot(Box::new(hub.snapshot(call, dataset, max_delete))),
        };
        Sink { way, number: 0 }
    }

    /// Gives in the records of a page; `mapped` tells what its items became, where they are mapped.
    pub(super) async fn page(&mut self, items: &[&str], mapped: Option<Vec<Mapped>>) -> Result<()> {
        match mapped {
            None => {
                for item in items {
                    self.record(item.as_bytes().to_vec()).await?;
                }
            }
            Some(mapped) => {
                for (item, mapped) in items.iter().zip(mapped) {
                    match mapped {
                        Ok(records) => {
                            for record in records {
                                self.record(record.into_bytes()).await?;
                            }
                        }
                        Err(fault) => {
                            let error = Error::Malformed(Malformed::Mapping(fault.0));
                            self.unusable(item, error).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn record(&mut self, bytes: Vec<u8>) -> Result<()> {
        self.number += 1;
        let line = Line {
            number: self.number,
            start: Place { line: 1, column: 1 },
            bytes: Some(bytes),
        };
        self.take(Ok(line)).await
    }

    async fn unusable(&mut self, item: &str, error: Error) -> Result<()> {
        self.number += 1;
        let unusable = Unusable {
            number: self.number,
            body: item.as_bytes().to_vec().into(),
            error,
        };
        self.take(Err(unusable)).await
    }

    async fn take(&mut self, line: std::result::Result<Line, Unusable>) -> Result<()> {
        match &mut self.way {
            Way::Bulk(bulk) => bulk.take(line).await,
            Way::Snapshot(snapshot) => snapshot.take(line).await,
        }
    }

    /// Waits until what was given in is stored, as far as it is stored before the end, and counts it.
    pub(super) async fn flush(&mut self, progress: &mut Progress) -> Result<()> {
        if let Way::Bulk(bulk) = &mut self.way {
            bulk.flush().await?;
            if let Some(report) = bulk.settled() {
                count(&report, progress);
            }
        }
        Ok(())
    }

    /// Whether pages are through one by one, so that a run can go on in the middle.
    pub(super) fn goes_page_by_page(&self) -> bool {
        matches!(self.way, Way::Bulk(_))
    }

    /// Ends it; `cut` tells that not everything came.
    pub(super) async fn finish(self, cut: bool, progress: &mut Progress) -> std::result::Result<(), Stop> {
        let ended = cut.then(|| Error::Malformed(Malformed::Body(Text::new("terputus.", "cut off."))));
        match self.way {
            Way::Bulk(bulk) => {
                let report = bulk.finish(ended).await;
                count(&report, progress);
                match report.ended {
                    Some(error) if !cut => Err(error.into()),
                    _ => Ok(()),
                }
            }
            Way::Snapshot(snapshot) => {
                let report = snapshot.finish(ended).await;
                match cut {
                    true => Ok(()),
                    false => swapped(report, progress),
                }
            }
        }
    }
}

fn count(report: &BulkReport, progress: &mut Progress) {
    progress.created += signed(report.counts.created);
    progress.updated += signed(report.counts.updated);
    progress.unchanged += signed(report.counts.unchanged);
    progress.deleted += signed(report.counts.deleted);
    progress.rejected += signed(report.counts.rejected);
}

/// Counts what became of a snapshot; it fails when nothing of it was stored.
fn swapped(report: SnapshotReport, progress: &mut Progress) -> std::result::Result<(), Stop> {
    progress.rejected += signed(report.rejected);
    if let Some(error) = report.ended {
        return Err(error.into());
    }
    if report.rejected > 0 {
        let (rejected, received) = (report.rejected, report.received);
        let text = Text::new(
            format!(
                "{rejected} dari {received} rekaman ditolak, sehingga tidak ada yang disimpan: kiriman lengkap harus benar seluruhnya. Lihat data ditolak."
            ),
            format!(
                "{rejected} of {received} records were refused, so nothing was stored: a snapshot must be right as a whole. Look at the refused payloads."
            ),
        );
        return Err(Stop::Failed(Reason::new("snapshot-rejected", &text)));
    }
    let difference = report.difference;
    progress.created += signed(difference.added);
    progress.updated += signed(difference.changed);
    progress.unchanged += signed(difference.unchanged);
    progress.deleted += signed(difference.removed);
    Ok(())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
