//! [`Slot`]: the parts of a step, who may fill each, and who has the file now.
//!
//! Not here: what filling one leads to (`judge`). Invariant: an agency that takes part in two ways acts once.

use super::{File, State, Visit};
use crate::integration::procedure::{Complete, Each, Post, Side, Step};
use crate::types::OpdCode;

/// An agency that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The agency.
    pub opd: OpdCode,
    /// As what.
    pub side: Side,
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The post that fills it.
    pub post: Post,
    /// The agencies of which one fills it; none where the post is no agency's.
    pub opds: Vec<OpdCode>,
    /// Whether it is filled.
    pub done: bool,
    /// Whether it may be filled now.
    pub turn: bool,
}

/// Somebody who has the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The post.
    pub post: Post,
    /// The agency, where the post is one's.
    pub opd: Option<OpdCode>,
}

impl Slot {
    /// Whether this post, of this agency, may fill it.
    pub fn fits(&self, post: Post, opd: Option<&OpdCode>) -> bool {
        self.post == post && (self.opds.is_empty() || opd.is_some_and(|opd| self.opds.contains(opd)))
    }

    fn holders(&self) -> Vec<Holder> {
        let holder = |opd: Option<OpdCode>| Holder { post: self.post, opd };
        match self.opds.is_empty() {
            true => vec![holder(None)],
            false => self.opds.iter().cloned().map(Some).map(holder).collect(),
        }
    }
}

/// The agencies that take part in one of these ways, each once.
pub fn parties_of(parties: &[Party], sides: &[Side]) -> Vec<OpdCode> {
    let mut opds = Vec::new();
    for side in sides {
        for party in parties.iter().filter(|party| party.side == *side) {
            if !opds.contains(&party.opd) {
                opds.push(party.opd.clone());
            }
        }
    }
    opds
}

/// The parts of `step`, and which of them `visit` has seen done.
pub fn slots(step: &Step, parties: &[Party], visit: &Visit) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut waits = false;
    for actor in &step.actors {
        let begin = slots.len();
        let opds = parties_of(parties, &actor.party);
        let mut add = |opds: Vec<OpdCode>| {
            slots.push(Slot {
                post: actor.post,
                opds,
                done: false,
                turn: !waits,
            });
        };
        match (actor.post, actor.each) {
            (Post::Opd, Each::All) => opds.into_iter().for_each(|opd| add(vec![opd])),
            (Post::Opd, Each::Any) if opds.is_empty() => {}
            (Post::Opd, Each::Any) => add(opds),
            _ => add(Vec::new()),
        }
        for slot in slots.iter_mut().skip(begin) {
            slot.done = visit
                .done
                .iter()
                .any(|(post, opd)| slot.fits(*post, opd.as_ref()));
            waits |= step.complete == Complete::InOrder && !slot.done;
        }
    }
    slots
}

/// Whether all that must be done is.
pub(super) fn is_complete(step: &Step, slots: &[Slot]) -> bool {
    match step.complete {
        Complete::Any => slots.iter().any(|slot| slot.done),
        Complete::All | Complete::InOrder => slots.iter().all(|slot| slot.done),
    }
}

impl File {
    /// Who has the file now: nobody when it is over.
    pub fn holders(&self, step: &Step, parties: &[Party]) -> Vec<Holder> {
        let Some(visit) = self.visit().filter(|_| self.state == State::Running) else {
            return Vec::new();
        };
        let mut holders: Vec<Holder> = Vec::new();
        if let (Some(_), Some(repair)) = (visit.repair_since, &step.repair) {
            holders.extend(repair.by.iter().map(|post| Holder {
                post: *post,
                opd: None,
            }));
            return holders;
        }
        let silent = visit.silent(step, parties);
        if !silent.is_empty() {
            let asked = |opd| Holder {
                post: Post::Opd,
                opd: Some(opd),
            };
            return silent.into_iter().map(asked).collect();
        }
        for slot in slots(step, parties, visit)
            .iter()
            .filter(|slot| slot.turn && !slot.done)
        {
            for holder in slot.holders() {
                if !holders.contains(&holder) {
                    holders.push(holder);
                }
            }
        }
        holders
    }
}

impl Visit {
    /// The agencies that were asked for their opinion and have not said it.
    pub(super) fn silent(&self, step: &Step, parties: &[Party]) -> Vec<OpdCode> {
        let mut asked = parties_of(parties, &step.opinions);
        asked.retain(|opd| !self.opinions.iter().any(|(other, _)| other == opd));
        asked
    }
}
