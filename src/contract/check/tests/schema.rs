//! Tables of faults of a schema's keywords.

use serde_json::{Value, json};

use super::{read, with};

/// Holds each schema of a table, a plain one with these keywords added, to the faults that are expected of it, each
/// told by how it begins.
fn are_told(cases: &[(Value, &[&str])]) {
    for (extra, expected) in cases {
        let mut schema =
            json!({"type": "object", "required": ["nip", "nama"], "properties": {"nip": {"type": "string"}}});
        schema
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let faults = read(&with("/schema", schema)).map(|_| ()).unwrap_err();
        let all = expected
            .iter()
            .all(|one| faults.iter().any(|fault| fault.starts_with(one)));
        assert!(all, "{extra}: expected {expected:?}, found {faults:?}");
    }
}

#[test]
fn a_draft_a_keyword_or_a_format_that_is_wrong_or_misspelt() {
    are_told(&[
        (
            json!({"$schema": "http://example.org/mine"}),
            &["unknown-draft /schema/$schema"],
        ),
        (
            json!({"minProperties": -1}),
            &["schema-invalid /schema/minProperties"],
        ),
        (
            json!({"properties": {"nip": {"type": "strin"}}, "maxProperties": "x"}),
            &[
                "schema-invalid /schema/maxProperties",
                "schema-invalid /schema/properties/nip/type",
            ],
        ),
        (json!({"require": ["a"]}), &["misspelt-keyword /schema/require"]),
        (json!({"Required": ["a"]}), &["misspelt-keyword /schema/Required"]),
        (
            json!({"not": {"format": "date_time"}}),
            &["misspelt-format /schema/not/format"],
        ),
        (
            json!({"properties": {"a": {"format": "nikk"}, "b": {"format": "kode_wilayah"}, "c": {"format": "NPWP"}}}),
            &[
                "misspelt-format /schema/properties/a/format",
                "misspelt-format /schema/properties/b/format",
                "misspelt-format /schema/properties/c/format",
            ],
        ),
    ]);
}

#[test]
fn a_reference_that_goes_round_nowhere_or_out() {
    are_told(&[
        (
            json!({"allOf": [{"$ref": "#"}]}),
            &["reference-loop /schema/allOf/0/$ref"],
        ),
        (
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}),
            &["reference-loop"],
        ),
        (
            json!({"not": {"if": {"$ref": "#"}}}),
            &["reference-loop /schema/not/if/$ref"],
        ),
        (
            json!({"dependentSchemas": {"nip": {"$ref": "#"}}}),
            &["reference-loop /schema/dependentSchemas/nip/$ref"],
        ),
        (
            json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "anyOf": [{"$recursiveRef": "#"}]}),
            &["reference-loop /schema/anyOf/0/$recursiveRef"],
        ),
        (
            json!({"$dynamicAnchor": "x", "oneOf": [{"$dynamicRef": "#x"}]}),
            &["reference-loop /schema/oneOf/0/$dynamicRef"],
        ),
        (
            json!({"$ref": "#/$defs/none"}),
            &["reference-unresolved /schema/$ref"],
        ),
        (
            json!({"items": {"$ref": "#none"}}),
            &["reference-unresolved /schema/items/$ref"],
        ),
        (
            json!({"items": {"$ref": "https://example.org/x.json#/a"}}),
            &["reference-outside /schema/items/$ref"],
        ),
        (
            json!({"items": {"$ref": "other.json"}}),
            &["reference-outside /schema/items/$ref"],
        ),
    ]);
}

#[test]
fn an_id_that_is_taken_and_a_pattern_that_is_not_supported() {
    are_told(&[
        (
            json!({"$id": "https://json-schema.org/draft/2020-12/schema"}),
            &["id-taken /schema"],
        ),
        (
            json!({"$defs": {"a": {"$id": "http://x/y"}, "b": {"$id": "http://x/y"}}}),
            &["id-twice /schema/$defs/b"],
        ),
        (
            json!({"$defs": {"a": {"$anchor": "y"}, "b": {"$anchor": "y"}}}),
            &["id-twice /schema/$defs/b"],
        ),
        (
            json!({"items": {"pattern": "^(?!a)"}}),
            &["pattern-unsupported /schema/items/pattern"],
        ),
        (
            json!({"patternProperties": {"(a)\\1": {}}}),
            &["pattern-unsupported /schema/patternProperties/(a)\\1"],
        ),
        (
            json!({"items": {"pattern": "((a{1,1000}){1,1000}){1,1000}"}}),
            &["pattern-unsupported /schema/items/pattern"],
        ),
    ]);
}
