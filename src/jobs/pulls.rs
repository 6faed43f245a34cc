//! Runs the scheduled pulls that are due, beside each other, on a thread and a runtime of their own.
//!
//! Not here: what a run does (the hub knows). Invariant: a slow system holds up its own pulls alone: only so
//! many runs read from one system, and there is room for many systems.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinSet, LocalSet};

use crate::hub::Hub;

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_millis(500);
/// How often it is looked whether the hub stops.
const LISTEN: Duration = Duration::from_millis(50);
/// How many runs there are at once.
const MAX_RUNS: usize = 64;
/// How many of them read from the same system.
const MAX_OF_A_SYSTEM: usize = 2;

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run_pulls(hub, stopped)),
        Err(error) => tracing::error!(cause = %error, "scheduled pulls can't run"),
    }
}

async fn run_pulls(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let lines = Arc::new(hub.lines());
    let (leave, leaving) = watch::channel(false);
    let mut runs = JoinSet::new();
    let mut systems: HashMap<Id, String> = HashMap::new();
    let mut failing = false;
    while stopped.try_recv() != Err(TryRecvError::Disconnected) {
        let mut room = MAX_RUNS.saturating_sub(runs.len());
        let mut busy: Vec<String> = systems.values().cloned().collect();
        let may = move |system: &str| {
            let running = busy.iter().filter(|busy| *busy == system).count();
            let may = room > 0 && running < MAX_OF_A_SYSTEM;
            if may {
                room -= 1;
                busy.push(system.to_owned());
            }
            may
        };
        match hub.blocking(move |hub| hub.take_due_pulls(may)).await {
            Ok(due) => {
                failing = false;
                for due in due {
                    let (hub, lines, leaving) = (Arc::clone(hub), Arc::clone(&lines), leaving.clone());
                    let system = due.system();
                    let run = runs.spawn_local(async move { hub.run_pull(&lines, due, leaving).await });
                    systems.insert(run.id(), system);
                }
            }
            Err(error) if !failing => {
                failing = true;
                tracing::error!(
                    cause = error.cause(),
                    "what is due to be pulled could not be looked up; trying on"
                );
            }
            Err(_) => {}
        }
        pause(hub, stopped, &mut runs, &mut systems).await;
    }
    leave.send_replace(true);
    while runs.join_next().await.is_some() {}
}

/// Waits until it is time to look again: after a while, when somebody wants a pull run, when one has ended, or
/// when the hub stops.
async fn pause(hub: &Hub, stopped: &Receiver<()>, runs: &mut JoinSet<()>, systems: &mut HashMap<Id, String>) {
    let until = tokio::time::Instant::now() + EVERY;
    while tokio::time::Instant::now() < until {
        tokio::select! {
            () = tokio::time::sleep(LISTEN) => {
                if stopped.try_recv() == Err(TryRecvError::Disconnected) {
                    return;
                }
            }
            () = hub.pull_wanted() => return,
            Some(ended) = runs.join_next_with_id() => {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(error) => {
                        tracing::error!(cause = %error, "a pull's run ended in a panic");
                        error.id()
                    }
                };
                systems.remove(&id);
                return;
            }
        }
    }
}
