//! [`Incoming`]: an answer that is read while it comes.

use reqwest::header::HeaderMap;

/// See the module.
pub struct Incoming {
    /// The status code.
    pub status: u16,
    headers: HeaderMap,
    response: reqwest::Response,
    read: Vec<u8>,
}

impl Incoming {
    pub(super) fn new(response: reqwest::Response) -> Self {
        Incoming {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            response,
            read: Vec::new(),
        }
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The next line; `None` at the end, an error when the connection breaks off.
    pub async fn line(&mut self) -> reqwest::Result<Option<String>> {
        self.up_to(b"\n").await
    }

    /// The lines up to the next empty one; `None` at the end, an error when the connection breaks off.
    pub async fn block(&mut self) -> reqwest::Result<Option<String>> {
        self.up_to(b"\n\n").await
    }

    /// All that is left, as it was sent.
    pub async fn rest(mut self) -> reqwest::Result<Vec<u8>> {
        while let Some(part) = self.response.chunk().await? {
            self.read.extend_from_slice(&part);
        }
        Ok(self.read)
    }

    async fn up_to(&mut self, end: &[u8]) -> reqwest::Result<Option<String>> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.read, end) {
                let text = String::from_utf8(self.read[..at].to_vec()).unwrap();
                self.read.drain(..at + end.len());
                return Ok(Some(text));
            }
            match self.response.chunk().await? {
                Some(part) => self.read.extend_from_slice(&part),
                None => {
                    assert!(self.read.is_empty(), "the answer ends in the middle");
                    return Ok(None);
                }
            }
        }
    }
}
