//! `mahakam app`: applications and their keys.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::hub::{KeyTerms, KeyView, NewApplication, Others};
use crate::types::{Network, OpdCode, Timestamp};

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
    /// List the keys of an application, without their secrets.
    Keys {
        /// The application's number.
        id: i64,
    },
    /// Give an application a new key; the others stop working at once, unless told otherwise.
    Rotate {
        /// The application's number.
        id: i64,
        /// What the key is called.
        #[arg(long, default_value_t)]
        name: String,
        /// Until when it may be used, such as 2027-12-31T23:59:59+08:00.
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires: Option<Timestamp>,
        /// A network from which it may be used, such as 10.20.0.0/16; may be repeated.
        #[arg(long, value_name = "NETWORK")]
        network: Vec<Network>,
        /// For how many seconds the other keys go on.
        #[arg(long, value_name = "SECONDS", default_value_t = 0, conflicts_with = "keep")]
        overlap: u32,
        /// Leave the other keys as they are.
        #[arg(long)]
        keep: bool,
    },
    /// Revoke the keys of an application: all, or one.
    Revoke {
        /// The application's number.
        id: i64,
        /// The public part of the key to revoke.
        #[arg(long)]
        key: Option<String>,
    },
}

/// Runs the command.
pub(super) fn run(command: AppCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    match command {
        AppCommand::Add { opd, name } => show_key(output, &hub.add_application(actor, &opd, &name)?),
        AppCommand::Keys { id } => list_keys(output, hub.keys(id)?),
        AppCommand::Rotate {
            id,
            name,
            expires,
            network,
            overlap,
            keep,
        } => {
            let terms = KeyTerms {
                name,
                expires_at: expires,
                networks: network,
                others: if keep {
                    Others::Keep
                } else {
                    Others::EndAfter(overlap)
                },
            };
            show_key(output, &hub.new_key(actor, id, terms)?);
        }
        AppCommand::Revoke { id, key: Some(key) } => {
            hub.revoke_key(actor, id, &key)?;
            output.tell(
                &json!({"id": id, "revoked": 1}),
                &format!("Revoked the key {key}."),
            );
        }
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
        AppCommand::Revoke { id, key: None } => {
            let revoked = hub.revoke_keys(actor, id)?;
            output.tell(
                &json!({"id": id, "revoked": revoked}),
                &format!("Revoked {revoked} keys."),
            );
        }
    }
    Ok(())
}

fn list_keys(output: Output, keys: Vec<KeyView>) {
    if output.json {
        return output.document(&json!({"keys": keys}));
    }
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let rows: Vec<_> = keys
        .into_iter()
        .map(|key| {
            vec![
                key.key,
                key.name,
                moment(key.expires_at),
                moment(key.last_used_at),
                moment(key.revoked_at),
                key.networks.join(" "),
            ]
        })
        .collect();
    output.table(
        &["key", "name", "expires", "last used", "revoked", "networks"],
        &rows,
    );
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "it must be a time of RFC 3339".to_owned())
}

fn show_key(output: Output, application: &NewApplication) {
    let text = format!(
        "Application {} of {}: {}\nKey (shown this once): {}",
        application.id, application.opd, application.name, application.key
    );
    output.tell(&json!(application), &text);
}
