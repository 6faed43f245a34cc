//! What may be done with a file now, and where it leads.
//!
//! Not here: documents, and what holds in the hub itself (`hub/integrations`). Invariant: a move that was judged
//! leads where it says, whatever the procedure says later.

use super::slots::{is_complete, slots};
use super::{Act, File, Holder, Lead, Party, Refusal, State};
use crate::integration::procedure::{Each, Post, Step, Then};
use crate::types::OpdCode;

/// Somebody does their part of a step.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The post that acts.
    pub post: Post,
    /// The agency for which, where the post is one's.
    pub opd: Option<&'a OpdCode>,
    /// The outcome's code.
    pub outcome: &'a str,
    /// Whether a reason was given.
    pub reasoned: bool,
}

/// An agency says what it thinks.
#[derive(Debug)]
pub struct Opinion<'a> {
    /// The agency.
    pub opd: &'a OpdCode,
    /// The outcome that it would choose.
    pub outcome: &'a str,
    /// Whether a reason was given.
    pub reasoned: bool,
}

impl File {
    /// Where a completion leads.
    ///
    /// # Errors
    /// Why it can't be made.
    pub fn complete(&self, step: &Step, parties: &[Party], by: &Completion<'_>) -> Result<Lead, Refusal> {
        let visit = self.runs_in(step)?;
        let outcome = step.outcome(by.outcome).ok_or_else(|| unknown(step))?;
        let mut slots = slots(step, parties, visit);
        self.all_there(step, parties)?;
        let fits = |slot: &&mut super::Slot| slot.fits(by.post, by.opd);
        if !slots.iter_mut().any(|slot| fits(&slot)) {
            return Err(Refusal::NotYours(self.actors(step, parties)));
        }
        if visit.repair_since.is_some() {
            return Err(Refusal::Repair);
        }
        let open = slots.iter_mut().filter(fits).find(|slot| !slot.done);
        let own = (by.post, by.opd.cloned());
        if open.is_none() && outcome.then == Then::Repair && visit.done.contains(&own) {
            // Who found it to be valid may find later that it is not, as long as the others still look.
            self.reasoned(step, parties, by)?;
            return Ok(Lead::Repair);
        }
        let slot = open.ok_or(Refusal::Twice)?;
        if !slot.turn {
            return Err(Refusal::NotYet(self.holders(step, parties)));
        }
        slot.done = true;
        self.reasoned(step, parties, by)?;
        let lead = Lead::of(outcome.then, step.next, step.back);
        Ok(match outcome.then {
            Then::Next if !is_complete(step, &slots) => Lead::Stays,
            Then::Next | Then::Back | Then::Repair => lead,
        })
    }

    /// Where a step led that was completed before the file was kept here: by which outcome, and where to.
    ///
    /// # Errors
    /// When the file is in another step, has no such outcome, or would be over.
    pub fn passed(&self, step: &Step, outcome: Option<&str>) -> Result<(String, Lead), Refusal> {
        self.runs_in(step)?;
        let meant = match outcome {
            Some(code) => step.outcome(code),
            None => step.outcomes.iter().find(|outcome| outcome.then == Then::Next),
        };
        let meant = meant.filter(|outcome| outcome.then != Then::Repair);
        let meant = meant.ok_or_else(|| unknown(step))?;
        match Lead::of(meant.then, step.next, step.back) {
            Lead::Closes => Err(Refusal::Ended),
            lead => Ok((meant.code.clone(), lead)),
        }
    }

    /// Whether an agency may say what it thinks.
    ///
    /// # Errors
    /// Why it may not.
    pub fn opine(&self, step: &Step, parties: &[Party], by: &Opinion<'_>) -> Result<(), Refusal> {
        let visit = self.runs_in(step)?;
        let asked = super::parties_of(parties, &step.opinions);
        if !asked.contains(by.opd) {
            return Err(self.asks(step, parties));
        }
        let outcome = step.outcome(by.outcome).ok_or_else(|| unknown(step))?;
        if visit.opinions.contains(&(by.opd.clone(), by.outcome.to_owned())) {
            return Err(Refusal::Twice);
        }
        match outcome.reason && !by.reasoned {
            true => Err(Refusal::Reason),
            false => Ok(()),
        }
    }

    /// What somebody is told who speaks for no agency that is asked for its opinion.
    pub fn asks(&self, step: &Step, parties: &[Party]) -> Refusal {
        let asked = super::parties_of(parties, &step.opinions);
        let holder = |opd| Holder {
            post: Post::Opd,
            opd: Some(opd),
        };
        match asked.is_empty() {
            true => Refusal::NoOpinions,
            false => Refusal::NotYours(asked.into_iter().map(holder).collect()),
        }
    }

    /// Whether somebody in this post may say that what was not valid is repaired.
    ///
    /// # Errors
    /// Why they may not.
    pub fn repair(&self, step: &Step, post: Post) -> Result<(), Refusal> {
        let visit = self.runs_in(step)?;
        let Some(repair) = step.repair.as_ref().filter(|_| visit.repair_since.is_some()) else {
            return Err(Refusal::NothingToRepair);
        };
        match repair.by.contains(&post) {
            true => Ok(()),
            false => Err(Refusal::NotYours(posts(&repair.by))),
        }
    }

    /// Whether the file may be paused, resumed or cancelled.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may(&self, act: Act) -> Result<(), Refusal> {
        match (act, self.state) {
            (Act::Resumed, State::Running) => Err(Refusal::NotPaused),
            (Act::Resumed, State::Paused) | (Act::Cancelled, State::Paused) | (_, State::Running) => Ok(()),
            (_, state) => Err(Refusal::State(state)),
        }
    }

    /// Whether others may take part instead of those who do.
    ///
    /// # Errors
    /// When an agency would go whose part in the step where the file is, or whose opinion, is still to come.
    pub fn may_replace(&self, step: &Step, before: &[Party], after: &[Party]) -> Result<(), Refusal> {
        let Some(visit) = self.visit().filter(|_| !self.is_over()) else {
            return Ok(());
        };
        let mut open: Vec<OpdCode> = visit.silent(step, before);
        let stay = super::parties_of(after, &step.opinions);
        open.retain(|opd| !stay.contains(opd));
        for actor in step.actors.iter().filter(|actor| actor.post == Post::Opd) {
            let stay = super::parties_of(after, &actor.party);
            let done = |opd: &OpdCode| {
                let part = (Post::Opd, Some(opd.clone()));
                visit.done.contains(&part)
            };
            let mut go = super::parties_of(before, &actor.party);
            let answered = actor.each == Each::Any && (go.iter().any(done) || !stay.is_empty());
            go.retain(|opd| !answered && !stay.contains(opd) && !done(opd) && !open.contains(opd));
            open.extend(go);
        }
        match open.is_empty() {
            true => Ok(()),
            false => Err(Refusal::OpenPart(open)),
        }
    }

    fn runs_in(&self, step: &Step) -> Result<&super::Visit, Refusal> {
        let other = Refusal::OtherStep {
            asked: step.number,
            now: self.step(),
            round: self.round(),
        };
        match self.state {
            State::Running => self
                .visit()
                .filter(|visit| visit.step == step.number)
                .ok_or(other),
            state => Err(Refusal::State(state)),
        }
    }

    /// Whether every actor of the step is somebody.
    fn all_there(&self, step: &Step, parties: &[Party]) -> Result<(), Refusal> {
        let missing = step
            .actors
            .iter()
            .find(|actor| actor.post == Post::Opd && super::parties_of(parties, &actor.party).is_empty());
        missing.map_or(Ok(()), |actor| Err(Refusal::Nobody(actor.party.clone())))
    }

    /// Whoever acts in the step, whether it is their turn or not.
    fn actors(&self, step: &Step, parties: &[Party]) -> Vec<Holder> {
        let mut holders = Vec::new();
        for actor in &step.actors {
            match actor.post {
                Post::Opd => holders.extend(super::parties_of(parties, &actor.party).into_iter().map(
                    |opd| Holder {
                        post: Post::Opd,
                        opd: Some(opd),
                    },
                )),
                post => holders.extend(posts(&[post])),
            }
        }
        holders
    }

    /// Whether a reason was given where one is needed: for an outcome that says so, and against what agencies think.
    fn reasoned(&self, step: &Step, parties: &[Party], by: &Completion<'_>) -> Result<(), Refusal> {
        let outcome = step.outcome(by.outcome).ok_or_else(|| unknown(step))?;
        let Some(visit) = self.visit().filter(|_| !by.reasoned) else {
            return Ok(());
        };
        if outcome.reason {
            return Err(Refusal::Reason);
        }
        let mut against: Vec<String> = visit
            .silent(step, parties)
            .iter()
            .map(ToString::to_string)
            .collect();
        let others = visit
            .opinions
            .iter()
            .filter(|(_, opinion)| *opinion != outcome.code);
        against.extend(others.map(|(opd, _)| opd.to_string()));
        match against.is_empty() {
            true => Ok(()),
            false => Err(Refusal::Dissent(against)),
        }
    }
}

fn posts(posts: &[Post]) -> Vec<Holder> {
    posts
        .iter()
        .map(|post| Holder {
            post: *post,
            opd: None,
        })
        .collect()
}

fn unknown(step: &Step) -> Refusal {
    Refusal::Outcome(step.outcomes.iter().map(|outcome| outcome.code.clone()).collect())
}
