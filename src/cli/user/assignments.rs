//! `mahakam user assign`, `assignments` and `unassign`: what somebody is, by which order, for how long.

use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use crate::access::{Capacity, PersonName, Role};
use crate::cli::output::Output;
use crate::cli::{Desk, Failure};
use crate::hub::{AssignmentView, NewAssignment};

#[derive(Debug, Args)]
pub(in crate::cli) struct AssignArguments {
    /// The sign-in name.
    name: PersonName,
    /// The role: opd, technical-team, supervisor, administrator, operator, steward, viewer or auditor.
    #[arg(long)]
    role: Role,
    #[command(flatten)]
    terms: Terms,
}

/// In which manner a role is held, and for how long.
#[derive(Debug, Args)]
pub(super) struct Terms {
    /// In which capacity: definitive, plt (while the office is vacant) or plh (while its holder is away).
    #[arg(long, default_value_t)]
    capacity: Capacity,
    /// The number of the order that says so.
    #[arg(long, value_name = "NUMBER")]
    order: Option<String>,
    /// The first day, such as 2026-03-20; today when left out.
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// The last day; without one it goes on.
    #[arg(long, value_name = "DAY")]
    until: Option<Date>,
}

impl Terms {
    /// A role on these terms.
    pub(super) fn of(&self, role: Role) -> NewAssignment {
        NewAssignment {
            role,
            capacity: self.capacity,
            order_number: self.order.clone(),
            from: self.from,
            until: self.until,
        }
    }
}

/// Gives a role.
pub(super) fn assign(arguments: AssignArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let AssignArguments { name, role, terms } = arguments;
    let added = desk.hub.assign(&desk.actor, &name, &terms.of(role))?;
    let text = format!(
        "{name} is {role} ({}) from {}{}: assignment {}.",
        added.capacity,
        added.from,
        added
            .until
            .map_or(String::new(), |until| format!(" until {until}")),
        added.id
    );
    output.tell(&json!(added), &text);
    Ok(())
}

/// Lists those of a person.
pub(super) fn list(name: &PersonName, desk: &Desk, output: Output) -> Result<(), Failure> {
    let assignments = desk.hub.assignments(name)?;
    if output.json {
        output.document(&json!({"assignments": assignments}));
        return Ok(());
    }
    let rows: Vec<_> = assignments.into_iter().map(cells).collect();
    output.table(
        &[
            "id", "role", "capacity", "order", "from", "until", "today", "ended",
        ],
        &rows,
    );
    Ok(())
}

/// Ends one.
pub(super) fn end(name: &PersonName, id: i64, desk: &Desk, output: Output) -> Result<(), Failure> {
    desk.hub.end_assignment(&desk.actor, name, id)?;
    let text = format!("Assignment {id} of {name} has ended.");
    output.tell(&json!({"name": name, "id": id, "ended": true}), &text);
    Ok(())
}

fn cells(assignment: AssignmentView) -> Vec<String> {
    let holds = if assignment.holds { "holds" } else { "" };
    vec![
        assignment.id.to_string(),
        assignment.role.to_string(),
        assignment.capacity.to_string(),
        assignment.order_number.unwrap_or_default(),
        assignment.from.to_string(),
        assignment.until.map(|day| day.to_string()).unwrap_or_default(),
        holds.to_owned(),
        assignment.ended_at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}
