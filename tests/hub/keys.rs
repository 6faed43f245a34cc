//! Keys of applications: several at a time, until when, from where; and the tokens they are exchanged for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, Api, Call, TestHub, actor, contracts};
use crate::log::ended;

/// A hub with `bkd/barang/v1` and `bkd/lain/v1`, and an application of `bkd`: its number and key.
async fn with_application() -> (TestHub, Api, i64, String) {
    let hub = TestHub::start().await;
    let barang = hub.publish(&contracts::barang());
    hub.publish(&contracts::named(contracts::barang(), "lain"));
    let (id, key) = hub.new_application("bkd", "uji");
    (hub, barang, id, key)
}

async fn new_key(hub: &TestHub, id: i64, terms: Value) -> Answer {
    let path = format!("/admin/applications/{id}/keys");
    hub.call("POST", &path).key(ADMIN_KEY).json(terms).await
}

fn ask(hub: &TestHub, body: &str) -> Call {
    hub.call("POST", "/oauth/token")
        .body("application/x-www-form-urlencoded", body.to_owned())
}

async fn token(hub: &TestHub, (id, key): (i64, &str), scope: &str) -> String {
    let body = format!("grant_type=client_credentials&client_id={id}&client_secret={key}&scope={scope}");
    let given = ask(hub, &body).await.expect(200);
    assert_eq!(
        (&given["token_type"], &given["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    given["access_token"].as_str().unwrap().to_owned()
}

async fn works(api: &Api, key: &str) -> bool {
    let answer = api.with_key(Some(key)).get("/records").await;
    if answer.status != 200 {
        answer.problem(401, "credentials-invalid");
    }
    answer.status == 200
}

#[tokio::test]
async fn an_application_has_several_keys_and_each_ends_by_itself() {
    let (hub, barang, id, first) = with_application().await;
    let second = new_key(&hub, id, json!({"name": "cadangan", "keep_others": true})).await;
    let second = second.expect(201)["key"].as_str().unwrap().to_owned();
    assert!(works(&barang, &first).await && works(&barang, &second).await);

    let path = format!("/admin/applications/{id}/keys");
    let listed = hub.call("GET", &path).key(ADMIN_KEY).await.expect(200);
    let keys = listed["keys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[0]["name"]), (2, &json!("cadangan")));
    assert!(keys.iter().all(|key| !key["last_used_at"].is_null()), "{listed}");
    let public = keys[0]["key"].as_str().unwrap();
    assert!(second.contains(public) && !listed.to_string().contains(&second));

    let one = format!("{path}/{public}");
    hub.call("DELETE", &one).key(ADMIN_KEY).await.is(200);
    assert!(works(&barang, &first).await && !works(&barang, &second).await);
    hub.call("DELETE", &one)
        .key(ADMIN_KEY)
        .await
        .problem(404, "unknown-application");
}

#[tokio::test]
async fn while_keys_are_exchanged_the_old_one_goes_on_for_as_long_as_was_said() {
    let clock = mahakam::types::Clock::fixed(mahakam::types::Timestamp(1_800_000_000_000));
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let barang = hub.publish(&contracts::barang());
    let (id, first) = hub.new_application("bkd", "uji");
    let second = new_key(&hub, id, json!({"overlap_seconds": 60}))
        .await
        .expect(201);
    let second = second["key"].as_str().unwrap();
    clock.advance(59_000);
    hub.hub.refresh().unwrap();
    assert!(works(&barang, &first).await && works(&barang, second).await);
    clock.advance(1_000);
    hub.hub.refresh().unwrap();
    assert!(!works(&barang, &first).await && works(&barang, second).await);
    for (terms, status) in [
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), 400),
        (json!({"expires_at": "besok"}), 400),
        (json!({"networks": ["10.0.0.1/8"]}), 400),
        (json!({"name": 3}), 422),
    ] {
        new_key(&hub, id, terms.clone()).await.is(status);
    }
    assert!(works(&barang, second).await, "what was refused changed nothing");
    // Terms may be left out, said as `null` or not at all.
    new_key(&hub, id, Value::Null).await.is(201);
    let path = format!("/admin/applications/{id}/keys");
    hub.call("POST", &path).key(ADMIN_KEY).await.is(201);
}

#[tokio::test]
async fn a_key_is_good_from_its_networks_alone() {
    let (hub, barang, id, _) = with_application().await;
    for (networks, good) in [
        (json!(["127.0.0.0/8", "::1"]), true),
        (json!(["192.0.2.0/24", "2001:db8::/32"]), false),
    ] {
        let key = new_key(&hub, id, json!({"networks": networks})).await.expect(201);
        assert_eq!(works(&barang, key["key"].as_str().unwrap()).await, good);
    }
}

#[tokio::test]
async fn a_token_is_got_in_both_ways_and_does_what_its_key_does() {
    let (hub, barang, id, key) = with_application().await;
    let posted = token(&hub, (id, &key), "").await;
    let basic = STANDARD.encode(format!("{id}:{key}"));
    let given = ask(&hub, "grant_type=client_credentials")
        .header("authorization", &format!("Basic {basic}"))
        .await;
    assert_eq!(given.is(200).header("cache-control"), "no-store");
    let given = given.json();
    let by_header = given["access_token"].as_str().unwrap();
    for token in [posted.as_str(), by_header] {
        let with = barang.with_key(Some(token));
        with.push(json!({"id": token})).await.is(201);
        with.get("/records").await.is(200);
    }
    // Only hashes are kept.
    let mut beside = hub.database.beside();
    assert_eq!(beside.number("SELECT count(*) FROM access_token"), 2);
    let cut = &posted[..posted.len() - 1];
    assert!(!works(&barang, cut).await && !works(&barang, &format!("{cut}_")).await);
}

#[tokio::test]
async fn a_scope_narrows_and_never_widens() {
    let (hub, barang, id, key) = with_application().await;
    let narrow = token(&hub, (id, &key), "bkd/barang/v1:pull").await;
    let with = barang.with_key(Some(&narrow));
    with.get("/records").await.is(200);
    with.push(r#"{"id":"a"}"#).await.problem(403, "forbidden");
    let lain = hub.api("bkd/lain/v1", Some(&narrow));
    lain.get("/records").await.problem(403, "forbidden");
    let (other, other_key) = hub.new_application("dinkes", "uji");
    for scope in [
        "bkd/barang/v1:pull",
        "bkd/tiada/v1:pull",
        "semua",
        "bkd/barang/v1:delete",
    ] {
        let body = format!(
            "grant_type=client_credentials&client_id={other}&client_secret={other_key}&scope={scope}"
        );
        let refused = ask(&hub, &body).await.expect(400);
        assert_eq!(refused["error"], "invalid_scope", "{scope}");
    }
}

#[tokio::test]
async fn wrong_clients_are_told_one_thing_and_wrong_requests_what_is_wrong() {
    let (hub, _, id, key) = with_application().await;
    let (other, _) = hub.new_application("bkd", "lain");
    let grant = "grant_type=client_credentials";
    let mut told = Vec::new();
    for credentials in [
        format!(
            "&client_id={id}&client_secret=mhk_0000000000000000_{}",
            "x".repeat(43)
        ),
        format!("&client_id={id}&client_secret={}", &key[..40]),
        format!("&client_id={other}&client_secret={key}"),
        format!("&client_id=999&client_secret={key}"),
        format!("&client_id={id}&client_secret={}", ADMIN_KEY.replace(' ', "+")),
        format!("&client_id={id}"),
        String::new(),
    ] {
        let refused = ask(&hub, &format!("{grant}{credentials}")).await;
        assert!(
            refused
                .is(401)
                .header("www-authenticate")
                .starts_with("Basic realm=")
        );
        told.push(refused.body);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("\"invalid_client\""));
    let good = format!("client_id={id}&client_secret={key}");
    for (body, error) in [
        (good.clone(), "invalid_request"),
        (format!("{good}&grant_type=password"), "unsupported_grant_type"),
        (format!("{good}&{grant}&{grant}"), "invalid_request"),
    ] {
        assert_eq!(ask(&hub, &body).await.expect(400)["error"], error, "{body}");
    }
    let basic = STANDARD.encode(format!("{id}:{key}"));
    let twice = ask(&hub, &format!("{grant}&{good}")).header("authorization", &format!("Basic {basic}"));
    assert_eq!(twice.await.expect(400)["error"], "invalid_request");
    let json = hub.call("POST", "/oauth/token").json("{}").await;
    assert_eq!(json.expect(400)["error"], "invalid_request");
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_its_key_on_every_hub() {
    let clock = mahakam::types::Clock::fixed(mahakam::types::Timestamp(1_800_000_000_000));
    let one = TestHub::builder().clock(clock.clone()).start().await;
    let barang = one.publish(&contracts::barang());
    let (id, key) = one.new_application("bkd", "uji");
    let two = TestHub::builder()
        .on(&one.database)
        .clock(clock.clone())
        .start()
        .await;
    let there = two.api("bkd/barang/v1", None);
    let short = token(&one, (id, &key), "").await;
    assert!(works(&barang, &short).await && works(&there, &short).await);
    clock.advance(15 * 60_000);
    for hub in [&one, &two] {
        hub.hub.refresh().unwrap();
    }
    assert!(!works(&barang, &short).await && !works(&there, &short).await);
    assert_eq!(one.hub.forget_tokens().unwrap(), 1);
    let long = token(&one, (id, &key), "").await;
    assert!(works(&there, &long).await);
    one.hub.revoke_keys(&actor(), id).unwrap();
    crate::harness::eventually("the other hub to hear of it", || async {
        (!works(&there, &long).await).then_some(())
    })
    .await;
}

#[tokio::test]
async fn clients_find_the_token_endpoint_by_its_metadata() {
    let hub = TestHub::start().await;
    let told = hub
        .call("GET", "/.well-known/oauth-authorization-server")
        .await
        .expect(200);
    let issuer = told["issuer"].as_str().unwrap();
    assert_eq!(told["token_endpoint"], format!("{issuer}/oauth/token"));
    assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(
        told["token_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post"])
    );
}

#[tokio::test]
async fn whoever_asks_for_tokens_too_often_is_refused_before_there_is_one() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_REQUESTS_PER_SECOND", 2)
        .start()
        .await;
    let (id, key) = hub.new_application("bkd", "uji");
    let body = format!("grant_type=client_credentials&client_id={id}&client_secret={key}");
    let mut given = 0;
    let refused = loop {
        let answer = ask(&hub, &body).await;
        if answer.status != 200 {
            break answer;
        }
        given += 1;
        assert!(given < 200, "never limited");
    };
    refused.problem(429, "rate-limited");
    assert_eq!(refused.header("ratelimit-policy"), "\"requests\";q=2;w=1");
    let database = ended(hub);
    let mut beside = database.beside();
    assert_eq!(beside.number("SELECT count(*) FROM access_token"), given);
    // It is known whom it was refused.
    let logged = format!(
        "SELECT count(*) FROM exchange WHERE action = 'token' AND outcome = 'rate-limited' AND application_id = {id}"
    );
    assert_eq!(beside.number(&logged), 1);
}
