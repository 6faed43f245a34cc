//! [`Monthly`]: the figures of a Rekap Pertukaran Bulanan, and the paper they make.
//!
//! Management's own calls and those to sandboxes are no exchanges of data and are left out. A call counts once; it
//! succeeded where the log says `ok`. `paper` is what they look like on paper. Not here: counting in the database. Invariant: each table adds up to the total.

mod paper;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub(super) use paper::action_word;

use super::paper::year_and_month;
use crate::audit::{EXCHANGES_NOTHING, sends};
use crate::types::Timestamp;

/// An agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// What calls of one kind come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which agency called; none where nobody said who they are.
    pub opd: Option<String>,
    /// About which dataset.
    pub dataset: Option<String>,
    /// What was asked.
    pub action: String,
    /// What came of it.
    pub outcome: String,
    /// What it comes to.
    pub counts: Counts,
}

/// What calls come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many calls.
    pub calls: u64,
    /// How many of them failed or were refused.
    pub failed: u64,
    /// Records that came in and stand.
    pub sent: u64,
    /// Records that were refused.
    pub rejected: u64,
    /// Records, changes and answers that were given out.
    pub taken: u64,
    /// Bytes of payload, in and out.
    pub bytes: u64,
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        let sums = [
            (&mut self.calls, other.calls),
            (&mut self.failed, other.failed),
            (&mut self.sent, other.sent),
            (&mut self.rejected, other.rejected),
            (&mut self.taken, other.taken),
            (&mut self.bytes, other.bytes),
        ];
        for (sum, other) in sums {
            *sum = sum.saturating_add(other);
        }
    }
}

impl Fact {
    /// Of calls that asked `action` and came to `outcome`: so many of them, with so many records stored or read,
    /// refused, and bytes.
    pub fn counted(
        action: &str,
        outcome: &str,
        (calls, records, rejected, bytes): (u64, u64, u64, u64),
    ) -> Counts {
        let sends = sends(action);
        Counts {
            calls,
            failed: if outcome == "ok" { 0 } else { calls },
            sent: if sends { records } else { 0 },
            rejected: if sends { rejected } else { 0 },
            taken: if sends { 0 } else { records },
            bytes,
        }
    }

    fn is_exchange(&self) -> bool {
        let sandbox = self
            .dataset
            .as_deref()
            .is_some_and(|dataset| dataset.starts_with("sandbox/"));
        !sandbox && !EXCHANGES_NOTHING.contains(&self.action.as_str())
    }

    /// Whether it is an agency's: a call of its own, or one about its data.
    fn concerns(&self, code: &str) -> bool {
        let owner = self
            .dataset
            .as_deref()
            .and_then(|dataset| dataset.split('/').next());
        self.opd.as_deref() == Some(code) || owner == Some(code)
    }
}

/// A row: what it is of, and what that comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of whom or of what.
    pub of: String,
    /// What it is called, where that differs.
    pub name: Option<String>,
    /// What it comes to.
    pub counts: Counts,
}

/// Why calls failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The code of the problem.
    pub code: String,
    /// How many calls.
    pub calls: u64,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monthly {
    /// The month, such as `2026-03`.
    pub month: String,
    /// The agency; none for the province.
    pub opd: Option<Agency>,
    /// As of when it was counted.
    pub as_of: Timestamp,
    /// Whether the month was over by then.
    pub over: bool,
    /// All of it.
    pub total: Counts,
    /// By the agency that called.
    pub agencies: Vec<Line>,
    /// By the dataset that it was about.
    pub datasets: Vec<Line>,
    /// By what was asked.
    pub actions: Vec<Line>,
    /// Why calls failed, the most frequent first.
    pub failures: Vec<Failure>,
}

/// What a recap is of.
#[derive(Debug, Clone)]
pub struct Recap {
    /// The first day of the month.
    pub month: Date,
    /// The agency; none for the province.
    pub opd: Option<Agency>,
    /// As of when it is counted.
    pub as_of: Timestamp,
    /// Whether the month is over.
    pub over: bool,
}

impl Monthly {
    /// Adds up what the log gave; `names` has what agencies are called.
    pub fn of(recap: Recap, facts: &[Fact], names: &BTreeMap<String, String>) -> Self {
        let code = recap.opd.as_ref().map(|opd| opd.code.as_str());
        let counted: Vec<&Fact> = facts
            .iter()
            .filter(|fact| fact.is_exchange() && code.is_none_or(|code| fact.concerns(code)))
            .collect();
        let mut total = Counts::default();
        let mut failures: BTreeMap<&str, u64> = BTreeMap::new();
        for fact in &counted {
            total.add(&fact.counts);
            if fact.counts.failed > 0 {
                *failures.entry(&fact.outcome).or_default() += fact.counts.failed;
            }
        }
        let mut failures: Vec<Failure> = failures
            .into_iter()
            .map(|(code, calls)| Failure {
                code: code.to_owned(),
                calls,
            })
            .collect();
        failures.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.code.cmp(&b.code)));
        let by = |of: fn(&Fact) -> String| grouped(&counted, of);
        let named = |mut line: Line| {
            line.name = names.get(&line.of).cloned();
            line
        };
        Monthly {
            month: year_and_month(recap.month),
            as_of: recap.as_of,
            over: recap.over,
            total,
            agencies: by(|fact| fact.opd.clone().unwrap_or_default())
                .into_iter()
                .map(named)
                .collect(),
            datasets: by(|fact| fact.dataset.clone().unwrap_or_default()),
            actions: by(|fact| fact.action.clone()),
            failures,
            opd: recap.opd,
        }
    }
}

fn grouped(facts: &[&Fact], of: fn(&Fact) -> String) -> Vec<Line> {
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for fact in facts {
        groups.entry(of(fact)).or_default().add(&fact.counts);
    }
    let line = |(of, counts)| Line {
        of,
        name: None,
        counts,
    };
    groups.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::paper::Paper;

    fn fact(opd: &str, dataset: &str, action: &str, outcome: &str, counts: (u64, u64, u64, u64)) -> Fact {
        Fact {
            opd: (!opd.is_empty()).then(|| opd.to_owned()),
            dataset: Some(dataset.to_owned()),
            action: action.to_owned(),
            outcome: outcome.to_owned(),
            counts: Fact::counted(action, outcome, counts),
        }
    }

    fn recap(opd: Option<&str>) -> Monthly {
        let facts = [
            fact("bkd", "bkd/pegawai/v1", "push", "ok", (900, 1_000, 3, 5_000)),
            fact(
                "bkd",
                "bkd/pegawai/v1",
                "push",
                "contract-violated",
                (100, 0, 100, 500),
            ),
            fact("bappeda", "bkd/pegawai/v1", "pull", "ok", (7, 70, 0, 700)),
            fact("dinkes", "dkp/pulau/v1", "changes", "ok", (1, 2, 0, 3)),
            fact("bkd", "sandbox/bkd/pegawai/v1", "push", "ok", (50, 50, 0, 50)),
            fact("", "bkd/pegawai/v1", "look", "ok", (50, 0, 0, 0)),
        ];
        let opd = opd.map(|code| Agency {
            code: code.to_owned(),
            name: format!("Dinas {code}"),
        });
        let recap = Recap {
            month: Date::constant(2026, 3, 1),
            opd,
            as_of: Timestamp(1_774_000_000_120),
            over: false,
        };
        Monthly::of(
            recap,
            &facts,
            &BTreeMap::from([("bkd".to_owned(), "BKD".to_owned())]),
        )
    }

    #[test]
    fn calls_that_exchange_no_data_are_left_out_and_each_table_adds_up() {
        let all = recap(None);
        assert_eq!((all.total.calls, all.total.failed), (1_008, 100));
        assert_eq!(
            (all.total.sent, all.total.rejected, all.total.taken),
            (1_000, 103, 72)
        );
        for lines in [&all.agencies, &all.datasets, &all.actions] {
            let mut sum = Counts::default();
            lines.iter().for_each(|line| sum.add(&line.counts));
            assert_eq!(sum, all.total);
        }
        assert_eq!(all.failures.len(), 1);
        let mut paper = Paper::default();
        all.fill(&mut paper);
        let conclusion = paper.conclusion.unwrap();
        assert_eq!(conclusion.figure, "1.008");
        assert!(
            conclusion.sentence.contains("Maret 2026, 90,0 persen"),
            "{}",
            conclusion.sentence
        );
    }

    #[test]
    fn an_agency_has_its_own_calls_and_those_about_its_data() {
        assert_eq!(recap(Some("bkd")).total.calls, 1_007);
        assert_eq!(recap(Some("dinkes")).total.calls, 1);
        assert_eq!(recap(Some("bpbd")).total, Counts::default());
    }
}
