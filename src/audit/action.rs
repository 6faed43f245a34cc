//! [`Action`]: one change made by whoever manages the hub, or the attempt at one.

use std::borrow::Cow;

use super::Fields;

/// What was done, by whom, to what.
#[derive(Debug)]
pub struct Action<'a> {
    /// Who did it: `cli:<user>` or `admin-key`.
    pub actor: Cow<'a, str>,
    /// What was done, such as `opd.add`.
    pub name: &'static str,
    /// To what, such as an agency's code.
    pub target: String,
    /// What stood before, as JSON.
    pub before: Option<String>,
    /// What stands after, as JSON.
    pub after: Option<String>,
}

/// An action as it stands in the log.
#[derive(Debug, Clone)]
pub struct LoggedAction {
    /// Its number.
    pub id: i64,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// What stood before.
    pub before: Option<String>,
    /// What stands after.
    pub after: Option<String>,
    /// `ok`, or the code of the problem.
    pub outcome: String,
    /// The request that did it, where it was one.
    pub request_id: Option<String>,
}

impl LoggedAction {
    /// The row's canonical encoding.
    pub fn fields(&self) -> Fields {
        Fields::of("mahakam audit 1")
            .number(Some(self.id))
            .number(Some(self.at))
            .text(Some(&self.actor))
            .text(Some(&self.action))
            .text(Some(&self.target))
            .text(self.before.as_deref())
            .text(self.after.as_deref())
            .text(Some(&self.outcome))
            .text(self.request_id.as_deref())
    }
}
