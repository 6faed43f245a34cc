//! [`Answer`]: what another system answered; its body is read part by part.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use super::{Failure, FailureKind};
use crate::connector::Timeouts;

/// How late the end of an answer's time is noticed at the most where somebody waits for the answer.
const LATE: Duration = Duration::from_millis(250);

/// See the module.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    response: reqwest::Response,
    idle: Duration,
    /// Since when the body may be read.
    since: Instant,
    /// When all of it is due.
    due: Instant,
    /// For how long of that its next part was waited for.
    waited: Duration,
}

/// The header fields of an answer.
#[derive(Debug, Clone, Default)]
pub struct Headers(reqwest::header::HeaderMap);

impl Headers {
    /// The first value of a field, where it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    /// All values of a field that are text.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// All fields; names are in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
    }
}

impl Answer {
    /// The answer to a request that was begun at `began`.
    pub(super) fn new(mut response: reqwest::Response, timeouts: &Timeouts, began: Instant) -> Self {
        Answer {
            status: response.status().as_u16(),
            headers: Headers(std::mem::take(response.headers_mut())),
            response,
            idle: Duration::from_millis(timeouts.idle_ms),
            since: Instant::now(),
            due: began + Duration::from_millis(timeouts.total_ms),
            waited: Duration::ZERO,
        }
    }

    /// The next part of the body, unpacked; `None` at its end.
    ///
    /// # Errors
    /// When it does not come, or ends too early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let asked = Instant::now();
        let chunk = tokio::time::timeout(self.idle, self.response.chunk()).await;
        self.waited += asked.elapsed();
        match chunk {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(self.fairly(Failure::of(&error))),
            Err(_) => Err(Failure::new(FailureKind::Timeout, "the answer came to a halt")),
        }
    }

    /// A failure of whoever is to blame. When the time of an answer is over, whoever waits for its next part
    /// learns of it at once; who does not had other things to do.
    fn fairly(&self, failure: Failure) -> Failure {
        let elsewhere = self.waited * 2 < self.since.elapsed() || self.due.elapsed() > LATE;
        match failure.kind {
            FailureKind::Timeout if elsewhere => {
                Failure::new(FailureKind::Caller, "the caller did not read the answer in time")
            }
            _ => failure,
        }
    }

    /// The body as it stands, up to `most` bytes.
    ///
    /// # Errors
    /// Too large when there is more; else as of [`Answer::chunk`].
    pub async fn whole(mut self, most: u64) -> Result<Bytes, Failure> {
        self.read(most).await
    }

    /// The same for an answer that is needed afterwards.
    ///
    /// # Errors
    /// As of [`Answer::whole`].
    pub async fn read(&mut self, most: u64) -> Result<Bytes, Failure> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let mut body = BytesMut::new();
        let mut next = Some(first);
        while let Some(part) = next {
            if body.len() + part.len() > most {
                let cause = format!("the answer has more than {most} bytes");
                return Err(Failure::new(FailureKind::TooLarge, cause));
            }
            let following = self.chunk().await?;
            if body.is_empty() && following.is_none() {
                return Ok(part);
            }
            body.extend_from_slice(&part);
            next = following;
        }
        Ok(body.freeze())
    }
}
