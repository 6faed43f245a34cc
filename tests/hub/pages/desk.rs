//! [`Desk`]: somebody at a browser without scripts: opens pages, follows what is written on them, fills forms in.
//!
//! It reads just as much HTML as pages of the hub have. Invariant: a form is sent as it was found, with what was filled
//! in and nothing else.

use std::sync::LazyLock;

use regex::Regex;

use crate::harness::{Answer, Call, TestHub};

static FORM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)<form\b([^>]*)>(.*?)</form>").unwrap());
static CONTROL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<input\b([^>]*)>|<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>")
        .unwrap()
});
static OPTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<option\b([^>]*)>").unwrap());

/// Somebody at a browser; see the module.
pub struct Desk<'h> {
    hub: &'h TestHub,
    cookie: String,
}

/// A page that was opened.
#[derive(Debug)]
pub struct Page {
    /// Its address.
    pub path: String,
    /// What stands in it.
    pub body: String,
}

/// A form on a page.
#[derive(Debug, Clone)]
pub struct Found {
    action: String,
    method: String,
    multipart: bool,
    fields: Vec<(String, String)>,
    /// The radio buttons and boxes that may be chosen.
    choices: Vec<(String, String)>,
}

impl<'h> Desk<'h> {
    /// Somebody who signed in already.
    pub fn new(hub: &'h TestHub, cookie: &str) -> Self {
        let cookie = cookie.to_owned();
        Desk { hub, cookie }
    }

    fn call(&self, method: &str, path: &str) -> Call {
        let call = self.hub.call(method, path).cookie(&self.cookie);
        call.header("Accept", "text/html")
    }

    /// Asks for a page, whatever comes of it.
    pub async fn ask(&self, path: &str) -> Answer {
        self.call("GET", path).await
    }

    /// Opens a page that must be there, or to which it leads.
    pub async fn open(&self, path: &str) -> Page {
        let mut path = path.to_owned();
        let mut answer = self.ask(&path).await;
        for _ in 0..3 {
            if answer.status != 303 {
                break;
            }
            path = answer.header("location").replace(&self.hub.url, "");
            answer = self.ask(&path).await;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        Page {
            path,
            body: answer.body,
        }
    }

    /// Sends a form, whatever comes of it.
    pub async fn send(&self, form: &Found) -> Answer {
        if form.method == "get" {
            return self
                .ask(&format!("{}?{}", form.action, encoded(&form.fields)))
                .await;
        }
        let call = self.call("POST", &form.action);
        match form.multipart {
            true => {
                call.body("multipart/form-data; boundary=batas", parts(&form.fields))
                    .await
            }
            false => {
                call.body("application/x-www-form-urlencoded", encoded(&form.fields))
                    .await
            }
        }
    }

    /// Sends a form that must be taken, and opens the page to which that leads.
    pub async fn submit(&self, form: &Found) -> Page {
        let answer = self.send(form).await;
        assert_eq!(answer.status, 303, "{form:?}: {}", answer.body);
        let to = answer.header("location").replace(&self.hub.url, "");
        self.open(&to).await
    }
}

impl Page {
    /// A page as it came.
    pub fn of(path: &str, answer: &Answer) -> Self {
        Page {
            path: path.to_owned(),
            body: answer.body.clone(),
        }
    }

    /// Whether this stands on it.
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.body.contains(text),
            "{}: no {text:?}: {}",
            self.path,
            self.body
        );
        self
    }

    /// Whether this does not.
    pub fn says_not(&self, text: &str) -> &Self {
        assert!(
            !self.body.contains(text),
            "{}: {text:?}: {}",
            self.path,
            self.body
        );
        self
    }

    /// All forms whose action ends so.
    pub fn forms(&self, end: &str) -> Vec<Found> {
        let here = self.path.split(['?', '#']).next().unwrap_or_default();
        let found = FORM.captures_iter(&self.body).map(|form| {
            let of = |name| attribute(&form[1], name);
            Found {
                action: of("action").unwrap_or_else(|| here.to_owned()),
                method: of("method").unwrap_or_else(|| "get".to_owned()),
                multipart: of("enctype").is_some_and(|kind| kind == "multipart/form-data"),
                fields: Vec::new(),
                choices: Vec::new(),
            }
            .with_controls(&form[2])
        });
        found.filter(|form| form.action.ends_with(end)).collect()
    }

    /// The one form whose action ends so.
    pub fn form(&self, end: &str) -> Found {
        let mut found = self.forms(end);
        assert_eq!(found.len(), 1, "{}: forms to {end}: {}", self.path, self.body);
        found.remove(0)
    }
}

impl Found {
    fn with_controls(mut self, inside: &str) -> Self {
        for control in CONTROL.captures_iter(inside) {
            if let Some(input) = control.get(1) {
                self.input(input.as_str());
            } else if let (Some(area), Some(text)) = (control.get(2), control.get(3)) {
                self.field(area.as_str(), &plain(text.as_str()));
            } else if let (Some(select), Some(options)) = (control.get(4), control.get(5)) {
                let options = OPTION.captures_iter(options.as_str());
                let options: Vec<String> = options.map(|option| option[1].to_owned()).collect();
                let chosen = options.iter().find(|option| option.contains("selected"));
                let chosen = chosen.or(options.first()).cloned().unwrap_or_default();
                self.field(select.as_str(), &attribute(&chosen, "value").unwrap_or_default());
            }
        }
        self
    }

    fn input(&mut self, text: &str) {
        let kind = attribute(text, "type").unwrap_or_default();
        let value = attribute(text, "value").unwrap_or_default();
        match kind.as_str() {
            "file" => {}
            "radio" | "checkbox" => {
                let name = attribute(text, "name").unwrap_or_default();
                if text.contains(" checked") {
                    self.fields.push((name.clone(), value.clone()));
                }
                self.choices.push((name, value));
            }
            _ => self.field(text, &value),
        }
    }

    fn field(&mut self, tag: &str, value: &str) {
        let name = attribute(tag, "name").unwrap_or_default();
        self.fields.push((name, value.to_owned()));
    }

    /// What a field says.
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }

    /// With a field that is on the form filled in.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    /// With a button or a box chosen that is on the form.
    pub fn choose(mut self, name: &str, value: &str) -> Self {
        let choice = (name.to_owned(), value.to_owned());
        assert!(
            self.choices.contains(&choice),
            "no {choice:?} in {:?}",
            self.choices
        );
        self.fields.push(choice);
        self
    }

    /// With a file, where the form takes one.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        assert!(self.multipart, "the form takes no file: {self:?}");
        self.fields
            .push((format!("file\"; filename=\"{name}"), text.to_owned()));
        self
    }

    /// Whether a choice is offered.
    pub fn offers(&self, name: &str, value: &str) -> bool {
        self.choices.contains(&(name.to_owned(), value.to_owned()))
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let begin = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = &tag[begin..];
    Some(plain(&rest[..rest.find('"')?]))
}

/// A text without what stands for characters in HTML.
fn plain(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#39;", "'");
    let text = text.replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&#38;", "&").replace("&amp;", "&")
}

fn encoded(fields: &[(String, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish()
}

fn parts(fields: &[(String, String)]) -> String {
    let part = |(name, value): &(String, String)| {
        format!("--batas\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).collect();
    format!("{parts}--batas--\r\n")
}
