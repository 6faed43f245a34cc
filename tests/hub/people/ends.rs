//! What ends a session or a right, and that it does so at once and on every hub.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use mahakam::access::Role;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, PASSWORD, TestHub, actor, assignment, contracts, cookie};

async fn who(hub: &TestHub, cookie: &str) -> Answer {
    hub.call("GET", "/session").cookie(cookie).await
}

/// The ids of the sessions that a list shows, newest first.
fn ids(list: &Value) -> Vec<String> {
    let sessions = list["sessions"].as_array().unwrap().iter();
    sessions
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The id of the session that asks.
async fn own_id(hub: &TestHub, cookie: &str) -> String {
    let listed = hub.call("GET", "/sessions").cookie(cookie).await.expect(200);
    let sessions = listed["sessions"].as_array().unwrap().iter();
    let current: Vec<_> = sessions.filter(|one| one["current"] == true).collect();
    assert_eq!(current.len(), 1, "{listed}");
    current[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_ends_ones_own_sessions_one_by_one_on_every_hub() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    let here = one.person("siti", &[Role::Viewer], None).await;
    let there = cookie(&other.sign_in("siti", PASSWORD).await);
    let listed = one.call("GET", "/sessions").cookie(&here).await.expect(200);
    assert_eq!(ids(&listed).len(), 2);
    assert!(!listed.to_string().contains("mhs_"));
    let lost = own_id(&other, &there).await;
    assert_ne!(lost, own_id(&one, &here).await);
    let end = |id: &str| one.call("DELETE", &format!("/sessions/{id}")).cookie(&here);
    let ended = end(&lost).await;
    assert!(ended.is(204).header("set-cookie").is_empty());
    who(&other, &there).await.problem(401, "credentials-missing");
    who(&other, &here).await.is(200);
    for gone in [&lost, "x", "' OR 1=1 --"] {
        end(&gone.replace(' ', "%20"))
            .await
            .problem(404, "unknown-session");
    }
    // One's own is signed out of.
    let ended = end(&own_id(&one, &here).await).await;
    assert!(
        ended
            .is(204)
            .header("set-cookie")
            .starts_with("mahakam=; Max-Age=0")
    );
    who(&other, &here).await.is(401);
    let nobody = one.call("GET", "/sessions").await;
    nobody.problem(401, "credentials-missing");
    let mut beside = one.database.beside();
    let audited = format!(
        "SELECT count(*) FROM audit WHERE action = 'session.end' AND actor = 'person:siti' AND before LIKE '%{lost}%'"
    );
    assert_eq!(beside.number(&audited), 1);
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let budi = hub.person("budi", &[Role::Viewer], None).await;
    let id = own_id(&hub, &siti).await;
    let end = |path: &str, cookie: &str| hub.call("DELETE", path).cookie(cookie);
    end(&format!("/sessions/{id}"), &budi)
        .await
        .problem(404, "unknown-session");
    end(&format!("/admin/people/siti/sessions/{id}"), &budi)
        .await
        .problem(403, "forbidden");
    end(&format!("/admin/people/budi/sessions/{id}"), &siti)
        .await
        .problem(404, "unknown-session");
    let foreign = hub
        .call("DELETE", &format!("/sessions/{id}"))
        .header("Cookie", &siti);
    foreign
        .header("Sec-Fetch-Site", "cross-site")
        .await
        .problem(403, "cross-site");
    who(&hub, &siti).await.is(200);
}

#[tokio::test]
async fn who_manages_people_ends_one_session_and_leaves_the_others() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    let lost = one.person("siti", &[Role::Viewer], None).await;
    let kept = cookie(&one.sign_in("siti", PASSWORD).await);
    let id = own_id(&one, &lost).await;
    let manage = |method: &str, path: &str| {
        one.call(method, &format!("/admin/people/siti/sessions{path}"))
            .key(ADMIN_KEY)
    };
    assert!(ids(&manage("GET", "").await.expect(200)).contains(&id));
    manage("DELETE", &format!("/{id}")).await.is(204);
    who(&other, &lost).await.is(401);
    who(&other, &kept).await.is(200);
    assert_eq!(
        ids(&manage("GET", "").await.expect(200)),
        [own_id(&one, &kept).await]
    );
    manage("DELETE", &format!("/{id}"))
        .await
        .problem(404, "unknown-session");
    let mut beside = one.database.beside();
    let audited = format!(
        "SELECT count(*) FROM audit WHERE action = 'person.sessions.end' AND outcome = 'ok' AND before LIKE '%{id}%'"
    );
    assert_eq!(beside.number(&audited), 1);
}

#[tokio::test]
async fn a_role_that_is_ended_on_one_hub_is_no_role_on_the_other() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    let siti = one.person("siti", &[], None).await;
    let opds = || other.call("GET", "/admin/opds").cookie(&siti);
    opds().await.problem(403, "forbidden");
    let name = "siti".parse().unwrap();
    let given = one
        .hub
        .assign(&actor(), &name, &assignment(Role::Operator))
        .unwrap();
    opds().await.is(200);
    let path = format!("/admin/people/siti/assignments/{}", given.id);
    one.call("DELETE", &path).key(ADMIN_KEY).await.is(204);
    opds().await.problem(403, "forbidden");
    let shown = who(&other, &siti).await.expect(200);
    assert_eq!(shown["roles"], json!([]));
}

#[tokio::test]
async fn what_was_ended_stays_ended_when_its_agency_comes_back() {
    let one = TestHub::start().await;
    let other = TestHub::builder().on(&one.database).start().await;
    let siti = one.person("siti", &[Role::Opd], Some("bkd")).await;
    let wati = one.person("wati", &[Role::Opd], Some("dinkes")).await;
    let active = |active: bool| {
        one.call("PATCH", "/admin/opds/bkd")
            .key(ADMIN_KEY)
            .json(json!({"active": active}))
    };
    active(false).await.is(200);
    who(&other, &siti).await.is(401);
    active(true).await.is(200);
    who(&other, &siti).await.is(401);
    who(&other, &wati).await.is(200);
    // Who is moved to a deactivated agency is out as well.
    active(false).await.is(200);
    let moved = one.call("PATCH", "/admin/people/wati").key(ADMIN_KEY);
    moved.json(json!({"opd": "bkd"})).await.is(200);
    active(true).await.is(200);
    who(&other, &wati).await.is(401);
}

#[tokio::test]
async fn a_feed_that_is_followed_ends_with_the_role_and_with_the_person() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let siti = hub.person("siti", &[], Some("bkd")).await;
    let name = "siti".parse().unwrap();
    for person in [false, true] {
        let role = hub.hub.assign(&actor(), &name, &assignment(Role::Opd)).unwrap();
        let events = hub.call("GET", "/api/bkd/barang/v1/changes").cookie(&siti);
        let mut events = events.header("Accept", "text/event-stream").open().await;
        assert!(events.block().await.unwrap().unwrap().contains(r#""key":"a""#));
        match person {
            true => {
                let patch = hub.call("PATCH", "/admin/people/siti").key(ADMIN_KEY);
                patch.json(json!({"active": false})).await.is(200);
            }
            false => hub.hub.end_assignment(&actor(), &name, role.id).unwrap(),
        }
        // Nothing more comes, though nothing was written that would have woken it.
        while let Ok(Some(block)) = events.block().await {
            assert!(block.starts_with(':'), "{block}");
        }
    }
}

#[tokio::test]
async fn a_request_whose_body_takes_long_is_not_let_in_by_a_session_that_ended_meanwhile() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[], None).await;
    let name = "siti".parse().unwrap();
    let role = hub
        .hub
        .assign(&actor(), &name, &assignment(Role::Operator))
        .unwrap();
    for (session, told) in [(true, "HTTP/1.1 401"), (false, "HTTP/1.1 403")] {
        let cookie = match session {
            true => siti.clone(),
            false => cookie(&hub.sign_in("siti", PASSWORD).await),
        };
        let body = r#"{"code":"baru","name":"Dinas Baru"}"#;
        let mut slow = TcpStream::connect(hub.address()).unwrap();
        let head = format!(
            "POST /admin/opds HTTP/1.1\r\nHost: hub\r\nCookie: {cookie}\r\nX-Requested-With: x\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        slow.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 25];
        slow.read_exact(&mut answer).unwrap();
        assert_eq!(&answer[..], b"HTTP/1.1 100 Continue\r\n\r\n");
        slow.write_all(&body.as_bytes()[..10]).unwrap();
        // What it asks for was allowed when it began.
        let opds = hub.call("GET", "/admin/opds").cookie(&cookie);
        opds.await.is(200);
        match session {
            true => drop(hub.hub.end_sessions(&actor(), &name).unwrap()),
            false => hub.hub.end_assignment(&actor(), &name, role.id).unwrap(),
        }
        slow.write_all(&body.as_bytes()[10..]).unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(told), "{answer}");
    }
    assert!(hub.hub.opds().unwrap().is_empty());
}
