//! Types, choices, numbers, texts.

use super::{Cases, check};

const TYPES: Cases = &[
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","title":"x","x-mine":1}"#,
        "ok",
    ),
    (r#"{"type":"integer"}"#, r#"{"type":"number"}"#, "ok"),
    (r#"{"type":"number"}"#, r#"{"type":"integer"}"#, "type@"),
    (
        r#"{"type":"number","multipleOf":1}"#,
        r#"{"type":"integer"}"#,
        "ok",
    ),
    (r#"{"type":"string"}"#, r#"{"type":["string","null"]}"#, "ok"),
    (r#"{"type":["string","null"]}"#, r#"{"type":"string"}"#, "type@"),
    (r#"{"type":"string"}"#, r#"{"type":"integer"}"#, "type@"),
    (r#"{"type":"string"}"#, r#"{}"#, "ok"),
    (r#"{}"#, r#"{"type":"string"}"#, "type@"),
    (
        r#"{"type":["integer","string"]}"#,
        r#"{"type":["string","number"]}"#,
        "ok",
    ),
    (
        r#"{"type":["number","string"]}"#,
        r#"{"type":["string","integer"]}"#,
        "type@",
    ),
    (r#"true"#, r#"{}"#, "ok"),
    (r#"false"#, r#"{"type":"string"}"#, "ok"),
    (r#"{"type":"string"}"#, r#"false"#, "falseSchema@"),
    (r#"{"type":"string"}"#, r#"true"#, "ok"),
    (r#"{"type":"boolean"}"#, r#"{"enum":[true,false]}"#, "ok"),
    (r#"{"type":"boolean"}"#, r#"{"const":true}"#, "const@"),
    (
        r#"{"type":["null","boolean"]}"#,
        r#"{"enum":[null,true,false,1]}"#,
        "ok",
    ),
];

#[test]
fn types() {
    check(TYPES);
}

const CHOICES: Cases = &[
    (r#"{"enum":["a","b"]}"#, r#"{"enum":["b","a","c"]}"#, "ok"),
    (r#"{"enum":["a","b"]}"#, r#"{"enum":["a"]}"#, "enum@"),
    (r#"{"enum":["a","b"]}"#, r#"{"type":"string"}"#, "ok"),
    (r#"{"enum":["a",1]}"#, r#"{"type":"string"}"#, "type@"),
    (
        r#"{"type":"string","enum":["a",1]}"#,
        r#"{"type":"string"}"#,
        "ok",
    ),
    (r#"{"type":"string"}"#, r#"{"enum":["a"]}"#, "enum@"),
    (r#"{"const":"a"}"#, r#"{"enum":["a","b"]}"#, "ok"),
    (r#"{"const":"a"}"#, r#"{"const":"b"}"#, "const@"),
    (r#"{"enum":["a"]}"#, r#"{"const":"a"}"#, "ok"),
    (r#"{"const":1}"#, r#"{"const":1.0}"#, "ok"),
    (
        r#"{"const":{"a":1}}"#,
        r#"{"required":["a"],"properties":{"a":{"minimum":1}}}"#,
        "ok",
    ),
    (
        r#"{"const":{"a":1}}"#,
        r#"{"properties":{"a":{"minimum":2}}}"#,
        "minimum@/a",
    ),
    (
        r#"{"enum":["ab","abc"]}"#,
        r#"{"maxLength":3,"pattern":"^ab"}"#,
        "ok",
    ),
    (r#"{"enum":["ab","abc"]}"#, r#"{"maxLength":2}"#, "maxLength@"),
    (
        r#"{"type":"integer","minimum":1,"maximum":3}"#,
        r#"{"enum":[1,2,3]}"#,
        "ok",
    ),
    (
        r#"{"type":"integer","minimum":1,"maximum":3}"#,
        r#"{"enum":[1,3]}"#,
        "enum@",
    ),
];

#[test]
fn choices() {
    check(CHOICES);
}

const NUMBERS: Cases = &[
    (r#"{"minimum":1}"#, r#"{"minimum":0}"#, "ok"),
    (r#"{"minimum":0}"#, r#"{"minimum":1}"#, "minimum@"),
    (r#"{"minimum":1}"#, r#"{}"#, "ok"),
    (r#"{}"#, r#"{"minimum":1}"#, "minimum@"),
    (r#"{"type":"string"}"#, r#"{"type":"string","minimum":1}"#, "ok"),
    (r#"{"maximum":10}"#, r#"{"maximum":11}"#, "ok"),
    (r#"{"maximum":10}"#, r#"{"maximum":9}"#, "maximum@"),
    (r#"{"exclusiveMinimum":0}"#, r#"{"minimum":0}"#, "ok"),
    (
        r#"{"minimum":0}"#,
        r#"{"exclusiveMinimum":0}"#,
        "exclusiveMinimum@",
    ),
    (
        r#"{"type":"integer","exclusiveMinimum":0}"#,
        r#"{"minimum":1}"#,
        "ok",
    ),
    (
        r#"{"type":"number","exclusiveMinimum":0}"#,
        r#"{"minimum":1}"#,
        "minimum@",
    ),
    (r#"{"type":"integer","minimum":0.5}"#, r#"{"minimum":1}"#, "ok"),
    (r#"{"exclusiveMaximum":10}"#, r#"{"maximum":9.9}"#, "maximum@"),
    (
        r#"{"maximum":0.1}"#,
        r#"{"maximum":0.10000000000000000001}"#,
        "ok",
    ),
    (
        r#"{"maximum":0.10000000000000000001}"#,
        r#"{"maximum":0.1}"#,
        "maximum@",
    ),
    (
        r#"{"maximum":9007199254740993}"#,
        r#"{"maximum":9007199254740992}"#,
        "maximum@",
    ),
    (r#"{"multipleOf":10}"#, r#"{"multipleOf":5}"#, "ok"),
    (r#"{"multipleOf":5}"#, r#"{"multipleOf":10}"#, "multipleOf@"),
    (r#"{"multipleOf":0.1}"#, r#"{"multipleOf":0.01}"#, "ok"),
    (r#"{"multipleOf":0.01}"#, r#"{"multipleOf":0.1}"#, "multipleOf@"),
    (r#"{"multipleOf":4}"#, r#"{"multipleOf":6}"#, "multipleOf@"),
    (r#"{"type":"integer"}"#, r#"{"multipleOf":0.5}"#, "ok"),
    (r#"{}"#, r#"{"multipleOf":2}"#, "multipleOf@"),
    (
        r#"{"minimum":5,"maximum":1,"type":"number"}"#,
        r#"{"type":"string"}"#,
        "ok",
    ),
    (
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","minimum":0,"exclusiveMinimum":true}"#,
        r#"{"exclusiveMinimum":0}"#,
        "ok",
    ),
    (
        r#"{"type":"integer"}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"}"#,
        "type@",
    ),
];

#[test]
fn numbers() {
    check(NUMBERS);
}

const TEXTS: Cases = &[
    (r#"{"maxLength":10}"#, r#"{"maxLength":20}"#, "ok"),
    (r#"{"maxLength":10}"#, r#"{"maxLength":5}"#, "maxLength@"),
    (r#"{"maxLength":10}"#, r#"{}"#, "ok"),
    (r#"{}"#, r#"{"maxLength":10}"#, "maxLength@"),
    (r#"{"minLength":2}"#, r#"{"minLength":1}"#, "ok"),
    (r#"{"minLength":1}"#, r#"{"minLength":2}"#, "minLength@"),
    (r#"{"minLength":1}"#, r#"{"minLength":0}"#, "ok"),
    (r#"{"pattern":"^a+$"}"#, r#"{"pattern":"^a+$"}"#, "ok"),
    (r#"{"pattern":"^a+$"}"#, r#"{}"#, "ok"),
    (r#"{"type":"string"}"#, r#"{"pattern":"^a+$"}"#, "pattern@"),
    (
        r#"{"pattern":"^[0-9]{18}$"}"#,
        r#"{"pattern":"^[0-9]{16,18}$"}"#,
        "ok",
    ),
    (
        r#"{"pattern":"^[0-9]{16,18}$"}"#,
        r#"{"pattern":"^[0-9]{18}$"}"#,
        "pattern@",
    ),
    (r#"{"pattern":"^\\d{2}$"}"#, r#"{"maxLength":2}"#, "ok"),
    (r#"{"pattern":"^\\d{2,3}$"}"#, r#"{"maxLength":2}"#, "maxLength@"),
    (
        r#"{"pattern":"^[a-z]+$","minLength":3}"#,
        r#"{"pattern":"[a-z]{3}"}"#,
        "ok",
    ),
    (r#"{"pattern":"a"}"#, r#"{"pattern":"^a"}"#, "pattern@"),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"date"}"#,
        "format@",
    ),
    (
        r#"{"format":"date"}"#,
        r#"{"type":["string","number","boolean","array","object","null"]}"#,
        "ok",
    ),
    (r#"{"format":"date"}"#, r#"{"format":"date-time"}"#, "format@"),
    (r#"{"format":"uri"}"#, r#"{"format":"uri-reference"}"#, "ok"),
    (r#"{"format":"uri-reference"}"#, r#"{"format":"uri"}"#, "format@"),
    (r#"{"format":"date"}"#, r#"{"maxLength":10}"#, "ok"),
    (r#"{"format":"nik"}"#, r#"{"format":"nik","title":"NIK"}"#, "ok"),
    (r#"{"format":"nik"}"#, r#"{"format":"npwp"}"#, "ok"),
    (r#"{"format":"npwp"}"#, r#"{"format":"nik"}"#, "format@"),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"kode-wilayah"}"#,
        "format@",
    ),
    (
        r#"{"type":"string","pattern":"^[0-9]{18}$"}"#,
        r#"{"type":"string","format":"nip"}"#,
        "format@",
    ),
    (
        r#"{"format":"nip"}"#,
        r#"{"type":["string","number","boolean","array","object","null"],"pattern":"^[0-9]{18}$"}"#,
        "ok",
    ),
    (
        r#"{"format":"uuid"}"#,
        r#"{"pattern":"^[0-9a-fA-F-]{36}$"}"#,
        "ok",
    ),
    (
        r#"{"type":"string"}"#,
        r#"{"type":"string","format":"something-else"}"#,
        "ok",
    ),
    (
        r#"{"format":"date"}"#,
        r#"{"format":"date","minLength":10}"#,
        "ok",
    ),
    (
        r#"{"type":"string","minLength":65000}"#,
        r#"{"type":"string","minLength":65001}"#,
        "minLength@",
    ),
    (
        r#"{"type":"string","minLength":900000}"#,
        r#"{"type":"string","minLength":900001}"#,
        "? minLength@",
    ),
];

#[test]
fn texts() {
    check(TEXTS);
}
