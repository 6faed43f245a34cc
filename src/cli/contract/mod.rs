//! `mahakam contract`: drafting, checking, registering, publishing, showing.

pub(super) mod conformity;
pub(super) mod diff;
pub(super) mod init;
mod life;
mod test;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::output::{Output, one_finding};
use super::{Desk, Failure, LANG};
use crate::contract::schema_file_of;
use crate::error::Finding;
use crate::hub::{Publication, Registered};
use crate::types::{DatasetId, Version};

#[derive(Debug, Subcommand)]
pub(super) enum ContractCommand {
    /// Draft a contract from a file with records, without a database.
    ///
    /// Reads the whole file as mahakam load would and prints a document that accepts all of it, as YAML
    /// with remarks. Codes stay texts: in a CSV a column is a number only when it is evidently an
    /// amount. What people have to decide (the key, who may read it, what refers to what) is proposed
    /// and marked. Look at each remark, then: mahakam contract check, mahakam contract register.
    Init(init::InitArguments),
    /// Tell all faults of a document, without registering it.
    Check {
        /// The document, YAML or JSON.
        file: PathBuf,
    },
    /// Register a document; again and again, if it is the same.
    Register {
        /// The document, YAML or JSON.
        file: PathBuf,
        /// Publish it, too.
        #[arg(long)]
        publish: bool,
        /// Publish it although it could not be told that it accepts all that was accepted.
        #[arg(long, requires = "publish")]
        accept_undecided: bool,
    },
    #[command(flatten)]
    Life(life::LifeCommand),
    /// Test a version: its examples, each constraint broken once, every endpoint. It writes to a dataset of
    /// its own, which is deleted afterwards.
    Test(test::TestArguments),
    /// Tell whether everything that one document accepts is accepted by another, without registering
    /// either.
    ///
    /// Ends with 0 when they are compatible, with 1 when they are not or when it can't be told.
    Diff {
        /// The document that is in force, YAML or JSON.
        old: PathBuf,
        /// The document that is to follow it.
        new: PathBuf,
    },
    /// Tell how far a document keeps to the field standard of Satu Data: which concept, definition,
    /// classification, measure and unit are missing.
    Conformity {
        /// The document, YAML or JSON.
        file: PathBuf,
    },
    /// List all versions.
    List,
    /// Print a version's document.
    Show {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// The version, such as 1.0.0.
        version: Version,
    },
}

/// Runs the command.
pub(super) fn run(command: ContractCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    match command {
        ContractCommand::Check { file } => check(desk, &file, output)?,
        ContractCommand::Register {
            file,
            publish,
            accept_undecided,
        } => {
            let (document, schema) = read(&file)?;
            let publish = publish.then_some(Publication {
                accept_undecided,
                reason: None,
            });
            show(
                output,
                &hub.register_contract(actor, &document, schema.as_deref(), publish.as_ref())?,
            );
        }
        ContractCommand::Life(command) => life::run(command, desk, output)?,
        ContractCommand::Test(arguments) => test::run(arguments, desk, output)?,
        ContractCommand::Init(arguments) => init::run(&arguments, output)?,
        ContractCommand::Diff { old, new } => diff::run(&old, &new, output)?,
        ContractCommand::Conformity { file } => conformity::run(&file, output)?,
        ContractCommand::List => list(desk, output)?,
        ContractCommand::Show { dataset, version } => {
            let version = of_major(&dataset, version)?;
            output.document(&hub.contract(&dataset.opd, &dataset.name, version)?.document);
        }
    }
    Ok(())
}

fn check(desk: &Desk, file: &Path, output: Output) -> Result<(), Failure> {
    let (document, schema) = read(file)?;
    let report = desk.hub.check_contract(&document, schema.as_deref())?;
    let compatibility = report.compatibility.as_ref();
    let stored = report.stored.as_ref();
    let value = json!({
        "dataset": report.dataset, "version": report.version, "digest": report.digest.to_string(),
        "warnings": findings(&report.warnings),
        "compatibility": compatibility.map(|found| found.to_json(LANG)),
        "stored": stored.map(life::stored_json),
    });
    let text = format!(
        "{} {} may be registered. Digest: {}",
        report.dataset, report.version, report.digest
    );
    let mut text = with_warnings(text, &report.warnings);
    if let Some(found) = compatibility {
        text.push_str(&life::compatibility_text(found));
    }
    if let Some(stored) = stored {
        text.push_str(&life::stored_text(stored));
    }
    output.tell(&value, &text);
    Ok(())
}

fn list(desk: &Desk, output: Output) -> Result<(), Failure> {
    let contracts = desk.hub.contracts()?;
    if output.json {
        let list = contracts.iter().map(|contract| {
            json!({
                "dataset": contract.dataset, "version": contract.version, "state": contract.state,
                "title": contract.title, "published_at": contract.published_at,
            })
        });
        output.document(&json!({"contracts": list.collect::<Vec<_>>()}));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = contracts
        .into_iter()
        .map(|contract| {
            let state = contract.state.as_str().to_owned();
            vec![
                contract.dataset.to_string(),
                contract.version.to_string(),
                state,
                contract.title,
            ]
        })
        .collect();
    output.table(&["dataset", "version", "state", "title"], &rows);
    Ok(())
}

/// Reads a document, or standard input for `-`, and the schema file beside it that it may name.
fn read(file: &Path) -> Result<(Vec<u8>, Option<Vec<u8>>), Failure> {
    let open = |path: &Path| {
        if path.as_os_str() == "-" {
            let mut text = Vec::new();
            std::io::stdin().read_to_end(&mut text)?;
            return Ok(text);
        }
        std::fs::read(path).map_err(|error| Failure(format!("{} can't be read: {error}", path.display())))
    };
    let document = open(file)?;
    let schema = match schema_file_of(&document) {
        Some(name) => Some(open(&file.parent().unwrap_or(Path::new(".")).join(name))?),
        None => None,
    };
    Ok((document, schema))
}

fn of_major(dataset: &DatasetId, version: Version) -> Result<Version, Failure> {
    if dataset.major == version.major {
        return Ok(version);
    }
    Err(Failure(format!(
        "{version} is no version of {dataset}: the majors differ."
    )))
}

fn show(output: Output, registered: &Registered) {
    let value = json!({"dataset": registered.dataset, "version": registered.version, "state": registered.state, "warnings": findings(&registered.warnings)});
    let text = format!(
        "{} {} is {}.",
        registered.dataset,
        registered.version,
        registered.state.as_str()
    );
    output.tell(&value, &with_warnings(text, &registered.warnings));
}

fn with_warnings(text: String, warnings: &[Finding]) -> String {
    let warnings: Vec<String> = warnings.iter().map(one_finding).collect();
    if warnings.is_empty() {
        text
    } else {
        format!("{text}\nWarnings:\n{}", warnings.join("\n"))
    }
}

fn findings(findings: &[Finding]) -> Value {
    let list = findings.iter().map(|finding| {
        json!({"pointer": finding.pointer, "line": finding.place.map(|place| place.0), "code": finding.code, "message": finding.message.to(LANG)})
    });
    Value::Array(list.collect())
}
