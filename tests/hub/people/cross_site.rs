//! Requests that a page of another site makes a browser send, with the cookie of whoever looks at it.

use mahakam::access::Role;
use serde_json::json;

use crate::harness::{ADMIN_KEY, PASSWORD, TestHub};

#[tokio::test]
async fn a_session_changes_nothing_for_a_page_of_another_site() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let add = |code: &str, headers: &[(&str, &str)]| {
        let body = json!({"code": code, "name": "Dinas"});
        let call = hub.call("POST", "/admin/opds").json(body).header("Cookie", &siti);
        headers
            .iter()
            .fold(call, |call, (name, value)| call.header(name, value))
    };
    let refused: [&[(&str, &str)]; 7] = [
        &[],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site"), ("X-Requested-With", "x")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null"), ("X-Requested-With", "x")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", &hub.url)],
        &[("Referer", &hub.url)],
    ];
    for headers in refused {
        add("jahat", headers).await.problem(403, "cross-site");
    }
    let taken: [&[(&str, &str)]; 4] = [
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", &hub.url)],
        &[("X-Requested-With", "program")],
    ];
    for (number, headers) in taken.into_iter().enumerate() {
        add(&format!("d{number}"), headers).await.is(201);
    }
    let opds = hub.call("GET", "/admin/opds").header("Cookie", &siti);
    assert!(!opds.await.expect(200).to_string().contains("jahat"));
    // Signing out is a change like any other.
    let out = hub.call("DELETE", "/session").header("Cookie", &siti);
    out.header("Sec-Fetch-Site", "cross-site")
        .await
        .problem(403, "cross-site");
    hub.call("GET", "/session").header("Cookie", &siti).await.is(200);
}

#[tokio::test]
async fn a_key_needs_no_word_about_where_it_comes_from_and_wins_over_a_cookie() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Viewer], None).await;
    let body = json!({"code": "bkd", "name": "Dinas"});
    let call = hub.call("POST", "/admin/opds").json(&body);
    call.key(ADMIN_KEY).header("Cookie", &siti).await.is(201);
    let wrong = hub.call("GET", "/session").cookie(&siti).key("wrong");
    wrong.await.problem(401, "credentials-invalid");
}

#[tokio::test]
async fn another_site_can_not_sign_somebody_in() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    let foreign = hub
        .sign_in("siti", PASSWORD)
        .header("Origin", "https://evil.example");
    foreign.await.problem(403, "cross-site");
    let own = hub.sign_in("siti", PASSWORD).header("Origin", &hub.url);
    own.await.is(200);
}
