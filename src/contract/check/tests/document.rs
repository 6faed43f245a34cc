//! Tables of faults of a document's members.

use serde_json::{Value, json};

use super::{read, with};

/// Holds each document of a table, the sample with one part replaced, to the faults that are expected of it.
fn are_told(cases: &[(&str, Value, &str)]) {
    for (pointer, value, expected) in cases {
        let faults = read(&with(pointer, value.clone())).map(|_| ()).unwrap_err();
        let told = faults.iter().any(|fault| fault == expected);
        assert!(told, "{pointer} {value}: expected {expected:?}, found {faults:?}");
    }
}

#[test]
fn a_member_that_is_wrong_missing_unknown_or_contradicts_another() {
    are_told(&[
        ("/mahakam", json!("2"), "bad-value /mahakam"),
        (
            "/agreed/contract_digest",
            json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            "agreed-differs /agreed/contract_digest",
        ),
        ("/opd", json!("BKD"), "bad-value /opd"),
        ("/version", json!("0.1.0"), "bad-value /version"),
        ("/kind", Value::Null, "missing-member /kind"),
        ("/key", Value::Null, "missing-member /key"),
        ("/title", Value::Null, "missing-member /title"),
        ("/titel", json!("x"), "unknown-member /titel"),
        ("/mode", json!("live"), "missing-member /live"),
        ("/kind", json!("transaction"), "contradiction /valid"),
        (
            "/live",
            json!({"connector": "simpeg", "allow": [{"method": "GET", "path": "/x"}]}),
            "contradiction /live",
        ),
        ("/successor", json!("bkd/pegawai/v1"), "own-successor /successor"),
    ]);
}

#[test]
fn a_classification_a_period_or_a_grant_that_can_not_be() {
    are_told(&[
        (
            "/classification",
            json!({"level": "open"}),
            "open-personal-data /classification/level",
        ),
        (
            "/classification",
            json!({"level": "confidential"}),
            "reason-missing /classification/reason",
        ),
        (
            "/classification/until",
            json!("2030-02-30"),
            "bad-period /classification/until",
        ),
        ("/retention/history", json!("5Y"), "bad-period /retention/history"),
        ("/retention/log", json!("P0D"), "bad-period /retention/log"),
        ("/valid/until", json!("/berlaku_sejak"), "bad-period /valid/until"),
        (
            "/grants/0/fields",
            json!(["/nama"]),
            "grant-hides-key /grants/0/fields",
        ),
        (
            "/grants/0/may",
            json!(["live"]),
            "grant-fields-live /grants/0/fields",
        ),
        (
            "/grants",
            json!([{"opd": "a", "may": ["pull"]}, {"opd": "a", "may": ["push"]}]),
            "grant-twice /grants/1/opd",
        ),
    ]);
}

#[test]
fn a_field_that_the_schema_does_not_know() {
    are_told(&[
        (
            "/grants/0/fields",
            json!(["/nip", "/nam"]),
            "unknown-field /grants/0/fields/1",
        ),
        ("/filters", json!(["/unit_kerja/kod"]), "unknown-field /filters/0"),
        (
            "/filters",
            json!(["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"]),
            "bad-value /filters",
        ),
        ("/filters", json!(["/nama/x"]), "unknown-field /filters/0"),
        (
            "/references/0/field",
            json!("/alamat/wilayah"),
            "unknown-field /references/0/field",
        ),
        (
            "/personal_data",
            json!(["/nik", "/alamt"]),
            "unknown-field /personal_data/1",
        ),
        ("/subject", json!("/nikk"), "unknown-field /subject"),
        (
            "/fields",
            json!({"/nop": {"concept": "x"}}),
            "unknown-field /fields/~1nop",
        ),
    ]);
}

#[test]
fn a_key_that_can_be_none_and_an_example_that_is_not_what_it_says() {
    are_told(&[
        ("/key", json!(["/nik"]), "key-optional /key/0"),
        (
            "/schema/properties/nip",
            json!({"type": "array"}),
            "key-type /key/0",
        ),
        (
            "/examples/invalid",
            json!([{"nip": "198001012005011001", "nama": "A"}]),
            "example-refused /examples/invalid/0",
        ),
        (
            "/examples/valid",
            json!([{"nip": "198001012005011001"}]),
            "example-refused /examples/valid/0/nama",
        ),
    ]);
}
