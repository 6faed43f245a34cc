//! [`Form`]: a body of `application/x-www-form-urlencoded` in which each name stands once.

use form_urlencoded::parse;

/// See the module.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body; `None` when a name stands twice.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut members: Vec<(String, String)> = Vec::new();
        for (name, value) in parse(body) {
            if members.iter().any(|(known, _)| *known == name) {
                return None;
            }
            members.push((name.into_owned(), value.into_owned()));
        }
        Some(Form(members))
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let member = self.0.iter().find(|(known, _)| known == name);
        member.map(|(_, value)| value.as_str())
    }
}

/// A single value, encoded in the same way; `None` when it holds what would begin another.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut members = parse(text.as_bytes());
    let (name, value) = members.next()?;
    let alone = value.is_empty() && members.next().is_none();
    alone.then(|| name.into_owned())
}
