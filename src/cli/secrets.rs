//! `mahakam secrets`: the master key under which the secrets of the database are encrypted.

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::types::MasterKey;

#[derive(Debug, Subcommand)]
pub(super) enum SecretsCommand {
    /// Print a fresh master key for MAHAKAM_SECRET_KEY or a key file. Needs no settings, changes nothing.
    GenerateKey,
    /// Encrypt all secrets under MAHAKAM_SECRET_KEY (or _FILE); MAHAKAM_SECRET_KEY_OLD (or _OLD_FILE) opens them.
    ///
    /// All or nothing; run again, it changes nothing. Afterwards the old key may be taken out of the
    /// settings of all hubs.
    Rotate,
}

/// Runs the command.
pub(super) fn run(command: &SecretsCommand, output: Output) -> Result<(), Failure> {
    match command {
        SecretsCommand::GenerateKey => {
            let mut bytes = [0; MasterKey::BYTES];
            getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
            let key = MasterKey::new(bytes);
            output.tell(
                &json!({"key": key.encode().as_str(), "key_id": key.id()}),
                &key.encode(),
            );
        }
        SecretsCommand::Rotate => {
            let desk = Desk::open()?;
            let done = desk.hub.rotate_secrets(&desk.actor)?;
            output.tell(
                &json!({"key_id": done.key_id, "rotated": done.rotated}),
                &format!(
                    "Encrypted {} secrets anew. Everything is under the key {} now.",
                    done.rotated, done.key_id
                ),
            );
        }
    }
    Ok(())
}
