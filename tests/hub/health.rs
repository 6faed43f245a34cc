//! `/health/live`, `/health/ready` and paths that are nothing.

use crate::harness::TestHub;

#[tokio::test]
async fn a_hub_says_that_it_lives_and_is_ready() {
    let hub = TestHub::start().await;
    assert_eq!(
        hub.call("GET", "/health/live").await.expect(200)["status"],
        "live"
    );
    assert_eq!(
        hub.call("GET", "/health/ready").await.expect(200)["status"],
        "ready"
    );
    hub.call("HEAD", "/health/ready").await.is(200);
}

#[tokio::test]
async fn a_method_that_health_does_not_have_is_a_problem_with_allow() {
    let hub = TestHub::start().await;
    let answer = hub.call("POST", "/health/live").await;
    answer.problem(405, "method-not-allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    let options = hub.call("OPTIONS", "/health/ready").await;
    options.is(204);
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn a_path_that_is_nothing_is_a_problem() {
    let hub = TestHub::start().await;
    for path in [
        "/nothing",
        "/api/",
        "/health",
        "/health/live/",
        "//",
        "/%00",
        "/..%2f",
    ] {
        hub.call("GET", path).await.problem(404, "unknown-path");
    }
}
