//! The procedure as it is shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::integration::Procedure;
use crate::integration::procedure::{Actor, Outcome, Paper, Step, Variant};

/// The procedure.
#[derive(Serialize, ToSchema)]
pub(super) struct ProcedureShown {
    /// What it is called.
    title: String,
    /// The kinds of documents.
    documents: Vec<DocumentShown>,
    /// The kinds of integrations, with their steps.
    variants: Vec<VariantShown>,
}

/// A kind of document.
#[derive(Serialize, ToSchema)]
struct DocumentShown {
    /// Its code.
    kind: String,
    /// What it is called.
    title: String,
}

/// A kind of integration.
#[derive(Serialize, ToSchema)]
struct VariantShown {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// Whether it goes on from an earlier integration.
    follows: bool,
    /// How many months the whole takes, at the least and at the most.
    months: [u32; 2],
    /// Its steps, in order.
    steps: Vec<StepShown>,
    /// What was interpreted.
    ours: Vec<String>,
}

/// A step.
#[derive(Serialize, ToSchema)]
struct StepShown {
    /// Its number.
    number: u8,
    /// What it is called.
    title: String,
    /// What happens.
    what: String,
    /// `all`, `in-order` or `any`: of its actors.
    complete: String,
    /// Who acts.
    actors: Vec<ActorShown>,
    /// As what the agencies take part that are asked for their opinion.
    opinions: Vec<String>,
    /// What it needs.
    needs: Vec<PaperShown>,
    /// What it produces.
    outputs: Vec<PaperShown>,
    /// How it may end.
    outcomes: Vec<OutcomeShown>,
    /// What it is tied to in the hub.
    requires: Vec<String>,
    /// How long it takes, at the least and at the most.
    duration: [u32; 2],
    /// `day` (working days) or `month` (calendar months).
    unit: String,
    /// The step after it.
    #[schema(required = true)]
    next: Option<u8>,
    /// The step to which it may lead back.
    #[schema(required = true)]
    back: Option<u8>,
    /// What was interpreted.
    ours: Vec<String>,
}

/// Somebody who acts.
#[derive(Serialize, ToSchema)]
struct ActorShown {
    /// The post.
    post: String,
    /// As what its agencies take part.
    party: Vec<String>,
    /// `all` or `any` of them.
    each: String,
}

/// A document of a step.
#[derive(Serialize, ToSchema)]
struct PaperShown {
    /// Its kind.
    document: String,
    /// Whether it may be missing.
    optional: bool,
    /// Whether the hub itself holds it.
    by_hub: bool,
}

/// How a step may end.
#[derive(Serialize, ToSchema)]
struct OutcomeShown {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// `next`, `back` or `repair`.
    then: String,
    /// Whether it needs a reason.
    reason: bool,
}

impl From<&Procedure> for ProcedureShown {
    fn from(procedure: &Procedure) -> Self {
        let documents = procedure.documents.iter().map(|(kind, title)| DocumentShown {
            kind: kind.to_string(),
            title: title.clone(),
        });
        ProcedureShown {
            title: procedure.title.clone(),
            documents: documents.collect(),
            variants: procedure.variants.iter().map(VariantShown::from).collect(),
        }
    }
}

impl From<&Variant> for VariantShown {
    fn from(variant: &Variant) -> Self {
        VariantShown {
            code: variant.code.clone(),
            title: variant.title.clone(),
            follows: variant.follows,
            months: [variant.months.0, variant.months.1],
            steps: variant.steps.iter().map(StepShown::from).collect(),
            ours: variant.ours.clone(),
        }
    }
}

impl From<&Step> for StepShown {
    fn from(step: &Step) -> Self {
        StepShown {
            number: step.number,
            title: step.title.clone(),
            what: step.what.clone(),
            complete: step.complete.to_string(),
            actors: step.actors.iter().map(ActorShown::from).collect(),
            opinions: words(&step.opinions),
            needs: step.needs.iter().map(PaperShown::from).collect(),
            outputs: step.outputs.iter().map(PaperShown::from).collect(),
            outcomes: step.outcomes.iter().map(OutcomeShown::from).collect(),
            requires: words(&step.requires),
            duration: [step.duration.from, step.duration.to],
            unit: step.duration.unit.to_string(),
            next: step.next,
            back: step.back,
            ours: step.ours.clone(),
        }
    }
}

impl From<&Actor> for ActorShown {
    fn from(actor: &Actor) -> Self {
        ActorShown {
            post: actor.post.to_string(),
            party: words(&actor.party),
            each: actor.each.to_string(),
        }
    }
}

impl From<&Paper> for PaperShown {
    fn from(paper: &Paper) -> Self {
        PaperShown {
            document: paper.document.to_string(),
            optional: paper.optional,
            by_hub: paper.by_hub,
        }
    }
}

impl From<&Outcome> for OutcomeShown {
    fn from(outcome: &Outcome) -> Self {
        OutcomeShown {
            code: outcome.code.clone(),
            title: outcome.title.clone(),
            then: outcome.then.to_string(),
            reason: outcome.reason,
        }
    }
}

fn words(words: &[impl ToString]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
