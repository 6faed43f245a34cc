//! Signing in: who may, what they are told who may not, and how often one may try.

use mahakam::access::Role;
use mahakam::hub::PersonChange;
use mahakam::types::Clock;
use serde_json::json;

use crate::harness::{NOW, PASSWORD, TestHub, actor, cookie};

#[tokio::test]
async fn a_person_signs_in_sees_who_they_are_and_signs_out() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Opd, Role::Steward], Some("bkd"));
    let answer = hub.sign_in(" Siti ", PASSWORD).await;
    let told = answer.expect(200);
    assert_eq!(
        told,
        json!({"name": "siti", "full_name": "Saudara siti", "opd": "bkd", "roles": ["opd", "steward"]})
    );
    let set = answer.header("set-cookie");
    assert!(set.starts_with("mahakam=mhs_"), "{set}");
    assert!(
        set.ends_with("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict"),
        "{set}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = cookie(&answer);
    let shown = hub.call("GET", "/session").cookie(&cookie).await;
    assert_eq!(shown.expect(200), told);
    let api = hub.call("GET", "/api").cookie(&cookie).await.expect(200);
    assert_eq!((&api["person"], &api["opd"]), (&json!("siti"), &json!("bkd")));
    let out = hub.call("DELETE", "/session").cookie(&cookie).await;
    assert!(
        out.is(204)
            .header("set-cookie")
            .starts_with("mahakam=; Max-Age=0")
    );
    for method in ["GET", "DELETE"] {
        let gone = hub.call(method, "/session").cookie(&cookie).await;
        gone.problem(401, "credentials-missing");
    }
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure_and_bound_to_the_host() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_PUBLIC_URL", "https://hub.example")
        .start()
        .await;
    hub.add_person("siti", &[Role::Viewer], None);
    let answer = hub.sign_in("siti", PASSWORD).await;
    let set = answer.is(200).header("set-cookie");
    assert!(set.starts_with("__Host-mahakam=mhs_"), "{set}");
    assert!(
        set.contains("; Path=/; Secure; HttpOnly; SameSite=Strict"),
        "{set}"
    );
    let own = hub.call("GET", "/session").cookie(&cookie(&answer));
    own.await.is(200);
    // The name without the prefix could have been planted by a neighbour.
    let planted = cookie(&answer).replace("__Host-", "");
    hub.call("GET", "/session").cookie(&planted).await.is(401);
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_deactivated_account_are_told_the_same() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    hub.add_person("budi", &[Role::Viewer], None);
    let deactivate = PersonChange {
        active: Some(false),
        ..PersonChange::default()
    };
    hub.hub
        .change_person(&actor(), &"budi".parse().unwrap(), &deactivate)
        .unwrap();
    let mut told = Vec::new();
    for (name, password) in [
        ("siti", "kuda biru di laut"),
        ("tiada", PASSWORD),
        ("budi", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("", ""),
    ] {
        let answer = hub.sign_in(name, password).await;
        let mut problem = answer.problem(401, "sign-in-refused");
        problem["request_id"] = json!(null);
        assert!(answer.header("set-cookie").is_empty());
        told.push(problem);
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    let mut beside = hub.database.beside();
    let refused = "SELECT count(*) FROM audit WHERE action = 'session.refuse' AND actor = 'anonymous'";
    assert_eq!(beside.number(refused), 5);
}

#[tokio::test]
async fn after_some_failures_a_name_has_to_wait_whether_it_is_known_or_not() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    hub.add_person("siti", &[Role::Viewer], None);
    for name in ["siti", "tiada"] {
        for _ in 0..5 {
            hub.sign_in(name, "salah salah salah")
                .await
                .problem(401, "sign-in-refused");
        }
        let refused = hub.sign_in(name, PASSWORD).await;
        refused.problem(429, "sign-in-throttled");
        assert_eq!(refused.header("retry-after"), "1");
    }
    clock.advance(1_000);
    hub.sign_in("siti", PASSWORD).await.is(200);
    // Who signed in begins anew.
    hub.sign_in("siti", "salah salah salah")
        .await
        .problem(401, "sign-in-refused");
    // One address is not for guessing many names.
    for number in 0..9 {
        hub.sign_in(&format!("nama{number}"), "salah salah salah")
            .await
            .is(401);
    }
    hub.sign_in("siti", PASSWORD)
        .await
        .problem(429, "sign-in-throttled");
}

#[tokio::test]
async fn what_is_no_sign_in_is_refused_before_anything_is_looked_up() {
    let hub = TestHub::start().await;
    let sign_in = |body: &str| hub.call("POST", "/session").json(body);
    sign_in("{").await.problem(400, "not-json");
    sign_in(r#"{"name":"a"}"#).await.problem(422, "contract-violated");
    sign_in(r#"{"name":"a","password":7}"#)
        .await
        .problem(422, "contract-violated");
    let form = hub
        .call("POST", "/session")
        .body("application/x-www-form-urlencoded", "name=a&password=b");
    form.await.problem(415, "unsupported-media-type");
    let allowed = hub.call("PUT", "/session").await;
    allowed.problem(405, "method-not-allowed");
    assert_eq!(allowed.header("allow"), "POST, GET, HEAD, DELETE, OPTIONS");
}
