//! `/admin/people`: people are added, changed, assigned and listed.

use mahakam::access::{Capacity, Role};
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Call, NOW, PASSWORD, TestHub, actor, assignment, contracts, cookie};

fn admin(hub: &TestHub, method: &str, path: &str) -> Call {
    hub.call(method, &format!("/admin/people{path}")).key(ADMIN_KEY)
}

#[tokio::test]
async fn a_person_is_added_shown_changed_and_listed() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let body = json!({
        "name": "siti", "full_name": "Siti Aminah", "nip": "199001012015031001", "rank": "III/b",
        "office": "Kepala Seksi", "opd": "bkd",
    });
    let added = admin(&hub, "POST", "").json(&body).await;
    let password = added.expect(201)["password"].as_str().unwrap().to_owned();
    assert_eq!(password.len(), 20);
    assert_eq!(added.header("location"), format!("{}/admin/people/siti", hub.url));
    let shown = admin(&hub, "GET", "/siti").await.expect(200);
    assert_eq!(
        shown,
        json!({
            "name": "siti", "full_name": "Siti Aminah", "nip": "199001012015031001", "rank": "III/b",
            "office": "Kepala Seksi", "opd": "bkd", "active": true, "roles": [], "created_at": "2026-03-20T09:46:40.120Z",
        })
    );
    let session = cookie(&hub.sign_in("siti", &password).await);
    let changed = json!({"full_name": "Siti Aminah, M.Si.", "nip": null, "opd": null});
    let changed = admin(&hub, "PATCH", "/siti").json(changed).await.expect(200);
    assert_eq!(
        (
            &changed["full_name"],
            &changed["nip"],
            &changed["opd"],
            &changed["rank"]
        ),
        (
            &json!("Siti Aminah, M.Si."),
            &Value::Null,
            &Value::Null,
            &json!("III/b")
        )
    );
    let listed = admin(&hub, "GET", "?limit=1").await.expect(200);
    assert_eq!(listed, json!({"people": [changed], "next": null}));
    admin(&hub, "PATCH", "/siti")
        .json(json!({"password": PASSWORD}))
        .await
        .is(200);
    hub.call("GET", "/session").cookie(&session).await.is(401);
    hub.sign_in("siti", PASSWORD).await.is(200);
    let mut beside = hub.database.beside();
    let audited = "SELECT count(*) FROM audit WHERE target = 'siti' AND actor = 'admin-key'";
    assert_eq!(beside.number(audited), 3);
    let leaked =
        format!("SELECT count(*) FROM audit WHERE after LIKE '%{PASSWORD}%' OR after LIKE '%argon2%'");
    assert_eq!(beside.number(&leaked), 0);
}

#[tokio::test]
async fn whatever_changes_of_a_person_is_one_entry_with_before_and_after() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    // Two sessions, which end with the password.
    hub.person("siti", &[], None).await;
    hub.sign_in("siti", PASSWORD).await.is(200);
    let patch = |body: Value| admin(&hub, "PATCH", "/siti").json(body);
    let before = json!({
        "full_name": "Saudara siti", "nip": null, "rank": null, "office": null, "opd": null, "active": true,
    });
    let with = |more: Value| {
        let mut all = before.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    };
    let moved = with(json!({"opd": "bkd", "office": "Kepala"}));
    let gone = with(json!({"opd": "bkd", "office": "Kepala", "active": false}));
    let changes = [
        (
            json!({"opd": "bkd", "office": "Kepala", "password": "ikan merah di laut"}),
            before.clone(),
            with(json!({"opd": "bkd", "office": "Kepala", "password": "changed", "sessions_ended": 2})),
        ),
        (
            json!({"password": PASSWORD}),
            moved.clone(),
            with(json!({"opd": "bkd", "office": "Kepala", "password": "changed", "sessions_ended": 0})),
        ),
        (
            json!({"active": false}),
            moved.clone(),
            with(json!({"opd": "bkd", "office": "Kepala", "active": false, "sessions_ended": 0})),
        ),
        (json!({"active": true}), gone, moved),
    ];
    for (number, (sent, before, after)) in changes.into_iter().enumerate() {
        patch(sent).await.is(200);
        let log = hub.call("GET", "/admin/audit?target=siti").key(ADMIN_KEY);
        let log = log.await.expect(200);
        let entries = log["actions"].as_array().unwrap();
        let entries: Vec<_> = entries.iter().filter(|one| one["actor"] == "admin-key").collect();
        assert_eq!(entries.len(), number + 1, "{log}");
        let newest = entries[0];
        assert_eq!(newest["action"], "person.change");
        assert_eq!((&newest["before"], &newest["after"]), (&before, &after));
    }
}

#[tokio::test]
async fn what_can_not_be_meant_of_a_person_is_refused() {
    let hub = TestHub::start().await;
    let add = |body: Value| admin(&hub, "POST", "").json(body);
    add(json!({"name": "Siti", "full_name": "Siti"}))
        .await
        .problem(422, "contract-violated");
    add(json!({"name": "siti", "full_name": ""}))
        .await
        .problem(422, "contract-violated");
    add(json!({"name": "siti", "full_name": "S", "nip": "1"}))
        .await
        .problem(422, "contract-violated");
    add(json!({"name": "siti", "full_name": "S", "opd": "tiada"}))
        .await
        .problem(404, "unknown-opd");
    add(json!({"name": "siti", "full_name": "S", "password": "siti siti siti"}))
        .await
        .problem(400, "bad-body");
    add(json!({"name": "siti", "full_name": "S", "admin": true}))
        .await
        .problem(422, "contract-violated");
    add(json!({"name": "siti", "full_name": "S"})).await.is(201);
    add(json!({"name": "siti", "full_name": "S"}))
        .await
        .problem(409, "name-taken");
    for path in ["/budi", "/budi/assignments", "/budi/sessions", "/B%27--/sessions"] {
        admin(&hub, "GET", path).await.problem(404, "unknown-person");
    }
    admin(&hub, "DELETE", "/siti/assignments/7")
        .await
        .problem(404, "unknown-assignment");
    let assign = |body: Value| admin(&hub, "POST", "/siti/assignments").json(body);
    assign(json!({"role": "root"})).await.problem(400, "bad-body");
    assign(json!({"role": "viewer", "capacity": "acting"}))
        .await
        .problem(400, "bad-body");
    assign(json!({"role": "viewer", "from": "besok"}))
        .await
        .problem(422, "contract-violated");
    assign(json!({"role": "viewer", "from": "2026-04-01", "until": "2026-03-01"}))
        .await
        .problem(400, "bad-body");
    // Nobody speaks for an agency without belonging to one.
    assign(json!({"role": "opd"})).await.problem(400, "bad-body");
}

#[tokio::test]
async fn a_role_holds_while_its_assignment_does() {
    // 20:46 on 20 March in the province, three hours and a bit before midnight.
    let clock = Clock::fixed(mahakam::types::Timestamp(NOW.0 + 3 * 3_600_000));
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let siti = hub.person("siti", &[], None).await;
    let contracts = || hub.call("GET", "/admin/contracts").cookie(&siti);
    contracts().await.problem(403, "forbidden");
    let body = json!({
        "role": "Steward", "capacity": "Plt", "order_number": "800/123/2026", "from": "2026-03-20", "until": "2026-03-20",
    });
    let assigned = admin(&hub, "POST", "/siti/assignments")
        .json(body)
        .await
        .expect(201);
    assert_eq!(
        (&assigned["capacity"], &assigned["holds"]),
        (&json!("plt"), &json!(true))
    );
    contracts().await.is(200);
    // The day ends at midnight in the province, 16:00 UTC.
    clock.advance(4 * 3_600_000);
    hub.hub.refresh().unwrap();
    let siti = cookie(&hub.sign_in("siti", PASSWORD).await);
    let contracts = || hub.call("GET", "/admin/contracts").cookie(&siti);
    contracts().await.problem(403, "forbidden");
    let open = admin(&hub, "POST", "/siti/assignments").json(json!({"role": "steward"}));
    let open = open.await.expect(201);
    contracts().await.is(200);
    admin(&hub, "DELETE", &format!("/siti/assignments/{}", open["id"]))
        .await
        .is(204);
    contracts().await.problem(403, "forbidden");
    let listed = admin(&hub, "GET", "/siti/assignments").await.expect(200);
    let ended: Vec<bool> = listed["assignments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ended_at"].is_null())
        .collect();
    assert_eq!(ended, [true, false]);
}

#[tokio::test]
async fn nobody_gives_a_role_a_password_or_an_agency_to_themselves() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let own = |method: &str, path: &str, body: Value| {
        hub.call(method, &format!("/admin/people/siti{path}"))
            .cookie(&siti)
            .json(body)
    };
    own("POST", "/assignments", json!({"role": "administrator"}))
        .await
        .problem(403, "own-role");
    own("PATCH", "", json!({"password": "ikan merah di laut"}))
        .await
        .problem(403, "own-role");
    own("PATCH", "", json!({"opd": "bkd"}))
        .await
        .problem(403, "own-role");
    own("PATCH", "", json!({"office": "Kepala Seksi"})).await.is(200);
    let mut beside = hub.database.beside();
    let audited = "SELECT count(*) FROM audit WHERE actor = 'person:siti' AND action = 'person.change'";
    assert_eq!(beside.number(audited), 1);
}

#[tokio::test]
async fn who_speaks_for_an_agency_sends_its_own_and_pulls_what_it_was_granted_too() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai
        .push(r#"{"nip":"199001012015031001","nama":"Siti"}"#)
        .await
        .is(201);
    let libur = hub.publish(&contracts::libur());
    libur.push(r#"{"id":"a"}"#).await.is(201);
    let own = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    // `bappeda` was granted two fields to read.
    let other = hub.person("budi", &[Role::Opd], Some("bappeda")).await;
    let auditor = hub.person("wati", &[Role::Auditor], None).await;
    let (records, open) = ("/api/bkd/pegawai/v1/records", "/api/pod/libur/v1/records");
    let get = |path: &str, cookie: &str| hub.call("GET", path).cookie(cookie);
    assert_eq!(
        get(records, &own).await.expect(200)["records"][0]["data"]["nama"],
        "Siti"
    );
    assert_eq!(
        get(records, &other).await.expect(200)["records"][0]["data"],
        json!({"nip": "199001012015031001"})
    );
    get(records, &auditor).await.problem(403, "forbidden");
    for cookie in [&own, &other, &auditor] {
        get(open, cookie).await.is(200);
    }
    // So is sending: what a contract grants, and what is open, their applications send.
    let push = |path: &str, cookie: &str, payload: &str| hub.call("POST", path).cookie(cookie).json(payload);
    let budi = r#"{"nip":"199001012015031002","nama":"Budi"}"#;
    push(records, &own, budi).await.is(201);
    push(records, &other, budi).await.problem(403, "forbidden");
    push(records, &auditor, budi).await.problem(403, "forbidden");
    push(open, &other, r#"{"id":"b"}"#)
        .await
        .problem(403, "forbidden");
    let known = |catalog: Value| -> Vec<String> {
        let all = catalog["datasets"].as_array().unwrap().clone();
        all.iter()
            .map(|one| one["dataset"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        known(get("/catalog", &own).await.expect(200)),
        ["bkd/pegawai/v1", "pod/libur/v1"]
    );
    assert_eq!(known(get("/catalog", &other).await.expect(200)).len(), 2);
    assert_eq!(known(get("/catalog", &auditor).await.expect(200)).len(), 2);
    let shown = get("/catalog", &own).await;
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    // The exchange says on whose behalf.
    let mut beside = hub.database.beside();
    let logged =
        "SELECT count(*) FROM exchange WHERE opd = 'bkd' AND application_id IS NULL AND action = 'pull'";
    crate::harness::eventually("the pull is in the log", || {
        let logged = beside.number(logged);
        async move { (logged > 0).then_some(()) }
    })
    .await;
}

#[tokio::test]
async fn lists_show_an_agencys_people_what_is_their_own() {
    let (hub, _) = TestHub::with(contracts::barang()).await;
    hub.publish(&contracts::libur());
    let (id, _) = hub.new_application("pod", "lain");
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let get = |path: &str| hub.call("GET", path).cookie(&siti);
    for path in ["/admin/opds", "/admin/applications", "/admin/contracts"] {
        let shown = get(path).await.expect(200).to_string();
        assert!(shown.contains("bkd") && !shown.contains("pod"), "{path}: {shown}");
    }
    get(&format!("/admin/applications/{id}"))
        .await
        .problem(404, "unknown-application");
    get("/admin/opds/pod").await.problem(403, "forbidden");
    get("/admin/contracts/pod/libur/1.0.0")
        .await
        .problem(403, "forbidden");
    get("/admin/contracts/pod/tiada/1.0.0")
        .await
        .problem(403, "forbidden");
    get("/admin/rejections?dataset=pod/libur/v1")
        .await
        .problem(403, "forbidden");
    get("/admin/rejections?dataset=bkd/barang/v1").await.is(200);
    get("/admin/people").await.problem(403, "forbidden");
}

#[tokio::test]
async fn an_assignment_keeps_its_capacity_and_order() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[], None);
    let mut acting = assignment(Role::Supervisor);
    acting.capacity = Capacity::Plh;
    acting.order_number = Some("821/7/2026".into());
    let name = "siti".parse().unwrap();
    let added = hub.hub.assign(&actor(), &name, &acting).unwrap();
    assert_eq!((added.capacity, added.holds), (Capacity::Plh, true));
    assert_eq!(
        hub.hub.assignments(&name).unwrap()[0].order_number.as_deref(),
        Some("821/7/2026")
    );
}

#[tokio::test]
async fn the_technical_team_begins_a_sandbox_anew_and_other_roles_do_not() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let team = hub.person("tim", &[Role::TechnicalTeam], None).await;
    let operator = hub.person("siti", &[Role::Operator], None).await;
    let reset = |cookie: &str| hub.call("POST", "/sandbox/bkd/barang/v1/reset").cookie(cookie);
    reset(&operator).await.problem(403, "forbidden");
    reset(&team).await.is(200);
    // The real dataset is none of the team's to read.
    let records = hub.call("GET", "/api/bkd/barang/v1/records").cookie(&team);
    records.await.problem(403, "forbidden");
}
