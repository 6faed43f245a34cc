//! Scheduled pulls: added, changed, paused, run, shown.
//!
//! What is due is found by `due` and run by `run`, page after page: `source` fetches, `mapper` maps, `sink`
//! takes in, `hold` keeps other hubs out. Invariant: records come in by the ordinary way (`ingest`), and of all
//! hubs on a database one runs a pull at a time.

mod due;
mod hold;
mod items;
mod mapper;
mod preview;
mod reason;
mod run;
mod runs;
mod sink;
mod source;

pub use due::DuePull;
pub use preview::{Preview, PreviewInput, PreviewWish, PreviewedItem, PreviewedRecord};
pub use reason::Reason;
pub use runs::{RunCounts, RunPage, RunView};

use jiff::tz::TimeZone;

use super::access::find_opd;
use super::connectors::hold_connector;
use super::{Actor, Hub};
use crate::access::rules::Reach;
use crate::connector::Connector;
use crate::connector::pull::{Kind, PullSettings, Schedule};
use crate::error::{Error, Finding, Result, Unknown};
use crate::record::Share;
use crate::store::pulls::PullRow;
use crate::store::{self, DbConnection};
use crate::types::{self, Text, Timestamp};

/// A pull as it is kept.
#[derive(Debug, Clone)]
struct Pull {
    id: i64,
    settings: PullSettings,
    bookmark: Option<String>,
}

/// A pull as it is shown.
#[derive(Debug, Clone)]
pub struct PullView {
    /// Its number.
    pub id: i64,
    /// What is read from where.
    pub settings: PullSettings,
    /// Whether it rests.
    pub paused: bool,
    /// Whether a hub runs it at this moment.
    pub running: bool,
    /// When it is due by its schedule.
    pub next_at: Option<Timestamp>,
    /// Since when somebody wants it run.
    pub wanted_at: Option<Timestamp>,
    /// How far it has come, as a JSON token.
    pub bookmark: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its last successful run began.
    pub last_success_at: Option<Timestamp>,
    /// When and why it last failed.
    pub last_failure: Option<(Timestamp, Reason)>,
    /// How old what it last brought is, in seconds; `None` before it brought anything.
    pub lag_seconds: Option<i64>,
}

impl Pull {
    fn read(row: &PullRow) -> Result<Self> {
        let damaged =
            |error: serde_json::Error| Error::Internal(format!("pull {} is damaged: {error}", row.id));
        Ok(Pull {
            id: row.id,
            settings: serde_json::from_str(&row.settings).map_err(damaged)?,
            bookmark: row.bookmark.clone(),
        })
    }
}

impl Hub {
    /// Adds a pull.
    ///
    /// # Errors
    /// Unknown where there is no such dataset or connector, faulty when the settings can't be used.
    pub async fn add_pull(
        self: &std::sync::Arc<Self>,
        actor: Actor,
        settings: PullSettings,
    ) -> Result<PullView> {
        let connector = self.check_pull(&settings).await?;
        self.blocking(move |hub| {
            let (now, text) = (hub.clock.now(), written(&settings)?);
            let next = schedule_next(&settings, now, &hub.config.time.zone);
            let id = hub.store.write(|connection| {
                hold_connector(connection, connector)?;
                let opd = find_opd(connection, &settings.dataset.opd)?;
                let dataset = settings.dataset.to_string();
                let id = store::pulls::insert(connection, (opd.id, &dataset), &text, next, now)?;
                hub.changed(
                    connection,
                    &actor,
                    "pull.add",
                    id.to_string(),
                    None,
                    Some(text.clone()),
                )?;
                Ok(id)
            })?;
            hub.pull(id)
        })
        .await
    }

    /// Changes a pull. A run under way stops; where what the bookmark means has changed, it is forgotten.
    ///
    /// # Errors
    /// Unknown where there is no such pull, and as of [`Hub::add_pull`].
    pub async fn change_pull(
        self: &std::sync::Arc<Self>,
        actor: Actor,
        id: i64,
        settings: PullSettings,
    ) -> Result<PullView> {
        let connector = self.check_pull(&settings).await?;
        self.blocking(move |hub| {
            let (now, text) = (hub.clock.now(), written(&settings)?);
            hub.store.write(|connection| {
                hold_connector(connection, connector)?;
                let row = find(connection, id)?;
                let before = Pull::read(&row)?;
                if before.settings.dataset.opd != settings.dataset.opd {
                    return Err(Error::Faulty(vec![fault(
                        "/dataset",
                        "penarikan tidak dapat pindah ke OPD lain; buat yang baru.",
                        "a pull can't move to another agency; add a new one.",
                    )]));
                }
                let next = match row.paused {
                    true => None,
                    false => schedule_next(&settings, now, &hub.config.time.zone),
                };
                let bookmark = row
                    .bookmark
                    .as_deref()
                    .filter(|_| same_bookmark(&before.settings, &settings));
                let dataset = settings.dataset.to_string();
                store::pulls::update(connection, id, (&dataset, &text), next, bookmark)?;
                let (old, new) = (Some(row.settings), Some(text.clone()));
                hub.changed(connection, &actor, "pull.change", id.to_string(), old, new)
            })?;
            hub.pull(id)
        })
        .await
    }

    /// Deletes a pull and what is known of its runs; what it brought stays.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn delete_pull(&self, actor: &Actor, id: i64) -> Result<()> {
        self.store.write(|connection| {
            let row = find(connection, id)?;
            store::pulls::delete(connection, id)?;
            self.changed(
                connection,
                actor,
                "pull.delete",
                id.to_string(),
                Some(row.settings),
                None,
            )
        })
    }

    /// Wants a pull run as soon as there is a turn, whatever its schedule says.
    ///
    /// # Errors
    /// Unknown where there is none; faulty where it rests.
    pub fn want_pull(&self, actor: &Actor, id: i64) -> Result<PullView> {
        self.store.write(|connection| {
            let row = find(connection, id)?;
            if row.paused {
                return Err(Error::Faulty(vec![fault(
                    "",
                    "penarikan ini sedang dijeda. Lanjutkan dahulu.",
                    "this pull rests. Resume it first.",
                )]));
            }
            store::pulls::want(connection, id, self.clock.now())?;
            self.changed(connection, actor, "pull.run", id.to_string(), None, None)
        })?;
        self.due_pulls.notify_one();
        self.pull(id)
    }

    /// Forgets how far a pull has come, so that the next run reads from the beginning. A run under way stops.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn restart_pull(&self, actor: &Actor, id: i64) -> Result<PullView> {
        self.store.write(|connection| {
            let before = find(connection, id)?.bookmark;
            store::pulls::forget_bookmark(connection, id)?;
            self.changed(connection, actor, "pull.restart", id.to_string(), before, None)
        })?;
        self.pull(id)
    }

    /// Lets a pull rest, or go on; a run under way stops before its next page.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn pause_pull(&self, actor: &Actor, id: i64, paused: bool) -> Result<PullView> {
        self.store.write(|connection| {
            let pull = Pull::read(&find(connection, id)?)?;
            let next = match paused {
                true => None,
                false => self.next_run(&pull),
            };
            store::pulls::set_paused(connection, id, paused, next)?;
            let name = if paused { "pull.pause" } else { "pull.resume" };
            self.changed(connection, actor, name, id.to_string(), None, None)
        })?;
        self.pull(id)
    }

    /// All pulls, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn pulls(&self) -> Result<Vec<PullView>> {
        let rows = self.store.read(store::pulls::list)?;
        // One that a newer hub wrote must not hide the others.
        let readable = rows.iter().filter(|row| match Pull::read(row) {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(cause = error.cause(), "a pull can't be shown");
                false
            }
        });
        readable.map(|row| self.pull_view(row)).collect()
    }

    /// One pull.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn pull(&self, id: i64) -> Result<PullView> {
        let row = self.store.read(|connection| find(connection, id))?;
        self.pull_view(&row)
    }

    /// One pull, where its agency is within `reach`.
    ///
    /// # Errors
    /// Unknown where there is none, or none of theirs.
    pub fn pull_within(&self, reach: &Reach, id: i64) -> Result<PullView> {
        let view = self.pull(id)?;
        match reach.covers(view.settings.dataset.opd.as_str()) {
            true => Ok(view),
            false => Err(Error::Unknown(Unknown::Pull(id.to_string()))),
        }
    }

    fn pull_view(&self, row: &PullRow) -> Result<PullView> {
        let pull = Pull::read(row)?;
        let now = self.clock.now();
        let failure = row.last_failure.as_deref().and_then(Reason::read);
        Ok(PullView {
            id: row.id,
            settings: pull.settings,
            paused: row.paused,
            running: row.held_until.is_some_and(|until| until > now.0),
            next_at: row.next_at.map(Timestamp),
            wanted_at: row.wanted_at.map(Timestamp),
            bookmark: pull.bookmark,
            created_at: Timestamp(row.created_at),
            last_success_at: row.last_success_at.map(Timestamp),
            last_failure: row.last_failure_at.map(Timestamp).zip(failure),
            lag_seconds: row.last_success_at.map(|at| (now.0 - at).max(0) / 1_000),
        })
    }

    /// Waits until somebody wants a pull run.
    pub async fn pull_wanted(&self) {
        self.due_pulls.notified().await;
    }

    /// Refuses settings that could not be used; gives the number of their connector.
    async fn check_pull(self: &std::sync::Arc<Self>, settings: &PullSettings) -> Result<i64> {
        let mut faults: Vec<Finding> = settings.check().into_iter().map(finding).collect();
        if share(&settings.max_delete).is_err() {
            faults.push(fault(
                "/max_delete",
                "harus bagian dari 0 sampai 1, misalnya 0.1.",
                "it must be a share from 0 to 1, such as 0.1.",
            ));
        }
        let dataset = self.dataset(&settings.dataset)?;
        if dataset.mode() == types::Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(settings.dataset.clone())));
        }
        if settings.kind == Kind::Snapshot && dataset.kind() != types::Kind::Master {
            faults.push(fault(
                "/kind",
                "data transaksi tidak dapat dikirim lengkap; pakai incremental.",
                "transactions can't be a snapshot; use incremental.",
            ));
        }
        let system = self.system_named(&settings.dataset.opd, &settings.connector)?;
        if !faults.is_empty() {
            return Err(Error::Faulty(faults));
        }
        if let Some(program) = &settings.mapping {
            mapper::Mapper::start(self, program).await?;
        }
        Ok(system.connector.id)
    }
}

/// The pulls that read through this connector.
///
/// # Errors
/// When the database fails.
pub(super) fn through(connection: &mut DbConnection, connector: &Connector) -> Result<Vec<i64>> {
    let rows = store::pulls::list(connection)?.into_iter();
    let reads = |row: &PullRow| {
        row.opd == connector.opd.as_str()
            && Pull::read(row).is_ok_and(|pull| pull.settings.connector == connector.name)
    };
    Ok(rows.filter(reads).map(|row| row.id).collect())
}

/// When a pull is due after `now`.
fn schedule_next(settings: &PullSettings, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let schedule: Schedule = settings.schedule.as_ref()?.parse().ok()?;
    schedule.next(now, zone)
}

/// Whether a bookmark still means what it did.
fn same_bookmark(before: &PullSettings, after: &PullSettings) -> bool {
    let of = |settings: &PullSettings| {
        let rule = settings.bookmark.as_ref()?;
        Some((
            rule.pointer.clone(),
            settings.path.clone(),
            settings.connector.clone(),
        ))
    };
    before.dataset == after.dataset && of(before) == of(after)
}

fn share(text: &str) -> Result<Share> {
    let fault = |_| Error::Internal(format!("{text:?} is no share"));
    text.parse().map_err(fault)
}

fn written(settings: &PullSettings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| Error::Internal(error.to_string()))
}

/// Why a run that nobody went on with ended.
fn interrupted() -> Reason {
    let text = Text::new(
        "Hub berhenti selama penarikan ini berjalan, dan penarikan berikutnya mulai dari awal.",
        "The hub stopped while the pull ran; the next run begins anew.",
    );
    Reason::new("pull-interrupted", &text)
}

fn finding((pointer, message): (String, Text)) -> Finding {
    Finding {
        pointer,
        place: None,
        code: "pull-setting",
        message,
    }
}

fn fault(pointer: &str, indonesian: &'static str, english: &'static str) -> Finding {
    finding((pointer.to_owned(), Text::new(indonesian, english)))
}

fn find(connection: &mut DbConnection, id: i64) -> Result<PullRow> {
    store::pulls::find(connection, id)?.ok_or_else(|| Error::Unknown(Unknown::Pull(id.to_string())))
}
