//! The commands.
//!
//! Each asks the same hub that a server asks, on the same database, beside it if need be.
//! Invariant: results go to standard output, faults to standard error; 0 is success, 1 a fault, 2
//! wrong usage.

mod app;
mod audit;
mod backup;
mod contract;
mod demo;
mod doctor;
mod erase;
mod export;
mod load;
mod map;
mod moving;
mod opd;
mod output;
mod probe;
mod references;
mod secrets;
mod serve;
mod undo;
mod user;

use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::{Config, Source};
use crate::error::Error;
use crate::hub::{Actor, Hub};
use crate::telemetry;
use crate::types::{Clock, Lang};
use contract::ContractCommand;
use output::Output;

/// The province's hub for exchanging data between agencies.
///
/// Settings come from the environment and from .env; .env.example explains each.
#[derive(Debug, Parser)]
#[command(name = "mahakam", version, arg_required_else_help = true)]
struct Arguments {
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT.
    Serve,
    /// Serve with real sample data, and print addresses, keys and lines to paste.
    Demo,
    /// Bring the database to this program's version.
    Migrate,
    /// Read the settings and tell all their faults.
    CheckConfig,
    /// The master key of the secrets in the database.
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Agencies.
    #[command(subcommand)]
    Opd(opd::OpdCommand),
    /// Applications of agencies, and their keys.
    #[command(subcommand)]
    App(app::AppCommand),
    /// People who sign in.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Contracts.
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Write a whole dataset to a file.
    Export(export::ExportArguments),
    /// Load records from a file, as a bulk push would store them.
    Load(load::LoadArguments),
    /// Set a dataset back to an earlier state, as new changes, after showing what would change.
    Undo(undo::UndoArguments),
    /// Erase all that a dataset holds of a record, for a person's right or a court's order.
    Erase(erase::EraseArguments),
    /// Tell which references of a dataset lead to nothing now.
    References(references::ReferencesArguments),
    /// The log: verify that it is as it was written.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Write the whole database to one file, beside a running hub if need be.
    Backup(backup::BackupArguments),
    /// Put a backup in the place of the database, or try whether it could be.
    Restore(backup::RestoreArguments),
    /// Move everything from SQLite to an empty PostgreSQL database, and prove that it is the same.
    Move(moving::MoveArguments),
    /// Tell what is the matter with this server, and what to do about it.
    Doctor,
    /// Print the OpenAPI document of the management API.
    Openapi,
    /// Print who may do what, as a page: the table by which the hub decides.
    Authorization,
    /// Measure what a schema costs, read from standard input; used by the hub itself.
    #[command(hide = true)]
    ProbeSchema,
    /// Map items to records by a jq program, in frames on standard input and output; used by the hub itself.
    #[command(hide = true)]
    MapRecords,
}

/// Why a command failed, for whoever typed it.
struct Failure(String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure(output::describe(&error))
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Failure(text)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure(error.to_string())
    }
}

/// Parses the command line, runs the command, tells how it ended.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match dispatch(arguments.command, output) {
        Ok(()) if output.is_lost() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(text)) => {
            output::fault(&text);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, output: Output) -> Result<(), Failure> {
    match command {
        Command::ProbeSchema => probe::run(output),
        Command::MapRecords => map::run(),
        Command::Openapi => {
            output.document(&crate::http::management_document());
            Ok(())
        }
        Command::Authorization => {
            let page = crate::access::rules::authorization_page();
            output.tell(&serde_json::json!({"page": page}), page.trim_end());
            Ok(())
        }
        Command::Serve => serve::run(&database_settings()?),
        Command::Demo => demo::run(output),
        Command::CheckConfig => {
            let config = settings()?;
            config.tls.as_ref().map_or(Ok(()), crate::http::check_tls)?;
            crate::hub::read_procedure(&config.procedure)?;
            crate::hub::backup_schedule(&config)?;
            crate::hub::check_mail(&config)?;
            output.tell(
                &serde_json::json!({"ok": true}),
                &format!("The settings are fine.\n{config:#?}"),
            );
            Ok(())
        }
        Command::Migrate => {
            let done = crate::store::Store::open(&database_settings()?.database)?.migrate()?;
            let text = if done.is_empty() {
                "The database is up to date.".to_owned()
            } else {
                format!("Ran: {}", done.join(", "))
            };
            output.tell(&serde_json::json!({"migrated": done}), &text);
            Ok(())
        }
        Command::Secrets(command) => secrets::run(&command, output),
        Command::Audit(command) => audit::run(command, output),
        Command::Backup(arguments) => backup::run_backup(&arguments, output),
        Command::Doctor => doctor::run(output),
        Command::Move(arguments) => moving::run(arguments, output),
        Command::Restore(arguments) => backup::run_restore(&arguments, output),
        Command::Opd(command) => opd::run(command, &Desk::open()?, output),
        Command::App(command) => app::run(command, &Desk::open()?, output),
        Command::User(command) => user::run(command, &Desk::open()?, output),
        // Files are compared, and drafted from, without a database.
        Command::Contract(ContractCommand::Conformity { file }) => contract::conformity::run(&file, output),
        Command::Contract(ContractCommand::Diff { old, new }) => contract::diff::run(&old, &new, output),
        Command::Contract(ContractCommand::Init(arguments)) => contract::init::run(&arguments, output),
        Command::Contract(command) => contract::run(command, &Desk::open()?, output),
        Command::Export(arguments) => export::run(arguments, &Desk::open()?, output),
        Command::Load(arguments) => load::run(&arguments, output),
        Command::References(arguments) => references::run(&arguments, &Desk::open()?, output),
        Command::Erase(arguments) => erase::run(&arguments, &Desk::open()?, output),
        Command::Undo(arguments) => undo::run(&arguments, &Desk::open()?, output),
    }
}

/// The settings of the environment.
fn settings() -> Result<Config, Failure> {
    Config::read(&Source::environment()?).map_err(|faults| Failure(faults.to_string()))
}

/// The same for what works with the database; one that is lost is not begun anew.
fn database_settings() -> Result<Config, Failure> {
    let config = settings()?;
    crate::hub::must_not_be_lost(&config)?;
    Ok(config)
}

/// Starts the log of a command. It speaks through its output; its log is for what goes wrong.
fn start_log(source: &Source, config: &Config) -> Result<(), Failure> {
    let mut log = config.log.clone();
    log.filter = source.get("MAHAKAM_LOG").unwrap_or("warn").to_owned();
    Ok(telemetry::start(&log)?)
}

/// How the audit log names whoever types.
fn actor(source: &Source) -> String {
    let user = source.get("USER").or_else(|| source.get("LOGNAME"));
    format!("cli:{}", user.unwrap_or("unknown"))
}

/// Ends the program as wrong usage does.
fn usage(text: &str) -> ! {
    Arguments::command()
        .error(ErrorKind::ValueValidation, text)
        .exit()
}

/// A hub for one command, and who uses it.
struct Desk {
    hub: Arc<Hub>,
    actor: Actor,
}

impl Desk {
    fn open() -> Result<Self, Failure> {
        Self::open_with(|_| ())
    }

    /// A desk with other settings than those of the environment.
    fn open_with(change: impl FnOnce(&mut Config)) -> Result<Self, Failure> {
        let source = Source::environment()?;
        let mut config = database_settings()?;
        change(&mut config);
        start_log(&source, &config)?;
        Ok(Desk {
            hub: Hub::open(config, Clock::System)?,
            actor: Actor(actor(&source)),
        })
    }
}

/// The language of the commands.
const LANG: Lang = Lang::En;
