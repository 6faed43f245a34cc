//! The log is summed by days of the office, and counted over time out of them.

use mahakam::access::rules::Reach;
use mahakam::hub::{CountsOf, CountsOverTime, PeriodCount};

use super::{HOUR, open, own, pass, person, sum};
use crate::harness::contracts::pegawai;
use crate::harness::{Api, TestHub};

/// Seven calls: four that send, of which one fails, and three that take, of which one is refused.
async fn exchanged(hub: &TestHub, api: &Api) {
    api.push(person(1)).await.is(201);
    api.push(person(2)).await.is(201);
    api.push(r#"{"nip":"1"}"#).await.is(422);
    let lines = format!("{}\n{}\n{{}}\n", person(3), person(4));
    api.lines(lines).await.is(200);
    let as_of = |opd: &str| api.with_key(Some(&hub.key(opd)));
    as_of("bappeda").record("000000000000000001").await.is(200);
    as_of("dinkes").get("/records").await.is(200);
    as_of("dkp").get("/records").await.is(403);
    sum(hub, 7).await;
}

fn all(hub: &TestHub) -> CountsOverTime {
    hub.hub.counts_over_time(&Reach::All, &CountsOf::All).unwrap()
}

fn figures(count: &PeriodCount) -> [u64; 6] {
    [
        count.calls,
        count.failed,
        count.sent,
        count.rejected,
        count.changes,
        count.taken,
    ]
}

#[tokio::test]
async fn what_came_and_went_is_counted_by_day_and_by_month() {
    let (hub, api) = open(&pegawai()).await;
    exchanged(&hub, &api).await;
    let counts = all(&hub);
    assert_eq!((counts.days.len(), counts.months.len()), (30, 12));
    assert_eq!(counts.days[0].begin.to_string(), "2026-02-19");
    assert_eq!(counts.days[29].begin.to_string(), "2026-03-20");
    assert_eq!(counts.months[0].begin.to_string(), "2025-04-01");
    for today in [&counts.days[29], &counts.months[11]] {
        assert_eq!(figures(today), [7, 2, 4, 2, 4, 5]);
    }
    assert!(counts.days[..29].iter().all(|day| figures(day) == [0; 6]));
    let bytes = "SELECT sum(bytes) FROM exchange WHERE dataset = 'bkd/pegawai/v1'";
    let bytes = hub.database.beside().number(bytes);
    assert_eq!(counts.days[29].bytes, u64::try_from(bytes).unwrap());
    assert_eq!(counts.as_of, Some(hub.hub.clock().now()));
}

#[tokio::test]
async fn days_that_a_clock_closed_that_was_ahead_are_summed_again_when_it_is_right() {
    const YEAR: i64 = 365 * 24 * HOUR;
    let (hub, api) = open(&pegawai()).await;
    exchanged(&hub, &api).await;
    pass(&hub, YEAR);
    api.push(person(8)).await.is(201);
    sum(&hub, 8).await;
    let closed = "SELECT count(*) FROM day_sum WHERE closed > '2027-03-01'";
    assert_eq!(hub.database.beside().number(closed), 1);
    pass(&hub, -YEAR);
    api.push(person(9)).await.is(201);
    sum(&hub, 9).await;
    let counts = all(&hub);
    assert_eq!(counts.days[29].calls, 8);
    assert_eq!(counts.as_of, Some(hub.hub.clock().now()));
    assert_eq!(hub.database.beside().number(closed), 0);
    // And so on, day by day.
    pass(&hub, 24 * HOUR);
    api.push(person(10)).await.is(201);
    sum(&hub, 10).await;
    let days = all(&hub).days;
    assert_eq!((days[28].calls, days[29].calls), (8, 1));
}

#[tokio::test]
async fn an_agency_is_told_of_its_own_datasets_and_of_those_it_was_granted() {
    let (hub, api) = open(&pegawai()).await;
    exchanged(&hub, &api).await;
    let today = |reach: &Reach, of: &CountsOf| {
        let counts = hub.hub.counts_over_time(reach, of);
        counts.map(|counts| counts.days[29].calls)
    };
    let bkd = CountsOf::Opd("bkd".parse().unwrap());
    let dataset = CountsOf::Dataset("bkd/pegawai/v1".parse().unwrap());
    assert_eq!(today(&Reach::All, &bkd).unwrap(), 7);
    assert_eq!(today(&own("bkd"), &CountsOf::All).unwrap(), 7);
    assert_eq!(today(&own("dinkes"), &CountsOf::All).unwrap(), 0);
    assert_eq!(today(&own("dinkes"), &dataset).unwrap(), 7);
    for (reach, of) in [(own("dinkes"), &bkd), (own("pod"), &dataset)] {
        assert_eq!(today(&reach, of).unwrap_err().code(), "forbidden");
    }
    let unknown = CountsOf::Dataset("bkd/tidakada/v1".parse().unwrap());
    assert_eq!(
        today(&Reach::All, &unknown).unwrap_err().code(),
        "unknown-dataset"
    );
}

#[tokio::test]
async fn a_day_that_is_summed_again_by_another_hub_or_after_its_log_is_gone_stays_as_it_was() {
    let (hub, api) = open(&pegawai()).await;
    exchanged(&hub, &api).await;
    let first = all(&hub);
    let other = TestHub::builder().on(&hub.database).start().await;
    for hub in [&hub, &other, &hub] {
        while hub.hub.sum_days().unwrap() {}
        assert_eq!(all(hub), first);
    }
    hub.database
        .beside()
        .run("DELETE FROM exchange WHERE part > 0 OR action = 'push'");
    while hub.hub.sum_days().unwrap() {}
    assert_eq!(all(&hub), first);
}

#[tokio::test]
async fn of_several_hubs_one_takes_the_turn_to_sum() {
    let (hub, _api) = open(&pegawai()).await;
    let other = TestHub::builder()
        .on(&hub.database)
        .clock(hub.hub.clock().clone())
        .start()
        .await;
    let mut turns = 0;
    for _ in 0..10 {
        pass(&hub, 60_000);
        other.hub.refresh().unwrap();
        let taken = [hub.hub.take_turn_to_sum(), other.hub.take_turn_to_sum()].map(Result::unwrap);
        assert_ne!(taken, [true, true]);
        turns += taken.into_iter().filter(|taken| *taken).count();
    }
    // A job of either may have been quicker where it had only just started.
    assert!(turns >= 8, "{turns}");
}

#[tokio::test]
async fn a_day_is_one_of_the_office_and_is_closed_when_it_is_over() {
    let (hub, api) = open(&pegawai()).await;
    exchanged(&hub, &api).await;
    let closed = "SELECT count(*) FROM day_sum WHERE closed = '2026-03-20'";
    // Fourteen minutes to one in the morning of the next day, which is still the same day in UTC.
    pass(&hub, 7 * HOUR);
    api.push(person(9)).await.is(201);
    sum(&hub, 8).await;
    let days = all(&hub).days;
    assert_eq!((days[28].calls, days[29].calls), (7, 1));
    assert_eq!(days[29].begin.to_string(), "2026-03-21");
    assert_eq!(hub.database.beside().number(closed), 0);
    // What ends late still counts, until the day is closed.
    hub.database
        .beside()
        .run("UPDATE exchange SET records = records + 10 WHERE action = 'pull' AND outcome = 'ok'");
    pass(&hub, 2 * HOUR);
    sum(&hub, 8).await;
    assert_eq!(
        (all(&hub).days[28].taken, hub.database.beside().number(closed)),
        (25, 0)
    );
    pass(&hub, HOUR);
    sum(&hub, 8).await;
    assert_eq!(hub.database.beside().number(closed), 1);
    hub.database
        .beside()
        .run("UPDATE exchange SET records = records + 10 WHERE action = 'pull' AND outcome = 'ok'");
    sum(&hub, 8).await;
    assert_eq!(all(&hub).days[28].taken, 25);
    // Days without a call are passed over.
    pass(&hub, 40 * 24 * HOUR);
    api.push(person(10)).await.is(201);
    sum(&hub, 9).await;
    let counts = all(&hub);
    assert_eq!(counts.days.iter().map(|day| day.calls).sum::<u64>(), 1);
    assert_eq!((counts.months[10].calls, counts.months[11].calls), (8, 1));
}
