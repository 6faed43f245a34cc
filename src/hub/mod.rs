//! The hub: everything it can be asked for, one file per noun.
//!
//! Both doors (`http` and `jobs`) and the commands ask [`Hub`]; it applies the rules of the rooms
//! below and keeps results in the store. Not here: status codes, headers, texts of answers.
//! Invariant: records are written by [`ingest`] alone, through the one `writer`.

mod access;
mod applications;
mod backups;
mod call;
mod catalog;
mod connectors;
mod contracts;
mod dashboard;
mod deliveries;
mod doctor;
mod documents;
mod erasure;
mod exchanges;
mod export;
mod feed_text;
mod feeds;
mod filters;
mod history;
mod idempotency;
pub mod ingest;
mod integrations;
mod letters;
mod lists;
mod live;
mod log;
mod long_work;
mod mail;
mod metrics;
mod moving;
mod papers;
mod passwords;
mod people;
mod probe;
mod procedure;
mod pulls;
mod reader;
mod records;
mod references;
mod rejections;
mod renewal;
mod reports;
mod sandbox;
mod secrets;
mod sessions;
mod sheets;
mod strangers;
mod tokens;
mod trial;
mod watch;
mod writer;

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use jiff::civil::Date;

pub use access::OpdView;
pub use applications::{ApplicationView, KeyTerms, KeyView, NewApplication, Others};
pub use backups::{
    BackupState, BackupView, Database, Drill, Made, Manifest, RestoreOrder, Restored, backup_schedule, drill,
    make_backup, note_backup, restore,
};
pub use call::{Actor, Call, Logged};
pub use catalog::{Catalog, Dataset, Published};
pub use connectors::{
    Answered, ConnectorChange, ConnectorView, Heard, NewConnector, System, Trial as ConnectorTrial,
    TrialRequest,
};
pub use contracts::{
    CheckReport, Compatibility, ContractView, Deprecation, Ending, Misfit, MoveView, OutsideRun, Publication,
    Registered, StoredData,
};
pub use dashboard::{
    Cells, ColumnFill, CountsOf, CountsOverTime, DatasetProfile, Distribution, EndingGrant, Failing,
    FailingKind, FilledOf, Freshness, Given, GivenTo, PeriodCount, RecentPush, Rejected, RejectedOf,
    RejectedReason,
};
pub use deliveries::{
    Courier, LastFailure, NewSubscription, SubscriptionChange, SubscriptionView, SubscriptionWithSecret,
};
pub use doctor::{Condition, Finding, examine, must_not_be_lost};
pub use documents::{DocumentOf, DocumentTold, DocumentView, Spool};
pub use erasure::ErasedRecord;
pub use export::{Export, ExportForm, ExportQuery, ExportStep};
pub use feed_text::{FeedText, quoted};
pub use feeds::{FeedEntry, FeedPage, FeedQuery};
pub use history::{HistoryPage, VersionEntry};
pub use idempotency::Reservation;
pub use integrations::{
    ActingFor, AgreedContract, Change, Deed, HolderEntry, IntegrationView, NewFile, NoticeView, PaperEntry,
    Part, PartyEntry, RegisterEntry, RegisterQuery, Responsible, RoundEntry, StepBehind, StepEntry, StepMove,
    TieEntry, Timeline, Turn, Turns, VisitEntry, WholeEntry, enters,
};
pub use letters::{DispositionTold, DispositionView, LetterTold, LetterView};
pub use lists::{Page, PageQuery};
pub use live::{Hit, LiveAnswer, LiveBody, LiveRequest};
pub use log::{
    ActionsWanted, ExchangesWanted, Fault, LoggedExchange, Seen, SeenVersion, Sighting, Sightings, Verdict,
    verify,
};
pub use long_work::WorkState;
pub use mail::check_mail;
pub use metrics::Gauge;
pub use moving::{Moved, MovedRows, move_database};
pub use passwords::made_up_password;
pub use people::{AssignmentView, NewAssignment, NewPerson, PersonChange, PersonView, may_be_chosen};
pub use procedure::read_procedure;
pub use pulls::{
    DuePull, Preview, PreviewInput, PreviewWish, PreviewedItem, PreviewedRecord, PullView, Reason, RunCounts,
    RunPage, RunView,
};
pub use records::{ListPage, ListQuery, RecordsQuery, Shown};
pub use references::{Dangling, ReferenceReport};
pub use rejections::{RejectionPage, RejectionView, RejectionsWanted};
pub use reports::{
    BegunReport, DatasetCounted, Drafting, Final, ReportRun, ReportView, ReportsWanted, Validation,
};
pub use secrets::Rotation;
pub use sessions::{SessionView, SignIn};
pub use sheets::{BegunSheet, SheetRun, SheetRunPage, Uncorrected};
pub use tokens::{Client, IssuedToken, TokenRefusal};
pub use trial::{Trial, TriedReference};
pub use watch::News;

use crate::access::KeyHash;
use crate::audit::{Signer, SubjectKey};
use crate::config::Config;
use crate::contract::{Checker, Duration};
use crate::error::{Error, Result};
use crate::integration::{Calendar, Procedure};
use crate::outbound::Trust;
use crate::record::CursorKey;
use crate::store::append::RejectionBound;
use crate::store::{self, Store};
use crate::types::{Clock, Lang, Moment};
use connectors::{AnswerRoom, Systems};
use exchanges::ExchangeLog;
use live::LiveCache;
use passwords::PasswordTurns;
use reader::Reader;
use secrets::Secrets;
use sessions::SignIns;
use tokens::Tokens;
use watch::Watcher;
use writer::Writer;

/// The hub; see the module.
pub struct Hub {
    store: Arc<Store>,
    clock: Clock,
    config: Config,
    catalog: ArcSwap<Catalog>,
    /// When the revision was last read, in milliseconds since the epoch.
    heard: AtomicI64,
    /// Whose turn it is to renew the catalog, and since when the database is asked for its revision.
    renewing: Mutex<()>,
    asked_since: renewal::AskedSince,
    /// Whose turn it is to look for what the catalog does not hold, and how often that was done.
    look: tokio::sync::Mutex<()>,
    looks: AtomicU64,
    writer: Writer,
    reader: Reader,
    watcher: Watcher,
    /// Who may read a feed right now.
    feed_turns: Arc<tokio::sync::Semaphore>,
    exchanges: Arc<ExchangeLog>,
    checker: Checker,
    /// Whose turn it is to test a contract.
    testing: Arc<tokio::sync::Mutex<()>>,
    secrets: Secrets,
    /// The other systems that are registered.
    systems: ArcSwap<Systems>,
    /// Whose certificates are believed.
    trust: Trust,
    live_cache: LiveCache,
    /// The room for what other systems answer.
    answer_room: AnswerRoom,
    /// Held by every sheet that is being taken in.
    long_work: Arc<()>,
    cursor_key: CursorKey,
    admin_key: Option<KeyHash>,
    /// Rings when somebody wants a pull run.
    due_pulls: tokio::sync::Notify,
    password_turns: PasswordTurns,
    sign_ins: SignIns,
    tokens: Tokens,
    /// What the hub signs its log with.
    signer: Arc<Signer>,
    /// What hides whom payloads are about.
    subject_key: SubjectKey,
    /// How long exchanges are kept where the contract does not say.
    log_retention: Duration,
    /// The procedure by which integrations run.
    procedure: Procedure,
    /// The working days by which deadlines were looked at last.
    looked: Mutex<Option<Calendar>>,
    /// What closed days come to.
    lately: dashboard::Lately,
    /// Who wants a backup, and when one is due.
    backups: backups::Desk,
}

impl Hub {
    /// Opens the database, migrates it, opens its secrets, loads the catalog and starts the writer, the reader and the watcher.
    ///
    /// # Errors
    /// When the database can't be reached, its secrets can't be opened, the procedure has faults or a stored
    /// contract can't be compiled.
    pub fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        let procedure = read_procedure(&config.procedure)?;
        let store = migrated(&config)?;
        let secrets = Secrets::open(&store, &config.secrets)?;
        let cursor_key = CursorKey::new(secrets.cursor_key(&store, clock.now())?);
        let log_retention = config.log.retention.parse().map_err(Error::Internal)?;
        let signer = Arc::new(log::signer(&secrets, &store, clock.now())?);
        let subject_key = log::subject_key(&secrets, &store, clock.now())?;
        store.write(|connection| store::chains::ready_audit(connection, &signer, clock.now()))?;
        let catalog = filters::laid_out(&store, &subject_key)?;
        let systems = Systems::load(&store, &secrets, &Systems::default())?;
        let exchanges = Arc::new(ExchangeLog::default());
        let watcher = Watcher::start(Arc::clone(&store))?;
        let writer = Writer::start(
            Arc::clone(&store),
            (clock.clone(), config.time.zone.clone()),
            Arc::clone(&exchanges),
            watcher.bell(),
            config.limits.queue_bytes,
            (rejection_bound(&config), Arc::clone(&signer)),
        )?;
        let reader = Reader::start(&store)?;
        let hub = Arc::new(Hub {
            backups: backups::Desk::open(&config, clock.now())?,
            answer_room: AnswerRoom::new(config.limits.answer_bytes),
            long_work: Arc::default(),
            heard: AtomicI64::new(clock.now().0),
            renewing: Mutex::default(),
            asked_since: Mutex::default(),
            testing: Arc::default(),
            look: tokio::sync::Mutex::default(),
            looks: AtomicU64::new(0),
            catalog: ArcSwap::from_pointee(catalog),
            checker: Checker::new().map_err(|fault| Error::Internal(fault.to(Lang::En).to_owned()))?,
            admin_key: admin_key(&config),
            feed_turns: Arc::new(tokio::sync::Semaphore::new(feed_turns(&config))),
            store,
            clock,
            config,
            writer,
            reader,
            watcher,
            exchanges,
            secrets,
            systems: ArcSwap::from_pointee(systems),
            trust: Trust::of_machine(),
            live_cache: LiveCache::default(),
            cursor_key,
            due_pulls: tokio::sync::Notify::new(),
            password_turns: PasswordTurns::default(),
            sign_ins: SignIns::default(),
            tokens: Tokens::default(),
            signer,
            subject_key,
            log_retention,
            procedure,
            looked: Mutex::default(),
            lately: dashboard::Lately::default(),
        });
        hub.ready_sandboxes()?;
        Ok(hub)
    }

    /// How many rejections a dataset keeps.
    fn rejection_bound(&self) -> RejectionBound {
        rejection_bound(&self.config)
    }

    /// The settings the hub runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The hub's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The day of the office.
    pub fn today(&self) -> Date {
        self.moment().day()
    }

    /// The present moment where the office is.
    fn moment(&self) -> Moment<'_> {
        Moment {
            at: self.clock.now(),
            zone: &self.config.time.zone,
        }
    }

    /// What is published at this moment.
    pub fn catalog(&self) -> arc_swap::Guard<Arc<Catalog>> {
        self.catalog.load()
    }

    /// Stops taking writes, stores what is queued, and logs what is left to log.
    pub fn stop(&self) {
        self.writer.stop();
        self.watcher.stop();
        if let Err(error) = self.checkpoint() {
            tracing::error!(cause = error.cause(), "the last checkpoint could not be made");
        }
    }

    /// Runs `work`, which takes more than a millisecond of a core, off the threads that serve requests.
    async fn computing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::Internal(error.to_string()))?
    }

    /// Runs `work`, which may block, on the pool for such work.
    ///
    /// # Errors
    /// Whatever `work` says.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Hub>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.is_silent() {
            return Err(renewal::silent());
        }
        let hub = Arc::clone(self);
        let working = async move {
            tokio::task::spawn_blocking(move || work(&hub))
                .await
                .map_err(|error| Error::Internal(error.to_string()))?
        };
        self.while_it_answers(working).await
    }
}

/// The database, with all its migrations.
fn migrated(config: &Config) -> Result<Arc<Store>> {
    let store = Arc::new(Store::open(&config.database)?);
    for version in store.migrate()? {
        tracing::info!(version, "the database was migrated");
    }
    Ok(store)
}

/// The key that may manage, as its hash.
fn admin_key(config: &Config) -> Option<KeyHash> {
    let key = config.access.admin_key.as_ref();
    key.map(|key| KeyHash::of(key.reveal()))
}

fn rejection_bound(config: &Config) -> RejectionBound {
    RejectionBound {
        rows: config.limits.rejections,
        bytes: config.limits.rejection_bytes,
    }
}

/// How many may read feeds at once: half of the connections, so that there are some for the others.
fn feed_turns(config: &Config) -> usize {
    let half = config.database.pool_size.div_ceil(2).max(1);
    usize::try_from(half).unwrap_or(1)
}

/// Random bytes from the operating system.
///
/// # Errors
/// When the operating system has none to give.
fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(bytes)
}
