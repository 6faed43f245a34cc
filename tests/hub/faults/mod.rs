//! What goes wrong with the machine: its disk, its clock, its connections, its database. The caller sees 503 with
//! `Retry-After` and never a wrong success; when the fault is over, nobody has to do anything.

mod clock;
mod disk;
mod postgres;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{Api, Database, TestHub, contracts};
use crate::outages::is_away;

/// A dataset and an agency's key in a database that no hub works with.
async fn prepared(database: Database) -> (Arc<Database>, String) {
    let database = Arc::new(database);
    let hub = TestHub::builder().on(&database).start().await;
    hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    drop(hub);
    (database, key)
}

/// Several who push one record after the other, each under a key of its own.
struct Load {
    /// The numbers and keys of what was acknowledged.
    acknowledged: Arc<Mutex<Vec<(u64, String)>>>,
    writers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Begins to push; whoever gets no answer at all asks again. What is answered otherwise than by success or 503 fails
    /// the test at its end.
    fn begin(api: &Api, name: &str) -> Self {
        let acknowledged: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
        let writers = (0..6).map(|writer| {
            let (api, acknowledged) = (api.apart(), Arc::clone(&acknowledged));
            let name = format!("{name}-{writer}");
            tokio::spawn(async move {
                for n in 0.. {
                    let key = format!("{name}-{n}");
                    let Some(answer) = api.push(json!({"id": key})).answered().await else {
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        continue;
                    };
                    match answer.status {
                        201 => {
                            let seq = answer.json()["seq"].as_u64().unwrap();
                            acknowledged.lock().unwrap().push((seq, key));
                        }
                        _ => {
                            is_away(&answer);
                            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        }
                    }
                }
            })
        });
        let writers = writers.collect();
        Load {
            acknowledged,
            writers,
        }
    }

    /// How much was acknowledged so far.
    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// Ends it; gives what was acknowledged.
    async fn end(self) -> Vec<(u64, String)> {
        for writer in self.writers {
            writer.abort();
            if let Err(error) = writer.await {
                assert!(error.is_cancelled(), "{error}");
            }
        }
        std::mem::take(&mut self.acknowledged.lock().unwrap())
    }
}

/// The feed has no gaps and holds what was acknowledged under its number; gives it.
async fn holds(api: &Api, acknowledged: &[(u64, String)]) -> Vec<Value> {
    let feed = api.all_changes(0, 1_000).await;
    for (change, seq) in std::iter::zip(&feed, 1_u64..) {
        assert_eq!(change["seq"], seq, "the feed has no gaps");
    }
    for (seq, key) in acknowledged {
        let change = feed.get(usize::try_from(seq - 1).unwrap());
        let change = change.unwrap_or_else(|| panic!("{key} was acknowledged as {seq} and is lost"));
        assert_eq!(change["key"], *key, "seq {seq}");
    }
    feed
}
