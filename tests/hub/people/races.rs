//! What happens at the same time: guesses, sign-ins, and what ends them.

use futures_util::future::{join, join_all};
use mahakam::access::Role;
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, NOW, PASSWORD, TestHub, cookie};

/// How many of these answers are refusals of a sign-in, and how many say to wait.
fn counted(answers: &[Answer]) -> (usize, usize) {
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(401) + count(429), answers.len(), "{answers:?}");
    (count(401), count(429))
}

async fn guesses(hub: &TestHub, names: impl Iterator<Item = String>) -> (usize, usize) {
    let guesses = names.map(|name| async move { hub.sign_in(&name, "salah salah salah").await });
    counted(&join_all(guesses).await)
}

#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_the_other() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    let siti = || (0..40).map(|_| "siti".to_owned());
    assert_eq!(guesses(&hub, siti()).await, (5, 35));
    // The right password is told to wait, too, and is let in when that is over.
    let right = hub.sign_in("siti", PASSWORD).await;
    right.problem(429, "sign-in-throttled");
    assert_eq!(right.header("retry-after"), "1");
    clock.advance(1_000);
    hub.sign_in("siti", PASSWORD).await.is(200);
    // Who signed in begins anew; the address still has what was guessed wrong.
    let names = (0..40).map(|number| format!("nama{number}"));
    assert_eq!(guesses(&hub, names).await, (15, 25));
    let right = hub.sign_in("siti", PASSWORD).await;
    right.problem(429, "sign-in-throttled");
}

#[tokio::test]
async fn each_hub_counts_guesses_for_itself() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    one.add_person("siti", &[Role::Viewer], None);
    let siti = || (0..20).map(|_| "siti".to_owned());
    let (here, there) = join(guesses(&one, siti()), guesses(&other, siti())).await;
    assert_eq!((here, there), ((5, 15), (5, 15)));
    for hub in [&one, &other] {
        let right = hub.sign_in("siti", PASSWORD).await;
        right.problem(429, "sign-in-throttled");
    }
}

/// Signs in through both hubs while `change` is made; gives the sessions that began.
async fn signing_in(hubs: [&TestHub; 2], password: &str, change: impl Future<Output = ()>) -> Vec<String> {
    let attempts = (0..4).map(|number| hubs[number % 2].sign_in("siti", password).into_future());
    let (answers, ()) = join(join_all(attempts), change).await;
    answers
        .into_iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| cookie(&answer))
        .collect()
}

async fn all_are_over(hub: &TestHub, sessions: &[String]) {
    for session in sessions {
        let answer = hub.call("GET", "/session").cookie(session).await;
        answer.problem(401, "credentials-missing");
    }
}

#[tokio::test]
async fn no_session_begun_with_the_old_password_outlives_its_change() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    one.add_person("siti", &[Role::Viewer], None);
    let mut password = PASSWORD.to_owned();
    for round in 0..6 {
        let new = format!("ikan merah ke-{round}");
        let patch = one
            .call("PATCH", "/admin/people/siti")
            .key(ADMIN_KEY)
            .json(json!({"password": new}));
        let change = async { assert_eq!(patch.await.status, 200) };
        let begun = signing_in([&one, &other], &password, change).await;
        all_are_over(&other, &begun).await;
        password = new;
    }
    // Those who came too late with the old password may have slowed down whoever comes next.
    other.hub.clock().advance(3_600_000);
    other.hub.refresh().unwrap();
    other.sign_in("siti", &password).await.is(200);
}

#[tokio::test]
async fn no_session_begins_beside_a_deactivation_and_waits_for_better_times() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    one.add_person("siti", &[Role::Opd], Some("bkd"));
    for _ in 0..3 {
        for path in ["/admin/people/siti", "/admin/opds/bkd"] {
            let active = |active: bool| {
                one.call("PATCH", path)
                    .key(ADMIN_KEY)
                    .json(json!({"active": active}))
            };
            let change = async { assert_eq!(active(false).await.status, 200) };
            let begun = signing_in([&one, &other], PASSWORD, change).await;
            active(true).await.is(200);
            all_are_over(&other, &begun).await;
            one.sign_in("siti", PASSWORD).await.is(200);
            other.sign_in("siti", PASSWORD).await.is(200);
        }
    }
}

#[tokio::test]
async fn a_session_that_is_ended_changes_no_password_any_more() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    one.add_person("siti", &[Role::Viewer], None);
    let end = || other.call("DELETE", "/admin/people/siti/sessions").key(ADMIN_KEY);
    let mut beside = one.database.beside();
    let mut last = |action: &str| {
        beside.number(&format!(
            "SELECT coalesce(max(id), 0) FROM audit WHERE action = '{action}'"
        ))
    };
    let mut password = PASSWORD.to_owned();
    for round in 0..4 {
        let stolen = cookie(&one.sign_in("siti", &password).await);
        let new = format!("ikan merah ke-{round}");
        let change = one
            .call("PUT", "/session/password")
            .cookie(&stolen)
            .json(json!({"current": password, "new": new}));
        let (changed, ended) = join(change.into_future(), end().into_future()).await;
        ended.is(200);
        if changed.status == 204 {
            assert!(last("session.password") < last("person.sessions.end"));
            password = new;
        } else {
            changed.problem(401, "credentials-missing");
        }
    }
    one.sign_in("siti", &password).await.is(200);
}

#[tokio::test]
async fn changes_of_one_person_at_once_lose_nothing_of_each_other() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    one.add_person("siti", &[Role::Opd], Some("bkd"));
    let patch = |hub: &TestHub, path: &str, body: Value| {
        let call = hub.call("PATCH", path).key(ADMIN_KEY).json(body);
        async move { call.await.expect(200) }
    };
    for round in 0..8 {
        let (office, rank) = (format!("Kantor {round}"), format!("III/{round}"));
        join(
            patch(&one, "/admin/people/siti", json!({"office": office})),
            patch(&other, "/admin/people/siti", json!({"rank": rank})),
        )
        .await;
        let person = one.hub.person(&"siti".parse().unwrap()).unwrap();
        assert_eq!((person.office, person.rank), (Some(office), Some(rank)));
        let name = format!("Dinas {round}");
        join(
            patch(&one, "/admin/opds/bkd", json!({"name": name})),
            patch(&other, "/admin/opds/bkd", json!({"active": round % 2 == 0})),
        )
        .await;
        let opd = one.hub.opd(&"bkd".parse().unwrap()).unwrap();
        assert_eq!((opd.name, opd.active), (name, round % 2 == 0));
    }
}

#[tokio::test]
async fn an_attempt_that_was_not_judged_is_no_failure() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    // A table that is missing stands for a database that fails.
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE assignment RENAME TO away");
    for _ in 0..8 {
        hub.sign_in("siti", PASSWORD).await.is(503);
    }
    beside.run("ALTER TABLE away RENAME TO assignment");
    hub.sign_in("siti", PASSWORD).await.is(200);
}
