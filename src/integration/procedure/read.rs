//! Reads a procedure and finds every fault of it.
//!
//! Not here: turning a file into a value; the kinds of integrations (`variants`). Invariant: what has a fault is no
//! procedure.

use std::fmt;

use serde_json::Value;

use super::reading::{Node, Reading};
use super::variants::variants;
use super::{
    Actor, Complete, DONE, DocumentKind, Duration, Each, Outcome, Paper, Post, Procedure, Repair, Step, Then,
    Unit,
};
use crate::types::{Place, Places, Pointer};

/// The most steps a procedure may have.
const MAX_STEPS: u32 = 99;

/// The members of a step.
const STEP: [&str; 15] = [
    "number", "title", "what", "complete", "actors", "opinions", "needs", "outputs", "outcomes", "repair",
    "requires", "duration", "next", "back", "ours",
];

/// One thing that is wrong with a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcedureFault {
    /// Where in the document.
    pub pointer: Pointer,
    /// Where in the file.
    pub place: Option<Place>,
    /// What is wrong.
    pub says: String,
}

impl fmt::Display for ProcedureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(f, "line {}: ", place.line)?;
        }
        match self.pointer.is_root() {
            true => write!(f, "the procedure {}", self.says),
            false => write!(f, "{} {}", self.pointer, self.says),
        }
    }
}

impl Procedure {
    /// Reads a procedure from a document of which the `places` are known.
    ///
    /// # Errors
    /// All faults together.
    pub fn read(document: &Value, places: &Places) -> Result<Self, Vec<ProcedureFault>> {
        let reading = Reading::new(places);
        let procedure = procedure(&reading.root(document));
        let faults = reading.into_faults();
        if faults.is_empty() {
            Ok(procedure)
        } else {
            Err(faults)
        }
    }
}

fn procedure(root: &Node<'_, '_>) -> Procedure {
    root.only(&[
        "procedure",
        "title",
        "pause",
        "resume",
        "cancel",
        "superiors",
        "on_behalf",
        "backdate_days",
        "documents",
        "steps",
        "variants",
    ]);
    if root.text_of("procedure") != "1" {
        root.fault("must say procedure: \"1\", the only form that is known");
    }
    let (documents, bringers) = documents(root);
    let steps = steps(root, &documents);
    let variants = variants(root, &steps, &documents);
    Procedure {
        title: root.text_of("title"),
        variants,
        documents,
        bringers,
        pause: posts(root, "pause"),
        resume: posts(root, "resume"),
        cancel: posts(root, "cancel"),
        superiors: superiors(root),
        on_behalf: root.words("on_behalf"),
        backdate_days: root.number_of("backdate_days", 0, 365),
    }
}

fn posts(root: &Node<'_, '_>, name: &str) -> Vec<Post> {
    let posts = root.words(name);
    if posts.is_empty() {
        root.fault(format!("names nobody in '{name}'"));
    }
    posts
}

fn superiors(root: &Node<'_, '_>) -> Vec<(Post, Vec<Post>)> {
    let members = root
        .may("superiors")
        .map(|node| node.members())
        .unwrap_or_default();
    let mut superiors = Vec::new();
    for (name, node) in members {
        match name.parse::<Post>() {
            Ok(above) => superiors.push((above, node.items().iter().filter_map(Node::word).collect())),
            Err(says) => node.fault(says),
        }
    }
    superiors
}

/// Kinds of documents with something of each.
type OfKinds<T> = Vec<(DocumentKind, T)>;

/// The kinds of documents with their titles, and who alone brings some of them.
fn documents(root: &Node<'_, '_>) -> (OfKinds<String>, OfKinds<Vec<Post>>) {
    let members = root
        .must("documents")
        .map(|node| node.members())
        .unwrap_or_default();
    let (mut documents, mut bringers) = (Vec::new(), Vec::new());
    for (code, node) in members {
        let kind: DocumentKind = match code.parse() {
            Ok(kind) => kind,
            Err(says) => {
                node.fault(format!("has a code that can't be: {says}"));
                continue;
            }
        };
        if !node.is_object() {
            documents.push((kind, node.text()));
            continue;
        }
        node.only(&["title", "by"]);
        documents.push((kind.clone(), node.text_of("title")));
        bringers.push((kind, posts(&node, "by")));
    }
    (documents, bringers)
}

fn steps(root: &Node<'_, '_>, documents: &[(DocumentKind, String)]) -> Vec<Step> {
    let nodes = root.must("steps").map(|node| node.items()).unwrap_or_default();
    let mut steps: Vec<Step> = Vec::new();
    for node in &nodes {
        let step = step(node, documents);
        if steps.last().is_some_and(|before| before.number >= step.number) {
            node.fault("must have a higher number than the step before it");
        }
        steps.push(step);
    }
    if nodes.is_empty() {
        root.fault("has no steps");
    }
    for (step, node) in steps.iter().zip(&nodes) {
        if step
            .next
            .is_some_and(|next| next <= step.number || !is_there(&steps, next))
        {
            node.fault("has a 'next' that is no later step");
        }
        if step.next.is_none() && steps.last().is_some_and(|last| last.number > step.number) {
            node.fault("must have a 'next', because it is not the last step");
        }
        made_by_hub(step, node);
        if step
            .back
            .is_some_and(|back| back >= step.number || !is_there(&steps, back))
        {
            node.fault("has a 'back' that is no earlier step");
        }
    }
    steps
}

/// What the hub itself is to produce is proven by what a step requires: without that nothing would be.
pub(super) fn made_by_hub(step: &Step, node: &Node<'_, '_>) {
    let by_hub = step.outputs.iter().any(|paper| paper.by_hub);
    if by_hub && step.requires.is_empty() {
        node.fault("has an output by: hub and requires nothing by which the hub could have made it");
    }
}

fn is_there(steps: &[Step], number: u8) -> bool {
    steps.iter().any(|step| step.number == number)
}

fn step(node: &Node<'_, '_>, documents: &[(DocumentKind, String)]) -> Step {
    node.only(&STEP);
    let outcomes = outcomes(node);
    let step = Step {
        number: step_number(node.must("number")).unwrap_or_default(),
        title: node.text_of("title"),
        what: node.text_of("what"),
        complete: node
            .must("complete")
            .and_then(|node| node.word())
            .unwrap_or(Complete::All),
        actors: actors(node),
        opinions: opinions(node),
        needs: papers(node, "needs", documents),
        outputs: papers(node, "outputs", documents),
        repair: repair(node),
        requires: node.words("requires"),
        duration: duration(node),
        next: step_number(node.may("next")),
        back: step_number(node.may("back")),
        ours: node.texts("ours"),
        outcomes,
    };
    let leads = |then| step.outcomes.iter().any(|outcome| outcome.then == then);
    if !leads(Then::Next) {
        node.fault("has no outcome that leads to the next step");
    }
    if leads(Then::Back) != step.back.is_some() {
        node.fault("must have both or neither of 'back' and an outcome that leads back");
    }
    if leads(Then::Repair) != step.repair.is_some() {
        node.fault("must have both or neither of 'repair' and an outcome that waits for it");
    }
    step
}

pub(super) fn step_number(node: Option<Node<'_, '_>>) -> Option<u8> {
    node.map(|node| u8::try_from(node.number(1, MAX_STEPS)).unwrap_or_default())
}

fn actors(step: &Node<'_, '_>) -> Vec<Actor> {
    let nodes = step.must("actors").map(|node| node.items()).unwrap_or_default();
    if nodes.is_empty() {
        step.fault("names no actors");
    }
    let mut actors = Vec::new();
    for node in nodes {
        node.only(&["role", "party", "each"]);
        let Some(post) = node.must("role").and_then(|node| node.word()) else {
            continue;
        };
        let party = node.words("party");
        if (post == Post::Opd) == party.is_empty() {
            node.fault("must say of which party it is exactly where its role is opd");
        }
        let actor = Actor {
            post,
            party,
            each: node.may("each").and_then(|node| node.word()).unwrap_or(Each::All),
        };
        if actors.contains(&actor) {
            node.fault("stands here twice");
        }
        actors.push(actor);
    }
    actors
}

fn opinions(step: &Node<'_, '_>) -> Vec<super::Side> {
    let Some(node) = step.may("opinions") else {
        return Vec::new();
    };
    node.only(&["party"]);
    node.words("party")
}

pub(super) fn papers(step: &Node<'_, '_>, name: &str, documents: &[(DocumentKind, String)]) -> Vec<Paper> {
    let mut papers = Vec::new();
    for node in step.list(name) {
        node.only(&["document", "optional", "by"]);
        let Some(document) = node.must("document").and_then(|node| node.word::<DocumentKind>()) else {
            continue;
        };
        if !documents.iter().any(|(known, _)| *known == document) {
            node.fault("names a document that 'documents' lacks");
        }
        let by = node.may("by").map(|node| node.text());
        if by.as_deref().is_some_and(|by| by != "hub") {
            node.fault("may only be by: hub");
        }
        papers.push(Paper {
            document,
            optional: node.flag("optional"),
            by_hub: by.is_some(),
        });
    }
    papers
}

fn outcomes(step: &Node<'_, '_>) -> Vec<Outcome> {
    let Some(list) = step.may("outcomes") else {
        return vec![Outcome {
            code: DONE.into(),
            title: "Selesai".into(),
            then: Then::Next,
            reason: false,
        }];
    };
    let mut outcomes: Vec<Outcome> = Vec::new();
    for node in list.items() {
        node.only(&["code", "title", "then", "reason"]);
        let outcome = Outcome {
            code: node.text_of("code"),
            title: node.text_of("title"),
            then: node
                .must("then")
                .and_then(|node| node.word())
                .unwrap_or(Then::Next),
            reason: node.flag("reason"),
        };
        if outcomes.iter().any(|other| other.code == outcome.code) {
            node.fault("has a code that stands here twice");
        }
        outcomes.push(outcome);
    }
    outcomes
}

fn repair(step: &Node<'_, '_>) -> Option<Repair> {
    let node = step.may("repair")?;
    node.only(&["by", "requires"]);
    let by: Vec<Post> = node.words("by");
    if by.is_empty() {
        node.fault("names nobody in 'by'");
    }
    Some(Repair {
        by,
        requires: node.words("requires"),
    })
}

fn duration(step: &Node<'_, '_>) -> Duration {
    let mut duration = Duration {
        from: 1,
        to: 1,
        unit: Unit::Day,
    };
    if let Some(node) = step.must("duration") {
        node.only(&["from", "to", "unit"]);
        duration.from = node.number_of("from", 1, 366);
        duration.to = node.number_of("to", 1, 366);
        if let Some(unit) = node.must("unit").and_then(|node| node.word()) {
            duration.unit = unit;
        }
        if duration.from > duration.to {
            node.fault("ends before it begins");
        }
    }
    duration
}
