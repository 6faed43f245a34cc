//! Agencies' own systems: how they are reached, read from and delivered to.

diesel::table! {
    connector (id) {
        id -> BigInt,
        opd_id -> BigInt,
        name -> Text,
        settings -> Text,
        revision -> BigInt,
        enabled -> Bool,
        created_at -> BigInt,
        last_success_at -> Nullable<BigInt>,
        last_failure_at -> Nullable<BigInt>,
        last_failure -> Nullable<Text>,
    }
}

diesel::table! {
    pull (id) {
        id -> BigInt,
        opd_id -> BigInt,
        dataset -> Text,
        settings -> Text,
        revision -> BigInt,
        paused -> Bool,
        next_at -> Nullable<BigInt>,
        wanted_at -> Nullable<BigInt>,
        bookmark -> Nullable<Text>,
        holder -> Nullable<Text>,
        held_until -> Nullable<BigInt>,
        created_at -> BigInt,
        last_success_at -> Nullable<BigInt>,
        last_failure_at -> Nullable<BigInt>,
        last_failure -> Nullable<Text>,
    }
}

diesel::table! {
    pull_run (id) {
        id -> BigInt,
        pull_id -> BigInt,
        revision -> BigInt,
        cause -> Text,
        begun_at -> BigInt,
        progress_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
        pages -> BigInt,
        bytes -> BigInt,
        received -> BigInt,
        created -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        deleted -> BigInt,
        rejected -> BigInt,
        bookmark_before -> Nullable<Text>,
        bookmark_after -> Nullable<Text>,
        position -> Nullable<Text>,
        exchange_id -> Nullable<Binary>,
    }
}

diesel::table! {
    subscription (id) {
        id -> BigInt,
        dataset_id -> BigInt,
        application_id -> BigInt,
        connector_id -> BigInt,
        path -> Text,
        batch -> Integer,
        state -> Text,
        ended -> Nullable<Text>,
        created_at -> BigInt,
        version -> BigInt,
        round -> BigInt,
        feed -> Text,
        seq -> BigInt,
        upto -> Nullable<BigInt>,
        failures -> BigInt,
        failing_since -> Nullable<BigInt>,
        next_at -> Nullable<BigInt>,
        succeeded_at -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
        failure -> Nullable<Text>,
        failure_status -> Nullable<Integer>,
        old_secret_until -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        held_until -> Nullable<BigInt>,
    }
}
