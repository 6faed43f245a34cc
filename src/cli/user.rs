//! `mahakam user`: people who sign in.
//!
//! Invariant: a password is read from standard input or made up, never from the command line, where
//! others can see it; one that was made up is printed once.

use std::io::BufRead as _;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::access::{Capacity, PersonName, Role, StoredPassword};
use crate::hub::{Hub, NewAssignment, NewPerson, PersonChange, made_up_password};
use crate::types::OpdCode;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a person with their roles; prints the password, this once, unless it is read from standard input.
    Add(AddArguments),
    /// List all people.
    List,
    /// Stop a person from signing in and end their sessions.
    Deactivate {
        /// The sign-in name.
        name: PersonName,
    },
    /// Give a person another password and end their sessions.
    Password {
        /// The sign-in name.
        name: PersonName,
        /// Read the password from the first line of standard input instead of making one up.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct AddArguments {
    /// The sign-in name: lower-case letters, digits, '.', '_' and '-'.
    name: PersonName,
    /// What they are called.
    #[arg(long = "name", value_name = "FULL NAME")]
    full_name: String,
    /// A role: opd, technical-team, supervisor, administrator, operator, steward, viewer or auditor; may
    /// be given more than once.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
    /// In which capacity: definitive, plt or plh.
    #[arg(long, default_value_t)]
    capacity: Capacity,
    /// The number of the order that says so.
    #[arg(long, value_name = "NUMBER")]
    order: Option<String>,
    /// The first day of the roles, such as 2026-03-20; today when left out.
    #[arg(long)]
    from: Option<Date>,
    /// Their last day.
    #[arg(long)]
    until: Option<Date>,
    /// The code of the person's agency.
    #[arg(long)]
    opd: Option<OpdCode>,
    /// Their number as a civil servant.
    #[arg(long)]
    nip: Option<String>,
    /// Their rank.
    #[arg(long)]
    rank: Option<String>,
    /// Their office.
    #[arg(long)]
    office: Option<String>,
    /// Read the password from the first line of standard input instead of making one up.
    #[arg(long)]
    password_stdin: bool,
}

/// Runs the command.
pub(super) fn run(command: UserCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    match command {
        UserCommand::Add(arguments) => add(arguments, desk, output)?,
        UserCommand::List => list(hub, output)?,
        UserCommand::Deactivate { name } => {
            let change = PersonChange {
                active: Some(false),
                ..PersonChange::default()
            };
            let person = hub.change_person(actor, &name, &change)?;
            output.tell(
                &json!(person),
                &format!("{name} can no longer sign in; their sessions ended."),
            );
        }
        UserCommand::Password { name, password_stdin } => {
            let (password, made_up) = password(hub, &name, password_stdin)?;
            let change = PersonChange {
                password: Some(password),
                ..PersonChange::default()
            };
            hub.change_person(actor, &name, &change)?;
            let text = format!(
                "{name} has another password; their sessions ended.{}",
                shown(made_up.as_deref())
            );
            output.tell(&json!({"name": name, "password": made_up}), &text);
        }
    }
    Ok(())
}

fn add(arguments: AddArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    let (password, made_up) = password(hub, &arguments.name, arguments.password_stdin)?;
    let new = NewPerson {
        name: arguments.name,
        full_name: arguments.full_name,
        nip: arguments.nip,
        rank: arguments.rank,
        office: arguments.office,
        opd: arguments.opd,
    };
    let roles: Vec<NewAssignment> = arguments
        .roles
        .iter()
        .map(|role| NewAssignment {
            role: *role,
            capacity: arguments.capacity,
            order_number: arguments.order.clone(),
            from: arguments.from,
            until: arguments.until,
        })
        .collect();
    let person = hub.add_person(actor, &new, &password, &roles)?;
    let value = json!({
        "name": person.name, "full_name": person.full_name, "opd": person.opd, "roles": arguments.roles,
        "password": made_up,
    });
    let text = format!(
        "Added {} ({}).{}",
        person.name,
        person.full_name,
        shown(made_up.as_deref())
    );
    output.tell(&value, &text);
    Ok(())
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

/// The password to be stored, and the one that was made up and has to be shown.
fn password(hub: &Hub, name: &PersonName, read: bool) -> Result<(StoredPassword, Option<String>), Failure> {
    if !read {
        let made_up = made_up_password()?;
        return Ok((hub.new_password(name, &made_up)?, Some(made_up)));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    Ok((hub.new_password(name, password)?, None))
}

fn shown(made_up: Option<&str>) -> String {
    made_up.map_or(String::new(), |password| {
        format!("\nPassword (shown this once): {password}")
    })
}
