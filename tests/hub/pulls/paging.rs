//! How pages hang together, and what never leads astray.

use serde_json::json;

use super::{Asked, Reply, System, add, ended, expected, hub_with, list, part, pulled, run, stored};

/// A system of 25 records that divides them in every way, by its path.
fn divided(asked: &Asked) -> Reply {
    let body = match asked.path.as_str() {
        "/api/none" => list(0, 25),
        "/api/page" => part((asked.number("hal") - 1) * 10, 10, 25),
        "/api/offset" => part(asked.number("lewati"), 10, 25),
        "/api/cursor" => {
            let from = asked.number("kursor");
            let next = if from + 10 < 25 {
                (from + 10).to_string()
            } else {
                "null".into()
            };
            format!("{{\"data\":{},\"meta\":{{\"next\":{next}}}}}", part(from, 10, 25))
        }
        "/api/address" => {
            let from = asked.number("dari");
            let next = if from + 10 < 25 {
                format!("\"?dari={}\"", from + 10)
            } else {
                "null".into()
            };
            format!("{{\"data\":{},\"next\":{next}}}", part(from, 10, 25))
        }
        _ => {
            let from = asked.number("dari");
            let link = format!(
                "</api/link?dari={}>; rel=\"next\", </api/link>; rel=\"first\"",
                from + 10
            );
            let fields = match from + 10 < 25 {
                true => vec![("Link", link)],
                false => vec![],
            };
            return Reply::Whole(200, fields, part(from, 10, 25).into_bytes());
        }
    };
    Reply::Json(body)
}

#[tokio::test]
async fn every_way_of_paging_brings_every_record_once() {
    let system = System::start(divided);
    let hub = hub_with(&system).await;
    for (path, paging, items, pages) in [
        ("/none", json!({"by": "none"}), "", 1),
        ("/page", json!({"by": "page", "parameter": "hal"}), "", 4),
        ("/offset", json!({"by": "offset", "parameter": "lewati"}), "", 4),
        (
            "/cursor",
            json!({"by": "cursor", "pointer": "/meta/next", "parameter": "kursor"}),
            "/data",
            3,
        ),
        (
            "/address",
            json!({"by": "cursor", "pointer": "/next"}),
            "/data",
            3,
        ),
        ("/link", json!({"by": "link"}), "", 3),
    ] {
        // A snapshot into what is empty, or is the same: what is left out would be missed.
        let form = json!({"as": "json", "items": items});
        let more =
            json!({"path": path, "paging": paging, "form": form, "kind": "snapshot", "query": "tetap=1"});
        let run = pulled(&hub, &more).await;
        assert_eq!(run["outcome"], "ok", "{path}: {run}");
        assert_eq!(
            (&run["received"], &run["pages"]),
            (&json!(25), &json!(pages)),
            "{path}: {run}"
        );
        assert_eq!(stored(&hub).await, expected(25), "{path}");
    }
    let first = system.asked();
    let first = first.iter().find(|asked| asked.path == "/api/cursor").unwrap();
    assert_eq!(first.parameter("tetap"), "1");
}

#[tokio::test]
async fn lines_of_ndjson_are_items_and_a_wrong_one_spoils_itself_alone() {
    let system = System::start(|_: &Asked| {
        let body = "{\"id\":\"a\",\"n\":64.10}\n\n{\"id\":\"b\",\"id\":\"c\"}\n{\"id\"\n {\"id\": \"d\"}\r\n";
        Reply::Whole(
            200,
            vec![("Content-Type", "application/x-ndjson".into())],
            body.into(),
        )
    });
    let hub = hub_with(&system).await;
    let run = pulled(&hub, &json!({"form": {"as": "ndjson"}})).await;
    assert_eq!(run["outcome"], "ok", "{run}");
    assert_eq!(
        (&run["received"], &run["created"], &run["rejected"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let ids: Vec<_> = stored(&hub)
        .await
        .iter()
        .map(|record| record["id"].clone())
        .collect();
    assert_eq!(ids, ["a", "d"]);
}

#[tokio::test]
async fn a_run_that_goes_round_in_circles_or_has_no_end_fails_and_says_why() {
    let system = System::start(|asked: &Asked| {
        Reply::Json(match asked.path.as_str() {
            // a, b, a, b ...
            "/api/circle" => {
                let next = if asked.parameter("c") == "a" { "b" } else { "a" };
                format!("{{\"data\":{},\"next\":\"{next}\"}}", list(asked.before, 1))
            }
            // The parameter is not known to it.
            "/api/same" => list(0, 3),
            // Always one more.
            _ => list(asked.number("hal"), 1),
        })
    });
    let hub = hub_with(&system).await;
    let cursor = json!({"by": "cursor", "pointer": "/next", "parameter": "c"});
    let page = json!({"by": "page", "parameter": "hal"});
    for (path, paging, items, code, pages) in [
        ("/circle", &cursor, "/data", "pages-cyclic", 2),
        ("/same", &page, "", "pages-cyclic", 1),
        ("/endless", &page, "", "pages-endless", 6),
    ] {
        let form = json!({"as": "json", "items": items});
        let more = json!({"path": path, "paging": paging, "form": form, "max_pages": 7});
        let run = pulled(&hub, &more).await;
        assert_eq!(
            (&run["outcome"], &run["reason"]["code"]),
            (&json!("failed"), &json!(code)),
            "{run}"
        );
        assert_eq!(run["pages"], pages, "{path}: what came before is counted: {run}");
    }
}

#[tokio::test]
async fn a_link_to_another_place_is_not_followed() {
    let elsewhere = System::start(|_: &Asked| Reply::Json(list(100, 1)));
    let target = elsewhere.base.clone();
    let system = System::start(move |asked: &Asked| {
        let target = match asked.path.as_str() {
            "/api/other-host" => format!("{target}/barang"),
            "/api/other-path" => "/admin/users".to_owned(),
            _ => "../../etc".to_owned(),
        };
        Reply::Whole(
            200,
            vec![("Link", format!("<{target}>; rel=next"))],
            list(0, 1).into_bytes(),
        )
    });
    let hub = hub_with(&system).await;
    for path in ["/other-host", "/other-path", "/climbing"] {
        let run = pulled(&hub, &json!({"path": path, "paging": {"by": "link"}})).await;
        assert_eq!(run["reason"]["code"], "link-elsewhere", "{path}: {run}");
    }
    assert!(elsewhere.asked().is_empty());
    assert_eq!(system.asked().len(), 3, "nothing else was asked for");
}

#[tokio::test]
async fn a_pull_runs_when_its_schedule_says_and_again_the_next_day() {
    let system = System::start(|_: &Asked| Reply::Json(list(0, 2)));
    let hub = hub_with(&system).await;
    // It is 2026-03-20 17:46:40 in Samarinda.
    let id = add(&hub, &json!({"schedule": "0 2 * * *"})).await;
    let shown = |hub| async move {
        super::manage(hub, "GET", &format!("/admin/pulls/{id}"), None)
            .await
            .expect(200)
    };
    assert_eq!(shown(&hub).await["state"]["next_at"], "2026-03-20T18:00:00.000Z");
    hub.hub.clock().advance(9 * 3_600_000);
    let first = ended(&hub, id, 1).await;
    assert_eq!(
        (&first["outcome"], &first["cause"]),
        (&json!("ok"), &json!("schedule"))
    );
    let state = shown(&hub).await["state"].clone();
    assert_eq!(state["next_at"], "2026-03-21T18:00:00.000Z");
    assert_eq!(state["last_success_at"], first["begun_at"]);
    hub.hub.clock().advance(24 * 3_600_000);
    let second = ended(&hub, id, 2).await;
    assert_eq!((&second["created"], &second["unchanged"]), (&json!(0), &json!(2)));
    hub.hub.clock().advance(60_000);
    assert_eq!(shown(&hub).await["state"]["lag_seconds"], 60);
    assert_eq!(run(&hub, id).await["cause"], "request");
}
