//! Reads a procedure and finds every fault of it.
//!
//! Not here: turning a file into a value. Invariant: a step that a variant leaves out is left out everywhere:
//! what led to it leads on, or further back.

use std::fmt;

use serde_json::Value;

use super::reading::{Node, Reading};
use super::{
    Actor, Complete, DONE, DocumentKind, Duration, Each, Outcome, Paper, Post, Procedure, Repair, Step, Then,
    Unit, Variant,
};
use crate::types::{Place, Places, Pointer};

/// The most steps a procedure may have.
const MAX_STEPS: u32 = 99;

/// The members of a step.
const STEP: [&str; 15] = [
    "number", "title", "what", "complete", "actors", "opinions", "needs", "outputs", "outcomes", "repair",
    "requires", "duration", "next", "back", "ours",
];

/// The members by which a variant replaces those of a step.
const INSTEAD: [&str; 6] = ["step", "title", "what", "needs", "outputs", "requires"];

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
    let documents = documents(root);
    let steps = steps(root, &documents);
    let variants = variants(root, &steps, &documents);
    Procedure {
        title: root.text_of("title"),
        variants,
        documents,
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

fn documents(root: &Node<'_, '_>) -> Vec<(DocumentKind, String)> {
    let members = root
        .must("documents")
        .map(|node| node.members())
        .unwrap_or_default();
    let mut documents = Vec::new();
    for (code, node) in members {
        match code.parse() {
            Ok(kind) => documents.push((kind, node.text())),
            Err(says) => node.fault(format!("has a code that can't be: {says}")),
        }
    }
    documents
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
        if step
            .back
            .is_some_and(|back| back >= step.number || !is_there(&steps, back))
        {
            node.fault("has a 'back' that is no earlier step");
        }
    }
    steps
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

fn step_number(node: Option<Node<'_, '_>>) -> Option<u8> {
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

fn papers(step: &Node<'_, '_>, name: &str, documents: &[(DocumentKind, String)]) -> Vec<Paper> {
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

fn variants(root: &Node<'_, '_>, steps: &[Step], documents: &[(DocumentKind, String)]) -> Vec<Variant> {
    let nodes = root.must("variants").map(|node| node.items()).unwrap_or_default();
    if nodes.is_empty() {
        root.fault("has no variants");
    }
    let mut variants: Vec<Variant> = Vec::new();
    for node in nodes {
        let variant = variant(&node, steps, documents);
        if variants.iter().any(|other| other.code == variant.code) {
            node.fault("has a code that stands here twice");
        }
        variants.push(variant);
    }
    variants
}

fn variant(node: &Node<'_, '_>, all: &[Step], documents: &[(DocumentKind, String)]) -> Variant {
    node.only(&[
        "code",
        "title",
        "predecessor",
        "months",
        "steps",
        "instead",
        "ours",
    ]);
    let mut steps: Vec<Step> = Vec::new();
    for item in node.must("steps").map(|node| node.items()).unwrap_or_default() {
        let number = step_number(Some(item.clone()));
        match all.iter().find(|step| Some(step.number) == number) {
            None => item.fault("is no step"),
            Some(step) if steps.last().is_some_and(|before| before.number >= step.number) => {
                item.fault("must come before the steps with higher numbers");
            }
            Some(step) => steps.push(step.clone()),
        }
    }
    if steps.is_empty() {
        node.fault("has no steps");
    }
    let numbers: Vec<u8> = steps.iter().map(|step| step.number).collect();
    for step in &mut steps {
        link(step, all, &numbers, node);
    }
    instead(node, &mut steps, documents);
    let follows = match node.text_of("predecessor").as_str() {
        "none" | "" => false,
        "required" => true,
        _ => {
            node.fault("must have predecessor: none or required");
            false
        }
    };
    Variant {
        code: node.text_of("code"),
        title: node.text_of("title"),
        follows,
        months: months(node),
        steps,
        ours: node.texts("ours"),
    }
}

/// Lets a step lead past those that the variant leaves out.
fn link(step: &mut Step, all: &[Step], numbers: &[u8], node: &Node<'_, '_>) {
    let after = |number: u8| {
        all.iter()
            .find(|step| step.number == number)
            .and_then(|step| step.next)
    };
    while let Some(next) = step.next.filter(|next| !numbers.contains(next)) {
        // A `next` that does not rise is a fault already, and would lead in a circle.
        step.next = after(next).filter(|further| *further > next);
    }
    if let Some(back) = step.back {
        step.back = numbers.iter().copied().filter(|number| *number <= back).max();
        if step.back.is_none() {
            node.fault(format!(
                "leaves out every step to which step {} may lead back",
                step.number
            ));
        }
    }
}

fn instead(variant: &Node<'_, '_>, steps: &mut [Step], documents: &[(DocumentKind, String)]) {
    for node in variant.list("instead") {
        node.only(&INSTEAD);
        let number = step_number(node.must("step"));
        let Some(step) = steps.iter_mut().find(|step| Some(step.number) == number) else {
            node.fault("is about a step that the variant lacks");
            continue;
        };
        if let Some(title) = node.may("title") {
            step.title = title.text();
        }
        if let Some(what) = node.may("what") {
            step.what = what.text();
        }
        if node.may("needs").is_some() {
            step.needs = papers(&node, "needs", documents);
        }
        if node.may("outputs").is_some() {
            step.outputs = papers(&node, "outputs", documents);
        }
        if node.may("requires").is_some() {
            step.requires = node.words("requires");
        }
    }
}

fn months(variant: &Node<'_, '_>) -> (u32, u32) {
    let Some(node) = variant.must("months") else {
        return (1, 1);
    };
    node.only(&["from", "to"]);
    let months = (node.number_of("from", 1, 60), node.number_of("to", 1, 60));
    if months.0 > months.1 {
        node.fault("ends before it begins");
    }
    months
}
