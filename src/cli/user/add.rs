//! `mahakam user add`.

use clap::Args;
use serde_json::json;

use super::assignments::Terms;
use super::password::{self, Source};
use crate::access::{PersonName, Role};
use crate::cli::output::Output;
use crate::cli::{Desk, Failure};
use crate::hub::{NewAssignment, NewPerson};
use crate::types::OpdCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArguments {
    /// The sign-in name: lower-case letters, digits, '.', '_' and '-'.
    name: PersonName,
    /// What they are called.
    #[arg(long = "name", value_name = "FULL NAME")]
    full_name: String,
    /// A role: opd, technical-team, supervisor, administrator, operator, steward, viewer or auditor; may
    /// be given more than once.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    terms: Terms,
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
    #[command(flatten)]
    source: Source,
}

/// Runs the command.
pub(super) fn run(arguments: AddArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    let chosen = arguments.source.password(hub, &arguments.name)?;
    let new = NewPerson {
        name: arguments.name,
        full_name: arguments.full_name,
        nip: arguments.nip,
        rank: arguments.rank,
        office: arguments.office,
        opd: arguments.opd,
    };
    let roles = arguments.roles.iter().map(|role| arguments.terms.of(*role));
    let roles: Vec<NewAssignment> = roles.collect();
    let person = hub.add_person(actor, &new, &chosen.stored, &roles)?;
    let value = json!({
        "name": person.name, "full_name": person.full_name, "opd": person.opd, "roles": arguments.roles,
        "password": chosen.made_up,
    });
    let made_up = password::shown(chosen.made_up.as_deref());
    let text = format!("Added {} ({}).{made_up}", person.name, person.full_name);
    output.tell(&value, &text);
    Ok(())
}
