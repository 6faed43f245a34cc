//! [`Courier`]: the subscriptions that this hub delivers, each a task of one thread.
//!
//! Of several hubs on one database one delivers a subscription: it holds it for a while and renews that; when it
//! stops it lets go, when it dies another takes over. Invariant: a task that holds no longer what it delivers
//! keeps nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::keeper::Keeper;
use super::round::Round;
use super::terms::Terms;
use crate::audit::ExchangeId;
use crate::error::Result;
use crate::hub::Hub;
use crate::outbound::Lines;
use crate::store;
use crate::store::subscriptions::SubscriptionRow;
use crate::store::subscriptions::progress::{self, Holding};
use crate::types::Timestamp;

/// For how long a hub holds a subscription, in milliseconds.
const HOLD: i64 = 15_000;
/// When less than this is left, it is renewed.
const RENEW: i64 = 10_000;
/// How often it is looked what there is to hold, though nobody changed anything.
const EVERY: Duration = Duration::from_secs(2);
/// How long a stop waits for messages that are under way.
const GRACE: Duration = Duration::from_secs(2);

/// See the module.
pub struct Courier {
    hub: Arc<Hub>,
    lines: Arc<Lines>,
    keeper: Keeper,
    /// How this hub is called among those of its database.
    holder: Arc<str>,
    rounds: HashMap<i64, Running>,
    /// The revision that was looked at last, and when.
    looked: Option<(i64, Instant)>,
    stop: watch::Sender<bool>,
}

/// A subscription that is being delivered.
struct Running {
    version: i64,
    task: JoinHandle<()>,
}

impl Courier {
    /// A courier with nothing to deliver yet. Must be called within the runtime that it is to work on.
    pub fn new(hub: &Arc<Hub>) -> Self {
        let holder: Arc<str> = ExchangeId::new(hub.clock.now()).to_string().into();
        Courier {
            lines: Arc::new(hub.lines()),
            keeper: Keeper::start(Arc::clone(hub), Arc::clone(&holder)),
            hub: Arc::clone(hub),
            holder,
            rounds: HashMap::new(),
            looked: None,
            stop: watch::Sender::new(false),
        }
    }

    /// Looks what there is to deliver, where somebody changed something or it is time to.
    ///
    /// # Errors
    /// When the database fails; what is being delivered goes on.
    pub async fn look(&mut self) -> Result<()> {
        let revision = self.hub.catalog().revision();
        let known = self
            .looked
            .is_some_and(|(known, at)| known == revision && at.elapsed() < EVERY);
        if known {
            return Ok(());
        }
        let holder = Arc::clone(&self.holder);
        let held = self.hub.blocking(move |hub| hold(hub, &holder)).await?;
        let running = |id: &i64, version: &i64| {
            let round = self.rounds.get(id);
            round.is_some_and(|round| round.version == *version && !round.task.is_finished())
        };
        let missing: Vec<i64> = held
            .iter()
            .filter(|(id, version)| !running(id, version))
            .map(|(id, _)| *id)
            .collect();
        self.rounds.retain(|id, round| {
            let goes_on = held.get(id) == Some(&round.version);
            if !goes_on {
                round.task.abort();
            }
            goes_on
        });
        self.start(missing).await?;
        self.looked = Some((revision, Instant::now()));
        Ok(())
    }

    /// Starts delivering these.
    async fn start(&mut self, ids: Vec<i64>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let rows = self.hub.blocking(move |hub| {
            let mut rows = hub.store.read(store::subscriptions::list)?;
            rows.retain(|row| ids.contains(&row.id));
            Ok(rows)
        });
        for row in rows.await? {
            let id = row.id;
            // One that can't be read must not keep the others back.
            if let Err(error) = self.start_one(row).await {
                tracing::error!(subscription = id, cause = error.cause(), "it can't be delivered");
            }
        }
        Ok(())
    }

    async fn start_one(&mut self, row: SubscriptionRow) -> Result<()> {
        let (id, older) = (row.id, row.old_secret_until.map(Timestamp));
        let keys = self.hub.blocking(move |hub| hub.signing_keys(id, older)).await?;
        let terms = Terms::of(&row)?;
        let version = terms.version;
        let round = Round {
            hub: Arc::clone(&self.hub),
            lines: Arc::clone(&self.lines),
            keeper: self.keeper.clone(),
            stop: self.stop.subscribe(),
            terms,
            keys,
            progress: row.progress.read()?,
            told: None,
        };
        let task = tokio::spawn(round.run());
        self.rounds.insert(id, Running { version, task });
        Ok(())
    }

    /// Ends all deliveries; those under way get a moment. Another hub may go on at once.
    ///
    /// # Errors
    /// When the database fails; then another hub goes on after a while.
    pub async fn end(mut self) -> Result<()> {
        if self.rounds.is_empty() {
            return Ok(());
        }
        self.stop.send_replace(true);
        let deadline = Instant::now() + GRACE;
        for (_, mut round) in self.rounds.drain() {
            if tokio::time::timeout_at(deadline, &mut round.task).await.is_err() {
                round.task.abort();
            }
        }
        let holder = Arc::clone(&self.holder);
        self.hub
            .blocking(move |hub| {
                hub.store
                    .write(|connection| progress::release(connection, &holder))
            })
            .await
    }
}

/// Holds what is free, and what is held already where that ends soon; gives what `holder` has, with its versions.
fn hold(hub: &Hub, holder: &str) -> Result<HashMap<i64, i64>> {
    let now = hub.clock.now();
    let all = hub.store.read(progress::holdings)?;
    let is_mine = |holding: &Holding| holding.holder.as_deref() == Some(holder);
    let ends_before = |holding: &Holding, moment: i64| holding.held_until.is_none_or(|until| until < moment);
    let (wanted, rest): (Vec<Holding>, Vec<Holding>) = all.into_iter().partition(|holding| {
        let ending = is_mine(holding) && ends_before(holding, now.0.saturating_add(RENEW));
        // A hub whose clock was ahead may have died with it.
        let too_long = holding
            .held_until
            .is_some_and(|until| until > now.0 && !Timestamp(until).lasts(now, HOLD));
        holding.holder.is_none() || ending || ends_before(holding, now.0) || too_long
    });
    let mut held: HashMap<i64, i64> = rest
        .into_iter()
        .filter(is_mine)
        .map(|holding| (holding.id, holding.version))
        .collect();
    if wanted.is_empty() {
        return Ok(held);
    }
    let until = Timestamp(now.0.saturating_add(HOLD));
    hub.store.write(|connection| {
        for holding in wanted {
            if progress::hold(connection, holding.id, holder, now, until)? {
                held.insert(holding.id, holding.version);
            }
        }
        Ok(held)
    })
}
