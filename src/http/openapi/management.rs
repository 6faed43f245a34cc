//! The document of everything but datasets, made from the handlers' own descriptions.
//!
//! The repository holds it as `openapi/management.json`. Invariant: an operation's id is the name
//! of its handler.

use serde_json::Value;
use utoipa::OpenApi;

use super::components::{problem_schemas, responses, security_schemes};
use super::{extend, set};
use crate::http::{admin, catalog, documents, health, metrics, openapi, pages, problem, session};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mahakam",
        description = "A data-exchange hub: agreed contracts become validated, durable endpoints.\n\nEvery GET has its HEAD, and OPTIONS tells the methods of a path. Errors are problems (RFC 9457); `Accept-Language` chooses their language, Bahasa Indonesia or English.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact()
    ),
    servers((url = "/")),
    security(("bearer" = []), ("session" = [])),
    tags(
        (name = "hub", description = "What the hub says of itself and of its caller."),
        (name = "opds", description = "Agencies."),
        (name = "people", description = "People, what they are, and their sessions."),
        (name = "applications", description = "Applications of agencies, and their keys."),
        (name = "connectors", description = "How the agencies' own systems are reached."),
        (name = "contracts", description = "Contracts: checked, registered, moved through their life."),
        (name = "datasets", description = "Datasets: what was refused, what refers to nothing, and back to an earlier state."),
        (name = "pulls", description = "Scheduled pulls from agencies' own systems, their runs, and mappings tried."),
        (name = "subscriptions", description = "Endpoints of agencies to which the changes of datasets are delivered."),
        (name = "integrations", description = "Integrations: runs of the procedure, their steps, who has them, what somebody has to do; documents, letters and papers."),
        (name = "reports", description = "Reports: figures and papers, drafted, checked, signed."),
        (name = "backups", description = "Copies of the whole database: which there are, and one made now."),
        (name = "log", description = "Who asked for what, who changed what, and who saw a person's data."),
    ),
    paths(
        documents::show_caller,
        catalog::list_datasets,
        openapi::get_openapi,
        pages::docs::list_docs,
        pages::docs::show_docs,
        health::live,
        health::ready,
        metrics::show_metrics,
        problem::page::show_problem,
        admin::opds::list_opds,
        admin::opds::add_opd,
        admin::opds::show_opd,
        admin::opds::change_opd,
        admin::applications::list_applications,
        admin::applications::add_application,
        admin::applications::show_application,
        admin::keys::list_keys,
        admin::keys::rotate_key,
        admin::keys::revoke_keys,
        admin::keys::revoke_key,
        admin::connectors::list_connectors,
        admin::connectors::add_connector,
        admin::connectors::show_connector,
        admin::connectors::change_connector,
        admin::connectors::delete_connector,
        admin::connectors::test::test_connector,
        session::sign_in,
        session::show_session,
        session::sign_out,
        session::change_password,
        session::own::list_own_sessions,
        session::own::end_own_session,
        admin::people::list_people,
        admin::people::add_person,
        admin::people::show_person,
        admin::people::change_person,
        admin::people::mail::show_mail_address,
        admin::people::mail::set_mail_address,
        admin::people::assignments::list_assignments,
        admin::people::assignments::add_assignment,
        admin::people::assignments::end_assignment,
        admin::people::sessions::list_sessions,
        admin::people::sessions::end_sessions,
        admin::people::sessions::end_session,
        admin::contracts::list_contracts,
        admin::contracts::outside::list_outside_runs,
        admin::contracts::register::register_contract,
        admin::contracts::register::check_contract,
        admin::contracts::show_contract,
        admin::contracts::conformity::report_conformity,
        admin::contracts::life::agree_contract,
        admin::contracts::life::publish_contract,
        admin::contracts::life::deprecate_contract,
        admin::contracts::life::retire_contract,
        admin::contracts::life::list_moves,
        admin::contracts::test::test_contract,
        admin::documents::list_documents,
        admin::documents::add_document,
        admin::documents::show_document,
        admin::documents::content::download_document,
        admin::letters::list_letters,
        admin::letters::add_letter,
        admin::letters::show_letter,
        admin::letters::link_letter,
        admin::letters::add_disposition,
        admin::letters::attachments::list_attachments,
        admin::letters::attachments::add_attachment,
        admin::papers::list_papers,
        admin::papers::show_paper,
        admin::reports::list_reports,
        admin::reports::exchanges::show_recap,
        admin::reports::exchanges::draft_recap,
        admin::reports::show_report,
        admin::reports::check_report,
        admin::reports::sign_report,
        admin::reports::integrations::draft_validation,
        admin::reports::integrations::draft_final,
        admin::rejections::list_rejections,
        admin::datasets::undo_dataset,
        admin::references::show_references,
        admin::pulls::list_pulls,
        admin::pulls::add_pull,
        admin::pulls::show_pull,
        admin::pulls::change_pull,
        admin::pulls::delete_pull,
        admin::pulls::state::run_pull,
        admin::pulls::state::pause_pull,
        admin::pulls::state::resume_pull,
        admin::pulls::state::restart_pull,
        admin::pulls::state::list_runs,
        admin::pulls::preview::preview_mapping,
        admin::subscriptions::list_subscriptions,
        admin::subscriptions::add_subscription,
        admin::subscriptions::show_subscription,
        admin::subscriptions::moves::change_subscription,
        admin::subscriptions::moves::delete_subscription,
        admin::subscriptions::moves::pause_subscription,
        admin::subscriptions::moves::resume_subscription,
        admin::subscriptions::moves::replay_subscription,
        admin::subscriptions::moves::rotate_subscription,
        admin::integrations::show_procedure,
        admin::integrations::list_integrations,
        admin::integrations::open_integration,
        admin::integrations::register::export_register,
        admin::integrations::show_integration,
        admin::integrations::change_integration,
        admin::integrations::register::show_timeline,
        admin::integrations::moves::complete_step,
        admin::integrations::moves::give_opinion,
        admin::integrations::moves::repair_step,
        admin::integrations::moves::pause_integration,
        admin::integrations::moves::resume_integration,
        admin::integrations::moves::cancel_integration,
        admin::integrations::tasks::list_tasks,
        admin::integrations::tasks::list_notices,
        admin::integrations::tasks::read_notices,
        admin::backups::list_backups,
        admin::backups::start_backup,
        admin::log::exchanges::list_exchanges,
        admin::log::exchanges::show_exchange,
        admin::log::actions::list_actions,
        admin::log::subjects::list_sightings,
    )
)]
struct Management;

/// The management API's OpenAPI document.
pub fn management_document() -> Value {
    // A document made of texts and numbers can always be written as JSON; a test holds its content.
    let mut document = serde_json::to_value(Management::openapi()).unwrap_or_default();
    extend(&mut document, "/components/schemas", problem_schemas());
    if let Some(components) = document.get_mut("components") {
        set(components, "responses", Value::Object(responses()));
        set(components, "securitySchemes", security_schemes());
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_in_the_repository_is_the_one_that_the_handlers_give() {
        let kept = include_str!("../../../openapi/management.json");
        assert_eq!(
            kept.trim_end(),
            format!("{:#}", management_document()),
            "write it again with: cargo run -- openapi > openapi/management.json"
        );
    }
}
