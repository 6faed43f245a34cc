//! Who takes part in an integration and what it is about, as forms ask for it.
//!
//! Invariant: a form that is shown again has what was ticked and typed, whether it can be meant or not.

use serde_json::{Value, json};

use crate::http::pages::form::Form;
use crate::hub::{IntegrationView, OpdView};
use crate::integration::procedure::Side;

/// How many lines a form has at least for datasets.
const LINES: usize = 3;

/// An agency as a form asks whether it takes part, and as what.
pub(super) struct Candidate {
    pub(super) code: String,
    pub(super) name: String,
    /// Each way of taking part, and whether it is ticked.
    pub(super) sides: Vec<(&'static str, bool)>,
}

impl Candidate {
    /// The value of a box of the form.
    pub(super) fn value(&self, side: &str) -> String {
        format!("{} {side}", self.code)
    }
}

/// The agencies as the form has them: those that take part first.
pub(super) fn candidates(opds: Vec<OpdView>, ticked: impl Fn(&str, &str) -> bool) -> Vec<Candidate> {
    let candidate = |opd: OpdView| Candidate {
        sides: Side::ALL
            .iter()
            .map(|side| (side.as_str(), ticked(&opd.code, side.as_str())))
            .collect(),
        code: opd.code,
        name: opd.name,
    };
    let shown = |opd: &OpdView| opd.active || Side::ALL.iter().any(|side| ticked(&opd.code, side.as_str()));
    let mut all: Vec<Candidate> = opds.into_iter().filter(shown).map(candidate).collect();
    all.sort_by_key(|one| !one.sides.iter().any(|(_, ticked)| *ticked));
    all
}

/// Whether a form ticks that an agency takes part so.
pub(super) fn ticked(form: &Form, code: &str, side: &str) -> bool {
    form.has("party", &format!("{code} {side}"))
}

/// Whether an agency takes part so.
pub(super) fn takes_part(view: &IntegrationView, code: &str, side: &str) -> bool {
    let mut parties = view.parties.iter();
    parties.any(|party| party.opd == code && party.side == side)
}

/// Who takes part by a form, as the interface for programs takes it.
pub(super) fn sent(form: &Form) -> Value {
    let parties = form.all("party");
    let party = |text: &&str| {
        let (opd, side) = text.split_once(' ').unwrap_or((*text, ""));
        json!({"opd": opd, "side": side})
    };
    parties.iter().map(party).collect()
}

/// Lines for datasets: those that are named, and some that are empty.
pub(super) fn lines(named: Vec<String>) -> Vec<String> {
    let empty = LINES.saturating_sub(named.len()).max(1);
    let mut lines = named;
    lines.resize(lines.len() + empty, String::new());
    lines
}

/// The datasets that a form names.
pub(super) fn datasets(form: &Form) -> Vec<String> {
    form.all("dataset").into_iter().map(str::to_owned).collect()
}
