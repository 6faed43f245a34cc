//! Sessions: how they end, that a token is never taken over, and that all hubs agree.

use mahakam::access::Role;
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, NOW, PASSWORD, TestHub, actor, contracts, cookie};

async fn who(hub: &TestHub, cookie: &str) -> Answer {
    hub.call("GET", "/session").cookie(cookie).await
}

#[tokio::test]
async fn each_sign_in_gets_a_new_token_and_the_one_it_came_with_ends() {
    let hub = TestHub::start().await;
    let first = hub.person("siti", &[Role::Viewer], None).await;
    let planted = format!("mahakam=mhs_{}", "A".repeat(43));
    let second = cookie(&hub.sign_in("siti", PASSWORD).header("Cookie", &planted).await);
    assert_ne!(second, planted);
    assert_ne!(second, first);
    who(&hub, &planted).await.is(401);
    let third = cookie(&hub.sign_in("siti", PASSWORD).header("Cookie", &second).await);
    who(&hub, &second).await.is(401);
    for alive in [&first, &third] {
        who(&hub, alive).await.is(200);
    }
    // No token is in the database as it is.
    let mut beside = hub.database.beside();
    assert_eq!(
        beside.number("SELECT count(*) FROM session WHERE length(hash) = 32"),
        2
    );
    for bad in [
        "mahakam=",
        "mahakam=x",
        &third[..third.len() - 1],
        &format!("{third}; {third}"),
    ] {
        who(&hub, bad).await.is(401);
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_its_longest_time() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    let (minute, half_hour) = (60_000, 30 * 60_000);
    let idle = cookie(&hub.sign_in("siti", PASSWORD).await);
    clock.advance(half_hour - minute);
    hub.hub.refresh().unwrap();
    who(&hub, &idle).await.is(200);
    clock.advance(half_hour);
    hub.hub.refresh().unwrap();
    who(&hub, &idle).await.problem(401, "credentials-missing");
    let busy = cookie(&hub.sign_in("siti", PASSWORD).await);
    for _ in 0..25 {
        clock.advance(half_hour - minute);
        hub.hub.refresh().unwrap();
        let answer = who(&hub, &busy).await;
        if answer.status == 401 {
            break;
        }
    }
    who(&hub, &busy).await.is(401);
    assert_eq!(hub.hub.forget_sessions().unwrap(), 2);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let hub = TestHub::start().await;
    let here = hub.person("siti", &[Role::Viewer], None).await;
    let there = cookie(&hub.sign_in("siti", PASSWORD).await);
    let change = |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        hub.call("PUT", "/session/password").cookie(&here).json(body)
    };
    change("salah salah salah", "ikan merah di laut")
        .await
        .problem(403, "password-wrong");
    change(PASSWORD, "pendek").await.problem(400, "bad-body");
    change(PASSWORD, "siti siti siti siti")
        .await
        .problem(400, "bad-body");
    who(&hub, &there).await.is(200);
    change(PASSWORD, "ikan merah di laut").await.is(204);
    who(&hub, &here).await.is(200);
    who(&hub, &there).await.is(401);
    hub.sign_in("siti", PASSWORD)
        .await
        .problem(401, "sign-in-refused");
    hub.sign_in("siti", "ikan merah di laut").await.is(200);
    let nobody = hub
        .call("PUT", "/session/password")
        .json(json!({"current": "a", "new": "b"}));
    nobody.await.problem(401, "credentials-missing");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_those_who_manage_people() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Viewer], None).await;
    let manage = |method: &str| hub.call(method, "/admin/people/siti/sessions").key(ADMIN_KEY);
    let listed = manage("GET").await.expect(200);
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(listed["sessions"][0]["address"], "127.0.0.1");
    assert_eq!(listed["sessions"][0]["ends_at"], "2026-03-20T21:46:40.120Z");
    assert!(!listed.to_string().contains("mhs_"));
    assert_eq!(
        manage("DELETE").await.expect(200),
        json!({"name": "siti", "ended": 1})
    );
    who(&hub, &siti).await.is(401);
    assert_eq!(manage("GET").await.expect(200), json!({"sessions": []}));
}

#[tokio::test]
async fn what_ends_a_session_on_one_hub_ends_it_on_the_other() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    let roles = [Role::Opd];
    let siti = one.person("siti", &roles, Some("bkd")).await;
    who(&other, &siti).await.is(200);
    let patch = |body: Value| one.call("PATCH", "/admin/people/siti").key(ADMIN_KEY).json(body);
    patch(json!({"active": false})).await.is(200);
    who(&other, &siti).await.is(401);
    patch(json!({"active": true})).await.is(200);
    // Being active again brings no session back.
    who(&other, &siti).await.is(401);
    let siti = cookie(&other.sign_in("siti", PASSWORD).await);
    let agency = one
        .call("PATCH", "/admin/opds/bkd")
        .key(ADMIN_KEY)
        .json(json!({"active": false}));
    agency.await.is(200);
    who(&other, &siti).await.is(401);
    other
        .sign_in("siti", PASSWORD)
        .await
        .problem(401, "sign-in-refused");
}

#[tokio::test]
async fn a_feed_that_is_followed_ends_with_the_session() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let events = hub.call("GET", "/api/bkd/barang/v1/changes").cookie(&siti);
    let mut events = events.header("Accept", "text/event-stream").open().await;
    assert!(events.block().await.unwrap().unwrap().contains(r#""key":"a""#));
    hub.hub.end_sessions(&actor(), &"siti".parse().unwrap()).unwrap();
    // Nothing more comes, though nothing was written that would have woken it.
    while let Ok(Some(block)) = events.block().await {
        assert!(block.starts_with(':'), "{block}");
    }
}
