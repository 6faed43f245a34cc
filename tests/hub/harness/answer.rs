//! [`Answer`]: what came back, and what must be true of every answer whatever was asked.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What no answer may ever show: SQL, the names of libraries, paths of the machine, a panic.
const SECRETS: [&str; 10] = [
    "select ",
    "insert into",
    "sqlite",
    "postgres",
    "diesel",
    "panicked",
    "/tmp/",
    "/home/",
    "src/",
    ".rs:",
];

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// Takes an answer to `method` in and holds it to what is true of all answers.
    pub(super) fn checked(method: &str, status: u16, headers: HeaderMap, body: String) -> Self {
        let answer = Answer {
            status,
            headers,
            body,
        };
        answer.hide_nothing_and_leak_nothing(method);
        answer
    }

    fn hide_nothing_and_leak_nothing(&self, method: &str) {
        let shown = format!("{:?} {}", self.headers, self.body).to_lowercase();
        // A list to choose from is no SQL.
        let shown = shown.replace("<select ", "<");
        for secret in SECRETS {
            assert!(!shown.contains(secret), "an answer shows {secret:?}: {self:?}");
        }
        for name in ["x-request-id", "traceparent"] {
            assert!(!self.header(name).is_empty(), "no {name}: {self:?}");
        }
        for name in [
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "content-security-policy",
        ] {
            assert!(!self.header(name).is_empty(), "no {name}: {self:?}");
        }
        // A proxy before it may tell its name, and no version.
        let server = self.header("server");
        assert!(
            ["", "nginx"].contains(&server),
            "it tells what it runs on: {self:?}"
        );
        assert!(self.header("vary").contains("Accept-Language"), "Vary: {self:?}");
        if self.status != 304 {
            let language = self.header("content-language");
            assert!(["id", "en"].contains(&language), "Content-Language: {self:?}");
        }
        if self.status < 400 {
            return;
        }
        // The refusals of /oauth/token are those of RFC 6749.
        if self.header("content-type") == "application/json" && self.json()["error"].is_string() {
            return;
        }
        // A page tells a person the same.
        if self.header("content-type").starts_with("text/html") {
            return;
        }
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        if method != "HEAD" {
            let problem = self.json();
            assert_eq!(problem["status"], self.status, "{self:?}");
            let code = problem["code"].as_str().unwrap_or_else(|| panic!("{self:?}"));
            assert_eq!(problem["type"], format!("/problems/{code}"), "{self:?}");
            // An answer given again tells the request that it was first given to.
            if !self.headers.contains_key("idempotency-replayed") {
                assert_eq!(problem["request_id"], self.header("x-request-id"), "{self:?}");
            }
            for member in ["title", "detail"] {
                let text = problem[member].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{member}: {self:?}");
            }
        }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON, of an answer with this status.
    pub fn expect(&self, status: u16) -> Value {
        self.is(status);
        self.json()
    }

    /// Checks the status.
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Checks the status and the code of a problem; gives it.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{self:?}");
        problem
    }
}
