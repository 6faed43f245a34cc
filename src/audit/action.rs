//! [`Action`]: one change made by whoever manages the hub.

use std::borrow::Cow;

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
