//! `mahakam load`: records from a file, as a bulk push would store them.
//!
//! The file is cut into payloads, which pass the ordinary bulk. A journal beside the file tells how
//! far it was stored, so that the same command goes on there after a break. Invariant: memory stays
//! flat whatever the size.

mod journal;
mod loader;
pub(super) mod source;
mod tally;
mod units;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::output::{self, Output, describe};
use super::{Desk, Failure, usage};
use crate::error::{Bound, Error};
use crate::types::DatasetId;
use journal::Journal;
use loader::Loader;
use source::{Format, Source};
use tally::{Tally, as_json, in_words};
use units::Cutter;

/// How many refused lines are told where no program reads the answer.
const SHOWN: usize = 10;

/// Every payload is judged by the dataset's contract. A CSV's header names fields by pointers such as
/// /alamat/kode_pos, or by the names of top-level members; types come from the contract's schema
/// alone, so that 64.10 stays 64.10. When a load was cut short, the same command goes on behind what
/// is stored. It ends with 1 when a line was refused.
#[derive(Debug, Args)]
pub(super) struct LoadArguments {
    /// The file: .ndjson, .jsonl, .json (an array) or .csv, each also with .gz; - reads standard input.
    file: PathBuf,
    /// The dataset, such as bkd/pegawai/v1.
    #[arg(long)]
    dataset: DatasetId,
    /// What the file holds, where its name does not tell.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Store all or nothing.
    #[arg(long)]
    atomic: bool,
    /// Only tell what would happen.
    #[arg(long)]
    dry_run: bool,
    /// What stands between the cells of a CSV: one character, or tab; found out by its header if not
    /// given.
    #[arg(long, value_parser = separator)]
    separator: Option<u8>,
    /// Keep the ' that an export puts before texts that begin like a formula.
    #[arg(long)]
    raw: bool,
    /// Begin at the file's start, also when an earlier load was cut short.
    #[arg(long)]
    restart: bool,
    /// Write the refused lines with the reasons into this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

pub(super) fn separator(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("write one ASCII character, such as ';', or tab".to_owned()),
    }
}

/// How a load ended.
struct Ended {
    tally: Tally,
    exchange: String,
    error: Option<Error>,
}

/// Runs the command.
pub(super) fn run(arguments: &LoadArguments, output: Output) -> Result<(), Failure> {
    let Some(format) = arguments.format.or_else(|| Format::of_name(&arguments.file)) else {
        usage("The file's name does not tell what it holds; say it by --format ndjson, json or csv.");
    };
    let source = Source::open(&arguments.file)?;
    // A stream of one's own is as long as it is.
    let desk = Desk::open_with(|config| config.limits.body_bytes = usize::MAX)?;
    let (call, dataset) = desk
        .hub
        .begin_load(&desk.actor, &arguments.dataset, arguments.dry_run)?;
    let resumable = !arguments.atomic && !arguments.dry_run && !source.is_stream();
    let journal = if resumable {
        Some(Journal::open(arguments, format, &dataset)?)
    } else {
        None
    };
    let done = journal.as_ref().map_or(0, Journal::done);
    if done > 0 {
        output::note(&format!(
            "Going on behind {} {done}, where an earlier load was cut short.",
            format.unit()
        ));
    }
    let tally = Tally::open(arguments.errors.as_deref(), journal.as_ref())?;
    let cutter = Cutter::new(format, arguments, &dataset, desk.hub.config().limits.record_bytes);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        let about = (&call, &dataset);
        let loader = Loader::new(&desk.hub, about, format.split(), arguments, tally, journal);
        pour(source, cutter, loader, done).await
    });
    let fault = ended.as_ref().ok().and_then(|ended| ended.error.as_ref());
    desk.hub.end_load(&call, &dataset, arguments.dry_run, fault);
    desk.hub.stop();
    tell(arguments, format, &ended?, done, output)
}

/// Pours the source through the cutter into the loader, behind what is `done` already.
async fn pour(
    mut source: Source,
    mut cutter: Cutter,
    mut loader: Loader<'_>,
    done: u64,
) -> Result<Ended, Failure> {
    let bar = progress_bar(&source);
    let mut part = Vec::new();
    let error = 'ended: loop {
        if let Err(error) = source.fill(&mut part) {
            break Some(source.unreadable(&error));
        }
        if part.is_empty() {
            cutter.finish();
        } else {
            cutter.push(&part);
        }
        loop {
            match cutter.next(done) {
                Ok(Some(unit)) => {
                    if let Some(error) = loader.take(unit).await? {
                        break 'ended Some(error);
                    }
                }
                Ok(None) => break,
                Err(error) => break 'ended Some(error),
            }
        }
        bar.set_position(source.position());
        bar.set_message(in_words(loader.counts()));
        if part.is_empty() {
            break None;
        }
    };
    bar.finish_and_clear();
    loader.finish(error).await
}

/// A bar on a terminal; nothing anywhere else.
fn progress_bar(source: &Source) -> ProgressBar {
    let (bar, template) = match source.size() {
        Some(size) => (
            ProgressBar::new(size),
            "{bar:30} {percent:>3}% {eta:>4}  {wide_msg}",
        ),
        None => (ProgressBar::no_length(), "{bytes:>10}  {wide_msg}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Tells how it ended; a refused line is a fault.
fn tell(
    arguments: &LoadArguments,
    format: Format,
    ended: &Ended,
    done: u64,
    output: Output,
) -> Result<(), Failure> {
    let counts = &ended.tally.counts;
    let file = arguments.file.display().to_string();
    let mut value = json!({
        "dataset": arguments.dataset, "file": file, "dry_run": arguments.dry_run,
        "resumed_after": (done > 0).then_some(done), "exchange": ended.exchange,
        "errors": ended.tally.first,
    });
    if let (Value::Object(members), Value::Object(numbers)) = (&mut value, as_json(counts)) {
        members.extend(numbers);
    }
    let dry = if arguments.dry_run {
        "Nothing was stored; it would be: "
    } else {
        ""
    };
    output.tell(
        &value,
        &format!("{dry}{}: {}.", arguments.dataset, in_words(counts)),
    );
    let mut faults = Vec::new();
    if counts.rejected > 0 {
        faults.push(format!("{} payloads were refused:", counts.rejected));
        let shown = ended.tally.first.iter().take(SHOWN);
        faults.extend(shown.map(|fault| tally::one_line(fault, format.unit())));
        if arguments.errors.is_none() && counts.rejected > u64::try_from(SHOWN).unwrap_or_default() {
            faults.push("All of them are told by --errors FILE.".to_owned());
        }
    }
    if let Some(error) = &ended.error {
        faults.push(describe(error));
        faults.push(advice(arguments, error).to_owned());
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure(faults.join("\n")))
}

/// What to do about a load that ended early.
fn advice(arguments: &LoadArguments, error: &Error) -> &'static str {
    match error {
        Error::TooLarge(Bound::Body(_)) => "MAHAKAM_MAX_DRY_BYTES bounds a dry run of --atomic.",
        _ if arguments.atomic || arguments.dry_run => "Nothing was stored.",
        _ => {
            "What is counted above is stored. Put it right and run the same command again: what stands already is not stored twice."
        }
    }
}
