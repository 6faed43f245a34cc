//! What somebody may do with an integration now: their own part of its step, a subordinate's, or that of an agency
//! without an account.
//!
//! Not here: whether it is taken when they do it (`moves`). Invariant: what is offered is a part that is still open, to
//! somebody who may act for whose it is.

use super::{Hub, Loaded, who};
use crate::access::rules::Reach;
use crate::access::{Caller, Role};
use crate::error::Result;
use crate::integration::IntegrationNumber;
use crate::integration::file::{State, parties_of, slots};
use crate::integration::procedure::{Outcome, Post, Step};
use crate::store::{self, DbConnection};
use crate::types::OpdCode;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A part of the step, to be completed.
    Complete,
    /// An opinion, to be said.
    Opinion,
    /// What was not valid, to be repaired.
    Repair,
}

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActingFor {
    /// For their own post.
    Own,
    /// As a superior, for a subordinate.
    Subordinate,
    /// For an agency without an account.
    Agency,
}

/// A part that somebody may do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// What.
    pub part: Part,
    /// Whose part it is.
    pub post: Post,
    /// Its agency, where the post is one's.
    pub opd: Option<OpdCode>,
    /// For whom they would act.
    pub acting: ActingFor,
}

/// What somebody may do with an integration now.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    /// The parts, their own first.
    pub turns: Vec<Turn>,
    /// How the step may end.
    pub outcomes: Vec<Outcome>,
    /// Which agencies were asked for their opinion and have not said it.
    pub silent: Vec<String>,
    /// What the others said: the agency, the outcome's code.
    pub opinions: Vec<(String, String)>,
}

/// A part that is open: what, whose, and the agencies of which one does it.
type Open = (Part, Post, Vec<OpdCode>);

impl Hub {
    /// What whoever asks may do with an integration now.
    ///
    /// # Errors
    /// Unknown where there is none with this number, or none that may be seen; forbidden to who is no person.
    pub fn turns(&self, caller: &Caller, reach: &Reach, number: IntegrationNumber) -> Result<Turns> {
        let own = who::posts(who::person(caller)?);
        self.store.read_at_once(|connection| {
            let loaded = self.loaded(connection, number, reach)?;
            let Some(visit) = loaded
                .file
                .visit()
                .filter(|_| loaded.file.state == State::Running)
            else {
                return Ok(Turns::default());
            };
            // In a step that the procedure does not have any more nobody has anything to do.
            let Some(step) = self.known_step(&loaded) else {
                return Ok(Turns::default());
            };
            let said = |opd: &OpdCode| visit.opinions.iter().any(|(other, _)| other == opd);
            let mut silent = parties_of(&loaded.parties, &step.opinions);
            silent.retain(|opd| !said(opd));
            let mut turns = Vec::new();
            for open in open_parts(&loaded, step, &silent) {
                turns.extend(self.offered(connection, &own, open)?);
            }
            turns.sort_by_key(|turn: &Turn| turn.acting != ActingFor::Own);
            let opinions = visit.opinions.iter();
            Ok(Turns {
                turns,
                outcomes: step.outcomes.clone(),
                silent: silent.iter().map(ToString::to_string).collect(),
                opinions: opinions
                    .map(|(opd, said)| (opd.to_string(), said.clone()))
                    .collect(),
            })
        })
    }

    /// A part as it is offered to somebody with these posts: once for each way in which they may do it.
    fn offered(
        &self,
        connection: &mut DbConnection,
        own: &[(Post, Option<OpdCode>)],
        (part, post, opds): Open,
    ) -> Result<Vec<Turn>> {
        let turn = |opd: Option<OpdCode>, acting| Turn {
            part,
            post,
            opd,
            acting,
        };
        let fits = |opd: &Option<OpdCode>| opd.as_ref().map_or(opds.is_empty(), |opd| opds.contains(opd));
        let mine = own.iter().find(|(own, opd)| *own == post && fits(opd));
        if let Some((_, opd)) = mine {
            return Ok(vec![turn(opd.clone(), ActingFor::Own)]);
        }
        if post != Post::Opd {
            let above = own.iter().any(|(own, _)| self.procedure.is_superior(*own, post));
            return Ok(above
                .then(|| turn(None, ActingFor::Subordinate))
                .into_iter()
                .collect());
        }
        if !own
            .iter()
            .any(|(post, _)| self.procedure.on_behalf.contains(post))
        {
            return Ok(Vec::new());
        }
        let (today, _) = self.office_now();
        let today = today.to_string();
        let mut turns = Vec::new();
        for opd in opds {
            if !store::people::speaks_for(connection, opd.as_str(), Role::Opd.as_str(), &today)? {
                turns.push(turn(Some(opd), ActingFor::Agency));
            }
        }
        Ok(turns)
    }
}

/// The parts of the step that are open now. Who decides may do so before all have said what they think.
fn open_parts(loaded: &Loaded, step: &Step, silent: &[OpdCode]) -> Vec<Open> {
    let Some(visit) = loaded.file.visit() else {
        return Vec::new();
    };
    if let (Some(_), Some(repair)) = (visit.repair_since, &step.repair) {
        let by = repair.by.iter();
        return by.map(|post| (Part::Repair, *post, Vec::new())).collect();
    }
    let opinions = (!silent.is_empty()).then(|| (Part::Opinion, Post::Opd, silent.to_vec()));
    let slots = slots(step, &loaded.parties, visit);
    let open = slots.into_iter().filter(|slot| slot.turn && !slot.done);
    let parts = open.map(|slot| (Part::Complete, slot.post, slot.opds));
    opinions.into_iter().chain(parts).collect()
}
