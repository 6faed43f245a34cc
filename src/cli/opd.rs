//! `mahakam opd`: agencies.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::types::OpdCode;

#[derive(Debug, Subcommand)]
pub(super) enum OpdCommand {
    /// Add an agency.
    Add {
        /// Its short code, such as bkd.
        code: OpdCode,
        /// Its name.
        name: String,
    },
    /// List all agencies.
    List,
    /// Give an agency another name.
    Rename {
        /// Its code.
        code: OpdCode,
        /// Its new name.
        name: String,
    },
    /// Stop an agency's applications from calling.
    Deactivate {
        /// Its code.
        code: OpdCode,
    },
}

/// Runs the command.
pub(super) fn run(command: OpdCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    match command {
        OpdCommand::Add { code, name } => {
            let opd = hub.add_opd(actor, &code, &name)?;
            output.tell(&json!(opd), &format!("Added {} ({}).", opd.code, opd.name));
        }
        OpdCommand::List => {
            let opds = hub.opds()?;
            if output.json {
                output.document(&json!({"opds": opds}));
            } else {
                let state = |active| if active { "active" } else { "deactivated" };
                let rows: Vec<_> = opds
                    .into_iter()
                    .map(|opd| vec![opd.code, state(opd.active).to_owned(), opd.name])
                    .collect();
                output.table(&["code", "state", "name"], &rows);
            }
        }
        OpdCommand::Rename { code, name } => {
            let opd = hub.change_opd(actor, &code, Some(&name), None)?;
            output.tell(&json!(opd), &format!("{} is now called {}.", opd.code, opd.name));
        }
        OpdCommand::Deactivate { code } => {
            let opd = hub.change_opd(actor, &code, None, Some(false))?;
            output.tell(
                &json!(opd),
                &format!("{} is deactivated; its keys no longer work.", opd.code),
            );
        }
    }
    Ok(())
}
