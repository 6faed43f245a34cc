//! The days on which things happen: clocks, pauses, what lies back.

use super::*;
use crate::integration::calendar::Calendar;

#[test]
fn clocks_stand_while_paused_and_the_total_moves_on_by_it() {
    let mut desk = Desk::new();
    let calendar = Calendar::default();
    assert_eq!(desk.file().due(desk.step(1), &calendar), Some(day("2026-03-03")));
    desk.write(Act::Paused, 1, None, None, None, Lead::Stays);
    assert_eq!(desk.file().due(desk.step(1), &calendar), None);
    assert_eq!(
        desk.complete(1, "dinkes", "done", false),
        Err(Refusal::State(State::Paused))
    );
    desk.today = day("2026-03-09");
    desk.write(Act::Resumed, 1, None, None, None, Lead::Stays);
    assert_eq!(desk.file().due(desk.step(1), &calendar), Some(day("2026-03-10")));
    let times = desk.file().times(&desk.variant, &calendar, day("2026-03-11"));
    assert!(times.visits.first().unwrap().late);
    // Two working days were counted: the 10th and the 11th. Four months from 2 March, seven days later.
    assert_eq!(times.whole.working_days, 2);
    assert_eq!(times.whole.due, day("2026-07-09"));
}

#[test]
fn what_happened_lies_neither_ahead_nor_before_the_last_move_and_far_back_only_with_a_reason() {
    let (calendar, closes) = (Calendar::default(), jiff::civil::time(16, 0, 0, 0));
    let now = |hour| (day("2026-03-11"), jiff::civil::time(hour, 0, 0, 0));
    let late = Happened::new(None, now(16), closes);
    assert_eq!((late.on, late.counted), (day("2026-03-11"), day("2026-03-12")));
    assert_eq!(Happened::new(None, now(15), closes).counted, day("2026-03-11"));
    // To say that it was today changes nothing of that.
    let said = Happened::new(Some(day("2026-03-11")), now(20), closes);
    assert_eq!(said.counted, day("2026-03-12"));
    let told = |on: &str, reasoned| {
        Happened::new(Some(day(on)), now(9), closes).may_be_told(&calendar, day("2026-03-11"), 3, reasoned)
    };
    assert_eq!(told("2026-03-12", true), Err(Refusal::Future(day("2026-03-11"))));
    // Friday the 6th lies back three working days, Thursday four.
    assert_eq!(told("2026-03-06", false), Ok(()));
    assert_eq!(told("2026-03-05", false), Err(Refusal::Backdated(3)));
    assert_eq!(told("2026-03-05", true), Ok(()));
    let file = Desk::new().file();
    let before = Happened::new(Some(day("2026-03-01")), now(9), closes);
    let follows = file.follows(Act::Completed, None, before);
    assert_eq!(follows, Err(Refusal::BeforeLast(day("2026-03-02"))));
}

#[test]
fn a_pause_leaves_what_was_planned_of_the_steps_before_it() {
    let mut desk = Desk::new();
    let calendar = Calendar::default();
    desk.today = day("2026-03-04");
    desk.complete(1, "dinkes", "done", false).unwrap();
    desk.complete(1, "administrator", "done", false).unwrap();
    desk.today = day("2026-03-05");
    desk.write(Act::Paused, 2, None, None, None, Lead::Stays);
    let times = desk.file().times(&desk.variant, &calendar, day("2026-03-20"));
    let (first, second) = (times.visits.first().unwrap(), times.visits.last().unwrap());
    assert_eq!(first.due, Some(day("2026-03-03")));
    assert!(first.late && first.working_days == 2);
    assert_eq!((second.due, second.late), (None, false));
}

#[test]
fn of_those_who_act_beside_each_other_each_has_their_own_day_and_the_latest_ends_the_step() {
    let mut desk = Desk::at(3);
    let happened = |on: &str| Happened {
        on: day(on),
        counted: day(on),
    };
    let follows = |desk: &Desk, number: u8, on: &str| {
        desk.file()
            .follows(Act::Completed, Some(desk.step(number)), happened(on))
    };
    desk.today = day("2026-03-10");
    desk.complete(3, "technical-team", "yes", false).unwrap();
    desk.complete(3, "bkd", "yes", false).unwrap();
    // The other provider had agreed on the fourth.
    assert_eq!(follows(&desk, 3, "2026-03-04"), Ok(()));
    assert_eq!(
        follows(&desk, 3, "2026-03-01"),
        Err(Refusal::BeforeLast(day("2026-03-02")))
    );
    let paused = desk.file().follows(Act::Paused, None, happened("2026-03-04"));
    assert_eq!(paused, Err(Refusal::BeforeLast(day("2026-03-10"))));
    desk.today = day("2026-03-04");
    assert_eq!(desk.complete(3, "bpbd", "yes", false), Ok(Lead::Enters(4)));
    let file = desk.file();
    let left = file.visits.iter().find(|visit| visit.step == 3).unwrap();
    assert_eq!(left.left_on, Some(day("2026-03-10")));
    assert_eq!(file.visit().unwrap().entered_on, day("2026-03-10"));
    assert_eq!(file.last_on, day("2026-03-10"));
    // In order, or where somebody decides upon what others think, nothing lies before the last move.
    let first = Desk::new();
    assert_eq!(
        first
            .file()
            .follows(Act::Completed, Some(first.step(1)), happened("2026-03-01")),
        Err(Refusal::BeforeLast(day("2026-03-02")))
    );
    let mut last = Desk::at(5);
    last.today = day("2026-03-12");
    last.opine(5, "dinkes", "yes", false).unwrap();
    assert_eq!(
        follows(&last, 5, "2026-03-11"),
        Err(Refusal::BeforeLast(day("2026-03-12")))
    );
    let opinion = last
        .file()
        .follows(Act::Opinion, Some(last.step(5)), happened("2026-03-11"));
    assert_eq!(opinion, Ok(()));
}

#[test]
fn a_file_reads_the_same_whatever_steps_the_procedure_has_now() {
    let mut desk = Desk::at(3);
    desk.variant
        .steps
        .retain(|step| step.number != 1 && step.number != 3);
    let file = desk.file();
    let stays: Vec<u8> = file.visits.iter().map(|visit| visit.step).collect();
    assert_eq!(stays, [1, 2, 3]);
    let times = file.times(&desk.variant, &Calendar::default(), day("2026-03-09"));
    let due: Vec<bool> = times.visits.iter().map(|visit| visit.due.is_some()).collect();
    assert_eq!(due, [false, true, false]);
}
