//! What is to be done with an integration now: by whom, with which documents, and the forms of whoever may.
//!
//! Invariant: a form holds nothing but what its part of the step needs.

use super::Names;
use super::show::Found;
use crate::http::pages::form::Form;
use crate::http::pages::shell::Shell;
use crate::hub::{ActingFor, Hub, PaperEntry, Part, TieEntry, Turn};
use crate::integration::DocumentKind;
use crate::integration::procedure::{DONE, Outcome, Then};

/// See the module.
pub(super) struct Now {
    /// Who has the file.
    pub(super) holders: Vec<String>,
    pub(super) papers: Vec<PaperShown>,
    /// What does not hold yet in the hub itself.
    pub(super) ties: Vec<TieEntry>,
    /// The part of whoever reads.
    pub(super) own: Vec<TurnShown>,
    /// What they may do for others.
    pub(super) others: Vec<TurnShown>,
    /// Which agencies did not say what they think.
    pub(super) silent: Vec<String>,
    /// What the others said: agency, words.
    pub(super) opinions: Vec<(String, String)>,
}

/// A document that the step needs or produces.
pub(super) struct PaperShown {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) optional: bool,
    pub(super) by_hub: bool,
    pub(super) present: bool,
    /// Whether its reader brings it.
    pub(super) brings: bool,
    /// Who does, where it is others.
    pub(super) bringers: String,
    /// Whether the hub fills a form of it.
    pub(super) printed: bool,
    /// The kind of report that becomes it.
    pub(super) report: Option<&'static str>,
}

/// A form by which a part is done.
pub(super) struct TurnShown {
    /// What tells it from others on the page.
    pub(super) id: String,
    /// Where it is sent, behind the integration's path.
    pub(super) to: String,
    pub(super) title: String,
    pub(super) button: String,
    /// What it says by itself: names and values.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) outcomes: Vec<OutcomeShown>,
    /// Whether a reason must be given, whatever the outcome.
    pub(super) reasoned: bool,
    /// When a reason is needed.
    pub(super) reason_hint: String,
    /// The signed papers of the step by one of which it is written down; none where that is not needed.
    pub(super) papers: Option<Vec<(i64, String)>>,
    pub(super) typed: Form,
}

/// An outcome that may be chosen.
pub(super) struct OutcomeShown {
    pub(super) code: String,
    pub(super) title: String,
    /// What follows from it.
    pub(super) then: String,
    pub(super) chosen: bool,
}

impl Now {
    pub(super) fn new(
        shell: &Shell,
        hub: &Hub,
        names: &Names,
        found: &Found,
        (adds, typed): (bool, Option<&Form>),
    ) -> Self {
        let turns = &found.turns;
        let shown = |turn: &Turn| TurnShown::new(shell, names, found, turn, typed);
        let (own, others): (Vec<&Turn>, Vec<&Turn>) =
            turns.turns.iter().partition(|turn| turn.acting == ActingFor::Own);
        let title = |code: &str| {
            let known = turns.outcomes.iter().find(|outcome| outcome.code == code);
            known.map(|outcome| outcome.title.as_str())
        };
        let holders = found.view.holders.iter();
        let holders = holders.map(|holder| names.holder(shell, holder).to_owned());
        let open = found.view.step.ties.iter().filter(|tie| !tie.holds);
        let silent = turns.silent.iter().map(|opd| names.name(opd).to_owned());
        let said = turns.opinions.iter().map(|(opd, code)| {
            let words = shell.step_outcome(code, title(code)).to_owned();
            (names.name(opd).to_owned(), words)
        });
        Now {
            holders: holders.collect(),
            papers: papers(shell, hub, found, adds),
            ties: open.cloned().collect(),
            own: own.into_iter().map(shown).collect(),
            others: others.into_iter().map(shown).collect(),
            silent: silent.collect(),
            opinions: said.collect(),
        }
    }

    /// Whether a paper that must be there is not.
    pub(super) fn lacks(&self) -> bool {
        let mut papers = self.papers.iter();
        papers.any(|paper| !paper.present && !paper.optional)
    }
}

impl TurnShown {
    fn new(shell: &Shell, names: &Names, found: &Found, turn: &Turn, typed: Option<&Form>) -> Self {
        let step = found.view.step.number;
        let (part, button) = part_words(shell, turn.part, found.turns.outcomes.len() > 1);
        let (hidden, title) = whose(shell, names, turn);
        let id = format!(
            "{part}-{}",
            hidden.first().map_or("own", |(_, value)| value.as_str())
        );
        let typed = typed.filter(|typed| typed.text("form") == id).cloned();
        let typed = typed.unwrap_or_default();
        let early = turn.part == Part::Complete && !found.turns.silent.is_empty();
        TurnShown {
            to: format!("steps/{step}/{part}"),
            button: button.to_owned(),
            outcomes: match turn.part {
                Part::Repair => Vec::new(),
                Part::Complete | Part::Opinion => outcomes(shell, found, typed.text("outcome")),
            },
            reasoned: turn.acting == ActingFor::Subordinate || early,
            reason_hint: reason_hint(shell, found, turn, early),
            papers: (turn.acting == ActingFor::Agency).then(|| signed(found)),
            id,
            title,
            hidden,
            typed,
        }
    }
}

/// Where a part is sent, and what its button says.
fn part_words(shell: &Shell, part: Part, choice: bool) -> (&'static str, &'static str) {
    match part {
        Part::Complete if choice => ("complete", shell.it("Simpan keputusan", "Save the decision")),
        Part::Complete => (
            "complete",
            shell.it("Selesaikan bagian ini", "Complete this part"),
        ),
        Part::Opinion => ("opinion", shell.it("Sampaikan pendapat", "Say so")),
        Part::Repair => (
            "repair",
            shell.it("Nyatakan sudah diperbaiki", "Say that it is repaired"),
        ),
    }
}

/// What a form says by itself of whose part it is, and what it is called.
fn whose(shell: &Shell, names: &Names, turn: &Turn) -> (Vec<(&'static str, String)>, String) {
    let whose = match &turn.opd {
        Some(opd) => names.name(opd.as_str()),
        None => shell.post(turn.post.as_str()),
    };
    match turn.acting {
        ActingFor::Own => (Vec::new(), shell.it("Bagian Anda", "Your part").to_owned()),
        ActingFor::Subordinate => (
            vec![("acting_for", turn.post.as_str().to_owned())],
            format!(
                "{} {whose}",
                shell.it("Sebagai atasan, untuk", "As a superior, for")
            ),
        ),
        ActingFor::Agency => (
            vec![(
                "on_behalf_of",
                turn.opd.as_ref().map(ToString::to_string).unwrap_or_default(),
            )],
            format!(
                "{} {whose}",
                shell.it("Atas nama OPD tanpa akun:", "For an OPD without an account:")
            ),
        ),
    }
}

/// The outcomes, where there is a choice.
fn outcomes(shell: &Shell, found: &Found, typed: &str) -> Vec<OutcomeShown> {
    let known = &found.turns.outcomes;
    if known.iter().all(|outcome| outcome.code == DONE) {
        return Vec::new();
    }
    let shown = |outcome: &Outcome| OutcomeShown {
        chosen: outcome.code == typed,
        title: shell.step_outcome(&outcome.code, Some(&outcome.title)).to_owned(),
        then: match outcome.then {
            Then::Next => String::new(),
            Then::Back => shell
                .it(
                    "berkas kembali ke tahap sebelumnya, putaran baru",
                    "the file goes back, a new round begins",
                )
                .to_owned(),
            Then::Repair => shell
                .it(
                    "tahap tetap terbuka, diperbaiki dan diuji lagi",
                    "the step stays open and is repaired and tested again",
                )
                .to_owned(),
        },
        code: outcome.code.clone(),
    };
    known.iter().map(shown).collect()
}

/// When the form needs a reason.
fn reason_hint(shell: &Shell, found: &Found, turn: &Turn, early: bool) -> String {
    let mut when: Vec<String> = Vec::new();
    let reasoned = found.turns.outcomes.iter().filter(|outcome| outcome.reason);
    if turn.part != Part::Repair {
        when.extend(reasoned.map(|outcome| {
            let title = shell.step_outcome(&outcome.code, Some(&outcome.title));
            format!("\u{201c}{title}\u{201d}")
        }));
    }
    let dissent = turn.part == Part::Complete && (early || !found.turns.opinions.is_empty());
    if dissent {
        when.push(
            shell
                .it(
                    "keputusan yang berbeda dari pendapat OPD",
                    "a decision against what an OPD thinks",
                )
                .to_owned(),
        );
    }
    when.push(
        shell
            .it(
                "kejadian lebih dari tiga hari kerja yang lalu",
                "what happened more than three working days ago",
            )
            .to_owned(),
    );
    format!("{} {}.", shell.it("Wajib untuk", "Needed for"), when.join(", "))
}

/// The signed papers that were added where the file is.
fn signed(found: &Found) -> Vec<(i64, String)> {
    let here = (
        Some(i32::from(found.view.step.number)),
        i32::try_from(found.view.round).ok(),
    );
    let kind = DocumentKind::signed_paper();
    let documents = found.documents.iter();
    let signed = documents
        .filter(|document| document.kind == kind.as_str() && (document.step, document.round) == here);
    signed
        .map(|document| (document.id, document.name.clone()))
        .collect()
}

/// The documents of the step, each once: there when it is there for all that it is wanted for.
fn papers(shell: &Shell, hub: &Hub, found: &Found, adds: bool) -> Vec<PaperShown> {
    let step = &found.view.step;
    let mut shown: Vec<PaperShown> = Vec::new();
    for paper in step.needs.iter().chain(&step.outputs) {
        match shown.iter_mut().find(|other| other.kind == paper.document) {
            Some(other) => {
                other.present &= paper.present;
                other.optional &= paper.optional;
            }
            None => shown.push(paper_shown(shell, hub, found, paper, adds)),
        }
    }
    shown
}

fn paper_shown(shell: &Shell, hub: &Hub, found: &Found, paper: &PaperEntry, adds: bool) -> PaperShown {
    let kind = paper.document.parse::<DocumentKind>().ok();
    let posts = kind.as_ref().and_then(|kind| hub.procedure().bringers_of(kind));
    let mine = posts.is_none_or(|posts| shell.holds(posts));
    let names: Vec<&str> = posts
        .into_iter()
        .flatten()
        .map(|post| shell.post(post.as_str()))
        .collect();
    PaperShown {
        kind: paper.document.clone(),
        title: paper.title.clone(),
        optional: paper.optional,
        by_hub: paper.by_hub,
        present: paper.present,
        brings: adds && mine && !paper.by_hub,
        bringers: names.join(", "),
        printed: found.printed.iter().any(|(code, _)| *code == paper.document),
        report: match paper.document.as_str() {
            "validation-report" => Some("validation"),
            "final-report" => Some("integration"),
            _ => None,
        },
    }
}
