//! `mahakam user`: people who sign in.
//!
//! `add` adds them, `assignments` says what they are, `sessions` where they are signed in, `password` where a
//! password comes from. Invariant: a password is never on the command line, where others can see it.

mod add;
mod assignments;
mod password;
mod sessions;

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::access::{PersonName, SessionId};
use crate::hub::{Hub, PersonChange};
use password::Source;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a person with their roles.
    ///
    /// The password is asked for twice at the terminal, or read as a line where standard input is a pipe or
    /// a file.
    Add(add::AddArguments),
    /// List all people.
    List,
    /// Stop a person from signing in and end their sessions.
    Deactivate {
        /// The sign-in name.
        name: PersonName,
    },
    /// Give a person another password and end their sessions.
    ///
    /// It is asked for twice at the terminal, or read as a line where standard input is a pipe or a file.
    Password {
        /// The sign-in name.
        name: PersonName,
        #[command(flatten)]
        source: Source,
    },
    /// Give a person a role, beside those they have.
    Assign(assignments::AssignArguments),
    /// List the assignments of a person, ended ones too.
    Assignments {
        /// The sign-in name.
        name: PersonName,
    },
    /// End an assignment now; it stays in the list.
    Unassign {
        /// The sign-in name.
        name: PersonName,
        /// The assignment's number, as the list of assignments shows it.
        id: i64,
    },
    /// List where a person is signed in.
    Sessions {
        /// The sign-in name.
        name: PersonName,
    },
    /// Sign a person out: everywhere, or in one place.
    SignOut {
        /// The sign-in name.
        name: PersonName,
        /// The id of the one session to end, as the list of sessions shows it.
        #[arg(long, value_name = "ID")]
        session: Option<SessionId>,
    },
}

/// Runs the command.
pub(super) fn run(command: UserCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    match command {
        UserCommand::Add(arguments) => add::run(arguments, desk, output),
        UserCommand::List => list(&desk.hub, output),
        UserCommand::Deactivate { name } => deactivate(&name, desk, output),
        UserCommand::Password { name, source } => change_password(&name, source, desk, output),
        UserCommand::Assign(arguments) => assignments::assign(arguments, desk, output),
        UserCommand::Assignments { name } => assignments::list(&name, desk, output),
        UserCommand::Unassign { name, id } => assignments::end(&name, id, desk, output),
        UserCommand::Sessions { name } => sessions::list(&name, desk, output),
        UserCommand::SignOut { name, session } => sessions::end(&name, session.as_ref(), desk, output),
    }
}

fn list(hub: &Hub, output: Output) -> Result<(), Failure> {
    let people = hub.people()?;
    if output.json {
        output.document(&json!({"people": people}));
        return Ok(());
    }
    let rows: Vec<_> = people
        .into_iter()
        .map(|person| {
            let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
            let state = if person.active { "active" } else { "deactivated" };
            let opd = person.opd.unwrap_or_default();
            vec![
                person.name,
                state.to_owned(),
                opd,
                roles.join(" "),
                person.full_name,
            ]
        })
        .collect();
    output.table(&["name", "state", "opd", "roles today", "full name"], &rows);
    Ok(())
}

fn deactivate(name: &PersonName, desk: &Desk, output: Output) -> Result<(), Failure> {
    let change = PersonChange {
        active: Some(false),
        ..PersonChange::default()
    };
    let person = desk.hub.change_person(&desk.actor, name, &change)?;
    let text = format!("{name} can no longer sign in; their sessions ended.");
    output.tell(&json!(person), &text);
    Ok(())
}

fn change_password(name: &PersonName, source: Source, desk: &Desk, output: Output) -> Result<(), Failure> {
    // A wrong name is told before anybody thinks of a password.
    desk.hub.person(name)?;
    let chosen = source.password(&desk.hub, name)?;
    let change = PersonChange {
        password: Some(chosen.stored),
        ..PersonChange::default()
    };
    desk.hub.change_person(&desk.actor, name, &change)?;
    let made_up = password::shown(chosen.made_up.as_deref());
    let text = format!("{name} has another password; their sessions ended.{made_up}");
    output.tell(&json!({"name": name, "password": chosen.made_up}), &text);
    Ok(())
}
