//! `mahakam export`: a whole dataset as a file.
//!
//! Invariant: a file with the name that was asked for is complete; until then it has another name, and
//! when something fails it goes away.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::hub::{Export, ExportForm, ExportQuery, ExportStep};
use crate::types::DatasetId;

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The dataset, such as bkd/pegawai/v1.
    #[arg(long)]
    dataset: DatasetId,
    /// The kind of file: csv, ndjson, ods or xlsx.
    #[arg(long)]
    format: ExportForm,
    /// In csv, leave texts as they are that a spreadsheet would take for formulas.
    #[arg(long)]
    raw: bool,
    /// The file to write, or - for standard output; named after the dataset when left out.
    #[arg(long)]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: ExportArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (id, form) = (arguments.dataset, arguments.format);
    let target = arguments.output.unwrap_or_else(|| form.file_name(&id).into());
    let piped = target == Path::new("-");
    if piped && output.json {
        return Err(Failure(
            "--json and --output - both want standard output; name a file.".into(),
        ));
    }
    let query = ExportQuery {
        form,
        raw: arguments.raw,
    };
    let mut export = desk.hub.export_for(&desk.actor, &id, query)?;
    if piped {
        return write(&mut export, &mut std::io::stdout().lock());
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    write(&mut export, &mut file)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|failed| failed.error)?;
    let (records, file) = (export.records(), target.display().to_string());
    output.tell(
        &json!({"dataset": id, "format": form.as_str(), "records": records, "file": file}),
        &format!("Wrote {records} records of {id} to {file}."),
    );
    Ok(())
}

fn write(export: &mut Export, out: &mut impl Write) -> Result<(), Failure> {
    loop {
        match export.step()? {
            ExportStep::Working => {}
            ExportStep::Part(part) => match out.write_all(&part) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written?,
            },
            ExportStep::End => return Ok(out.flush()?),
        }
    }
}
