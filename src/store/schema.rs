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
        name -> Text,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        networks -> Text,
    }
}

diesel::table! {
    access_token (hash) {
        hash -> Binary,
        public_part -> Text,
        scope -> Nullable<Text>,
        expires_at -> BigInt,
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
    idempotency (application_id, key) {
        application_id -> BigInt,
        key -> Text,
        fingerprint -> Binary,
        at -> BigInt,
        status -> Nullable<Integer>,
        headers -> Nullable<Text>,
        body -> Nullable<Binary>,
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
    person (id) {
        id -> BigInt,
        name -> Text,
        full_name -> Text,
        nip -> Nullable<Text>,
        grade -> Nullable<Text>,
        office -> Nullable<Text>,
        opd_id -> Nullable<BigInt>,
        active -> Bool,
        password -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    assignment (id) {
        id -> BigInt,
        person_id -> BigInt,
        role -> Text,
        capacity -> Text,
        order_number -> Nullable<Text>,
        valid_from -> Text,
        valid_until -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    session (hash) {
        hash -> Binary,
        person_id -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        address -> Text,
    }
}

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
    document (id) {
        id -> BigInt,
        integration_id -> Nullable<BigInt>,
        step -> Nullable<Integer>,
        round -> Nullable<Integer>,
        kind -> Text,
        version -> Integer,
        name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        sha256 -> Binary,
        place -> Nullable<Text>,
        note -> Nullable<Text>,
        added_by -> Text,
        added_at -> BigInt,
        letter_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    document_chunk (document_id, number) {
        document_id -> BigInt,
        number -> Integer,
        body -> Binary,
    }
}

diesel::table! {
    letter (id) {
        id -> BigInt,
        number -> Text,
        dated -> Text,
        subject -> Text,
        nature -> Nullable<Text>,
        origin -> Text,
        agenda_number -> Nullable<Text>,
        received_on -> Text,
        integration_id -> Nullable<BigInt>,
        added_by -> Text,
        added_at -> BigInt,
    }
}

diesel::table! {
    disposition (id) {
        id -> BigInt,
        letter_id -> BigInt,
        sender -> Text,
        receiver -> Text,
        dated -> Text,
        instruction -> Text,
        due -> Nullable<Text>,
        added_by -> Text,
        added_at -> BigInt,
    }
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

diesel::table! {
    integration (id) {
        id -> BigInt,
        year -> Integer,
        number -> Integer,
        variant -> Text,
        subject -> Text,
        predecessor_id -> Nullable<BigInt>,
        received_on -> Text,
        created_at -> BigInt,
        decree_number -> Nullable<Text>,
        decree_on -> Nullable<Text>,
        decree_title -> Nullable<Text>,
        moves -> Integer,
        state -> Text,
        step -> Integer,
        round -> Integer,
        entered_on -> Text,
        due -> Nullable<Text>,
    }
}

diesel::table! {
    integration_year (year) { year -> Integer, last -> Integer, }
}

diesel::table! {
    integration_party (integration_id, opd_id, side) {
        integration_id -> BigInt,
        opd_id -> BigInt,
        side -> Text,
    }
}

diesel::table! {
    integration_contract (integration_id, dataset) {
        integration_id -> BigInt,
        dataset -> Text,
        version -> Nullable<Text>,
        contract_digest -> Nullable<Text>,
    }
}

diesel::table! {
    integration_person (id) {
        id -> BigInt,
        integration_id -> BigInt,
        opd_id -> Nullable<BigInt>,
        name -> Text,
        nip -> Nullable<Text>,
        office -> Nullable<Text>,
        duty -> Text,
        contact -> Nullable<Text>,
    }
}

diesel::table! {
    integration_move (integration_id, seq) {
        integration_id -> BigInt,
        seq -> Integer,
        act -> Text,
        step -> Integer,
        round -> Integer,
        post -> Nullable<Text>,
        opd -> Nullable<Text>,
        outcome -> Nullable<Text>,
        happened_on -> Text,
        counted_on -> Text,
        recorded_at -> BigInt,
        actor -> Text,
        person -> Nullable<Text>,
        acting -> Nullable<Text>,
        reason -> Nullable<Text>,
        letter -> Nullable<Text>,
        lead -> Text,
        evidence -> Nullable<Text>,
    }
}

diesel::table! {
    integration_holder (post, opd, integration_id) {
        integration_id -> BigInt,
        post -> Text,
        opd -> Text,
    }
}

diesel::table! {
    notice (id) {
        id -> BigInt,
        integration_id -> BigInt,
        kind -> Text,
        after_move -> Integer,
        step -> Integer,
        round -> Integer,
        post -> Text,
        opd -> Text,
        due -> Nullable<Text>,
        made_at -> BigInt,
    }
}

diesel::table! {
    notice_read (person_id, notice_id) {
        notice_id -> BigInt,
        person_id -> BigInt,
        read_at -> BigInt,
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
    report (id) {
        id -> BigInt,
        kind -> Text,
        subject -> Text,
        version -> Integer,
        integration_id -> Nullable<BigInt>,
        opd -> Nullable<Text>,
        figures -> Text,
        sha256 -> Binary,
        made_at -> BigInt,
        drafted -> Text,
        checked -> Nullable<Text>,
        signed -> Nullable<Text>,
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
diesel::joinable!(integration_party -> opd (opd_id));
diesel::joinable!(integration_party -> integration (integration_id));
diesel::joinable!(integration_person -> opd (opd_id));
diesel::joinable!(integration_holder -> integration (integration_id));
diesel::joinable!(notice -> integration (integration_id));
diesel::allow_tables_to_appear_in_same_query!(integration, integration_party, integration_contract, opd);
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
diesel::allow_tables_to_appear_in_same_query!(rejection, application);
diesel::allow_tables_to_appear_in_same_query!(record, referral);
diesel::allow_tables_to_appear_in_same_query!(subscription, dataset);
diesel::allow_tables_to_appear_in_same_query!(subscription, application);
diesel::allow_tables_to_appear_in_same_query!(subscription, opd);
diesel::allow_tables_to_appear_in_same_query!(dataset, application);
diesel::allow_tables_to_appear_in_same_query!(dataset, opd);
