//! Pulls added, changed, shown and deleted by those who may.

use mahakam::access::Role;
use serde_json::{Value, json};

use super::{Asked, Reply, System, add, hub_with, list, manage, run, runs, settings};
use crate::harness::{ADMIN_KEY, contracts};

fn plain() -> System {
    System::start(|_: &Asked| Reply::Json(list(0, 1)))
}

#[tokio::test]
async fn a_pull_is_added_shown_changed_and_deleted() {
    let system = plain();
    let hub = hub_with(&system).await;
    let full = settings(&json!({
        "query": "aktif=1", "schedule": "0  2 * * *", "bookmark": {"pointer": "/at", "parameter": "sejak"},
        "paging": {"by": "page", "parameter": "hal"}, "form": {"as": "json", "items": "/data"}, "mapping": "."
    }));
    let answer = manage(&hub, "POST", "/admin/pulls", Some(&json!({"settings": full}))).await;
    let added = answer.expect(201);
    let path = format!("/admin/pulls/{}", added["id"]);
    assert_eq!(answer.header("location"), format!("{}{path}", hub.url));
    assert_eq!((&added["opd"], &added["paused"]), (&json!("bkd"), &json!(false)));
    assert_eq!(added["settings"]["bookmark"]["template"], "{bookmark}");
    assert_eq!(added["settings"]["max_delete"], "0.1");
    assert_eq!(added["state"]["running"], false);
    assert_eq!(manage(&hub, "GET", &path, None).await.expect(200), added);
    let other = settings(&json!({"path": "/lain"}));
    let changed = manage(&hub, "PATCH", &path, Some(&json!({"settings": other})))
        .await
        .expect(200);
    assert_eq!(
        (&changed["settings"]["path"], &changed["state"]["next_at"]),
        (&json!("/lain"), &json!(null))
    );
    manage(&hub, "DELETE", &path, None).await.is(204);
    manage(&hub, "GET", &path, None)
        .await
        .problem(404, "unknown-pull");
    manage(&hub, "DELETE", &path, None)
        .await
        .problem(404, "unknown-pull");
    manage(&hub, "POST", &format!("{path}/run"), None)
        .await
        .problem(404, "unknown-pull");
    manage(&hub, "GET", "/admin/pulls/x", None)
        .await
        .problem(404, "unknown-pull");
}

#[tokio::test]
async fn settings_that_could_not_be_used_are_refused_with_every_fault() {
    let system = plain();
    let hub = hub_with(&system).await;
    hub.publish(&contracts::mutasi());
    hub.publish(&contracts::live());
    let refused = |more: Value| {
        let (hub, body) = (&hub, json!({"settings": settings(&more)}));
        async move { manage(hub, "POST", "/admin/pulls", Some(&body)).await }
    };
    let faulty = refused(json!({"schedule": "x", "path": "/../a", "max_delete": "2"})).await;
    let faulty = faulty.problem(422, "contract-faulty");
    let pointers: Vec<&Value> = faulty["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["pointer"])
        .collect();
    assert_eq!(pointers, ["/schedule", "/path", "/max_delete"], "{faulty}");
    let faulty = refused(json!({"dataset": "bkd/mutasi/v1", "kind": "snapshot"})).await;
    assert_eq!(
        faulty.problem(422, "contract-faulty")["faults"][0]["pointer"],
        "/kind"
    );
    refused(json!({"dataset": "bkd/cuti/v1"}))
        .await
        .problem(404, "dataset-is-live");
    refused(json!({"dataset": "bkd/tidak_ada/v1"}))
        .await
        .problem(404, "unknown-dataset");
    refused(json!({"connector": "lain"}))
        .await
        .problem(404, "unknown-connector");
    for more in [
        json!({"salah_ketik": 1}),
        json!({"paging": {"by": "page"}}),
        json!({"kind": "semua"}),
        json!({"max_pages": 0}),
    ] {
        refused(more).await.problem(422, "contract-violated");
    }
    let misspelt = refused(json!({"paging": {"by": "page", "parameter": "a", "frist": 1}})).await;
    assert!(
        misspelt.problem(400, "bad-body")["detail"]
            .as_str()
            .unwrap()
            .contains("frist")
    );
    refused(json!({"dataset": "bkd"})).await.problem(400, "bad-body");
}

#[tokio::test]
async fn lists_come_in_pages_and_people_of_an_agency_see_their_own() {
    let system = plain();
    let hub = hub_with(&system).await;
    let ids = [
        add(&hub, &json!({})).await,
        add(&hub, &json!({})).await,
        add(&hub, &json!({})).await,
    ];
    let first = manage(&hub, "GET", "/admin/pulls?limit=2", None).await;
    let page = first.expect(200);
    assert_eq!(page["pulls"].as_array().unwrap().len(), 2);
    assert!(first.header("link").contains("rel=\"next\""));
    let next = format!("/admin/pulls?limit=2&cursor={}", page["next"].as_str().unwrap());
    let rest = manage(&hub, "GET", &next, None).await.expect(200);
    assert_eq!(
        (&rest["pulls"][0]["id"], &rest["next"]),
        (&json!(ids[2]), &json!(null))
    );
    for _ in 0..3 {
        run(&hub, ids[0]).await;
    }
    let path = format!("/admin/pulls/{}/runs?limit=2", ids[0]);
    let page = manage(&hub, "GET", &path, None).await.expect(200);
    let next = format!("{path}&cursor={}", page["next"].as_str().unwrap());
    let rest = manage(&hub, "GET", &next, None).await.expect(200);
    let numbers: Vec<i64> = [&page, &rest]
        .iter()
        .flat_map(|page| page["runs"].as_array().unwrap())
        .map(|run| run["id"].as_i64().unwrap())
        .collect();
    assert!(
        numbers.len() == 3 && numbers.is_sorted_by(|one, two| one > two),
        "{numbers:?}"
    );
    // The cursor of one pull's runs is none of another's.
    let foreign = next.replace(&format!("/{}/", ids[0]), &format!("/{}/", ids[1]));
    manage(&hub, "GET", &foreign, None)
        .await
        .problem(400, "bad-cursor");
    hub.new_application("dinkes", "lain");
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let budi = hub.person("budi", &[Role::Opd], Some("dinkes")).await;
    let seen = |cookie: &str, path: String| hub.call("GET", &path).cookie(cookie);
    let own = seen(&siti, "/admin/pulls".into()).await.expect(200);
    assert_eq!(own["pulls"].as_array().unwrap().len(), 3);
    seen(&siti, format!("/admin/pulls/{}/runs", ids[0])).await.is(200);
    let others = seen(&budi, "/admin/pulls".into()).await.expect(200);
    assert_eq!(others["pulls"], json!([]));
    for path in [
        format!("/admin/pulls/{}", ids[0]),
        format!("/admin/pulls/{}/runs", ids[0]),
    ] {
        seen(&budi, path).await.problem(404, "unknown-pull");
    }
    let run_now = hub.call("POST", &format!("/admin/pulls/{}/run", ids[0]));
    run_now
        .cookie(&siti)
        .header("X-Requested-With", "x")
        .await
        .problem(403, "forbidden");
    assert_eq!(runs(&hub, ids[0]).await.len(), 3);
    hub.call("GET", "/admin/pulls").key(ADMIN_KEY).await.is(200);
}
