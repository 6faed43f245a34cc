//! Who may do what, operation by operation.

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Everybody, signed in or not.
    Anybody,
    /// Whoever said who they are.
    Known,
    /// Whoever signed in.
    SignedIn,
    /// Those who manage: the roles named, `key` for the management key, `opd` for the people of the
    /// agency that it is about.
    These(&'static str),
    /// The same, where it takes a person: the first one named does it.
    Acts(&'static str),
}

/// An operation: its id, who may, and what a request to it needs behind the path and in its body.
pub struct Row {
    /// The id in the document.
    pub id: &'static str,
    /// Who may.
    pub may: May,
    /// A query, or nothing.
    pub query: &'static str,
    /// A JSON body, or nothing.
    pub body: &'static str,
    /// What the audit log calls it, where it changes something.
    pub audited: Option<&'static str>,
}

const fn reads(id: &'static str, may: May) -> Row {
    Row {
        id,
        may,
        query: "",
        body: "",
        audited: None,
    }
}

const fn changes(id: &'static str, may: May, body: &'static str, audited: &'static str) -> Row {
    Row {
        id,
        may,
        query: "",
        body,
        audited: Some(audited),
    }
}

/// An operation whose body is a document.
const fn adds(id: &'static str, may: May) -> Row {
    Row {
        id,
        may,
        query: "?kind=other&name=a.json",
        body: "{}",
        audited: Some("document.add"),
    }
}

use May::{Acts, Anybody, Known, SignedIn, These};

const OPERATES: May = These("operator key");
const MANAGES_KEYS: May = These("operator opd key");
const SEES_OPERATION: May = These("operator technical-team auditor opd key");
const SEES_METRICS: May = These("operator technical-team auditor key");
const SEES_BACKUPS: May = These("operator auditor key");
const SEES_PEOPLE: May = These("operator auditor key");
const FORMULATES: May = These("technical-team key");
const PUBLISHES: May = These("technical-team operator key");
const SEES_CONFORMITY: May = These("technical-team supervisor administrator steward auditor opd key");
const SEES_CONTRACTS: May = These("operator technical-team supervisor administrator steward auditor opd key");
const SEES_CALLS: May = These("auditor opd key");
const SEES_LOG: May = These("auditor key");
const LOOKS: May = These("operator technical-team supervisor administrator steward viewer auditor opd key");
const LOOKS_SIGNED_IN: May =
    Acts("operator technical-team supervisor administrator steward viewer auditor opd");
const OPENS: May = These("operator technical-team supervisor administrator steward opd key");
const ARRANGES: May = These("operator technical-team supervisor administrator steward key");
const ACTS: May = Acts("opd technical-team supervisor administrator steward");
const REPAIRS: May = Acts("technical-team opd supervisor administrator steward");
const DECIDES: May = Acts("administrator technical-team supervisor opd steward");
const SEES_DATA_FAULTS: May = These("technical-team auditor opd key");

const DRAFTS: May = Acts("technical-team");
const CHECKS: May = Acts("supervisor");
const SIGNS: May = Acts("administrator");
const SEES_FILES: May =
    These("operator technical-team supervisor administrator steward viewer auditor opd key");
const ADDS_FILES: May = These("operator technical-team supervisor administrator steward opd key");
const SEES_LETTERS: May = These("operator technical-team supervisor administrator auditor opd key");
const REGISTERS: May = These("operator technical-team supervisor administrator key");

/// A contract that may be registered, of the agency that the matrix is about.
pub const CONTRACT: &str = r#"{
    "mahakam": "1", "opd": "bkd", "dataset": "baru", "version": "1.0.0", "kind": "master",
    "title": "Baru", "description": "Uji.", "contact": {"name": "N", "email": "data@bkd.example"},
    "key": ["/id"],
    "schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string"}}
    },
    "classification": {"level": "restricted", "reason": "Uji"}
}"#;

/// A pull into it, through a connector that is added when it is first needed.
const PULL: &str = r#"{"settings": {"dataset": "bkd/baru/v1", "connector": "tarik", "path": "/baru"}}"#;
/// The id of no session, where a path has one.
pub const SESSION: &str = "00000000000000000000000000000000";

/// The table, in an order in which each operation can succeed.
pub const TABLE: &[Row] = &[
    reads("live", Anybody),
    reads("ready", Anybody),
    reads("show_problem", Anybody),
    reads("show_metrics", SEES_METRICS),
    reads("get_openapi", Anybody),
    reads("list_datasets", Anybody),
    reads("list_docs", Anybody),
    reads("show_docs", Known),
    reads("show_caller", Known),
    changes(
        "sign_in",
        Anybody,
        r#"{"name": "nobody", "password": "salah salah salah"}"#,
        "session.begin",
    ),
    reads("show_session", SignedIn),
    changes(
        "change_password",
        SignedIn,
        r#"{"current": "kuda biru di sungai", "new": "ikan merah di laut"}"#,
        "session.password",
    ),
    reads("list_own_sessions", SignedIn),
    changes("end_own_session", SignedIn, "", "session.end"),
    reads("list_opds", SEES_OPERATION),
    reads("show_opd", SEES_OPERATION),
    changes(
        "add_opd",
        OPERATES,
        r#"{"code": "baru", "name": "Dinas Baru"}"#,
        "opd.add",
    ),
    changes("change_opd", OPERATES, r#"{"name": "Dinas Lama"}"#, "opd.change"),
    reads("list_applications", SEES_OPERATION),
    reads("show_application", SEES_OPERATION),
    changes(
        "add_application",
        OPERATES,
        r#"{"opd": "bkd", "name": "Baru"}"#,
        "application.add",
    ),
    changes("rotate_key", MANAGES_KEYS, "", "application.rotate"),
    reads("list_keys", SEES_OPERATION),
    changes("revoke_keys", MANAGES_KEYS, "", "application.revoke"),
    changes("revoke_key", MANAGES_KEYS, "", "application.revoke"),
    changes(
        "add_connector",
        OPERATES,
        r#"{"opd": "bkd", "name": "simpeg", "settings": {"base_url": "http://127.0.0.1:9"}}"#,
        "connector.add",
    ),
    reads("list_connectors", SEES_OPERATION),
    reads("show_connector", SEES_OPERATION),
    changes(
        "change_connector",
        OPERATES,
        r#"{"enabled": false}"#,
        "connector.change",
    ),
    Row {
        id: "test_connector",
        may: OPERATES,
        query: "",
        body: "{}",
        audited: None,
    },
    reads("list_people", SEES_PEOPLE),
    reads("show_person", SEES_PEOPLE),
    reads("list_assignments", SEES_PEOPLE),
    reads("list_sessions", SEES_PEOPLE),
    changes(
        "add_person",
        OPERATES,
        r#"{"name": "baru", "full_name": "Orang Baru"}"#,
        "person.add",
    ),
    changes(
        "change_person",
        OPERATES,
        r#"{"office": "Kepala"}"#,
        "person.change",
    ),
    reads("show_mail_address", SEES_PEOPLE),
    changes(
        "set_mail_address",
        OPERATES,
        r#"{"address": "siti@bkd.example"}"#,
        "person.mail",
    ),
    changes(
        "add_assignment",
        OPERATES,
        r#"{"role": "viewer"}"#,
        "person.assign",
    ),
    changes("end_assignment", OPERATES, "", "person.unassign"),
    changes("end_session", OPERATES, "", "person.sessions.end"),
    changes("end_sessions", OPERATES, "", "person.sessions.end"),
    reads("list_contracts", SEES_CONTRACTS),
    reads("list_outside_runs", SEES_CONTRACTS),
    reads("show_contract", SEES_CONTRACTS),
    reads("list_moves", SEES_CONTRACTS),
    reads("report_conformity", SEES_CONFORMITY),
    Row {
        id: "check_contract",
        may: FORMULATES,
        query: "",
        body: CONTRACT,
        audited: None,
    },
    changes("register_contract", FORMULATES, CONTRACT, "contract.register"),
    changes("test_contract", FORMULATES, "", "contract.test"),
    changes("agree_contract", FORMULATES, "{agreed}", "contract.agree"),
    changes(
        "publish_contract",
        PUBLISHES,
        r#"{"reason":"Uji"}"#,
        "contract.publish",
    ),
    changes(
        "add_subscription",
        OPERATES,
        r#"{"dataset": "bkd/baru/v1", "application": 1, "connector": 1, "path": "/terima"}"#,
        "subscription.add",
    ),
    reads("list_subscriptions", SEES_OPERATION),
    reads("show_subscription", SEES_OPERATION),
    changes(
        "change_subscription",
        OPERATES,
        r#"{"batch": 10}"#,
        "subscription.change",
    ),
    changes("pause_subscription", OPERATES, "", "subscription.pause"),
    changes(
        "replay_subscription",
        OPERATES,
        r#"{"since": 0}"#,
        "subscription.replay",
    ),
    changes("rotate_subscription", OPERATES, "", "subscription.rotate"),
    changes("resume_subscription", OPERATES, "", "subscription.resume"),
    changes("delete_subscription", OPERATES, "", "subscription.delete"),
    changes("delete_connector", OPERATES, "", "connector.delete"),
    Row {
        id: "list_rejections",
        may: SEES_DATA_FAULTS,
        query: "?dataset=bkd/baru/v1",
        body: "",
        audited: None,
    },
    reads("show_references", SEES_DATA_FAULTS),
    changes("add_pull", OPERATES, PULL, "pull.add"),
    reads("list_pulls", SEES_OPERATION),
    reads("show_pull", SEES_OPERATION),
    reads("list_runs", SEES_OPERATION),
    changes("change_pull", OPERATES, PULL, "pull.change"),
    changes("run_pull", OPERATES, "", "pull.run"),
    changes("pause_pull", OPERATES, "", "pull.pause"),
    changes("resume_pull", OPERATES, "", "pull.resume"),
    changes("restart_pull", OPERATES, "", "pull.restart"),
    changes("delete_pull", OPERATES, "", "pull.delete"),
    Row {
        id: "preview_mapping",
        may: OPERATES,
        query: "",
        body: r#"{"dataset": "bkd/baru/v1", "mapping": ".", "input": [{"id": "a"}]}"#,
        audited: None,
    },
    reads("show_procedure", LOOKS),
    changes(
        "open_integration",
        OPENS,
        r#"{"subject": "Uji", "parties": [{"opd": "bkd", "side": "asker"}, {"opd": "bkd", "side": "provider"}]}"#,
        "integration.open",
    ),
    reads("list_integrations", LOOKS),
    reads("export_register", LOOKS),
    reads("show_integration", LOOKS),
    reads("show_timeline", LOOKS),
    changes(
        "change_integration",
        ARRANGES,
        r#"{"contracts": ["bkd/baru/v1"]}"#,
        "integration.change",
    ),
    reads("list_letters", SEES_LETTERS),
    changes(
        "add_letter",
        REGISTERS,
        r#"{"number": "005/1", "date": "2026-03-19", "subject": "Permohonan", "origin": "BKD", "received_on": "2026-03-20"}"#,
        "letter.add",
    ),
    adds("add_attachment", REGISTERS),
    changes(
        "link_letter",
        REGISTERS,
        r#"{"integration": "2026/1"}"#,
        "letter.link",
    ),
    changes(
        "add_disposition",
        REGISTERS,
        r#"{"from": "Kepala", "to": "Kepala Bidang", "date": "2026-03-04", "instruction": "Tindak lanjuti"}"#,
        "letter.dispose",
    ),
    reads("show_letter", SEES_LETTERS),
    reads("list_attachments", SEES_LETTERS),
    adds("add_document", ADDS_FILES),
    reads("list_documents", SEES_FILES),
    reads("show_document", SEES_FILES),
    reads("download_document", SEES_FILES),
    reads("list_papers", SEES_FILES),
    reads("show_paper", SEES_FILES),
    changes("draft_validation", DRAFTS, "{}", "report.draft"),
    changes("check_report", CHECKS, "", "report.check"),
    changes("sign_report", SIGNS, "", "report.sign"),
    changes("draft_final", DRAFTS, "{}", "report.draft"),
    changes(
        "draft_recap",
        DRAFTS,
        r#"{"month": "2026-03", "opd": "bkd"}"#,
        "report.draft",
    ),
    reads("list_reports", LOOKS),
    reads("show_report", LOOKS),
    Row {
        id: "show_recap",
        may: LOOKS,
        query: "?month=2026-03&opd=bkd",
        body: "",
        audited: None,
    },
    changes("complete_step", ACTS, "{}", "integration.complete"),
    changes(
        "give_opinion",
        ACTS,
        r#"{"outcome": "fits"}"#,
        "integration.opinion",
    ),
    changes("repair_step", REPAIRS, "{}", "integration.repair"),
    changes(
        "pause_integration",
        DECIDES,
        r#"{"reason": "Uji", "letter": "1"}"#,
        "integration.pause",
    ),
    changes("resume_integration", DECIDES, "{}", "integration.resume"),
    changes(
        "cancel_integration",
        DECIDES,
        r#"{"reason": "Uji", "letter": "1"}"#,
        "integration.cancel",
    ),
    reads("list_tasks", LOOKS_SIGNED_IN),
    reads("list_notices", LOOKS_SIGNED_IN),
    Row {
        id: "read_notices",
        may: LOOKS_SIGNED_IN,
        query: "",
        body: r#"{"notices": []}"#,
        audited: None,
    },
    reads("list_backups", SEES_BACKUPS),
    changes("start_backup", OPERATES, "", "backup.start"),
    reads("list_exchanges", SEES_CALLS),
    reads("show_exchange", SEES_CALLS),
    reads("list_actions", SEES_LOG),
    reads("list_sightings", SEES_LOG),
    changes(
        "undo_dataset",
        FORMULATES,
        r#"{"to": 0, "dry_run": false, "expect_head": 1}"#,
        "dataset.undo",
    ),
    changes(
        "deprecate_contract",
        FORMULATES,
        r#"{"sunset": "2026-03-21"}"#,
        "contract.deprecate",
    ),
    changes(
        "retire_contract",
        FORMULATES,
        r#"{"reason": "Uji"}"#,
        "contract.retire",
    ),
    changes("sign_out", SignedIn, "", "session.end"),
];

/// The rows, one for each operation of the document.
pub fn rows() -> Vec<(&'static Row, String, String)> {
    let mut operations = super::operations();
    let rows = TABLE
        .iter()
        .map(|row| {
            let (method, path) = operations
                .remove(row.id)
                .unwrap_or_else(|| panic!("the document has no {}", row.id));
            (row, method, path)
        })
        .collect();
    let missing: Vec<_> = operations.keys().collect();
    assert!(
        missing.is_empty(),
        "say in tests/hub/authorization/table.rs who may do this, and what the audit log calls it: {missing:?}"
    );
    rows
}

/// A path with its parameters filled in: everything is about `bkd` and its dataset `baru`.
pub fn filled(path: &str, application: i64, assignment: i64) -> String {
    let version = match path.contains("/datasets/") || path.starts_with("/docs/") {
        true => "v1",
        false => "1.0.0",
    };
    let id = match path.contains("/assignments/") {
        true => assignment,
        // The first of each.
        false
            if path.starts_with("/admin/documents/")
                || path.starts_with("/admin/letters/")
                || path.starts_with("/admin/reports/") =>
        {
            1
        }
        false => application,
    };
    let key = "0000000000000000";
    let step = match path {
        path if path.ends_with("/opinion") => "11",
        path if path.ends_with("/repair") => "8",
        _ => "1",
    };
    path.replace("{key}", key)
        .replace("{year}/{number}", "2026/1")
        .replace("{step}", step)
        .replace("{opd}", "bkd")
        .replace("{dataset}", "baru")
        .replace("{version}", version)
        .replace("{name}", "budi")
        .replace("{kind}", "formulation")
        .replace("{session}", SESSION)
        .replace("{id}", &id.to_string())
        .replace("/problems/{code}", "/problems/forbidden")
        .replace("{code}", "bkd")
}
