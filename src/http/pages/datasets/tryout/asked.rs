//! [`Asked`]: a call that is tried, and the same as a line for a shell.
//!
//! Invariant: each call goes by the method of the hub that the path for programs asks, under the right that it needs.

use bytes::Bytes;

use crate::contract::IdempotencyKey;
use crate::error::{Error, Malformed};
use crate::http::caller::{Caller, CanPull, CanPush, CanSee};
use crate::http::frame::Given;
use crate::http::manager::CanEnter;
use crate::http::pages::docs::Example;
use crate::http::pages::form::Form;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path::encode;
use crate::http::problem::Problem;
use crate::http::records::{answer as written, list as listed, pushed};
use crate::hub::ingest::Conditions;
use crate::hub::{ListQuery, RecordsQuery};
use crate::record::Selection;
use crate::types::{RecordKey, Right, Text};

/// How many records a tried list has.
const LIMIT: u16 = 10;

/// What can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Push,
    Validate,
    Get,
    List,
}

impl Act {
    const ALL: [Act; 4] = [Act::Push, Act::Validate, Act::Get, Act::List];

    /// The word in forms, which is the log's as well where it has one.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Act::Push => "push",
            Act::Validate => "validate",
            Act::Get => "get",
            Act::List => "list",
        }
    }

    pub(super) fn logged(self) -> &'static str {
        match self {
            Act::Push => "push",
            Act::Validate => "validate",
            Act::Get | Act::List => "pull",
        }
    }

    fn right(self) -> Right {
        match self {
            Act::Push | Act::Validate => Right::Push,
            Act::Get | Act::List => Right::Pull,
        }
    }

    /// What it does in words, and what is called.
    pub(super) fn words(self, shell: &Shell) -> (&'static str, &'static str) {
        let say = shell.say;
        match self {
            Act::Push => (say.it("Kirim satu rekaman", "Push one record"), "POST /records"),
            Act::Validate => (
                say.it(
                    "Uji kirim: periksa tanpa menyimpan",
                    "Dry run: judge, store nothing",
                ),
                "POST /validate",
            ),
            Act::Get => (
                say.it("Ambil satu rekaman", "Get one record"),
                "GET /records/{key}",
            ),
            Act::List => (say.it("Daftar rekaman", "List records"), "GET /records"),
        }
    }
}

/// What somebody wants to try.
pub(super) struct Asked {
    pub(super) act: Act,
    pub(super) key: String,
    pub(super) payload: String,
}

/// An answer as a program gets it.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) given: Given,
}

impl Asked {
    /// What the form says before anything was typed: the contract's own sample.
    pub(super) fn first(caller: &Caller<CanSee>, act: Option<&str>) -> Self {
        let sight = caller.sight();
        let example = Example::of(&caller.dataset, &sight);
        let offered = offered(caller);
        let wanted = offered.iter().find(|known| Some(known.as_str()) == act);
        Asked {
            act: wanted.or(offered.first()).copied().unwrap_or(Act::List),
            payload: example
                .payload
                .and_then(|payload| serde_json::to_string_pretty(&payload).ok())
                .unwrap_or_else(|| "{\n}".to_owned()),
            key: example.key,
        }
    }

    /// What a form says.
    ///
    /// # Errors
    /// Malformed where it says nothing that can be tried.
    pub(super) fn of(form: &Form) -> Result<Self, Error> {
        let act = Act::ALL.into_iter().find(|act| act.as_str() == form.text("act"));
        let wanted = Text::new("pilih yang dicoba.", "choose what is tried.");
        let act = act.ok_or(Error::Malformed(Malformed::Parameter("act", wanted)))?;
        let (key, payload) = (String::new(), String::new());
        Ok(Asked { act, key, payload }.with(form))
    }

    /// The same with what was typed into a form.
    pub(super) fn with(self, form: &Form) -> Self {
        let typed = form.fields().iter().find(|(name, _)| name == "payload");
        Asked {
            act: self.act,
            key: form.text("key").to_owned(),
            payload: typed.map(|(_, text)| text.clone()).unwrap_or_default(),
        }
    }

    /// Does it, as somebody who may.
    pub(super) async fn run(&self, visit: &Visit<CanEnter>) -> Result<Answered, Problem> {
        match self.act.right() {
            Right::Push => {
                let caller = Caller::<CanPush>::again(visit.request()).await?;
                caller.charge()?;
                Ok(self.send(&caller).await?)
            }
            Right::Pull | Right::Live => {
                let caller = Caller::<CanPull>::again(visit.request()).await?;
                Ok(self.fetch(&caller).await?)
            }
        }
    }

    async fn send(&self, caller: &Caller<CanPush>) -> Result<Answered, Error> {
        let (call, dataset) = (&caller.call, &caller.dataset);
        // To a program's path a list is a bulk, which is more than what is tried here.
        if self.payload.trim_start().starts_with('[') {
            let text = Text::new(
                "satu rekaman saja, sebuah objek JSON.",
                "one record alone, a JSON object.",
            );
            return Err(Error::Malformed(Malformed::Parameter("payload", text)));
        }
        let body = Bytes::from(self.payload.clone());
        if self.act == Act::Validate {
            let weighed = caller.hub.validate(dataset, body).await?;
            return Ok(Answered::of(200, pushed(&weighed), 0));
        }
        let stored = caller.hub.push(call, dataset, None, body, Conditions::default());
        let answer = written(&caller.base(), &stored.await?);
        let body = String::from_utf8(answer.body).unwrap_or_default();
        Ok(Answered::of(answer.status, body, 0))
    }

    async fn fetch(&self, caller: &Caller<CanPull>) -> Result<Answered, Error> {
        let (call, dataset, fields) = (&caller.call, &caller.dataset, caller.fields.clone());
        if self.act == Act::Get {
            let key = RecordKey::parse(&self.key).map_err(|_| {
                Error::Malformed(Malformed::Key(Text::new(
                    "Isi pengenal rekaman, 1 sampai 512 bita.",
                    "Give the record's key, 1 to 512 bytes.",
                )))
            })?;
            let shown = caller.hub.record(call, dataset, key, fields.as_deref()).await?;
            return Ok(Answered::of(200, shown.payload, 1));
        }
        let query = RecordsQuery {
            page: ListQuery {
                limit: LIMIT,
                cursor: None,
            },
            fields,
            selection: Selection::default(),
            count: false,
            as_of: None,
        };
        let page = caller.hub.list(call, dataset, query).await?;
        Ok(Answered::of(200, listed(&page), page.records.len()))
    }

    /// The same call as a line for a shell.
    pub(super) fn curl(&self, caller: &Caller<CanSee>) -> String {
        let base = caller.base();
        let path = match self.act {
            Act::Push => "/records".to_owned(),
            Act::Validate => "/validate".to_owned(),
            Act::List => format!("/records?limit={LIMIT}"),
            // What no path carries is a parameter.
            Act::Get if matches!(self.key.as_str(), "." | "..") || self.key.contains('/') => {
                format!("/records?key={}", encode(&self.key))
            }
            Act::Get => format!("/records/{}", encode(&self.key)),
        };
        let mut line = format!("curl -sS '{base}{path}' \\\n  -H \"Authorization: Bearer $MAHAKAM_KEY\"");
        if self.act.right() == Right::Push {
            let contract = &caller.dataset.current.contract;
            if contract.idempotency_key == IdempotencyKey::Required && self.act == Act::Push {
                line.push_str(" \\\n  -H \"Idempotency-Key: $(date +%s)-$$\"");
            }
            line.push_str(" \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '");
            line.push_str(&self.payload.replace("\r\n", "\n").replace('\'', "'\\''"));
            line.push('\'');
        }
        line
    }
}

impl Answered {
    fn of(status: u16, body: String, records: usize) -> Self {
        let bytes = if records == 0 { 0 } else { body.len() };
        Answered {
            given: Given::new(records, bytes),
            status,
            body,
        }
    }
}

/// What the caller may try.
pub(super) fn offered(caller: &Caller<CanSee>) -> Vec<Act> {
    let today = caller.hub.today();
    let rights = caller.dataset.grants.rights_of(&caller.call.caller, today);
    let may = |act: &Act| rights.contains(&act.right());
    Act::ALL.into_iter().filter(may).collect()
}
