//! Systems that misbehave: each failure is explained, nothing half is stored, and others are not held up.

use serde_json::json;

use super::{
    Asked, Reply, System, add, connect, ended, expected, hub_with, list, manage, part, pulled, run, runs,
    stored,
};
use crate::harness::{TestHub, contracts, eventually};

fn fields(name: &'static str, value: &str) -> Vec<(&'static str, String)> {
    vec![(name, value.to_owned())]
}

#[tokio::test]
async fn what_is_no_page_is_explained_and_nothing_of_it_is_stored() {
    let system = System::start(|asked: &Asked| match asked.path.as_str() {
        "/api/html" => Reply::Whole(
            200,
            fields("Content-Type", "application/json"),
            b"<!DOCTYPE html><h1>Maintenance".to_vec(),
        ),
        "/api/not-json" => Reply::Json("[{\"id\":\"a\"},\n{\"id\":b}]".into()),
        "/api/half" => Reply::Json("[{\"id\":\"a\"},{\"id\":".into()),
        "/api/latin" => Reply::Whole(
            200,
            fields("Content-Type", "application/json"),
            b"[{\"id\":\"caf\xe9\"}]".to_vec(),
        ),
        "/api/charset" => Reply::Whole(
            200,
            fields("Content-Type", "application/json; charset=windows-1252"),
            "[{\"id\":\"é\"}]".into(),
        ),
        "/api/error" => Reply::Json("{\"status\":\"error\",\"message\":\"x\"}".into()),
        "/api/object" => Reply::Json("{\"data\":{\"0\":{\"id\":\"a\"}}}".into()),
        "/api/large" => Reply::Json(list(0, 5_000)),
        "/api/missing" => Reply::Whole(404, vec![], b"[{\"id\":\"a\"}]".to_vec()),
        "/api/denied" => Reply::Whole(401, vec![], Vec::new()),
        "/api/moved" => Reply::Whole(302, fields("Location", "http://10.9.8.7/x"), Vec::new()),
        _ => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"id\":\"a\"}]".to_vec()),
    });
    let hub = hub_with(&system).await;
    for (path, items, code, says) in [
        ("/html", "", "answer-is-html", "HTML"),
        ("/not-json", "", "answer-not-json", "line 2, column 7"),
        ("/half", "", "answer-cut", "18 bytes"),
        ("/latin", "", "answer-charset", "byte 11"),
        ("/charset", "", "answer-charset", "windows-1252"),
        ("/error", "/data", "answer-without-items", "/data"),
        ("/object", "/data", "answer-without-items", "no list"),
        ("/large", "", "page-too-long", "20000"),
        ("/missing", "", "answer-status", "404"),
        ("/denied", "", "answer-status", "401"),
        ("/moved", "", "system-answer-invalid", "redirects"),
        ("/length", "", "system-unreachable", "sistem"),
    ] {
        let form = json!({"as": "json", "items": items});
        let run = pulled(
            &hub,
            &json!({"path": path, "form": form, "max_page_bytes": 20_000}),
        )
        .await;
        assert_eq!(run["outcome"], "failed", "{path}: {run}");
        assert_eq!(run["reason"]["code"], code, "{path}: {run}");
        assert!(
            run["reason"]["detail"].as_str().unwrap().contains(says),
            "{path}: {run}"
        );
        assert_eq!(
            (&run["received"], &run["pages"]),
            (&json!(0), &json!(0)),
            "{path}: {run}"
        );
    }
    assert!(stored(&hub).await.is_empty());
}

#[tokio::test]
async fn the_state_of_a_pull_tells_its_last_failure_until_all_is_well_and_after() {
    let system = System::start(|asked: &Asked| match asked.before {
        0 => Reply::Json("<p>".into()),
        _ => Reply::Json(list(0, 1)),
    });
    let hub = hub_with(&system).await;
    let id = add(&hub, &json!({})).await;
    assert_eq!(run(&hub, id).await["outcome"], "failed");
    let path = format!("/admin/pulls/{id}");
    let state = manage(&hub, "GET", &path, None).await.expect(200)["state"].clone();
    assert_eq!(state["last_failure"]["code"], "answer-is-html");
    assert_eq!(
        (&state["last_success_at"], &state["lag_seconds"]),
        (&json!(null), &json!(null))
    );
    let indonesian = hub
        .call("GET", &path)
        .key(crate::harness::ADMIN_KEY)
        .await
        .expect(200);
    let detail = indonesian["state"]["last_failure"]["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        detail.starts_with("Sistem menjawab dengan halaman HTML"),
        "{detail}"
    );
    hub.hub.clock().advance(1_000);
    assert_eq!(run(&hub, id).await["outcome"], "ok");
    let state = manage(&hub, "GET", &path, None).await.expect(200)["state"].clone();
    assert_eq!(state["last_failure_at"], "2026-03-20T09:46:40.120Z");
    assert_eq!(state["last_success_at"], "2026-03-20T09:46:41.120Z");
}

#[tokio::test]
async fn a_system_that_stumbles_is_asked_again_after_a_while() {
    let system = System::start(|asked: &Asked| match asked.before {
        0 => Reply::Whole(503, fields("Retry-After", "1"), Vec::new()),
        1 => Reply::Raw(Vec::new()),
        2 => Reply::Whole(500, vec![], b"x".to_vec()),
        _ => Reply::Json(list(0, 3)),
    });
    let hub = hub_with(&system).await;
    let run = pulled(&hub, &json!({})).await;
    assert_eq!(
        (&run["outcome"], &run["created"]),
        (&json!("ok"), &json!(3)),
        "{run}"
    );
    assert_eq!(system.asked().len(), 4);
}

#[tokio::test]
async fn a_system_that_asks_to_be_left_alone_for_long_is_left_to_the_next_run() {
    let system = System::start(|_: &Asked| Reply::Whole(429, fields("Retry-After", "3600"), Vec::new()));
    let hub = hub_with(&system).await;
    let run = pulled(&hub, &json!({})).await;
    assert_eq!(run["reason"]["code"], "answer-status", "{run}");
    assert_eq!(system.asked().len(), 1);
}

#[tokio::test]
async fn systems_that_hang_or_drip_fail_in_time_and_hold_nobody_up() {
    let hanging = System::start(|_: &Asked| Reply::Hang);
    let dripping = System::start(|_: &Asked| {
        Reply::Drip(
            format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{}",
                list(0, 5_000)
            )
            .into_bytes(),
        )
    });
    let fine = System::start(|asked: &Asked| Reply::Json(part((asked.number("hal") - 1) * 10, 10, 30)));
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    connect(&hub, "hanging", &hanging, &json!({"answer_ms": 60_000}));
    connect(&hub, "dripping", &dripping, &json!({"total_ms": 1_500}));
    connect(&hub, "sistem", &fine, &json!({}));
    let mut stuck = Vec::new();
    // More of one system than may run at once.
    for _ in 0..4 {
        let id = add(&hub, &json!({"connector": "hanging"})).await;
        manage(&hub, "POST", &format!("/admin/pulls/{id}/run"), None)
            .await
            .is(202);
        stuck.push(id);
    }
    let slow = add(&hub, &json!({"connector": "dripping"})).await;
    manage(&hub, "POST", &format!("/admin/pulls/{slow}/run"), None)
        .await
        .is(202);
    eventually("two wait for the system that hangs", || async {
        (hanging.asked().len() >= 2).then_some(())
    })
    .await;
    let paging = json!({"by": "page", "parameter": "hal"});
    assert_eq!(pulled(&hub, &json!({"paging": paging})).await["outcome"], "ok");
    assert_eq!(stored(&hub).await, expected(30));
    let run = ended(&hub, slow, 1).await;
    assert_eq!(run["reason"]["code"], "system-timeout", "{run}");
    let mut running = 0;
    for id in stuck {
        running += runs(&hub, id).await.len();
    }
    assert_eq!(running, 2, "no more read from one system at once");
}

#[tokio::test]
async fn what_came_before_a_page_that_fails_is_kept_and_the_next_run_brings_the_rest() {
    let system = System::start(|asked: &Asked| {
        let page = asked.number("hal");
        match (page, asked.before) {
            (3, 0..5) => Reply::Json("[{\"id\":".into()),
            _ => Reply::Json(part((page - 1) * 10, 10, 45)),
        }
    });
    let hub = hub_with(&system).await;
    let paging = json!({"by": "page", "parameter": "hal"});
    let id = add(&hub, &json!({"paging": paging})).await;
    let first = run(&hub, id).await;
    assert_eq!(
        (&first["outcome"], &first["created"]),
        (&json!("failed"), &json!(20)),
        "{first}"
    );
    assert_eq!(stored(&hub).await, expected(20));
    let second = loop {
        let next = run(&hub, id).await;
        if next["outcome"] == "ok" {
            break next;
        }
    };
    assert_eq!(
        (&second["created"], &second["unchanged"]),
        (&json!(25), &json!(20)),
        "{second}"
    );
    assert_eq!(stored(&hub).await, expected(45));
}
