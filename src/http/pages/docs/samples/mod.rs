//! Request samples: programs that run as pasted, in the languages of those who call.
//!
//! The code stands in `templates/samples`; here is what is filled in. Invariant: a payload is
//! written into a sample as JSON text that the language leaves as it is, so no payload can end it.

mod example;
mod openapi;

use askama::Template;
use serde_json::Value;

use super::Say;
use crate::access::Caller;
use crate::contract::{IdempotencyKey, Level};
use crate::http::path;
use crate::hub::Dataset;
use crate::types::{Mode, Right};
pub(in crate::http::pages) use example::Example;
pub(in crate::http) use openapi::add_code_samples;

/// What a sample does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Sends one record.
    Push,
    /// Sends many records as lines.
    Bulk,
    /// Has a payload judged and prints what is wrong with it.
    Check,
    /// Gets one record.
    Get,
    /// Follows the change feed from where it was left.
    Follow,
}

impl Task {
    const ALL: [Task; 5] = [Task::Push, Task::Bulk, Task::Check, Task::Get, Task::Follow];

    /// The word in the names of samples.
    fn as_str(self) -> &'static str {
        match self {
            Task::Push => "push",
            Task::Bulk => "bulk",
            Task::Check => "check",
            Task::Get => "get",
            Task::Follow => "follow",
        }
    }

    fn title(self, say: Say) -> &'static str {
        match self {
            Task::Push => say.it("Kirim satu rekaman", "Push one record"),
            Task::Bulk => say.it("Kiriman massal (NDJSON)", "Push many records (NDJSON)"),
            Task::Check => say.it(
                "Uji kirim dan tampilkan ketidaksesuaian (422)",
                "Dry run: print the violations (422)",
            ),
            Task::Get => say.it("Ambil satu rekaman", "Get one record"),
            Task::Follow => say.it(
                "Ikuti umpan perubahan dari posisi tersimpan",
                "Follow the change feed from a stored position",
            ),
        }
    }

    fn right(self) -> Right {
        match self {
            Task::Push | Task::Bulk | Task::Check => Right::Push,
            Task::Get | Task::Follow => Right::Pull,
        }
    }
}

/// A way to call: a language, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Php,
    PhpCurl,
    Curl,
    Python,
    JavaScript,
}

impl Way {
    const ALL: [Way; 5] = [Way::Php, Way::PhpCurl, Way::Curl, Way::Python, Way::JavaScript];

    /// The word in the names of samples, what it is called, and its language as OpenAPI tools name it.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Way::Php => ("php", "PHP", "PHP"),
            Way::PhpCurl => ("php-curl", "PHP + curl", "PHP"),
            Way::Curl => ("curl", "curl", "Shell"),
            Way::Python => ("python", "Python", "Python"),
            Way::JavaScript => ("javascript", "JavaScript", "JavaScript"),
        }
    }

    fn needs(self, say: Say) -> &'static str {
        match self {
            Way::Php => say.it(
                "PHP 7.4 ke atas, tanpa ekstensi; untuk https, openssl",
                "PHP 7.4 or later, no extension; for https, openssl",
            ),
            Way::PhpCurl => say.it(
                "PHP 7.4 ke atas dengan ekstensi curl",
                "PHP 7.4 or later with the curl extension",
            ),
            Way::Curl => say.it("shell dan curl", "a shell and curl"),
            Way::Python => say.it(
                "Python 3.8 ke atas, tanpa paket tambahan",
                "Python 3.8 or later, no packages",
            ),
            Way::JavaScript => say.it("Node 18 ke atas", "Node 18 or later"),
        }
    }
}

/// The samples in one language.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) needs: &'static str,
    pub(super) samples: Vec<Sample>,
}

/// One sample.
pub(super) struct Sample {
    task: Task,
    /// Its name on the page.
    pub(super) id: String,
    pub(super) title: &'static str,
    pub(super) code: String,
}

/// What is filled in.
struct Fill {
    say: Say,
    task: Task,
    title: &'static str,
    /// Whether a key is sent.
    auth: bool,
    /// Whether writes must carry an `Idempotency-Key`.
    idempotent: bool,
    records: String,
    record: String,
    changes: String,
    validate: String,
    /// Where the position in the feed is kept.
    file: String,
    /// One payload, over several lines.
    payload: String,
    /// Payloads, one a line.
    lines: String,
    /// A payload that is refused.
    broken: String,
}

macro_rules! language {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'f> {
            f: &'f Fill,
        }
    };
}
language!(Shell, "samples/curl.txt");
language!(Python, "samples/python.txt");
language!(JavaScript, "samples/javascript.txt");

#[derive(Template)]
#[template(path = "samples/php.txt", escape = "none")]
struct Php<'f> {
    f: &'f Fill,
    /// Whether it uses the extension curl.
    curl: bool,
}

impl Fill {
    fn code(&self, way: Way) -> String {
        let code = match way {
            Way::Php => Php { f: self, curl: false }.render(),
            Way::PhpCurl => Php { f: self, curl: true }.render(),
            Way::Curl => Shell { f: self }.render(),
            Way::Python => Python { f: self }.render(),
            Way::JavaScript => JavaScript { f: self }.render(),
        };
        // Only writing into a full or broken sink fails, and a text is neither.
        code.unwrap_or_default().trim_end().to_owned() + "\n"
    }

    /// A JSON text as it stands in a raw template literal, which a backtick or `${` would end.
    fn for_literal(text: &str) -> String {
        text.replace('`', "\\u0060").replace("${", "\\u0024{")
    }
}

/// The samples of what `caller` may do, in every language.
pub(super) fn groups(
    say: Say,
    dataset: &Dataset,
    base: &str,
    caller: &Caller,
    rights: &[Right],
    example: &Example,
) -> Vec<Group> {
    if dataset.mode() == Mode::Live {
        return Vec::new();
    }
    let tasks: Vec<Task> = Task::ALL
        .into_iter()
        .filter(|task| rights.contains(&task.right()) && (example.payload.is_some() || !needs_payload(*task)))
        .collect();
    let group = |way: Way| {
        let (id, name, _) = way.names();
        let sample = |task: &Task| {
            let fill = fill(say, *task, dataset, base, caller, example);
            Sample {
                task: *task,
                id: format!("{id}-{}", task.as_str()),
                title: task.title(say),
                code: fill.code(way),
            }
        };
        Group {
            id,
            name,
            needs: way.needs(say),
            samples: tasks.iter().map(sample).collect(),
        }
    };
    if tasks.is_empty() {
        return Vec::new();
    }
    Way::ALL.into_iter().map(group).collect()
}

fn needs_payload(task: Task) -> bool {
    matches!(task, Task::Push | Task::Bulk)
}

fn fill(say: Say, task: Task, dataset: &Dataset, base: &str, caller: &Caller, example: &Example) -> Fill {
    let contract = &dataset.current.contract;
    let open = contract.classification.level == Level::Open;
    let url = format!("{base}{}", path::of(dataset));
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let lines: Vec<String> = example.lines.iter().map(Value::to_string).collect();
    Fill {
        say,
        task,
        title: task.title(say),
        auth: !(open && matches!(caller, Caller::Anonymous)),
        idempotent: contract.idempotency_key == IdempotencyKey::Required,
        records: format!("{url}/records"),
        record: record_url(&url, &example.key),
        changes: format!("{url}/changes"),
        validate: format!("{url}/validate"),
        file: format!(
            "{}-{}-v{}.posisi",
            dataset.id.opd, dataset.id.name, dataset.id.major
        ),
        payload: example.payload.as_ref().map(pretty).unwrap_or_default(),
        lines: lines.join("\n"),
        broken: pretty(&example.broken),
    }
}

/// Where a record is; a key that no path carries is a parameter.
fn record_url(url: &str, key: &str) -> String {
    let encoded = path::encode(key);
    if matches!(key, "." | "..") || key.contains('/') {
        format!("{url}/records?key={encoded}")
    } else {
        format!("{url}/records/{encoded}")
    }
}
