//! [`Procedure`]: the steps, who acts in them, what they need and how long they take.
//!
//! It is data (`schemas/procedure.yaml`), so that another province varies it without code; `read` finds every
//! fault of it. Not here: where an integration stands (`file`). Invariant: in a procedure that was read every
//! step that is named is there, and from each one gets to the end.

mod read;
mod reading;
mod variants;
mod words;

pub use read::ProcedureFault;
pub use words::{Complete, DocumentKind, Each, Post, Side, Then, Tie, Unit};

/// The outcome of a step that names none.
pub const DONE: &str = "done";

/// The procedure.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// What it is called.
    pub title: String,
    /// The kinds of documents, with their titles, in the order of the file.
    pub documents: Vec<(DocumentKind, String)>,
    /// Who alone brings documents of a kind, where it is not everybody who takes part.
    pub bringers: Vec<(DocumentKind, Vec<Post>)>,
    /// The kinds of integrations.
    pub variants: Vec<Variant>,
    /// Who may pause.
    pub pause: Vec<Post>,
    /// Who may go on after a pause.
    pub resume: Vec<Post>,
    /// Who may cancel.
    pub cancel: Vec<Post>,
    /// Who may act for whom, as their superior.
    pub superiors: Vec<(Post, Vec<Post>)>,
    /// Who may write down what an agency without an account did.
    pub on_behalf: Vec<Post>,
    /// For how many working days back something may be written down without a reason.
    pub backdate_days: u32,
}

/// A kind of integration.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Whether it goes on from an earlier integration.
    pub follows: bool,
    /// How many months the whole takes: from, to.
    pub months: (u32, u32),
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// What was interpreted.
    pub ours: Vec<String>,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number on paper.
    pub number: u8,
    /// What it is called.
    pub title: String,
    /// What happens.
    pub what: String,
    /// When it is complete.
    pub complete: Complete,
    /// Who acts.
    pub actors: Vec<Actor>,
    /// Which agencies are asked for their opinion before somebody decides.
    pub opinions: Vec<Side>,
    /// What it needs.
    pub needs: Vec<Paper>,
    /// What it produces.
    pub outputs: Vec<Paper>,
    /// How it may end; [`DONE`] alone where the file names nothing.
    pub outcomes: Vec<Outcome>,
    /// Who repairs what was found not to be valid, and what must hold then.
    pub repair: Option<Repair>,
    /// What it is tied to.
    pub requires: Vec<Tie>,
    /// How long it takes.
    pub duration: Duration,
    /// The step after it; none after the last.
    pub next: Option<u8>,
    /// The step to which it may lead back.
    pub back: Option<u8>,
    /// What was interpreted.
    pub ours: Vec<String>,
}

/// Somebody who acts in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The post.
    pub post: Post,
    /// As what the agencies take part that act, where it is agencies.
    pub party: Vec<Side>,
    /// Whether each of them must.
    pub each: Each,
}

/// A document that a step needs or produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its kind.
    pub document: DocumentKind,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether the hub itself holds it, so that nobody brings it.
    pub by_hub: bool,
}

/// How a step may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Where it leads.
    pub then: Then,
    /// Whether it needs a reason.
    pub reason: bool,
}

/// How a step that stays open is repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Who does it.
    pub by: Vec<Post>,
    /// What must hold then.
    pub requires: Vec<Tie>,
}

/// How long a step takes; the upper end counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    /// At least.
    pub from: u32,
    /// At most.
    pub to: u32,
    /// Of what.
    pub unit: Unit,
}

impl Procedure {
    /// The kind of integration with this code.
    pub fn variant(&self, code: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.code == code)
    }

    /// What a kind of document is called; its code, where the procedure does not know it any more.
    pub fn title_of<'a>(&'a self, kind: &'a DocumentKind) -> &'a str {
        let known = self.documents.iter().find(|(known, _)| known == kind);
        known.map_or(kind.as_str(), |(_, title)| title)
    }

    /// Who alone brings documents of a kind; none where everybody does who takes part.
    pub fn bringers_of(&self, kind: &DocumentKind) -> Option<&[Post]> {
        let named = self.bringers.iter().find(|(named, _)| named == kind);
        named.map(|(_, posts)| posts.as_slice())
    }

    /// Whether somebody in the post `superior` may act for the post `post`.
    pub fn is_superior(&self, superior: Post, post: Post) -> bool {
        self.superiors
            .iter()
            .any(|(above, below)| *above == superior && below.contains(&post))
    }
}

impl Variant {
    /// The step with this number.
    pub fn step(&self, number: u8) -> Option<&Step> {
        self.steps.iter().find(|step| step.number == number)
    }

    /// The first of its steps that is tied to its contracts: once it is left, they stay as they are.
    pub fn first_tied(&self) -> Option<u8> {
        let tied = self.steps.iter().find(|step| !step.requires.is_empty());
        tied.map(|step| step.number)
    }

    /// Whether versions of contracts are still to be agreed in the step `number`, or after it.
    pub fn agrees_from(&self, number: u8) -> bool {
        let mut later = self.steps.iter().filter(|step| step.number >= number);
        later.any(|step| step.requires.contains(&Tie::ContractAgreed))
    }

    /// The first step.
    pub fn first(&self) -> u8 {
        self.steps.first().map_or(0, |step| step.number)
    }
}

impl Step {
    /// The outcome with this code.
    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.code == code)
    }
}
