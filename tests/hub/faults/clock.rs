//! A clock that jumps, forth and back: what was promised by it keeps its sense.

use std::sync::Arc;

use mahakam::access::Role;
use mahakam::types::Clock;
use serde_json::json;

use crate::harness::{ADMIN_KEY, NOW, TestHub, contracts, eventually};
use crate::log::verified;
use crate::outages::is_away;

const HOUR: i64 = 3_600_000;
const YEAR: i64 = 365 * 24 * HOUR;

async fn hub_with(clock: &Clock) -> TestHub {
    TestHub::builder().clock(clock.clone()).start().await
}

fn jump(hub: &TestHub, clock: &Clock, milliseconds: i64) {
    clock.advance(milliseconds);
    hub.hub.refresh().unwrap();
}

#[tokio::test]
async fn after_a_jump_of_the_clock_the_hub_answers_again_as_soon_as_it_heard_from_the_database() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    let barang = hub.publish(&contracts::barang());
    for milliseconds in [YEAR, -2 * YEAR, 3 * HOUR] {
        clock.advance(milliseconds);
        eventually("it answers", || async {
            let pushed = barang.push(json!({"id": format!("k{milliseconds}")})).await;
            match pushed.status {
                201 => Some(()),
                200 => Some(()),
                _ => {
                    is_away(&pushed);
                    None
                }
            }
        })
        .await;
    }
    let seqs: Vec<_> = barang.all_changes(0, 10).await;
    assert_eq!(seqs.len(), 3);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_let_an_old_catalog_pass_for_a_new_one() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    let barang = hub.publish(&contracts::barang());
    barang.push(r#"{"id":"a"}"#).await.is(201);
    // The hub can't hear what was changed since.
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE revision RENAME TO revision_away");
    clock.advance(-HOUR);
    is_away(&barang.record("a").await);
    beside.run("ALTER TABLE revision_away RENAME TO revision");
    eventually("it hears again", || async {
        (barang.record("a").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn sessions_and_tokens_from_a_clock_that_was_ahead_have_ended_when_it_is_right() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    let barang = hub.publish(&contracts::barang());
    let early = hub.person("ani", &[Role::Operator], None).await;
    jump(&hub, &clock, YEAR);
    let ahead = hub.person("budi", &[Role::Operator], None).await;
    let (id, key) = hub.new_application("bkd", "lain");
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={key}");
    let token = hub
        .call("POST", "/oauth/token")
        .body("application/x-www-form-urlencoded", form)
        .await;
    let token = token.expect(200)["access_token"].as_str().unwrap().to_owned();
    let by_token = barang.with_key(Some(&token));
    by_token.get("/records").await.is(200);
    hub.call("GET", "/sessions").cookie(&ahead).await.is(200);
    hub.call("GET", "/sessions").cookie(&early).await.is(401);
    jump(&hub, &clock, -YEAR);
    hub.call("GET", "/sessions").cookie(&ahead).await.is(401);
    by_token.get("/records").await.is(401);
    // Keys have no time of their own, and whoever signs in now is in.
    barang.get("/records").await.is(200);
    let now = hub.person("citra", &[Role::Operator], None).await;
    hub.call("GET", "/sessions").cookie(&now).await.is(200);
}

#[tokio::test]
async fn the_log_verifies_whatever_the_clock_did() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    let barang = hub.publish(&contracts::barang());
    for (n, milliseconds) in [0, YEAR, -2 * YEAR, HOUR, YEAR].into_iter().enumerate() {
        jump(&hub, &clock, milliseconds);
        barang.push(json!({"id": format!("k{n}")})).await.is(201);
        barang.get("/records").await.is(200);
        hub.hub.checkpoint().unwrap();
    }
    let feed = barang.all_changes(0, 10).await;
    let seqs: Vec<_> = feed
        .iter()
        .map(|change| change["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    let database = Arc::clone(&hub.database);
    drop(hub);
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
}

#[tokio::test]
async fn an_idempotency_key_from_a_clock_that_was_ahead_is_free_again() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    let barang = hub.publish(&contracts::barang());
    let push = |id: &str| barang.push(json!({"id": id})).header("Idempotency-Key", "satu");
    jump(&hub, &clock, YEAR);
    push("a").await.is(201);
    push("b").await.problem(422, "idempotency-key-reused");
    jump(&hub, &clock, -YEAR);
    push("b").await.is(201);
}

#[tokio::test]
async fn backups_and_their_lease_go_on_after_a_clock_that_was_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .setting("MAHAKAM_BACKUP_FOLDER", folder.path().display())
        .clock(clock.clone())
        .start()
        .await;
    let made = |count: usize| {
        let hub = &hub;
        async move {
            // The hub's own job may be faster.
            hub.hub.backup_if_due().unwrap();
            eventually("a backup is made", || async {
                let list = hub.call("GET", "/admin/backups").key(ADMIN_KEY).await.expect(200);
                let backups = list["backups"].as_array().unwrap().len();
                (backups == count && list["state"]["running"] == false).then_some(list)
            })
            .await
        }
    };
    jump(&hub, &clock, YEAR);
    made(1).await;
    // A hub died with the lease in that year.
    let until = NOW.0 + YEAR + 60_000;
    hub.database
        .beside()
        .run(&format!("UPDATE lease SET holder = 'x', held_until = {until}"));
    jump(&hub, &clock, -YEAR);
    let list = made(2).await;
    assert_eq!(
        &list["backups"][0]["begun_at"].as_str().unwrap()[..10],
        "2026-03-20"
    );
    // And then by the schedule again.
    assert!(!hub.hub.backup_if_due().unwrap());
    assert_eq!(list["state"]["next_at"], "2026-03-20T17:30:00.000Z");
}

#[tokio::test]
async fn in_the_hour_after_a_start_nothing_is_forgotten_because_no_clock_is_trusted_yet() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .setting("MAHAKAM_LOG_RETENTION", "P1D")
        .clock(clock.clone())
        .start()
        .await;
    let mut contract = contracts::barang();
    contract["retention"] = json!({"history": "P1D", "log": "P1D", "rejections": "P1D"});
    let barang = hub.publish(&contract);
    for n in 0..3 {
        let push = barang.push(json!({"id": "a", "n": n}));
        push.header("Idempotency-Key", &format!("k{n}")).await;
    }
    barang.push("{}").await.is(422);
    hub.connect("sistem", "http://127.0.0.1:9/", json!({}));
    jump(&hub, &clock, YEAR);
    let settings = json!({
        "dataset": "bkd/barang/v1", "connector": "sistem", "path": "/barang", "schedule": "0 2 * * *"
    });
    let pulls = hub.call("POST", "/admin/pulls").key(ADMIN_KEY);
    pulls.json(json!({"settings": settings})).await.is(201);
    jump(&hub, &clock, -YEAR);
    let database = Arc::clone(&hub.database);
    drop(hub);
    let kept = || {
        let mut beside = database.beside();
        [
            "exchange WHERE dataset = 'bkd/barang/v1'",
            "rejection",
            "change WHERE payload IS NOT NULL",
            "idempotency",
        ]
        .map(|what| beside.number(&format!("SELECT count(*) FROM {what}")))
    };
    let before = kept();
    assert_eq!(before[1..], [1, 3, 3], "{before:?}");
    // The clock is half a year ahead when it starts; the job that forgets begins by planning anew.
    clock.advance(YEAR / 2);
    let again = TestHub::builder()
        .on(&database)
        .clock(clock.clone())
        .start()
        .await;
    let far = NOW.0 + YEAR;
    let planned = format!("SELECT count(*) FROM pull WHERE next_at > {far}");
    eventually("the job has begun", || async {
        (database.beside().number(&planned) == 0).then_some(())
    })
    .await;
    // It has ended when the hub has.
    drop(again);
    assert_eq!(kept(), before);
}

#[tokio::test]
async fn a_pull_that_was_planned_by_a_clock_that_was_ahead_is_planned_anew() {
    let clock = Clock::fixed(NOW);
    let hub = hub_with(&clock).await;
    hub.publish(&contracts::barang());
    hub.connect("sistem", "http://127.0.0.1:9/", json!({}));
    jump(&hub, &clock, YEAR);
    let settings = json!({
        "dataset": "bkd/barang/v1", "connector": "sistem", "path": "/barang", "schedule": "0 2 * * *"
    });
    let added = hub
        .call("POST", "/admin/pulls")
        .key(ADMIN_KEY)
        .json(json!({"settings": settings}))
        .await
        .expect(201);
    let next = |view: &serde_json::Value| view["state"]["next_at"].as_str().unwrap().to_owned();
    assert_eq!(&next(&added)[..4], "2027");
    jump(&hub, &clock, -YEAR);
    hub.hub.mend_plans().unwrap();
    let path = format!("/admin/pulls/{}", added["id"]);
    let view = hub.call("GET", &path).key(ADMIN_KEY).await.expect(200);
    assert_eq!(&next(&view)[..10], "2026-03-20", "{view}");
}
