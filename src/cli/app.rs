//! `mahakam app`: applications and their keys.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::hub::NewApplication;
use crate::types::OpdCode;

#[derive(Debug, Subcommand)]
pub(super) enum AppCommand {
    /// Add an application to an agency and print its key, this once.
    Add {
        /// The agency's code.
        opd: OpdCode,
        /// The application's name.
        name: String,
    },
    /// List all applications.
    List,
    /// Give an application a new key; the old one stops working at once.
    Rotate {
        /// The application's number.
        id: i64,
    },
    /// Revoke all keys of an application.
    Revoke {
        /// The application's number.
        id: i64,
    },
}

/// Runs the command.
pub(super) fn run(command: AppCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    match command {
        AppCommand::Add { opd, name } => show_key(output, &hub.add_application(actor, &opd, &name)?),
        AppCommand::Rotate { id } => show_key(output, &hub.rotate_key(actor, id)?),
        AppCommand::List => {
            let applications = hub.applications()?;
            if output.json {
                output.document(&json!({"applications": applications}));
            } else {
                let rows: Vec<_> = applications
                    .into_iter()
                    .map(|app| vec![app.id.to_string(), app.opd, app.name])
                    .collect();
                output.table(&["id", "opd", "name"], &rows);
            }
        }
        AppCommand::Revoke { id } => {
            let revoked = hub.revoke_keys(actor, id)?;
            output.tell(
                &json!({"id": id, "revoked": revoked}),
                &format!("Revoked {revoked} keys."),
            );
        }
    }
    Ok(())
}

fn show_key(output: Output, application: &NewApplication) {
    let text = format!(
        "Application {} of {}: {}\nKey (shown this once): {}",
        application.id, application.opd, application.name, application.key
    );
    output.tell(&json!(application), &text);
}
