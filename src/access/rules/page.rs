//! The table as a page for people: `docs/authorization.md`.

use std::fmt::Write as _;

use super::{Action, Extent, RULES, Resource, Rule, Who};
use crate::access::Role;

const BEFORE: &str = "\
# Who may do what

This page is printed by `mahakam authorization` from the table that the hub decides by
(`src/access/rules/table.rs`). What no row allows is denied. A role holds while an assignment of the person holds:
from its first to its last day, in the province's time, unless it was ended before. A person with several roles may
do what any of them may; a row that says *never* is stronger than all others.

*Own* means what belongs to the agency of whoever acts, *granted* what a published contract grants to that agency (to
the fields and up to the day it names), *open* what is classified open. Nobody but those who are named here reads
records: who manages the hub does not. Refused payloads are shown with their bodies to those who sent them and to the
owner of the dataset (decision 0007). Of the exchange log, an agency's own are its calls and the calls to its datasets;
of another agency's call it is told the agency, the application's name, what was asked and what came of it. Nobody
gives a role to themselves.

| who | may | with | how far |
|---|---|---|---|
";

/// The page.
pub fn authorization_page() -> String {
    let mut page = BEFORE.to_owned();
    for rule in RULES {
        // Writing to a String can't fail.
        let _ = writeln!(page, "{}", row(rule));
    }
    page
}

fn row(rule: &Rule) -> String {
    let actions: Vec<&str> = rule.may.iter().map(|action| action_word(*action)).collect();
    let resources: Vec<&str> = rule
        .with
        .iter()
        .map(|resource| resource_word(*resource))
        .collect();
    format!(
        "| {} | {} | {} | {} |",
        who_word(rule.who),
        actions.join(", "),
        resources.join(", "),
        extent_word(rule.extent)
    )
}

fn who_word(who: Who) -> &'static str {
    match who {
        Who::Anybody => "anybody",
        Who::Application => "an application",
        Who::ManagementKey => "`MAHAKAM_ADMIN_KEY`",
        Who::Role(Role::Opd) => "`opd` (OPD)",
        Who::Role(Role::TechnicalTeam) => "`technical-team` (Tim Teknis)",
        Who::Role(Role::Supervisor) => "`supervisor` (Pejabat Pengawas)",
        Who::Role(Role::Administrator) => "`administrator` (Pejabat Administrator)",
        Who::Role(Role::Operator) => "`operator` (Pengelola Sistem)",
        Who::Role(Role::Steward) => "`steward` (Walidata)",
        Who::Role(Role::Viewer) => "`viewer` (Pimpinan)",
        Who::Role(Role::Auditor) => "`auditor` (Inspektorat)",
    }
}

fn action_word(action: Action) -> &'static str {
    match action {
        Action::Look => "look",
        Action::Manage => "manage",
        Action::Publish => "publish",
        Action::Test => "test",
        Action::Push => "push",
        Action::Pull => "pull",
        Action::CallLive => "call live",
        Action::SetBack => "set back",
        Action::CompleteStep => "complete a step",
        Action::Check => "check",
        Action::Sign => "sign",
    }
}

fn resource_word(resource: Resource) -> &'static str {
    match resource {
        Resource::Management => "the management interface (its paths and methods)",
        Resource::Catalog => "catalogue",
        Resource::Dashboards => "dashboards",
        Resource::Opds => "OPDs",
        Resource::Applications => "applications",
        Resource::Keys => "keys of applications",
        Resource::People => "people, assignments, sessions",
        Resource::Connectors => "connectors",
        Resource::Subscriptions => "subscriptions",
        Resource::Contracts => "contracts",
        Resource::Conformity => "conformity",
        Resource::Rejections => "refused payloads, without bodies",
        Resource::References => "dangling references",
        Resource::Records => "records",
        Resource::Sandbox => "sandboxes",
        Resource::ExchangeLog => "the exchange log",
        Resource::AuditLog => "the audit log",
        Resource::Metrics => "what is measured",
        Resource::Procedure => "the procedure",
        Resource::Letters => "incoming letters",
        Resource::Reports => "reports",
        Resource::Backups => "backups",
    }
}

fn extent_word(extent: Extent) -> &'static str {
    match extent {
        Extent::Own => "own",
        Extent::Granted => "granted",
        Extent::Open => "open",
        Extent::All => "all",
        Extent::Never => "**never**",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_repository_is_printed_from_the_table() {
        assert_eq!(
            include_str!("../../../docs/authorization.md"),
            authorization_page(),
            "write it again with: cargo run -- authorization > docs/authorization.md"
        );
    }
}
