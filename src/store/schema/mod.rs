//! The tables as diesel knows them; the same names on both databases.
//!
//! Written by hand, kept true by every test that reads or writes a row. Not here: which column means what (the
//! migrations say it). Invariant: tables that are asked for in one query are told so below, whatever file has them.

mod access;
mod data;
mod log;
mod procedure;
mod systems;

pub use access::{access_token, api_key, application, assignment, opd, person, session};
pub use data::{
    change, contract, contract_move, dataset, dataset_head, dataset_profile, day_filling, day_growth,
    idempotency, overdue_notice, record, reference, referral, rejection, sheet_run, unit_test,
};
pub use log::{
    audit, chain, chain_gap, chain_link, checkpoint, day_sum, day_total, exchange, last_exchange,
    reason_mark, reason_total,
};
pub use procedure::{
    disposition, document, document_chunk, integration, integration_contract, integration_holder,
    integration_move, integration_party, integration_person, integration_year, letter, mail, mail_address,
    notice, notice_read, report, report_run,
};
pub use systems::{connector, pull, pull_run, subscription};

diesel::table! {
    backup (id) {
        id -> BigInt,
        begun_at -> BigInt,
        ended_at -> BigInt,
        cause -> Text,
        file -> Text,
        bytes -> Nullable<BigInt>,
        sha256 -> Nullable<Binary>,
        verified -> Bool,
        failure -> Nullable<Text>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    lease (name) { name -> Text, holder -> Text, held_until -> BigInt, }
}

diesel::table! {
    revision (id) { id -> BigInt, value -> BigInt, }
}

diesel::table! {
    secret (name) {
        name -> Text,
        key_id -> Text,
        nonce -> Binary,
        ciphertext -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    setting (name) { name -> Text, value -> Binary, }
}

diesel::joinable!(application -> opd (opd_id));
diesel::joinable!(api_key -> application (application_id));
diesel::joinable!(person -> opd (opd_id));
diesel::joinable!(connector -> opd (opd_id));
diesel::joinable!(session -> person (person_id));
diesel::joinable!(pull -> opd (opd_id));
diesel::joinable!(assignment -> person (person_id));
diesel::joinable!(subscription -> dataset (dataset_id));
diesel::joinable!(subscription -> application (application_id));
diesel::joinable!(dataset_head -> dataset (dataset_id));
diesel::joinable!(contract -> dataset (dataset_id));
diesel::joinable!(contract_move -> contract (contract_id));
diesel::joinable!(integration_party -> opd (opd_id));
diesel::joinable!(integration_party -> integration (integration_id));
diesel::joinable!(integration_person -> opd (opd_id));
diesel::joinable!(integration_holder -> integration (integration_id));
diesel::joinable!(notice -> integration (integration_id));
diesel::allow_tables_to_appear_in_same_query!(integration, integration_party, integration_contract, opd);
diesel::joinable!(mail -> notice (notice_id));
diesel::joinable!(mail_address -> person (person_id));
diesel::allow_tables_to_appear_in_same_query!(letter, integration_party);
diesel::allow_tables_to_appear_in_same_query!(report, integration_party);
diesel::allow_tables_to_appear_in_same_query!(mail, notice);
diesel::allow_tables_to_appear_in_same_query!(mail, integration);
diesel::allow_tables_to_appear_in_same_query!(mail_address, person);
diesel::allow_tables_to_appear_in_same_query!(mail_address, assignment);
diesel::allow_tables_to_appear_in_same_query!(mail_address, opd);
diesel::allow_tables_to_appear_in_same_query!(contract_move, contract);
diesel::allow_tables_to_appear_in_same_query!(contract_move, dataset);
diesel::allow_tables_to_appear_in_same_query!(notice, notice_read);
diesel::allow_tables_to_appear_in_same_query!(integration, notice_read);
diesel::allow_tables_to_appear_in_same_query!(integration_person, opd);
diesel::allow_tables_to_appear_in_same_query!(integration, integration_holder);
diesel::allow_tables_to_appear_in_same_query!(integration, notice);
diesel::allow_tables_to_appear_in_same_query!(opd, application, api_key);
diesel::allow_tables_to_appear_in_same_query!(person, opd, session, assignment);
diesel::allow_tables_to_appear_in_same_query!(connector, opd);
diesel::allow_tables_to_appear_in_same_query!(pull, opd);
diesel::allow_tables_to_appear_in_same_query!(dataset, dataset_head, contract);
diesel::allow_tables_to_appear_in_same_query!(record, change, exchange);
diesel::allow_tables_to_appear_in_same_query!(change, dataset_head);
diesel::allow_tables_to_appear_in_same_query!(reason_mark, dataset_head);
diesel::allow_tables_to_appear_in_same_query!(dataset_profile, dataset_head);
diesel::allow_tables_to_appear_in_same_query!(rejection, application);
diesel::allow_tables_to_appear_in_same_query!(record, referral);
diesel::allow_tables_to_appear_in_same_query!(subscription, dataset);
diesel::allow_tables_to_appear_in_same_query!(subscription, application);
diesel::allow_tables_to_appear_in_same_query!(subscription, opd);
diesel::allow_tables_to_appear_in_same_query!(dataset, application);
diesel::allow_tables_to_appear_in_same_query!(dataset, opd);
