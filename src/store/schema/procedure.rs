//! Integrations with their moves, documents, letters and reports.

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
        mailed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_address (person_id) {
        person_id -> BigInt,
        address -> Text,
        set_at -> BigInt,
    }
}

diesel::table! {
    mail (id) {
        id -> BigInt,
        notice_id -> BigInt,
        address -> Text,
        attempts -> Integer,
        next_at -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        failure -> Nullable<Text>,
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
    report_run (id) {
        id -> BigInt,
        person_id -> BigInt,
        subject -> Text,
        typed -> Text,
        begun_at -> BigInt,
        progress_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        total -> BigInt,
        counted -> BigInt,
        report_id -> Nullable<BigInt>,
    }
}
