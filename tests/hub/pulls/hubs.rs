//! Several hubs on a database, hubs that die, and pulls that are paused or changed while they run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use mahakam::types::{Clock, Timestamp};
use serde_json::{Value, json};

use super::{
    Asked, Reply, System, add, connect, ended, expected, hub_with, list, manage, part, runs, settings, stored,
};
use crate::harness::{Child, TestHub, contracts, eventually};

/// Lets a system wait before it answers further pages, until the test lets it go on.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let open = self.0.0.lock().unwrap();
        let waited = self
            .0
            .1
            .wait_timeout_while(open, Duration::from_secs(60), |open| !*open);
        drop(waited.unwrap());
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

/// A system of 30 records on pages of ten; the third page waits at the gate.
fn gated() -> (System, Gate) {
    let gate = Gate::default();
    let held = gate.clone();
    let system = System::start(move |asked: &Asked| {
        let page = asked.number("hal");
        if page == 3 {
            held.pass();
        }
        Reply::Json(part((page - 1) * 10, 10, 30))
    });
    (system, gate)
}

fn paging() -> Value {
    json!({"paging": {"by": "page", "parameter": "hal"}})
}

async fn start(hub: &TestHub, id: i64) {
    manage(hub, "POST", &format!("/admin/pulls/{id}/run"), None)
        .await
        .is(202);
}

/// Waits until the page with this number was asked for.
async fn asked_for(system: &System, page: usize) {
    eventually("the page is asked for", || async {
        system
            .asked()
            .iter()
            .any(|asked| asked.number("hal") == page)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn of_two_hubs_one_runs_a_pull_and_each_page_is_asked_for_once() {
    let system = System::start(|asked: &Asked| Reply::Json(part((asked.number("hal") - 1) * 10, 10, 30)));
    let hub = hub_with(&system).await;
    let other = TestHub::builder().on(&hub.database).start().await;
    for round in 1..=5 {
        let id = add(&hub, &paging()).await;
        start(if round % 2 == 0 { &hub } else { &other }, id).await;
        assert_eq!(ended(&hub, id, 1).await["outcome"], "ok");
        assert_eq!(runs(&other, id).await.len(), 1);
        assert_eq!(system.asked().len(), 4 * round);
    }
    assert_eq!(stored(&hub).await, expected(30));
}

/// A system that always has one more page.
fn endless() -> System {
    System::start(|asked: &Asked| Reply::Json(list((asked.number("hal") - 1) * 10, 10)))
}

/// Adds a pull from it and waits until it runs well.
async fn endlessly(hub: &TestHub) -> i64 {
    let mut more = paging();
    more["max_pages"] = 1_000_000.into();
    let id = add(hub, &more).await;
    start(hub, id).await;
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    eventually("some pages are through", || async {
        let stored = api.get("/records?limit=1").await.expect(200)["as_of"].as_u64();
        (stored >= Some(50)).then_some(())
    })
    .await;
    id
}

#[tokio::test]
async fn a_pull_that_is_paused_stops_before_its_next_page_and_goes_on_when_it_may() {
    let system = endless();
    let hub = hub_with(&system).await;
    let id = endlessly(&hub).await;
    let path = format!("/admin/pulls/{id}");
    let paused = manage(&hub, "POST", &format!("{path}/pause"), None)
        .await
        .expect(200);
    assert_eq!(paused["paused"], true);
    let run = ended(&hub, id, 1).await;
    assert_eq!(
        (&run["outcome"], &run["reason"]["code"]),
        (&json!("stopped"), &json!("pull-stopped")),
        "{run}"
    );
    let count = stored(&hub).await.len();
    assert!(
        count >= 50 && run["created"].as_u64() <= u64::try_from(count).ok(),
        "{run}"
    );
    let state = manage(&hub, "GET", &path, None).await.expect(200)["state"].clone();
    assert_eq!(
        (&state["running"], &state["last_failure"]),
        (&json!(false), &json!(null))
    );
    manage(&hub, "POST", &format!("{path}/run"), None)
        .await
        .problem(422, "contract-faulty");
    let resumed = manage(&hub, "POST", &format!("{path}/resume"), None)
        .await
        .expect(200);
    assert_eq!(resumed["paused"], false);
    start(&hub, id).await;
    eventually("it runs again", || async {
        (runs(&hub, id).await.len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_pull_that_is_changed_while_it_runs_stops() {
    let system = endless();
    let hub = hub_with(&system).await;
    let id = endlessly(&hub).await;
    let body = json!({"settings": settings(&json!({"path": "/lain"}))});
    manage(&hub, "PATCH", &format!("/admin/pulls/{id}"), Some(&body))
        .await
        .is(200);
    assert_eq!(ended(&hub, id, 1).await["outcome"], "stopped");
}

#[tokio::test]
async fn a_pull_that_is_deleted_while_it_runs_stops() {
    let system = endless();
    let hub = hub_with(&system).await;
    let id = endlessly(&hub).await;
    manage(&hub, "DELETE", &format!("/admin/pulls/{id}"), None)
        .await
        .is(204);
    eventually("the system is asked no more", || async {
        let before = system.asked().len();
        tokio::time::sleep(Duration::from_millis(300)).await;
        (system.asked().len() == before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_hub_that_stops_leaves_its_run_to_the_next_which_goes_on_in_the_middle() {
    let (system, gate) = gated();
    let hub = hub_with(&system).await;
    let id = add(&hub, &paging()).await;
    start(&hub, id).await;
    asked_for(&system, 3).await;
    eventually("the first pages are written down", || async {
        (stored(&hub).await.len() == 20).then_some(())
    })
    .await;
    let database = Arc::clone(&hub.database);
    drop(hub);
    gate.open();
    let next = TestHub::builder().on(&database).start().await;
    let run = ended(&next, id, 1).await;
    assert_eq!(run["outcome"], "ok", "{run}");
    assert_eq!(runs(&next, id).await.len(), 1, "it is the same run");
    assert_eq!(stored(&next).await, expected(30));
    assert_eq!(run["created"], 30, "nothing came twice: {run}");
}

/// How many pages of ten the system of the crash test has, and when it lets a kill happen.
const PAGES: usize = 250;

#[tokio::test]
async fn a_run_cut_off_by_a_crash_goes_on_without_loss_or_double_effect() {
    let served = Arc::new(AtomicUsize::new(0));
    let slow = Arc::new(AtomicBool::new(true));
    let (count, hurry) = (Arc::clone(&served), Arc::clone(&slow));
    let system = System::start(move |asked: &Asked| {
        count.fetch_add(1, Ordering::SeqCst);
        if hurry.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(10));
        }
        Reply::Json(part((asked.number("hal") - 1) * 10, 10, PAGES * 10))
    });
    let hub = TestHub::builder().clock(Clock::System).start().await;
    hub.publish(&contracts::barang());
    connect(&hub, "sistem", &system, &json!({}));
    let (database, key) = (Arc::clone(&hub.database), hub.key("bkd"));
    let id = add(&hub, &paging()).await;
    drop(hub);
    let mut child = Child::start(&database).await;
    let mut beside = database.beside();
    beside.run(&format!("UPDATE pull SET wanted_at = 1 WHERE id = {id}"));
    eventually("some pages are through and written down", || async {
        let stored = child
            .api("bkd/barang/v1", &key)
            .get("/records?limit=1")
            .await
            .expect(200)["as_of"]
            .as_u64();
        let mut beside = database.beside();
        let noted = beside.number(&format!(
            "SELECT COALESCE(max(pages), 0) FROM pull_run WHERE pull_id = {id}"
        ));
        (stored > Some(500) && noted > 20).then_some(())
    })
    .await;
    child.kill();
    slow.store(false, Ordering::SeqCst);
    let noted = beside.number(&format!("SELECT pages FROM pull_run WHERE pull_id = {id}"));
    let noted = usize::try_from(noted).unwrap();
    assert!(noted < PAGES, "it was killed in the middle");
    let before = served.load(Ordering::SeqCst);
    // Once the dead hub's word no longer holds.
    let later = Timestamp(Clock::System.now().0 + 120_000);
    let next = TestHub::builder()
        .on(&database)
        .clock(Clock::fixed(later))
        .start()
        .await;
    let run = ended(&next, id, 1).await;
    assert_eq!(run["outcome"], "ok", "{run}");
    assert_eq!(runs(&next, id).await.len(), 1, "it is the same run");
    assert_eq!(stored(&next).await, expected(PAGES * 10));
    let feed = next.api("bkd/barang/v1", Some(&key)).all_changes(0, 10_000).await;
    assert_eq!(feed.len(), PAGES * 10, "each record was written once");
    assert_eq!(run["pages"], PAGES + 1);
    let after = served.load(Ordering::SeqCst) - before;
    assert_eq!(
        after,
        PAGES + 1 - noted,
        "it went on behind what was written down"
    );
    let kept = run["created"].as_u64().unwrap() + run["unchanged"].as_u64().unwrap();
    assert_eq!(kept, u64::try_from(10 * PAGES).unwrap());
}
