//! Where settings come from, and the reader that collects their faults.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// Names and values of settings; the environment, or what a test says.
#[derive(Debug, Clone, Default)]
pub struct Source {
    values: HashMap<String, String>,
}

impl Source {
    /// The environment, and below it the file `.env` in the working folder.
    ///
    /// # Errors
    /// When there is a `.env` that can't be read.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the environment is read"
    )]
    pub fn environment() -> Result<Self, String> {
        let mut values = HashMap::new();
        match dotenvy::from_path_iter(".env") {
            Ok(lines) => {
                let mut last = String::new();
                for line in lines {
                    let (name, value) = line.map_err(|error| unreadable(error, &last))?;
                    last.clone_from(&name);
                    values.insert(name, value);
                }
            }
            Err(error) if error.not_found() => {}
            Err(error) => return Err(unreadable(error, "")),
        }
        values.extend(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Ok(Source { values })
    }

    /// A source that holds just these.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let values = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Source { values }
    }

    /// The value of a setting; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Sets a value over what the source had.
    pub fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }
}

/// Why the file `.env` can't be read behind the setting `last`; never what a setting holds.
fn unreadable(error: dotenvy::Error, last: &str) -> String {
    let file = std::env::current_dir().unwrap_or_default().join(".env");
    let file = file.display();
    match error {
        dotenvy::Error::LineParse(..) => {
            let which = match last {
                "" => "its first setting".to_owned(),
                last => format!("the line behind {last}"),
            };
            format!(
                "{file} can't be read: {which} is not NAME=VALUE; put a value with blanks, quotes or # into '...'"
            )
        }
        error => {
            let user = rustix::process::geteuid().as_raw();
            format!("{file} can't be read by user {user}: {error}")
        }
    }
}

/// Reads settings one by one and keeps their faults for the end.
pub(super) struct Reading<'s> {
    source: &'s Source,
    faults: Vec<String>,
}

impl<'s> Reading<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Reading {
            source,
            faults: Vec::new(),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'s str> {
        self.source.get(name)
    }

    /// The parsed value of `name`, or `default` where it is absent or faulty.
    pub(super) fn parsed<T>(&mut self, name: &str, default: T, what: &str) -> T
    where
        T: FromStr + Display,
    {
        match self.source.get(name).map(str::parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.fault(name, &format!("must be {what}, such as {default}"));
                default
            }
        }
    }

    pub(super) fn fault(&mut self, name: &str, says: &str) {
        self.faults.push(format!("{name} {says}"));
    }

    pub(super) fn into_faults(self) -> Vec<String> {
        self.faults
    }
}
