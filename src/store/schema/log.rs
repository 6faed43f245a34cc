//! The logs of exchanges and of management, and what proves them.

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
        unresolved -> BigInt,
        dataset_id -> Nullable<BigInt>,
        person_id -> Nullable<BigInt>,
        traceparent -> Nullable<Text>,
        address -> Nullable<Text>,
        times -> BigInt,
        reading -> Nullable<Text>,
        first_seq -> Nullable<BigInt>,
        changes -> BigInt,
        chain_id -> Nullable<BigInt>,
        link -> Nullable<BigInt>,
        place -> Nullable<Integer>,
        salt -> Nullable<Binary>,
    }
}

diesel::table! {
    day_total (day, dataset_id, opd, action, outcome) {
        day -> Text,
        dataset_id -> BigInt,
        opd -> Text,
        action -> Text,
        outcome -> Text,
        calls -> BigInt,
        records -> BigInt,
        rejected -> BigInt,
        changes -> BigInt,
        bytes -> BigInt,
        last_at -> BigInt,
        filled_at -> BigInt,
    }
}

diesel::table! {
    last_exchange (dataset_id, opd, action) {
        dataset_id -> BigInt,
        opd -> Text,
        action -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    day_sum (id) {
        id -> Integer,
        taken_at -> BigInt,
        summed_at -> BigInt,
        closed -> Nullable<Text>,
    }
}

diesel::table! {
    reason_total (dataset_id, day, rule, field) {
        dataset_id -> BigInt,
        day -> Text,
        rule -> Text,
        field -> Text,
        text_id -> Text,
        text_en -> Text,
        times -> BigInt,
    }
}

diesel::table! {
    reason_mark (dataset_id) { dataset_id -> BigInt, number -> BigInt, }
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
        outcome -> Text,
        request_id -> Nullable<Text>,
        chain_id -> Nullable<BigInt>,
        link -> Nullable<BigInt>,
        place -> Nullable<Integer>,
        salt -> Nullable<Binary>,
    }
}

diesel::table! {
    chain (id) {
        id -> BigInt,
        kind -> Text,
        begun_at -> BigInt,
        base -> BigInt,
        base_hash -> Binary,
        until -> BigInt,
        signature -> Binary,
    }
}

diesel::table! {
    chain_link (chain_id, number) {
        chain_id -> BigInt,
        number -> BigInt,
        at -> BigInt,
        hashes -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    chain_gap (chain_id, number) {
        chain_id -> BigInt,
        number -> BigInt,
        places -> Binary,
        until -> BigInt,
        signature -> Binary,
    }
}

diesel::table! {
    checkpoint (number) { number -> BigInt, at -> BigInt, body -> Text, signature -> Binary, }
}
