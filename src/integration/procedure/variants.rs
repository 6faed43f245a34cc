//! The kinds of integrations: which steps each goes through, and what it replaces of them.
//!
//! Not here: the steps themselves (`read`). Invariant: a step that a variant leaves out is left out everywhere: what led
//! to it leads on, or further back.

use super::read::{made_by_hub, papers, step_number};
use super::reading::Node;
use super::{DocumentKind, Step, Variant};

/// The members by which a variant replaces those of a step.
const INSTEAD: [&str; 6] = ["step", "title", "what", "needs", "outputs", "requires"];

pub(super) fn variants(
    root: &Node<'_, '_>,
    steps: &[Step],
    documents: &[(DocumentKind, String)],
) -> Vec<Variant> {
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
        made_by_hub(step, &node);
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
