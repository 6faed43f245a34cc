//! One run of a pull: page after page is read, mapped, taken in, and written down as done.
//!
//! While a page is stored the next one is fetched. Invariant: a position is written down only after everything
//! before it is committed, so a run that is cut off there loses nothing when it goes on; what comes twice is
//! unchanged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use tokio::sync::watch;

use super::due::DuePull;
use super::hold::{HELD, Hold, lost};
use super::items::Items;
use super::mapper::Mapper;
use super::reason::{Reason, Stop};
use super::sink::Sink;
use super::source::{Fetched, Source};
use crate::access::Caller;
use crate::audit::ExchangeId;
use crate::connector::pull::{Ask, Bookmark, Charset, Page, Position, PullSettings, Seen, Trouble, next};
use crate::error::{Error, Gone, Result, Unknown};
use crate::hub::connectors::System;
use crate::hub::{Call, Dataset, Hub};
use crate::outbound::Lines;
use crate::store;
use crate::store::pulls::Ending;
use crate::store::pulls::runs::Progress;
use crate::types::{Mode, Timestamp};

/// How often a run that waits for its system says that it is still there.
const BEAT: Duration = Duration::from_secs(15);
/// How often a run begins at the first page where records move between pages.
const PASSES: u32 = 3;
/// How many runs of a pull are kept.
const KEPT_RUNS: i64 = 1_000;

impl Hub {
    /// Makes the run that is due, until its end or until the hub leaves; what came of it is written down.
    pub async fn run_pull(
        self: &Arc<Self>,
        lines: &Arc<Lines>,
        due: DuePull,
        leaving: watch::Receiver<bool>,
    ) {
        let (id, dataset) = (due.pull.id, due.pull.settings.dataset.clone());
        let hold = due.hold.clone();
        let mut run = Run {
            hub: Arc::clone(self),
            due,
        };
        let came = tokio::select! {
            came = run.go(lines) => came,
            () = beat(self, &hold) => Err(lost()),
            () = left(leaving) => Err(Stop::Leaving),
        };
        let outcome = match &came {
            Ok(()) => "ok",
            Err(Stop::Failed(_)) => "failed",
            Err(Stop::Stopped(_)) => "stopped",
            Err(Stop::Leaving) => "leaving",
        };
        tracing::info!(pull = id, %dataset, outcome, received = run.due.progress.received, "a pull's run ended");
        if let Err(error) = run.end(came).await {
            tracing::error!(
                pull = id,
                cause = error.cause(),
                "the end of a pull's run could not be written down"
            );
        }
    }
}

/// A run under way.
struct Run {
    hub: Arc<Hub>,
    due: DuePull,
}

impl Run {
    async fn go(&mut self, lines: &Arc<Lines>) -> std::result::Result<(), Stop> {
        let settings = self.due.pull.settings.clone();
        let (dataset, system) = match known(&self.hub, &settings) {
            // Another hub may have published or registered it a moment ago.
            Err(Error::Unknown(_)) => {
                self.hub.catch_up().await?;
                known(&self.hub, &settings)?
            }
            known => known?,
        };
        let call = self.call();
        let mut parts = Parts {
            source: Source::new(&self.hub, lines, system, &settings.form, settings.max_page_bytes),
            mapper: match &settings.mapping {
                Some(program) => Some(Mapper::start(&self.hub, program).await?),
                None => None,
            },
            sink: Sink::new(
                &self.hub,
                &call,
                &dataset,
                settings.kind,
                super::share(&settings.max_delete)?,
            ),
        };
        self.due.progress.exchange_id = Some(call.id.as_bytes().to_vec());
        let mut came = self.pages(&settings, &mut parts).await;
        if !matches!(came, Err(Stop::Stopped(_))) {
            let finished = parts.sink.finish(came.is_err(), &mut self.due.progress).await;
            came = came.and(finished);
        }
        if !call.logged.is_done() {
            let mut exchange = call.exchange(call.writes(), Some(Arc::clone(&dataset.address)));
            exchange.dataset_id = Some(dataset.number);
            if came.is_err() {
                exchange.outcome = "left";
            }
            self.hub.log(exchange);
        }
        came
    }

    /// Reads all pages, and again from the first one where records moved between pages meanwhile: what is stored twice is
    /// unchanged. A snapshot can't begin anew, and fails.
    async fn pages(&mut self, settings: &PullSettings, parts: &mut Parts) -> std::result::Result<(), Stop> {
        for _ in 0..PASSES {
            match self.pass(settings, parts).await {
                Err(Stop::Failed(reason))
                    if reason.code == Trouble::PagesMoved.code() && parts.sink.goes_page_by_page() =>
                {
                    tracing::warn!(pull = self.due.pull.id, "records moved between a pull's pages");
                    self.due.position = Position::First;
                }
                came => return came,
            }
        }
        Err(Trouble::PagesMoved.into())
    }

    /// Reads all pages once.
    async fn pass(&mut self, settings: &PullSettings, parts: &mut Parts) -> std::result::Result<(), Stop> {
        let before = self.due.pull.bookmark.as_deref().and_then(Bookmark::parse);
        // What was read before records moved is not counted against the most pages.
        let counted = match self.due.position {
            Position::First => self.due.progress.pages,
            _ => 0,
        };
        let mut seen = Seen::default();
        seen.asks(&self.due.position)?;
        let mut ask = settings.ask(&self.due.position, before.as_ref());
        let mut fetched = parts.source.fetch(&ask).await?;
        loop {
            self.due.hold.check(&self.hub, &self.due.progress).await?;
            let body = fetched.body.take();
            let page = self.read(settings, &fetched, body.as_deref(), &mut seen)?;
            self.due.position.follows(&page)?;
            let links: Vec<&str> = fetched.links.iter().map(String::as_str).collect();
            let base = parts.source.base();
            let next = next(&settings.paging, (&self.due.position, &ask), &page, base, &links)?;
            if let Some(next) = &next {
                seen.asks(next)?;
                if self.due.progress.pages - counted + 1 >= i64::from(settings.max_pages) {
                    return Err(Trouble::TooManyPages(settings.max_pages).into());
                }
            }
            let next = next.map(|position| (settings.ask(&position, before.as_ref()), position));
            let items = Items::of(body.as_ref(), &page, self.due.position.overlap());
            drop(page);
            drop(body);
            let coming = self.store(parts, items, next.as_ref()).await?;
            match (next, coming) {
                (Some((next_ask, position)), Some(coming)) => {
                    (ask, self.due.position, fetched) = (next_ask, position, coming?);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Reads a page and moves the bookmark on.
    fn read<'p>(
        &mut self,
        settings: &PullSettings,
        fetched: &Fetched,
        body: Option<&'p [u8]>,
        seen: &mut Seen,
    ) -> std::result::Result<Page<'p>, Trouble> {
        let Some(body) = body else {
            return Ok(Page {
                items: Vec::new(),
                cursor: None,
            });
        };
        let charset = Charset::of(fetched.content_type.as_deref());
        let page = Page::read(body, charset, &settings.form, settings.cursor())?;
        seen.got(body, page.items.len())?;
        if let Some(rule) = &settings.bookmark {
            let reached = self.due.bookmark.take();
            let latest = latest(self.hub.clock.now());
            let advance = |reached, item: &&str| Bookmark::advanced(reached, rule, item, latest);
            self.due.bookmark = page.items.iter().try_fold(reached, advance)?;
        }
        Ok(page)
    }

    /// Maps and stores a page, and fetches the next one meanwhile.
    async fn store(
        &mut self,
        parts: &mut Parts,
        page: Items,
        next: Option<&(Ask, Position)>,
    ) -> std::result::Result<Option<std::result::Result<Fetched, Stop>>, Stop> {
        let Parts { source, mapper, sink } = parts;
        let (hub, due) = (&self.hub, &mut self.due);
        // The page leaves its place when it is stored: the next one may be waiting for it.
        let storing = async move {
            let items = page.texts()?;
            let mapped = match mapper {
                Some(mapper) => Some(mapper.map(&items).await?),
                None => None,
            };
            let mut counted = Progress::default();
            sink.page(&items, mapped).await?;
            sink.flush(&mut counted).await?;
            let position = next.map(|(_, position)| position);
            let position = position.filter(|_| sink.goes_page_by_page());
            passed(due, &page, position, &counted)?;
            due.hold.check(hub, &due.progress).await
        };
        let fetching = async {
            match next {
                Some((ask, _)) => Some(source.fetch(ask).await),
                None => None,
            }
        };
        let (stored, coming) = tokio::join!(storing, fetching);
        stored?;
        Ok(coming)
    }

    fn call(&self) -> Call {
        let now = self.hub.clock.now();
        let Hold { pull, run, .. } = self.due.hold;
        Call {
            id: ExchangeId::new(now),
            at: now,
            started: Instant::now(),
            request_id: format!("pull-{pull}-run-{run}").into(),
            traceparent: None,
            caller: Caller::Management,
            pulled_for: Some(self.due.pull.settings.dataset.opd.clone()),
            logged: Arc::default(),
        }
    }

    /// Writes down what came of it, and when the pull is due again.
    async fn end(self, came: std::result::Result<(), Stop>) -> Result<()> {
        let due = self.due;
        self.hub
            .blocking(move |hub| match came {
                Err(Stop::Leaving) => hub.leave(&due.hold, &due.progress),
                Ok(()) => hub.ended(&due, "ok", None),
                Err(Stop::Failed(reason)) => hub.ended(&due, "failed", Some(&reason)),
                Err(Stop::Stopped(reason)) => hub.ended(&due, "stopped", Some(&reason)),
            })
            .await
    }
}

impl Hub {
    fn ended(&self, due: &DuePull, outcome: &str, reason: Option<&Reason>) -> Result<()> {
        let now = self.clock.now();
        let written = reason.map(Reason::written);
        let bookmark = due.bookmark.as_ref().map(Bookmark::token);
        self.store.write(|connection| {
            // As it stands now: it may have been changed or paused meanwhile.
            let Some(row) = store::pulls::find(connection, due.pull.id)? else {
                return Ok(());
            };
            let pull = super::Pull::read(&row)?;
            let well = outcome == "ok";
            let ending = Ending {
                next_at: (!row.paused).then(|| self.next_run(&pull)).flatten(),
                success: well.then_some(due.begun_at),
                bookmark: bookmark.as_deref().filter(|_| well),
                failure: written
                    .as_deref()
                    .filter(|_| outcome == "failed")
                    .map(|reason| (now, reason)),
            };
            if store::pulls::end(
                connection,
                (row.id, due.hold.revision, due.begun_at),
                &due.hold.token,
                &ending,
            )? {
                let progress = Progress {
                    progress_at: now.0,
                    ..due.progress.clone()
                };
                store::pulls::runs::progress(connection, due.hold.run, &progress)?;
                store::pulls::runs::end(connection, due.hold.run, outcome, written.as_deref(), now)?;
                store::pulls::runs::forget(connection, row.id, KEPT_RUNS)?;
            }
            Ok(())
        })
    }
}

/// The last day on which a record can have changed, wherever its system's clock stands.
fn latest(now: Timestamp) -> Date {
    Timestamp(now.0.saturating_add(2 * 86_400_000)).date()
}

/// Counts a page that is through; `position` is where a run that is cut off goes on.
fn passed(due: &mut DuePull, page: &Items, position: Option<&Position>, counted: &Progress) -> Result<()> {
    let progress = &mut due.progress;
    progress.pages += 1;
    progress.bytes += i64::try_from(page.bytes()).unwrap_or(i64::MAX);
    progress.received += i64::try_from(page.len()).unwrap_or(i64::MAX);
    progress.created += counted.created;
    progress.updated += counted.updated;
    progress.unchanged += counted.unchanged;
    progress.deleted += counted.deleted;
    progress.rejected += counted.rejected;
    progress.bookmark_after = due.bookmark.as_ref().map(Bookmark::token);
    let written = position.map(serde_json::to_string).transpose();
    progress.position = written.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(())
}

/// What a run works with.
struct Parts {
    source: Source,
    mapper: Option<Mapper>,
    sink: Sink,
}

/// Where a pull's records go, and the system they come from.
fn known(hub: &Hub, settings: &PullSettings) -> Result<(Arc<Dataset>, Arc<System>)> {
    let dataset = writable(hub, settings)?;
    Ok((
        dataset,
        hub.system_named(&settings.dataset.opd, &settings.connector)?,
    ))
}

/// The dataset of a pull, if records may come into it.
fn writable(hub: &Hub, settings: &PullSettings) -> Result<Arc<Dataset>> {
    let dataset = hub.dataset(&settings.dataset)?;
    if dataset.mode() == Mode::Live {
        return Err(Error::Unknown(Unknown::LiveDataset(settings.dataset.clone())));
    }
    if dataset.ending.retired.is_some() {
        return Err(Error::Gone(Gone::Retired {
            dataset: settings.dataset.clone(),
            successor: dataset.ending.successor.clone(),
        }));
    }
    Ok(dataset)
}

/// Says again and again that the run is still there; ends when it must not go on.
async fn beat(hub: &Arc<Hub>, hold: &Hold) {
    let mut told = Instant::now();
    loop {
        tokio::time::sleep(BEAT).await;
        let hold = hold.clone();
        let kept = hub.blocking(move |hub| {
            let until = Timestamp(hub.clock.now().0 + HELD);
            hub.store.write(|connection| {
                store::pulls::keep(connection, (hold.pull, hold.revision), &hold.token, until)
            })
        });
        match kept.await {
            Ok(true) => told = Instant::now(),
            Ok(false) => return,
            Err(_) if told.elapsed() > 3 * BEAT => return,
            Err(_) => {}
        }
    }
}

/// Waits until the hub leaves.
async fn left(mut leaving: watch::Receiver<bool>) {
    // An end that is gone leaves, too.
    let _ = leaving.wait_for(|leaving| *leaving).await;
}
