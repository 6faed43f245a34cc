//! [`Shell`]: what stands around every page: who signed in, where one can go, what was done just now.
//!
//! Not here: what a page shows. Invariant: a link leads only where the table of rules lets its reader go.

use std::fmt::Display;
use std::sync::Arc;

use actix_web::HttpRequest;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::form::Form;
use super::said::Said;
use super::say::Say;
use super::words::people;
use super::{assets, fault, once};

use crate::access::rules::{Action, Resource, reach};
use crate::access::{Caller, Person};
use crate::http::meta::Meta;
use crate::http::path::encode;
use crate::http::problem::Problem;
use crate::hub::Hub;
use crate::integration::calendar::local;
use crate::types::Lang;

/// A part of the site: its path, its name in both languages, and what one must be allowed to look at (any of it).
type Section = (&'static str, (&'static str, &'static str), &'static [Resource]);

/// The parts of the site, in the order in which they are offered.
const SECTIONS: [Section; 6] = [
    ("/", ("Beranda", "Home"), &[Resource::Management]),
    (
        "/integrations",
        ("Integrasi", "Integrations"),
        &[Resource::Procedure],
    ),
    ("/letters", ("Surat masuk", "Letters"), &[Resource::Letters]),
    ("/datasets", ("Data", "Data"), &[Resource::Catalog]),
    ("/reports", ("Laporan", "Reports"), &[Resource::Reports]),
    (
        "/manage",
        ("Pengelolaan", "Administration"),
        &[
            Resource::Opds,
            Resource::Applications,
            Resource::People,
            Resource::Connectors,
            Resource::Contracts,
            Resource::ExchangeLog,
            Resource::AuditLog,
        ],
    ),
];

/// See the module.
pub(in crate::http) struct Shell {
    /// The language.
    pub(super) say: Say,
    /// What stands before every path: the path of the hub's own address, mostly nothing.
    pub(super) root: String,
    /// Who signed in.
    pub(super) person: Option<Arc<Person>>,
    /// Where one can go.
    pub(super) links: Vec<Link>,
    /// This page's own path and query, encoded, to come back to.
    pub(super) here: String,
    /// What was done just now.
    pub(super) said: Option<&'static str>,
    /// What went wrong just now, on a page that is shown again.
    pub(super) fault: Option<fault::Shown>,
    /// By what a form that makes something is known when it is sent again.
    once: String,
    zone: TimeZone,
    today: Date,
}

/// A link to a part of the site.
pub(super) struct Link {
    /// Its path, with the root before it.
    pub(super) href: String,
    /// What it is called.
    pub(super) words: &'static str,
    /// Whether the page is in it.
    pub(super) here: bool,
}

impl Shell {
    /// What stands around the page that a request asked for.
    ///
    /// # Errors
    /// Internal where the request did not come through the frame.
    pub(super) fn of(request: &HttpRequest, hub: &Hub, caller: &Caller) -> Result<Self, Problem> {
        let say = Say::plain(Meta::of(request)?.lang);
        let root = root(&hub.config().http.public_url).to_owned();
        let uri = request.uri();
        let here = uri.path_and_query().map_or("/", |here| here.as_str());
        let said = said_in(request.query_string()).map(|said| said.words(say));
        Ok(Shell {
            links: links(say, &root, caller, uri.path()),
            person: match caller {
                Caller::Person(person) => Some(Arc::clone(person)),
                Caller::Anonymous | Caller::Application(_) | Caller::Management => None,
            },
            here: encode(here),
            today: local(hub.clock().now(), &hub.config().time.zone).0,
            zone: hub.config().time.zone.clone(),
            fault: None,
            once: once::token(hub)?,
            said,
            root,
            say,
        })
    }

    /// The words in the page's language.
    pub(super) fn it<'t>(&self, id: &'t str, en: &'t str) -> &'t str {
        self.say.it(id, en)
    }

    /// The path of one of the hub's own assets.
    pub(super) fn asset(&self, name: &str) -> String {
        format!("{}{}", self.root, assets::path(name))
    }

    /// The token of the page's form that makes something: the one it came with, where it is shown again.
    pub(super) fn once(&self, form: &Form) -> String {
        form.said("once").unwrap_or_else(|| self.once.clone())
    }

    /// A number in the manner of the page's language.
    pub(super) fn number(&self, number: impl Display) -> String {
        self.say.number(number)
    }

    /// A day in words.
    pub(super) fn day(&self, day: impl Display) -> String {
        self.say.day(day)
    }

    /// How long something takes, in words.
    pub(super) fn lasting(&self, seconds: &i64) -> String {
        self.say.lasting(*seconds)
    }

    /// A moment in the office's time.
    pub(super) fn moment(&self, at: impl Display) -> String {
        self.say.moment(at, &self.zone)
    }

    /// The page's language.
    pub(super) fn lang(&self) -> &Lang {
        &self.say.lang
    }

    /// Today at the office.
    pub(super) fn today_in_words(&self) -> String {
        self.say.day(self.today)
    }

    /// For how long something has waited that came on a day.
    pub(super) fn waiting(&self, since: &Date) -> String {
        let days = since.until(self.today).map_or(0, |span| span.get_days());
        match days {
            ..=0 => self.it("masuk hari ini", "came today").to_owned(),
            1 => self.it("menunggu 1 hari", "waiting for 1 day").to_owned(),
            days => match self.say.lang {
                Lang::Id => format!("menunggu {days} hari"),
                Lang::En => format!("waiting for {days} days"),
            },
        }
    }

    /// What somebody was told of an integration.
    pub(super) fn notice(&self, kind: &str) -> &'static str {
        match kind {
            "turn" => self.say.it("Giliran Anda", "It is your turn"),
            "due-soon" => self.say.it("Batas waktu sudah dekat", "It is due soon"),
            _ => self.say.it("Lewat batas waktu", "It is overdue"),
        }
    }

    /// How whoever signed in is greeted.
    pub(super) fn greeting(&self) -> String {
        let name = self
            .person
            .as_ref()
            .map_or("", |person| person.full_name.as_str());
        format!("{} {name}", self.it("Selamat bekerja,", "Good day,"))
    }

    /// What the person is, in words.
    pub(super) fn roles(&self) -> String {
        let roles = self.person.iter().flat_map(|person| &person.roles);
        let words: Vec<&str> = roles.map(|role| people::role(self.say, *role)).collect();
        words.join(", ")
    }

    /// Whether the person may do this, to anything at all.
    pub(super) fn may(&self, action: Action, resource: Resource) -> bool {
        let caller = self
            .person
            .as_ref()
            .map(|person| Caller::Person(Arc::clone(person)));
        caller.is_some_and(|caller| reach(&caller, action, resource).is_some())
    }
}

/// The path in the hub's own address, without a slash at its end: where it is served below one.
pub(super) fn root(public_url: &str) -> &str {
    let behind = public_url.split_once("://").map_or("", |(_, behind)| behind);
    behind
        .find('/')
        .and_then(|at| behind.get(at..))
        .unwrap_or("")
        .trim_end_matches('/')
}

fn links(say: Say, root: &str, caller: &Caller, path: &str) -> Vec<Link> {
    let may = |resource: &Resource| reach(caller, Action::Look, *resource).is_some();
    let offered = SECTIONS.iter().filter(|(_, _, looks)| looks.iter().any(may));
    let person = matches!(caller, Caller::Person(_));
    offered
        .filter(|_| person)
        .map(|(section, (id, en), _)| Link {
            href: format!("{root}{section}"),
            words: say.it(id, en),
            here: match *section {
                "/" => path == "/",
                section => path
                    .strip_prefix(section)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            },
        })
        .collect()
}

/// What the address says was done just now.
fn said_in(query: &str) -> Option<Said> {
    let said = query.split('&').find_map(|pair| pair.strip_prefix("said="));
    said.and_then(Said::read)
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn the_root_is_the_path_of_the_hubs_own_address() {
        let cases = [
            ("http://127.0.0.1:8080", ""),
            ("https://hub.example/", ""),
            ("https://hub.example/mahakam", "/mahakam"),
            ("https://hub.example/a/b/", "/a/b"),
        ];
        for (url, wanted) in cases {
            assert_eq!(root(url), wanted, "{url}");
        }
    }
}
