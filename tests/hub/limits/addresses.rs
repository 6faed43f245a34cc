//! Calls of people who do not say who they are: limited by address, counted in the log.

use crate::harness::{ADMIN_KEY, TestHub, contracts};
use crate::log::ended;

async fn few() -> crate::harness::Builder {
    TestHub::builder().setting("MAHAKAM_ADDRESS_REQUESTS_PER_SECOND", 2)
}

/// Whether calls with this key, which say they come from `from`, are refused for their number within so many.
async fn limited(hub: &TestHub, key: Option<&str>, from: &str, most: usize) -> bool {
    for _ in 0..most {
        let call = hub
            .call("GET", "/api/bkd/barang/v1/records")
            .header("x-forwarded-for", from);
        let answer = match key {
            Some(key) => call.key(key).await,
            None => call.await,
        };
        if answer.status == 429 {
            answer.problem(429, "rate-limited");
            assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=2;w=1");
            return true;
        }
    }
    false
}

#[tokio::test]
async fn an_address_that_shows_no_or_wrong_keys_is_shut_out_for_a_moment() {
    let hub = few().await.start().await;
    hub.publish(&contracts::barang());
    assert!(limited(&hub, None, "192.0.2.1", 200).await);
    let hub = few().await.start().await;
    hub.publish(&contracts::barang());
    assert!(limited(&hub, Some("mhk_wrong_wrong"), "192.0.2.1", 200).await);
    let hub = few().await.start().await;
    hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    assert!(
        !limited(&hub, Some(&key), "192.0.2.1", 50).await,
        "who says who they are is not charged"
    );
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let hub = few().await.start().await;
    hub.publish(&contracts::barang());
    // Nobody is trusted: every made-up address is the caller's own.
    let mut refused = false;
    for number in 0..200 {
        refused |= limited(&hub, None, &format!("192.0.2.{number}"), 1).await;
    }
    assert!(refused);

    let hub = few()
        .await
        .setting("MAHAKAM_TRUSTED_PROXIES", "127.0.0.0/8, ::1")
        .start()
        .await;
    hub.publish(&contracts::barang());
    assert!(limited(&hub, None, "192.0.2.1", 200).await);
    assert!(
        !limited(&hub, None, "192.0.2.2", 1).await,
        "another address is another caller"
    );
    assert!(limited(&hub, None, "198.51.100.1, 192.0.2.2", 200).await);
    assert!(
        !limited(&hub, None, "198.51.100.1", 1).await,
        "only what the proxy itself wrote counts"
    );
}

#[tokio::test]
async fn two_headers_that_tell_different_things_are_of_no_use_to_whoever_makes_one_up() {
    let hub = few()
        .await
        .setting("MAHAKAM_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let mut refused = false;
    for number in 0..200 {
        // As through a proxy that writes one of them and passes on the other.
        let call = hub.call("GET", "/api").header("x-forwarded-for", "192.0.2.1");
        let made_up = format!("for=198.51.100.{number}");
        refused |= call.header("forwarded", &made_up).await.status == 429;
    }
    assert!(refused);
}

#[tokio::test]
async fn what_everybody_may_ask_is_limited_by_address_and_tells_so() {
    for path in [
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/problems/not-json",
        "/nothing",
    ] {
        let hub = few().await.start().await;
        let first = hub.call("GET", path).await;
        assert_eq!(first.header("ratelimit-policy"), "\"address\";q=2;w=1", "{path}");
        assert_eq!(first.header("ratelimit"), "\"address\";r=1;t=1", "{path}");
        let mut refused = false;
        for _ in 0..200 {
            // A session that nobody has is looked up no more often than that.
            let call = hub.call("GET", path).header("cookie", "mahakam=made-up");
            refused |= call.await.status == 429;
            if refused {
                break;
            }
        }
        assert!(refused, "{path}");
        for _ in 0..10 {
            hub.call("GET", "/health/live").await.is(200);
        }
    }
}

#[tokio::test]
async fn a_flood_without_credentials_is_one_row_for_an_address_and_a_minute() {
    let clock = mahakam::types::Clock::fixed(mahakam::types::Timestamp(1_800_000_000_000));
    let hub = TestHub::builder()
        .clock(clock.clone())
        .setting("MAHAKAM_TRUSTED_PROXIES", "127.0.0.0/8")
        .start()
        .await;
    hub.publish(&contracts::barang());
    for number in 0..40 {
        let from = if number % 2 == 0 {
            "192.0.2.1"
        } else {
            "2001:db8::7"
        };
        let path = format!("/api/bkd/barang/v1/records/{number}");
        hub.call("GET", &path)
            .header("x-forwarded-for", from)
            .await
            .is(401);
    }
    clock.advance(60_000);
    hub.call("GET", "/api/bkd/barang/v1/records")
        .header("x-forwarded-for", "192.0.2.1")
        .await
        .is(401);
    let database = ended(hub);
    let mut beside = database.beside();
    let strangers = "FROM exchange WHERE address IS NOT NULL";
    assert_eq!(beside.number(&format!("SELECT count(*) {strangers}")), 3);
    assert_eq!(
        beside.number(&format!("SELECT CAST(sum(times) AS BIGINT) {strangers}")),
        41
    );
    let of_one = format!("SELECT count(*) {strangers} AND address = '2001:db8::/64' AND times = 20");
    assert_eq!(beside.number(&of_one), 1);
    assert!(crate::log::verified(&database).ok);
}

#[tokio::test]
async fn what_somebody_known_tried_and_was_refused_is_audited() {
    let hub = TestHub::start().await;
    let call = hub
        .call("POST", "/admin/opds")
        .key(ADMIN_KEY)
        .json(r#"{"code":"x y"}"#);
    let status = call.await.status;
    assert!((400..500).contains(&status));
    let found = hub
        .call("GET", "/admin/audit?action=manage")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    let action = &found["actions"][0];
    assert_eq!(
        (&action["actor"], &action["target"]),
        (&"admin-key".into(), &"POST /admin/opds".into())
    );
    assert_ne!(action["outcome"], "ok");
}
