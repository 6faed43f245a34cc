//! [`Endpoint`]: an agency's endpoint on loopback that takes messages, or does what a test wants.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub at: i64,
    /// `webhook-signature`.
    pub signature: String,
    /// All header fields, by their lower-case names.
    pub headers: HashMap<String, String>,
    /// The request's target.
    pub target: String,
    /// The body, as text.
    pub text: String,
}

impl Message {
    /// The body as JSON.
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The numbers of its changes.
    pub fn seqs(&self) -> Vec<i64> {
        let body = self.body();
        let changes = body["changes"].as_array().cloned().unwrap_or_default();
        changes
            .iter()
            .map(|change| change["seq"].as_i64().unwrap())
            .collect()
    }
}

/// What the endpoint does with a message.
#[derive(Debug, Clone)]
pub enum Reaction {
    /// It answers with this status.
    Status(u16),
    /// The same, with a header field.
    With(u16, &'static str),
    /// It takes it, and says so with a body that never ends.
    Endless,
    /// It closes the connection without an answer.
    Close,
    /// It closes the connection in the middle of the answer's head.
    Half,
    /// It never answers.
    Silence,
}

type React = Box<dyn FnMut(&Message) -> Reaction + Send>;

struct Shared {
    messages: Mutex<Vec<Message>>,
    react: Mutex<React>,
    stopped: AtomicBool,
}

/// See the module.
pub struct Endpoint {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    shared: Arc<Shared>,
}

impl Endpoint {
    /// One that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            messages: Mutex::default(),
            react: Mutex::new(Box::new(|_| Reaction::Status(204))),
            stopped: AtomicBool::new(false),
        });
        let mine = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if mine.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&mine);
                // A connection that breaks is of no interest.
                std::thread::spawn(move || stream.ok().and_then(|stream| serve(&shared, stream)));
            }
        });
        Endpoint { url, shared }
    }

    /// From now on it does this.
    pub fn react(&self, react: impl FnMut(&Message) -> Reaction + Send + 'static) {
        *self.shared.react.lock().unwrap() = Box::new(react);
    }

    /// From now on it answers so.
    pub fn answer(&self, reaction: Reaction) {
        self.react(move |_| reaction.clone());
    }

    /// What came so far.
    pub fn messages(&self) -> Vec<Message> {
        self.shared.messages.lock().unwrap().clone()
    }

    /// How many messages came so far.
    pub fn count(&self) -> usize {
        self.shared.messages.lock().unwrap().len()
    }

    /// The numbers of all changes that came, in the order in which they came.
    pub fn seqs(&self) -> Vec<i64> {
        self.messages().iter().flat_map(Message::seqs).collect()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread; nobody may listen any more.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let message = read(&mut reader)?;
        let reaction = (shared.react.lock().ok()?)(&message);
        shared.messages.lock().ok()?.push(message);
        let answer = match reaction {
            Reaction::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
            Reaction::With(status, field) => {
                format!("HTTP/1.1 {status} X\r\n{field}\r\ncontent-length: 0\r\n\r\n")
            }
            Reaction::Endless => "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nx".to_owned(),
            Reaction::Close => return None,
            Reaction::Half => "HTTP/1.1 20".to_owned(),
            Reaction::Silence => String::new(),
        };
        writer.write_all(answer.as_bytes()).ok()?;
        match reaction {
            Reaction::Half => return None,
            Reaction::Silence | Reaction::Endless => {
                while !shared.stopped.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                return None;
            }
            _ => {}
        }
    }
}

/// The next request on a connection; `None` at its end.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Message> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let field = |name: &str| headers.get(name).cloned().unwrap_or_default();
    Some(Message {
        id: field("webhook-id"),
        at: field("webhook-timestamp").parse().unwrap_or(0),
        signature: field("webhook-signature"),
        target,
        text: String::from_utf8(body).ok()?,
        headers,
    })
}
