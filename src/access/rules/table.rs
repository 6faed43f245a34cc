//! The table itself. A row is one sentence: this one may do that, with these, so far.

use super::Extent::{All, Granted, Never, Open, Own};
use super::Resource::{
    Applications, AuditLog, Backups, Catalog, Conformity, Connectors, Contracts, Dashboards, ExchangeLog,
    Keys, Letters, Management, Metrics, Opds, People, Procedure, Records, References, Rejections, Reports,
    Sandbox, Subscriptions,
};
use super::{Action, Extent, Resource, Rule, Who};
use crate::access::Role::{
    self, Administrator, Auditor, Operator, Steward, Supervisor, TechnicalTeam, Viewer,
};
use Action::{CallLive, Check, CompleteStep, Look, Manage, Publish, Pull, Push, SetBack, Sign, Test};

const fn rule(who: Who, may: &'static [Action], with: &'static [Resource], extent: Extent) -> Rule {
    Rule {
        who,
        may,
        with,
        extent,
    }
}

const OPD: Who = Who::Role(Role::Opd);
const TEAM: Who = Who::Role(TechnicalTeam);
const KEY: Who = Who::ManagementKey;

/// See [`super`].
pub const RULES: &[Rule] = &[
    rule(Who::Anybody, &[Pull], &[Records], Open),
    rule(Who::Anybody, &[Look], &[Catalog], Open),
    rule(Who::Application, &[Push, Pull, CallLive], &[Records], Own),
    rule(Who::Application, &[Push, Pull, CallLive], &[Records], Granted),
    rule(Who::Application, &[Look], &[Catalog], Granted),
    rule(Who::Application, &[Manage], &[Sandbox], Own),
    rule(OPD, &[Look], &[Management], All),
    rule(
        OPD,
        &[Look],
        &[
            Catalog,
            Opds,
            Applications,
            Keys,
            Connectors,
            Contracts,
            Conformity,
            Rejections,
            References,
            ExchangeLog,
            Subscriptions,
        ],
        Own,
    ),
    rule(OPD, &[Manage], &[Keys], Own),
    rule(OPD, &[Push, Pull], &[Records], Own),
    rule(OPD, &[Look, Manage, CompleteStep], &[Procedure], Own),
    rule(OPD, &[Look], &[Letters, Reports], Own),
    rule(
        TEAM,
        &[Look],
        &[
            Management,
            Catalog,
            Dashboards,
            Opds,
            Applications,
            Keys,
            Connectors,
            Conformity,
            Metrics,
            References,
            Subscriptions,
        ],
        All,
    ),
    rule(TEAM, &[Look, Manage, Publish, Test], &[Contracts], All),
    rule(TEAM, &[Look, Manage], &[Rejections], All),
    rule(TEAM, &[Manage], &[Sandbox], All),
    rule(TEAM, &[SetBack], &[Records], All),
    rule(TEAM, &[Look, Manage, CompleteStep], &[Procedure], All),
    rule(TEAM, &[Look, Manage], &[Letters, Reports], All),
    rule(
        Who::Role(Supervisor),
        &[Look],
        &[Management, Catalog, Dashboards, Contracts, Conformity],
        All,
    ),
    rule(
        Who::Role(Supervisor),
        &[Look, Manage, CompleteStep],
        &[Procedure],
        All,
    ),
    rule(Who::Role(Supervisor), &[Look, Manage], &[Letters], All),
    rule(Who::Role(Supervisor), &[Look, Check], &[Reports], All),
    rule(
        Who::Role(Administrator),
        &[Look],
        &[Management, Catalog, Dashboards, Contracts, Conformity],
        All,
    ),
    rule(
        Who::Role(Administrator),
        &[Look, Manage, CompleteStep, Sign],
        &[Procedure],
        All,
    ),
    rule(Who::Role(Administrator), &[Look, Manage], &[Letters], All),
    rule(Who::Role(Administrator), &[Look, Sign], &[Reports], All),
    rule(
        Who::Role(Operator),
        &[Look],
        &[Management, Catalog, Metrics, Reports],
        All,
    ),
    rule(Who::Role(Operator), &[Look, Publish], &[Contracts], All),
    rule(
        Who::Role(Operator),
        &[Look, Manage],
        &[
            Opds,
            Applications,
            Keys,
            People,
            Connectors,
            Subscriptions,
            Procedure,
            Letters,
            Backups,
        ],
        All,
    ),
    rule(
        Who::Role(Steward),
        &[Look],
        &[Management, Catalog, Contracts, Conformity, Reports],
        All,
    ),
    rule(
        Who::Role(Steward),
        &[Look, Manage, CompleteStep],
        &[Procedure],
        All,
    ),
    rule(
        Who::Role(Viewer),
        &[Look],
        &[Management, Catalog, Dashboards, Procedure, Reports],
        All,
    ),
    rule(
        Who::Role(Auditor),
        &[Look],
        &[
            Management,
            Catalog,
            Dashboards,
            Opds,
            Applications,
            Keys,
            People,
            Connectors,
            Subscriptions,
            Contracts,
            Conformity,
            Rejections,
            References,
            Metrics,
            ExchangeLog,
            AuditLog,
            Procedure,
            Letters,
            Reports,
            Backups,
        ],
        All,
    ),
    rule(
        KEY,
        &[Look],
        &[
            Management,
            Catalog,
            Dashboards,
            Conformity,
            Rejections,
            References,
            Metrics,
            ExchangeLog,
            AuditLog,
            Reports,
        ],
        All,
    ),
    rule(
        KEY,
        &[Look, Manage, Test],
        &[Opds, Applications, Keys, People, Connectors, Contracts],
        All,
    ),
    rule(KEY, &[Publish], &[Contracts], All),
    rule(
        KEY,
        &[Look, Manage],
        &[Subscriptions, Procedure, Letters, Backups],
        All,
    ),
    rule(KEY, &[Manage], &[Rejections, Sandbox], All),
    rule(KEY, &[SetBack], &[Records], All),
    rule(KEY, &[Push, Pull, CallLive], &[Records], Never),
    rule(KEY, &[CompleteStep, Sign], &[Procedure], Never),
    rule(KEY, &[Manage, Check, Sign], &[Reports], Never),
];
