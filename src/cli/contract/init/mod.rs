//! `mahakam contract init`: a contract, drafted from a file with records.
//!
//! Not here: what is proposed (`contract::draft`). Invariant: it asks no database, and writes over no
//! file.

mod passes;
mod records;
mod report;

use std::path::{Path, PathBuf};

use clap::Args;

use super::diff::one_fault;
use crate::cli::load::separator;
use crate::cli::load::source::Format;
use crate::cli::output::Output;
use crate::cli::{Failure, LANG, usage};
use crate::contract::Checker;
use crate::contract::draft::{Draft, Sample, Wish};
use crate::types::{DatasetId, DatasetName, Pointer};
use passes::Count;
use records::Records;

/// What a draft is made from, and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// The file: .ndjson, .jsonl, .json (an array, or one object) or .csv, each also with .gz.
    file: PathBuf,
    /// The dataset, such as bkd/pegawai/v1; by the file's name if not given.
    #[arg(long)]
    dataset: Option<DatasetId>,
    /// What it is called; by the dataset's name if not given.
    #[arg(long)]
    title: Option<String>,
    /// Write the document into this file, which must not exist, instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Look at so many records only.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    lines: Option<u64>,
    /// Write enum where there are few values that repeat, instead of proposing it.
    #[arg(long)]
    enums: bool,
    /// Classify the data as open: anybody may read it.
    #[arg(long)]
    open: bool,
    /// What the file holds, where its name does not tell.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What stands between the cells of a CSV: one character, or tab; found out if not given.
    #[arg(long, value_parser = separator)]
    separator: Option<u8>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &InitArguments, output: Output) -> Result<(), Failure> {
    let file = &arguments.file;
    let Some(format) = arguments.format.or_else(|| Format::of_name(file)) else {
        usage(
            "The file's name does not tell what it holds: say --format csv, ndjson or json. Save a spreadsheet as CSV UTF-8 first.",
        );
    };
    if file.as_os_str() == "-" {
        usage("The file is read more than once; standard input can't be.");
    }
    if let Some(out) = arguments.out.as_ref().filter(|out| out.exists()) {
        return Err(report::exists(out));
    }
    let records = Records {
        file: file.clone(),
        format,
        separator: arguments.separator,
        most: arguments.lines.unwrap_or(u64::MAX),
    };
    let wish = wish(arguments)?;
    let mut sample = Sample::new(format == Format::Csv);
    let count = passes::look(&records, &mut sample)?;
    has_records(file, format, &count)?;
    let mut draft = match sample.pairs(&wish) {
        Some(mut pairs) => {
            passes::search(&records, &mut pairs)?;
            sample.draft(&wish, Some(&pairs))
        }
        None => sample.draft(&wish, None),
    };
    if arguments.open && !draft.personal.is_empty() {
        return Err(open_about_persons(&draft.personal));
    }
    let refused = passes::judge_all(&records, &mut draft)?;
    report::say_about_the_file(&mut draft, arguments, &count, refused);
    judge(&draft)?;
    report::tell(arguments, &draft, &count, output)
}

/// What is asked for; what was not said follows from the file's name.
fn wish(arguments: &InitArguments) -> Result<Wish, Failure> {
    let dataset = match &arguments.dataset {
        Some(dataset) => dataset.clone(),
        None => DatasetId {
            opd: "opd".parse().map_err(Failure)?,
            name: name_of(&arguments.file).map_err(Failure)?,
            major: 1,
        },
    };
    let words = dataset.name.as_str().replace(['_', '-'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let title = first.unwrap_or_default() + letters.as_str();
    Ok(Wish {
        title: arguments.title.clone().unwrap_or(title),
        dataset,
        enums: arguments.enums,
        open: arguments.open,
    })
}

/// The file's name, without extensions, as the name of a dataset.
fn name_of(file: &Path) -> Result<DatasetName, String> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let plain: String = plain.trim_matches(['_', '-']).chars().take(63).collect();
    if plain.is_empty() {
        "data".parse()
    } else {
        plain.parse()
    }
}

/// Refuses a file that holds nothing to draft from, or is read in the wrong way.
fn has_records(file: &Path, format: Format, count: &Count) -> Result<(), Failure> {
    let file = file.display();
    let advice = match format {
        Format::Csv if count.unread == 0 => " A CSV needs a header and at least one row below it.",
        Format::Csv => "",
        Format::Json => " If it has one record on each line, say --format ndjson.",
        Format::Ndjson => " If it holds an array, say --format json.",
    };
    match &count.first {
        None if count.records == 0 => Err(Failure(format!("{file} holds no records.{advice}"))),
        Some(first) if count.unread >= count.records => Err(Failure(format!(
            "{file} can't be read: {} of {} are no records. The first is {first}{advice}",
            count.unread,
            count.unread + count.records
        ))),
        _ => Ok(()),
    }
}

fn open_about_persons(personal: &[Pointer]) -> Failure {
    let fields: Vec<String> = personal.iter().map(Pointer::to_string).collect();
    Failure(format!(
        "By their names, these fields are about persons, and such data can't be open: {}. Draft it without --open; if they are not about persons, remove personal_data and write level: open in the document.",
        fields.join(", ")
    ))
}

/// Makes sure that `contract check` takes the draft, unless a key is still to be named.
fn judge(draft: &Draft) -> Result<(), Failure> {
    if draft.key.is_empty() {
        return Ok(());
    }
    let checker = Checker::new().map_err(|why| Failure(why.to(LANG).to_owned()))?;
    let judged = checker.read(draft.to_yaml("", LANG).as_bytes(), None);
    judged.map(drop).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(one_fault).collect();
        Failure(format!(
            "What would be drafted has faults:\n{}",
            faults.join("\n")
        ))
    })
}
