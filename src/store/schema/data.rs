//! Contracts, datasets, their records and changes, and what was refused.

diesel::table! {
    dataset (id) {
        id -> BigInt,
        opd -> Text,
        name -> Text,
        major -> Integer,
        feed -> Text,
        created_at -> BigInt,
        deprecated_at -> Nullable<BigInt>,
        sunset_at -> Nullable<BigInt>,
        successor -> Nullable<Text>,
        retired_at -> Nullable<BigInt>,
        sandbox_of -> Nullable<BigInt>,
        replaced_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    dataset_head (dataset_id) {
        dataset_id -> BigInt,
        seq -> BigInt,
        filters -> Text,
        ready -> Integer,
        backfilled -> Nullable<Text>,
        rejections -> BigInt,
        rejected_bytes -> BigInt,
        erasures -> BigInt,
    }
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
        agreed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    contract_move (id) {
        id -> BigInt,
        contract_id -> BigInt,
        at -> BigInt,
        actor -> Text,
        before -> Nullable<Text>,
        after -> Text,
        reason -> Nullable<Text>,
        details -> Text,
    }
}

diesel::table! {
    unit_test (id) {
        id -> BigInt,
        dataset -> Text,
        version -> Text,
        contract_digest -> Text,
        passed -> Bool,
        at -> BigInt,
        actor -> Text,
        report -> Text,
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
        prev -> Nullable<BigInt>,
        subject -> Nullable<Binary>,
    }
}

diesel::table! {
    record (dataset_id, key) {
        dataset_id -> BigInt,
        key -> Text,
        seq -> BigInt,
        digest -> Binary,
        deleted -> Bool,
        f1 -> Nullable<Text>,
        f2 -> Nullable<Text>,
        f3 -> Nullable<Text>,
        f4 -> Nullable<Text>,
        f5 -> Nullable<Text>,
        f6 -> Nullable<Text>,
        f7 -> Nullable<Text>,
        f8 -> Nullable<Text>,
        marks -> Nullable<Binary>,
    }
}

diesel::table! {
    referral (dataset_id, mark) {
        dataset_id -> BigInt,
        mark -> BigInt,
        key -> Text,
    }
}

diesel::table! {
    reference (dataset_id, field, target_opd, target_name, target_major) {
        dataset_id -> BigInt,
        field -> Text,
        target_opd -> Text,
        target_name -> Text,
        target_major -> Integer,
        named -> Bool,
    }
}

diesel::table! {
    rejection (dataset_id, number) {
        dataset_id -> BigInt,
        number -> BigInt,
        at -> BigInt,
        exchange_id -> Binary,
        opd -> Nullable<Text>,
        application_id -> Nullable<BigInt>,
        contract_id -> BigInt,
        line -> Nullable<BigInt>,
        key -> Nullable<Text>,
        body -> Nullable<Binary>,
        reason -> Text,
        upto -> BigInt,
        repaired_at -> Nullable<BigInt>,
        repaired_seq -> Nullable<BigInt>,
        subject -> Nullable<Binary>,
    }
}

diesel::table! {
    dataset_profile (dataset_id) {
        dataset_id -> BigInt,
        seq -> BigInt,
        as_of -> BigInt,
        records -> BigInt,
        profile -> Text,
    }
}

diesel::table! {
    day_growth (part, day) { part -> Text, day -> Text, records -> BigInt, }
}

diesel::table! {
    idempotency (application_id, key) {
        application_id -> BigInt,
        key -> Text,
        fingerprint -> Binary,
        at -> BigInt,
        status -> Nullable<Integer>,
        headers -> Nullable<Text>,
        body -> Nullable<Binary>,
        holder -> Nullable<Binary>,
        progress -> Nullable<Text>,
        progress_sha256 -> Nullable<Binary>,
    }
}

diesel::table! {
    overdue_notice (id) {
        id -> BigInt,
        dataset_id -> BigInt,
        since -> BigInt,
        address -> Text,
        made_at -> BigInt,
        attempts -> Integer,
        next_at -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    sheet_run (id) {
        id -> BigInt,
        person_id -> BigInt,
        dataset -> Text,
        name -> Text,
        exchange_id -> Binary,
        begun_at -> BigInt,
        progress_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        total -> BigInt,
        taken -> BigInt,
        created -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        rejected -> BigInt,
        repaired -> BigInt,
        uncorrected -> Nullable<Text>,
    }
}

diesel::table! {
    day_filling (dataset_id, day) {
        dataset_id -> BigInt,
        day -> Text,
        filled -> BigInt,
        cells -> BigInt,
    }
}
