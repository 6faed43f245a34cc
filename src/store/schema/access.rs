//! Who may come in: agencies, applications, people, and what each shows.

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
