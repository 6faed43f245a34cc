//! [`UnitTest`]: what was tried with a contract, and what came of it; as JSON and as a paper (`html`).
//!
//! Not here: trying it (`http/unit_test`). Invariant: what was not tried is in the paper as such.

mod html;

use serde_json::{Value, json};

use crate::types::{DatasetId, Digest, Lang, Text, Timestamp, Version};

/// The paper.
#[derive(Debug)]
pub struct UnitTest {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version.
    pub version: Version,
    /// What the dataset is called.
    pub title: String,
    /// The digest of the document that was tried.
    pub digest: Digest,
    /// When.
    pub at: Timestamp,
    /// By whom, as the audit log names them.
    pub by: String,
    /// What was tried, in its order.
    pub cases: Vec<Case>,
}

/// One thing that was tried.
#[derive(Debug)]
pub struct Case {
    /// What it belongs to.
    pub group: Text,
    /// What was tried.
    pub name: Text,
    /// The request; none where nothing was sent.
    pub asked: Option<Asked>,
    /// The status that was expected; none where nothing was sent.
    pub expected: Option<u16>,
    /// The status that was answered.
    pub got: Option<u16>,
    /// The code of the problem that was answered.
    pub code: Option<String>,
    /// How it ended.
    pub result: Outcome,
    /// Why it failed or was not tried.
    pub why: Option<Text>,
    /// How long the answer took.
    pub milliseconds: u64,
}

/// A request that was sent.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The beginning of the body.
    pub body: Option<String>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed,
    /// Nothing was sent.
    NotTried,
}

impl Case {
    /// A case for which there was no time left: a test that did not come to its end has not passed.
    pub fn out_of_time(group: Text, name: Text, expected: u16) -> Self {
        Case {
            group,
            name,
            asked: None,
            expected: Some(expected),
            got: None,
            code: None,
            result: Outcome::Failed,
            why: Some(Text::new("Waktu uji habis.", "The time for the test was over.")),
            milliseconds: 0,
        }
    }
}

impl Outcome {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::NotTried => "not_tried",
        }
    }
}

impl UnitTest {
    /// Whether nothing failed; what there was no time for has.
    pub fn passed(&self) -> bool {
        self.count(Outcome::Failed) == 0
    }

    /// How many cases ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.result == outcome).count()
    }

    /// The result for programs, in one word.
    pub fn result(&self) -> &'static str {
        if self.passed() { "passed" } else { "failed" }
    }

    /// As programs read it, with texts in `lang`.
    pub fn to_json(&self, lang: Lang) -> Value {
        let cases = self.cases.iter().map(|case| {
            let request = case
                .asked
                .as_ref()
                .map(|asked| json!({"method": asked.method, "path": asked.path, "body": asked.body}));
            json!({
                "group": case.group.to(lang), "name": case.name.to(lang), "request": request,
                "expected": case.expected, "got": {"status": case.got, "code": case.code},
                "result": case.result.as_str(), "why": case.why.as_ref().map(|why| why.to(lang)),
                "milliseconds": case.milliseconds,
            })
        });
        json!({
            "dataset": self.dataset, "version": self.version, "title": self.title,
            "contract_digest": self.digest.to_string(),
            "tested_at": self.at, "tested_by": self.by, "hub_version": env!("CARGO_PKG_VERSION"),
            "result": self.result(),
            "counts": {
                "passed": self.count(Outcome::Passed), "failed": self.count(Outcome::Failed),
                "not_tried": self.count(Outcome::NotTried),
            },
            "cases": cases.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_for_which_the_time_was_over_has_not_passed() {
        let text = |text: &'static str| Text::new(text, text);
        let mut paper = UnitTest {
            dataset: "bkd/barang/v1".parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            title: "Barang".into(),
            digest: Digest::of(b"a"),
            at: Timestamp(0),
            by: "test".into(),
            cases: Vec::new(),
        };
        assert!(paper.passed());
        paper
            .cases
            .push(Case::out_of_time(text("Kirim"), text("Rekaman"), 201));
        assert!(!paper.passed());
        assert_eq!(
            paper.to_json(Lang::En)["cases"][0]["why"],
            "The time for the test was over."
        );
    }
}
