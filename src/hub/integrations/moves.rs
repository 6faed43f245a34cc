//! What is done to an integration: steps completed, opinions, repairs, pauses, an end.
//!
//! Each locks the file, judges by what stands then, and adds one move. Invariant: of two who do the same at once one
//! wins, and the other is told what happened meanwhile.

use jiff::civil::Date;
use serde_json::Value;

use super::who::{self, Acting};
use super::written::Judged;
use super::{Hub, Loaded, malformed, refused};
use crate::access::rules::Reach;
use crate::access::{Caller, Person};
use crate::error::{Conflict, Error, Forbidden, Result};
use crate::integration::IntegrationNumber;
use crate::integration::calendar::Calendar;
use crate::integration::file::{Act, Completion, Happened, Lead, Opinion, Refusal};
use crate::integration::procedure::{DONE, Post, Step, Tie};
use crate::store::DbConnection;
use crate::types::{Lang, OpdCode, Text};

/// What somebody says of what they do.
#[derive(Debug, Clone, Default)]
pub struct Deed {
    /// The outcome or the opinion.
    pub outcome: Option<String>,
    /// The day on which it happened; now when left out.
    pub on: Option<Date>,
    /// Why.
    pub reason: Option<String>,
    /// The number of the letter that says so.
    pub letter: Option<String>,
    /// The post for which a superior acts.
    pub acting_for: Option<Post>,
    /// The agency without an account for which it is written down.
    pub behalf_of: Option<OpdCode>,
    /// The document by which that agency says so.
    pub signed_paper: Option<i64>,
}

impl Hub {
    /// Does somebody's part of a step.
    ///
    /// # Errors
    /// Forbidden to those whose part it is not; a conflict where it does not fit where the file is; malformed where
    /// a reason is missing.
    pub fn complete_step(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        step: u8,
        deed: &Deed,
    ) -> Result<()> {
        self.moved_file(
            caller,
            reach,
            number,
            deed,
            |hub, connection, person, loaded, deed| {
                let step = hub.step(&loaded.row.variant, step)?;
                let actings = hub.acting(connection, person, loaded, deed)?;
                let (acting, lead) = judged(loaded, step, actings, deed)?;
                let evidence = hub.fulfilled(connection, loaded, step, lead)?;
                Ok(Judged {
                    act: Act::Completed,
                    acting: Some(acting),
                    outcome: Some(deed.outcome.clone().unwrap_or_else(|| DONE.to_owned())),
                    lead,
                    evidence,
                })
            },
        )
    }

    /// Says what an agency thinks, before it is decided.
    ///
    /// # Errors
    /// As [`Hub::complete_step`].
    pub fn give_opinion(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        step: u8,
        deed: &Deed,
    ) -> Result<()> {
        self.moved_file(
            caller,
            reach,
            number,
            deed,
            |hub, connection, person, loaded, deed| {
                let step = hub.step(&loaded.row.variant, step)?;
                let outcome = deed.outcome.clone().unwrap_or_default();
                let acting = hub.acting(connection, person, loaded, deed)?;
                let acting = acting.into_iter().find(|acting| acting.opd.is_some());
                let Some(acting) = acting else {
                    return Err(meanwhile(loaded, &loaded.file.asks(step, &loaded.parties)));
                };
                if let Some(opd) = &acting.opd {
                    let opinion = Opinion {
                        opd,
                        outcome: &outcome,
                        reasoned: deed.reason.is_some(),
                    };
                    let may = loaded.file.opine(step, &loaded.parties, &opinion);
                    may.map_err(|refusal| meanwhile(loaded, &refusal))?;
                }
                Ok(Judged {
                    act: Act::Opinion,
                    acting: Some(acting),
                    outcome: Some(outcome),
                    lead: Lead::Stays,
                    evidence: None,
                })
            },
        )
    }

    /// Says that what was found not to be valid is repaired and tested again.
    ///
    /// # Errors
    /// As [`Hub::complete_step`].
    pub fn repair_step(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        step: u8,
        deed: &Deed,
    ) -> Result<()> {
        self.moved_file(
            caller,
            reach,
            number,
            deed,
            |hub, connection, person, loaded, deed| {
                let step = hub.step(&loaded.row.variant, step)?;
                let actings = hub.acting(connection, person, loaded, deed)?;
                let mut refusal = None;
                let fits = actings.into_iter().find(|acting| {
                    let may = loaded.file.repair(step, acting.post);
                    may.map_err(|says| refusal = Some(says)).is_ok()
                });
                let Some(acting) = fits else {
                    let refusal = refusal.unwrap_or(Refusal::NothingToRepair);
                    return Err(meanwhile(loaded, &refusal));
                };
                let ties: &[Tie] = step.repair.as_ref().map_or(&[], |repair| &repair.requires);
                Ok(Judged {
                    act: Act::Repaired,
                    acting: Some(acting),
                    outcome: None,
                    lead: Lead::Stays,
                    evidence: hub.tied(connection, loaded, ties, false)?,
                })
            },
        )
    }

    /// Stops the clocks, lets them run again, or gives an integration up: with a reason and a letter.
    ///
    /// # Errors
    /// As [`Hub::complete_step`].
    pub fn turn_file(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        act: Act,
        deed: &Deed,
    ) -> Result<()> {
        self.moved_file(caller, reach, number, deed, |hub, _, person, loaded, deed| {
            if act != Act::Resumed && (deed.reason.is_none() || deed.letter.is_none()) {
                return Err(malformed(
                    "Sebutkan alasan (reason) dan nomor surat (letter).",
                    "Say why (reason) and by which letter (letter).",
                ));
            }
            let may = match act {
                Act::Paused => &hub.procedure.pause,
                Act::Resumed => &hub.procedure.resume,
                _ => &hub.procedure.cancel,
            };
            let own = who::posts(person)
                .into_iter()
                .find(|(post, _)| may.contains(post));
            let Some((post, opd)) = own else {
                let names: Vec<&str> = may.iter().map(|post| post.title()).collect();
                let names = names.join(", ");
                return Err(Error::Forbidden(Forbidden::Step(Text::new(
                    format!("Ini dilakukan oleh: {names}."),
                    format!("This is done by: {names}."),
                ))));
            };
            loaded
                .file
                .may(act)
                .map_err(|refusal| meanwhile(loaded, &refusal))?;
            Ok(Judged {
                act,
                acting: Some(Acting { post, opd, how: None }),
                outcome: None,
                lead: Lead::Stays,
                evidence: None,
            })
        })
    }

    /// Locks a file, judges a move and adds it.
    fn moved_file(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        deed: &Deed,
        judge: impl FnOnce(&Hub, &mut DbConnection, &Person, &Loaded, &Deed) -> Result<Judged>,
    ) -> Result<()> {
        let person = who::person(caller)?;
        let deed = &trimmed(deed)?;
        self.store.write(|connection| {
            let mut loaded = self.locked_file(connection, number, reach)?;
            let judged = judge(self, connection, person, &loaded, deed)?;
            let calendar = self.calendar(connection)?;
            let happened = self.happened(deed.on);
            let follows = loaded
                .file
                .follows(judged.act, self.known_step(&loaded), happened);
            let told = follows.and_then(|()| self.may_be_told(&calendar, happened, deed.reason.is_some()));
            told.map_err(|refusal| refused(&refusal))?;
            self.add_move(
                connection,
                (caller, person),
                &mut loaded,
                (judged, deed, happened),
                &calendar,
            )
        })
    }

    /// Whether what happened then may be written down now.
    pub(super) fn may_be_told(
        &self,
        calendar: &Calendar,
        happened: Happened,
        reasoned: bool,
    ) -> std::result::Result<(), Refusal> {
        let (today, _) = self.office_now();
        happened.may_be_told(calendar, today, self.procedure.backdate_days, reasoned)
    }

    /// Whether documents and the hub itself allow what was judged; gives by what.
    fn fulfilled(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        step: &Step,
        lead: Lead,
    ) -> Result<Option<Value>> {
        let onward = match lead {
            Lead::Enters(next) => next > step.number,
            Lead::Closes => true,
            Lead::Stays => false,
            Lead::Repair => return Ok(None),
        };
        if !onward && lead != Lead::Stays {
            return Ok(None);
        }
        self.papers_there(connection, loaded, step, onward)?;
        if onward {
            return self.tied(connection, loaded, &step.requires, true);
        }
        // Each of them agrees to something that was agreed.
        let ties = step.requires.iter().copied();
        let ties: Vec<Tie> = ties.filter(|tie| tie.is_of_agreement()).collect();
        self.tied(connection, loaded, &ties, false)
    }
}

/// As whom somebody completes a step, and where that leads: the first of what they are that may.
fn judged(loaded: &Loaded, step: &Step, actings: Vec<Acting>, deed: &Deed) -> Result<(Acting, Lead)> {
    let outcome = match (&deed.outcome, step.outcomes.as_slice()) {
        (Some(outcome), _) => outcome.as_str(),
        (None, [only]) => only.code.as_str(),
        (None, _) => "",
    };
    let mut first: Option<Refusal> = None;
    for acting in actings {
        let by = Completion {
            post: acting.post,
            opd: acting.opd.as_ref(),
            outcome,
            reasoned: deed.reason.is_some(),
        };
        match loaded.file.complete(step, &loaded.parties, &by) {
            Ok(lead) => return Ok((acting, lead)),
            Err(refusal) => {
                let better = first
                    .as_ref()
                    .is_none_or(|first| matches!(first, Refusal::NotYours(_)));
                first = if better { Some(refusal) } else { first };
            }
        }
    }
    Err(meanwhile(loaded, &first.unwrap_or(Refusal::NotYours(Vec::new()))))
}

/// A refusal, with what happened last where the file is not where it was thought to be.
fn meanwhile(loaded: &Loaded, refusal: &Refusal) -> Error {
    let moved_on = matches!(
        refusal,
        Refusal::OtherStep { .. } | Refusal::Twice | Refusal::State(_)
    );
    let Some(last) = loaded.moves.last().filter(|_| moved_on) else {
        return refused(refusal);
    };
    let text = refusal.text();
    let by = last.person.as_deref().unwrap_or(&last.actor);
    let (step, day, act) = (last.step, &last.happened_on, &last.act);
    let outcome = last.outcome.as_deref().unwrap_or(act);
    let done = act.parse().map_or("dicatat", Act::word);
    Error::Conflict(Conflict::Procedure(Text::new(
        format!(
            "{} Langkah terakhir: Tahap {step}, {done} oleh {by} pada {day}.",
            text.to(Lang::Id)
        ),
        format!(
            "{} The last move: step {step}, {outcome}, by {by} on {day}.",
            text.to(Lang::En)
        ),
    )))
}

/// What was said, without white space around it; what is empty was not said.
fn trimmed(deed: &Deed) -> Result<Deed> {
    if deed.signed_paper.is_some() && deed.behalf_of.is_none() {
        return Err(malformed(
            "signed_paper disebut hanya bersama on_behalf_of.",
            "signed_paper is named with on_behalf_of only.",
        ));
    }
    let text = |text: &Option<String>| -> Result<Option<String>> {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        match text {
            Some(text) if text.chars().count() > 2_000 => Err(malformed(
                "Alasan dan nomor surat paling panjang 2000 karakter.",
                "A reason and a letter's number have at most 2000 characters.",
            )),
            text => Ok(text.map(str::to_owned)),
        }
    };
    Ok(Deed {
        reason: text(&deed.reason)?,
        letter: text(&deed.letter)?,
        ..deed.clone()
    })
}
