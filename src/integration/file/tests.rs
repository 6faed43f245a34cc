//! A file walked through its steps, and everything that is refused on the way.

mod days;

use serde_json::json;

use super::*;
use crate::integration::procedure::{Procedure, Side, Step, Variant};
use crate::types::Places;

fn procedure() -> Procedure {
    let step = |number: u8, actors: serde_json::Value| {
        json!({
            "number": number, "title": "T", "what": "W", "complete": "all", "actors": actors,
            "duration": {"from": 1, "to": 1, "unit": "day"}
        })
    };
    let with = |mut step: serde_json::Value, members: serde_json::Value| {
        for (name, value) in members.as_object().unwrap() {
            step[name] = value.clone();
        }
        step
    };
    let asker = json!([{"role": "opd", "party": ["asker"], "each": "any"}]);
    let all = json!([{"role": "opd", "party": ["asker", "provider"], "each": "all"}]);
    let outcomes = |back: &str, then: &str| {
        json!([
            {"code": "yes", "title": "Y", "then": "next"},
            {"code": back, "title": "N", "then": then, "reason": true}
        ])
    };
    let document = json!({
        "procedure": "1", "title": "P", "pause": ["administrator"], "resume": ["administrator"],
        "cancel": ["administrator"], "backdate_days": 3, "documents": {"unit-test": "U"},
        "steps": [
            with(step(1, json!([{"role": "opd", "party": ["asker"], "each": "any"}, {"role": "administrator"}])),
                json!({"complete": "in-order", "next": 2})),
            with(step(2, asker), json!({"next": 3})),
            with(step(3, json!([{"role": "technical-team"}, {"role": "opd", "party": ["provider"], "each": "all"}])),
                json!({"next": 4, "back": 2, "outcomes": outcomes("returned", "back")})),
            with(step(4, all), json!({
                "next": 5, "repair": {"by": ["technical-team"]}, "outcomes": outcomes("not-valid", "repair")
            })),
            with(step(5, json!([{"role": "administrator"}])), json!({
                "back": 3, "opinions": {"party": ["asker", "provider"]}, "outcomes": outcomes("no", "back")
            })),
        ],
        "variants": [{"code": "new", "title": "N", "predecessor": "none", "months": {"from": 3, "to": 4},
            "steps": [1, 2, 3, 4, 5]}]
    });
    Procedure::read(&document, &Places::default()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn opd(code: &str) -> OpdCode {
    code.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A file that moves are made to.
struct Desk {
    variant: Variant,
    parties: Vec<Party>,
    moves: Vec<Move>,
    today: Date,
}

impl Desk {
    fn new() -> Self {
        let party = |code, side| Party { opd: opd(code), side };
        let mut desk = Desk {
            variant: procedure().variant("new").unwrap().clone(),
            parties: vec![
                party("dinkes", Side::Asker),
                party("bkd", Side::Provider),
                party("bpbd", Side::Provider),
            ],
            moves: Vec::new(),
            today: day("2026-03-02"),
        };
        desk.write(Act::Opened, 1, None, None, None, Lead::Stays);
        desk
    }

    fn file(&self) -> File {
        File::fold(&self.moves).unwrap()
    }

    fn step(&self, number: u8) -> &Step {
        self.variant.step(number).unwrap()
    }

    fn write(
        &mut self,
        act: Act,
        step: u8,
        post: Option<Post>,
        opd: Option<OpdCode>,
        outcome: Option<&str>,
        lead: Lead,
    ) {
        let round = if self.moves.is_empty() {
            1
        } else {
            self.file().round()
        };
        let seconds = i64::try_from(self.moves.len()).unwrap();
        self.moves.push(Move {
            act,
            step,
            round,
            post,
            opd,
            outcome: outcome.map(str::to_owned),
            happened_on: self.today,
            counted_on: self.today,
            recorded_at: Timestamp(seconds),
            by: "test".into(),
            lead,
        });
    }

    /// Somebody does their part: an agency by its code, or a post by its word.
    fn complete(&mut self, number: u8, who: &str, outcome: &str, reasoned: bool) -> Result<Lead, Refusal> {
        let post = who.parse::<Post>().unwrap_or(Post::Opd);
        let agency = (post == Post::Opd).then(|| opd(who));
        let by = Completion {
            post,
            opd: agency.as_ref(),
            outcome,
            reasoned,
        };
        let lead = self.file().complete(self.step(number), &self.parties, &by)?;
        self.write(Act::Completed, number, Some(post), agency, Some(outcome), lead);
        Ok(lead)
    }

    fn opine(&mut self, number: u8, who: &str, outcome: &str, reasoned: bool) -> Result<(), Refusal> {
        let agency = opd(who);
        let by = Opinion {
            opd: &agency,
            outcome,
            reasoned,
        };
        self.file().opine(self.step(number), &self.parties, &by)?;
        self.write(
            Act::Opinion,
            number,
            Some(Post::Opd),
            Some(agency),
            Some(outcome),
            Lead::Stays,
        );
        Ok(())
    }

    fn holders(&self) -> Vec<String> {
        let file = self.file();
        let step = self.step(file.step());
        file.holders(step, &self.parties)
            .iter()
            .map(Holder::to_string)
            .collect()
    }

    /// Up to step 3, or 4, or 5.
    fn at(number: u8) -> Self {
        let mut desk = Desk::new();
        desk.complete(1, "dinkes", "done", false).unwrap();
        desk.complete(1, "administrator", "done", false).unwrap();
        desk.complete(2, "dinkes", "done", false).unwrap();
        for who in ["technical-team", "bkd", "bpbd"].iter().filter(|_| number > 3) {
            desk.complete(3, who, "yes", false).unwrap();
        }
        for who in ["dinkes", "bkd", "bpbd"].iter().filter(|_| number > 4) {
            desk.complete(4, who, "yes", false).unwrap();
        }
        desk
    }
}

#[test]
fn a_step_in_order_waits_for_each_actor_in_turn() {
    let mut desk = Desk::new();
    assert_eq!(desk.holders(), ["OPD dinkes"]);
    assert!(matches!(
        desk.complete(1, "administrator", "done", false),
        Err(Refusal::NotYet(_))
    ));
    assert!(matches!(
        desk.complete(1, "bkd", "done", false),
        Err(Refusal::NotYours(_))
    ));
    assert_eq!(desk.complete(1, "dinkes", "done", false), Ok(Lead::Stays));
    assert_eq!(desk.complete(1, "dinkes", "done", false), Err(Refusal::Twice));
    assert_eq!(desk.holders(), ["Pejabat Administrator"]);
    assert_eq!(
        desk.complete(1, "administrator", "done", false),
        Ok(Lead::Enters(2))
    );
    assert_eq!(
        desk.complete(1, "administrator", "done", false),
        Err(Refusal::OtherStep {
            asked: 1,
            now: 2,
            round: 1
        })
    );
}

#[test]
fn a_step_for_all_waits_for_everybody_and_one_return_begins_a_new_round() {
    let mut desk = Desk::at(3);
    assert_eq!(desk.holders(), ["Tim Teknis", "OPD bkd", "OPD bpbd"]);
    assert_eq!(desk.complete(3, "technical-team", "yes", false), Ok(Lead::Stays));
    assert_eq!(desk.complete(3, "bkd", "returned", false), Err(Refusal::Reason));
    assert_eq!(desk.complete(3, "bkd", "returned", true), Ok(Lead::Enters(2)));
    assert_eq!((desk.file().step(), desk.file().round()), (2, 2));
    desk.complete(2, "dinkes", "done", false).unwrap();
    // What was agreed in the first round counts no more.
    assert_eq!(desk.holders(), ["Tim Teknis", "OPD bkd", "OPD bpbd"]);
    let rounds: Vec<_> = desk
        .file()
        .visits
        .iter()
        .map(|visit| (visit.round, visit.step))
        .collect();
    assert_eq!(rounds, [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3)]);
}

#[test]
fn what_is_not_valid_keeps_the_step_open_until_it_is_repaired_and_all_check_again() {
    let mut desk = Desk::at(4);
    desk.complete(4, "dinkes", "yes", false).unwrap();
    assert_eq!(desk.complete(4, "bkd", "not-valid", true), Ok(Lead::Repair));
    assert_eq!(desk.holders(), ["Tim Teknis"]);
    assert_eq!(desk.complete(4, "bkd", "yes", false), Err(Refusal::Repair));
    assert!(matches!(
        desk.file().repair(desk.step(4), Post::Supervisor),
        Err(Refusal::NotYours(_))
    ));
    desk.file().repair(desk.step(4), Post::TechnicalTeam).unwrap();
    desk.write(
        Act::Repaired,
        4,
        Some(Post::TechnicalTeam),
        None,
        None,
        Lead::Stays,
    );
    assert_eq!(
        desk.file().repair(desk.step(4), Post::TechnicalTeam),
        Err(Refusal::NothingToRepair)
    );
    assert_eq!(desk.holders(), ["OPD dinkes", "OPD bkd", "OPD bpbd"]);
    assert_eq!((desk.file().step(), desk.file().round()), (4, 1));
    // Who found it to be valid may find the contrary, as long as the others still look; nobody says the same twice.
    desk.complete(4, "dinkes", "yes", false).unwrap();
    assert_eq!(desk.complete(4, "dinkes", "yes", false), Err(Refusal::Twice));
    assert_eq!(
        desk.complete(4, "dinkes", "not-valid", false),
        Err(Refusal::Reason)
    );
    assert_eq!(desk.complete(4, "dinkes", "not-valid", true), Ok(Lead::Repair));
    assert_eq!(desk.holders(), ["Tim Teknis"]);
}

#[test]
fn against_a_dissent_or_silence_is_decided_only_with_a_reason() {
    let mut desk = Desk::at(5);
    assert_eq!(desk.holders(), ["OPD dinkes", "OPD bkd", "OPD bpbd"]);
    desk.opine(5, "dinkes", "yes", false).unwrap();
    assert_eq!(desk.opine(5, "dinkes", "yes", false), Err(Refusal::Twice));
    assert_eq!(desk.opine(5, "bkd", "no", false), Err(Refusal::Reason));
    desk.opine(5, "bkd", "no", true).unwrap();
    let dissent = |opds: &[&str]| {
        Err(Refusal::Dissent(
            opds.iter().map(|opd| (*opd).to_owned()).collect(),
        ))
    };
    assert_eq!(
        desk.complete(5, "administrator", "yes", false),
        dissent(&["bpbd", "bkd"])
    );
    desk.opine(5, "bpbd", "yes", false).unwrap();
    assert_eq!(desk.holders(), ["Pejabat Administrator"]);
    assert_eq!(desk.complete(5, "administrator", "yes", false), dissent(&["bkd"]));
    assert_eq!(desk.complete(5, "administrator", "no", true), Ok(Lead::Enters(3)));
    assert_eq!(desk.file().round(), 2);
    let mut closing = Desk::at(5);
    assert_eq!(
        closing.complete(5, "administrator", "yes", true),
        Ok(Lead::Closes)
    );
    assert!(closing.holders().is_empty());
    assert_eq!(
        closing.complete(5, "administrator", "yes", true),
        Err(Refusal::State(State::Closed))
    );
    assert_eq!(
        closing.file().may(Act::Resumed),
        Err(Refusal::State(State::Closed))
    );
}

#[test]
fn nobody_goes_whose_part_is_still_to_come() {
    let party = |code: &str, side| Party { opd: opd(code), side };
    let without = |step: u8, desk: &Desk, gone: &str| {
        let mut after = desk.parties.clone();
        after.retain(|party| party.opd != opd(gone));
        desk.file().may_replace(desk.step(step), &desk.parties, &after)
    };
    let open = |gone: &str| Err(Refusal::OpenPart(vec![opd(gone)]));
    let mut desk = Desk::at(3);
    assert_eq!(without(3, &desk, "bkd"), open("bkd"));
    assert_eq!(without(3, &desk, "dinkes"), Ok(()));
    desk.complete(3, "bkd", "yes", false).unwrap();
    assert_eq!(without(3, &desk, "bkd"), Ok(()));
    // Of several of whom one acts, all but one may go.
    let mut desk = Desk::new();
    assert_eq!(without(1, &desk, "dinkes"), open("dinkes"));
    desk.parties.push(party("dkp", Side::Asker));
    assert_eq!(without(1, &desk, "dinkes"), Ok(()));
    // Who is asked for an opinion stays until it was said.
    assert_eq!(without(5, &Desk::at(5), "bkd"), open("bkd"));
}

#[test]
fn a_round_begins_with_the_move_that_returned_the_file() {
    let mut desk = Desk::at(3);
    assert_eq!(desk.file().round_began(), None);
    desk.complete(3, "bkd", "returned", true).unwrap();
    assert_eq!(desk.file().round_began(), Some(desk.moves.len() - 1));
    let last = desk.moves.len() - 1;
    desk.complete(2, "dinkes", "done", false).unwrap();
    assert_eq!(desk.file().round_began(), Some(last));
}
