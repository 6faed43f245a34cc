//! `mahakam contract test`: the integration unit test of a version, without a running server.

use std::path::PathBuf;

use clap::Args;

use super::of_major;
use crate::cli::output::Output;
use crate::cli::{Desk, Failure, LANG};
use crate::http::run_unit_test;
use crate::report::unit_test::{Outcome, UnitTest};
use crate::types::{DatasetId, Lang, Version};

#[derive(Debug, Args)]
pub(in crate::cli) struct TestArguments {
    /// The dataset, such as bkd/pegawai/v1.
    dataset: DatasetId,
    /// The version, such as 1.0.0, whatever its state.
    version: Version,
    /// Write the paper to this file, as a page that prints.
    #[arg(long)]
    html: Option<PathBuf>,
    /// The language of the page and of what is told: id or en.
    #[arg(long, default_value = "en", value_parser = language)]
    lang: Lang,
}

/// Runs the command; fails where the test fails.
pub(super) fn run(arguments: TestArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let TestArguments {
        dataset,
        version,
        html,
        lang,
    } = arguments;
    let version = of_major(&dataset, version)?;
    let actor = desk.actor.clone();
    let paper = run_unit_test(&desk.hub, actor, dataset.opd, dataset.name, version)?;
    if let Some(file) = html {
        std::fs::write(&file, paper.to_html(lang))
            .map_err(|error| Failure(format!("{} can't be written: {error}", file.display())))?;
    }
    output.tell(&paper.to_json(lang), &told(&paper, lang));
    if paper.passed() {
        Ok(())
    } else {
        let failed = paper.count(Outcome::Failed);
        Err(Failure(format!(
            "{failed} of {} cases failed.",
            paper.cases.len()
        )))
    }
}

fn told(paper: &UnitTest, lang: Lang) -> String {
    let mut lines: Vec<String> = paper
        .cases
        .iter()
        .filter(|case| case.result != Outcome::Passed)
        .map(|case| {
            let why = case.why.as_ref().map_or("", |why| why.to(lang));
            let (group, name) = (case.group.to(lang), case.name.to(lang));
            format!("  {}: {group}, {name}: {why}", case.result.as_str())
        })
        .collect();
    lines.push(format!(
        "{} {}: {}. {} passed, {} failed, {} not tried.",
        paper.dataset,
        paper.version,
        paper.result(),
        paper.count(Outcome::Passed),
        paper.count(Outcome::Failed),
        paper.count(Outcome::NotTried),
    ));
    lines.join("\n")
}

fn language(text: &str) -> Result<Lang, String> {
    match text {
        "id" => Ok(Lang::Id),
        "en" => Ok(LANG),
        _ => Err(format!("'{text}' is neither id nor en")),
    }
}
