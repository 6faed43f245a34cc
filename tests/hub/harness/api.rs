//! [`Api`]: a dataset as one caller sees it; [`Call`]: one request under way.

use std::pin::Pin;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::{Answer, Incoming};

/// A dataset in the hands of one caller.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    /// `http://.../api/{opd}/{dataset}/v{major}`
    pub base: String,
    key: Option<String>,
}

impl Api {
    pub(super) fn new(client: Client, base: String, key: Option<&str>) -> Self {
        Api {
            client,
            base,
            key: key.map(str::to_owned),
        }
    }

    /// A dataset at this address, reached by a client of the test's own.
    pub fn to(client: Client, base: String, key: &str) -> Self {
        Api::new(client, base, Some(key))
    }

    /// The same dataset for whoever holds `key`, or for somebody without one.
    pub fn with_key(&self, key: Option<&str>) -> Self {
        Api::new(self.client.clone(), self.base.clone(), key)
    }

    /// The same dataset over connections of its own.
    pub fn apart(&self) -> Self {
        Api::new(super::client(), self.base.clone(), self.key.as_deref())
    }

    /// A call; `path` begins behind the dataset's base.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let call = Call::new(&self.client, method, &format!("{}{path}", self.base));
        match &self.key {
            Some(key) => call.key(key),
            None => call,
        }
    }

    /// `GET`
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// `POST` with a JSON text.
    pub fn post(&self, path: &str, text: impl ToString) -> Call {
        self.call("POST", path).json(text)
    }

    /// `POST /records` with a JSON text.
    pub fn push(&self, text: impl ToString) -> Call {
        self.post("/records", text)
    }

    /// `POST /records` with lines.
    pub fn lines(&self, text: impl ToString) -> Call {
        self.call("POST", "/records")
            .body("application/x-ndjson", text.to_string())
    }

    /// `PUT /records/{key}` with a JSON text; the key is percent-encoded here.
    pub fn put(&self, key: &str, text: impl ToString) -> Call {
        self.call("PUT", &record(key)).json(text)
    }

    /// `GET /records/{key}`
    pub fn record(&self, key: &str) -> Call {
        self.get(&record(key))
    }

    /// `DELETE /records/{key}`
    pub fn delete(&self, key: &str) -> Call {
        self.call("DELETE", &record(key))
    }

    /// All records, page by page; each with `key`, `seq`, `updated_at`, `data`.
    pub async fn all_records(&self, limit: usize) -> Vec<Value> {
        let mut records = Vec::new();
        let mut path = format!("/records?limit={limit}");
        loop {
            let mut page = self.get(&path).await.expect(200);
            records.append(page["records"].as_array_mut().unwrap());
            match page["next"].as_str() {
                Some(next) => path = format!("/records?limit={limit}&cursor={next}"),
                None => return records,
            }
        }
    }

    /// All changes after `since`, page by page.
    pub async fn all_changes(&self, mut since: u64, limit: usize) -> Vec<Value> {
        let mut changes = Vec::new();
        loop {
            let path = format!("/changes?since={since}&limit={limit}");
            let mut page = self.get(&path).await.expect(200);
            changes.append(page["changes"].as_array_mut().unwrap());
            since = page["next"].as_u64().unwrap();
            if page["more"] == false {
                return changes;
            }
        }
    }
}

/// The path of a record.
pub fn record(key: &str) -> String {
    let encoded: String = key
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("/records/{encoded}")
}

/// One request; awaiting it sends it.
pub struct Call {
    method: String,
    request: RequestBuilder,
}

impl Call {
    pub(super) fn new(client: &Client, method: &str, url: &str) -> Self {
        Call {
            method: method.to_owned(),
            request: client.request(method.parse().unwrap(), url),
        }
    }

    /// With an API key.
    pub fn key(self, key: &str) -> Self {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a body of any type.
    pub fn body(mut self, media: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("Content-Type", media).body(body);
        self
    }

    /// With a JSON text as its body.
    pub fn json(self, text: impl ToString) -> Self {
        self.body("application/json", text.to_string())
    }

    /// Speaking English.
    pub fn english(self) -> Self {
        self.header("Accept-Language", "en")
    }

    /// Sends it; the headers and bytes of the file that is answered.
    pub async fn downloaded(self) -> (HeaderMap, Vec<u8>) {
        let response = self.request.send().await.unwrap();
        let headers = response.headers().clone();
        assert_eq!(response.status(), 200, "{headers:?}");
        (headers, response.bytes().await.unwrap().to_vec())
    }

    /// Sends it and gives the answer when its head is there.
    pub async fn open(self) -> Incoming {
        Incoming::new(self.request.send().await.unwrap())
    }

    /// Sends it; `None` when no whole answer came.
    pub async fn answered(self) -> Option<Answer> {
        let response = self.request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.ok()?;
        Some(Answer::checked(&self.method, status, headers, body))
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.text().await.unwrap();
            Answer::checked(&self.method, status, headers, body)
        })
    }
}
