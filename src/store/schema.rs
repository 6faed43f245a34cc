//! The tables as diesel knows them; the same names on both databases.
//!
//! Written by hand, kept true by every test that reads or writes a row.

diesel::table! {
    opd (id) { id -> BigInt, code -> Text, name -> Text, active -> Bool, created_at -> BigInt, }
}

diesel::table! {
    application (id) { id -> BigInt, opd_id -> BigInt, name -> Text, created_at -> BigInt, }
}

diesel::table! {
    api_key (id) {
        id -> BigInt,
        application_id -> BigInt,
        public_part -> Text,
        hash -> Binary,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    dataset (id) {
        id -> BigInt,
        opd -> Text,
        name -> Text,
        major -> Integer,
        feed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    dataset_head (dataset_id) { dataset_id -> BigInt, seq -> BigInt, }
}

diesel::table! {
    contract (id) {
        id -> BigInt,
        dataset_id -> BigInt,
        minor -> Integer,
        patch -> Integer,
        state -> Text,
        document -> Text,
        digest -> Binary,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    change (dataset_id, seq) {
        dataset_id -> BigInt,
        seq -> BigInt,
        key -> Text,
        deleted -> Bool,
        payload -> Nullable<Text>,
        payload_sha256 -> Nullable<Binary>,
        contract_id -> BigInt,
        at -> BigInt,
        exchange_id -> Binary,
    }
}

diesel::table! {
    record (dataset_id, key) {
        dataset_id -> BigInt,
        key -> Text,
        seq -> BigInt,
        digest -> Binary,
        deleted -> Bool,
    }
}

diesel::table! {
    exchange (id, part) {
        id -> Binary,
        part -> Integer,
        at -> BigInt,
        duration_us -> BigInt,
        action -> Text,
        dataset -> Nullable<Text>,
        opd -> Nullable<Text>,
        application_id -> Nullable<BigInt>,
        outcome -> Text,
        records -> BigInt,
        rejected -> BigInt,
        bytes -> BigInt,
        batch_sha256 -> Nullable<Binary>,
        request_id -> Text,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        target -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    revision (id) { id -> BigInt, value -> BigInt, }
}

diesel::table! {
    setting (name) { name -> Text, value -> Binary, }
}

diesel::joinable!(application -> opd (opd_id));
diesel::joinable!(api_key -> application (application_id));
diesel::joinable!(contract -> dataset (dataset_id));
diesel::allow_tables_to_appear_in_same_query!(opd, application, api_key);
diesel::allow_tables_to_appear_in_same_query!(dataset, dataset_head, contract);
diesel::allow_tables_to_appear_in_same_query!(record, change, exchange);
