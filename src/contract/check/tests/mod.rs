//! Tests of the checker as a whole: the sample document, and what it says of it.

mod document;
mod schema;

use serde_json::{Value, json};

use super::*;
use crate::contract::contract_digest;

/// The document of the design, completed.
const SAMPLE: &str = r#"
mahakam: "1"
opd: bkd
dataset: pegawai
version: 1.0.0
kind: master
mode: stored
title: Data Pegawai ASN
description: Pegawai aktif pemerintah provinsi
contact: { name: Bidang Data, email: data@bkd.kaltimprov.go.id }
key: [/nip]
schema:
  $schema: "https://json-schema.org/draft/2020-12/schema"
  type: object
  required: [nip, nama]
  properties:
    nip: { type: string, pattern: "^[0-9]{18}$" }
    nama: { type: string, minLength: 1 }
    nik: { type: string }
    golongan: { type: string, enum: [III/a, III/b] }
    tmt: { type: string, format: date }
    berlaku_sejak: { type: string, format: date }
    berlaku_sampai: { type: string, format: date }
    unit_kerja: { type: object, properties: { kode: { type: string } } }
    alamat: { type: object, properties: { kode_wilayah: { type: string } } }
  additionalProperties: false
filters: [/unit_kerja/kode, /golongan]
references: [{ field: /alamat/kode_wilayah, dataset: pod/wilayah/v1, at: /tmt, mode: strict, on_delete: refuse }]
valid: { from: /berlaku_sejak, until: /berlaku_sampai }
classification: { level: restricted, reason: "data pribadi", until: 2030-12-31 }
personal_data: [/nik, /alamat]
subject: /nik
update: { every: daily, by: "06:00" }
retention: { history: P5Y, log: P2Y, rejections: P30D }
grants: [{ opd: bappeda, may: [pull], fields: [/nip, /nama], purpose: perencanaan, basis: PKS 1/2026, until: 2027-12-31 }]
limits: { requests_per_second: 50, records_per_second: 5000 }
idempotency_key: optional
fields: { /nip: { concept: NIP, definition: nomor induk, classification: "-", measure: "-", unit: "-" } }
examples:
  valid: [{ nip: "198001012005011001", nama: Budi, golongan: III/a }]
  invalid: [{ nip: "1", nama: Budi }]
successor: bkd/pegawai/v2
agreed:
  contract_digest: DIGEST
  file_sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
  signature: wet
  signers: [{ name: Siti, nip: "198001012005011001", office: Kepala BKD, capacity: definitive, on: 2026-03-02 }]
"#;

fn shown(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| format!("{} {}", fault.code, fault.pointer))
        .collect()
}

/// The text with the digest of what it says as the one that was signed.
fn signed(text: &str) -> String {
    let source = Source::read(text.as_bytes(), None, &mut Vec::new()).unwrap();
    text.replace("DIGEST", &contract_digest(&source.document).to_string())
}

fn read(bytes: &[u8]) -> Result<Checked, Vec<String>> {
    Checker::new()
        .unwrap()
        .read(bytes, None)
        .map_err(|faults| shown(&faults))
}

/// The sample as JSON, with one part replaced.
fn with(pointer: &str, value: Value) -> Vec<u8> {
    let mut document = read(signed(SAMPLE).as_bytes()).unwrap().document;
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match value {
        Value::Null => {
            parent.as_object_mut().unwrap().remove(name);
        }
        value => parent[name] = value,
    }
    if !pointer.starts_with("/agreed") {
        let digest = contract_digest(&document);
        document["agreed"]["contract_digest"] = digest.to_string().into();
    }
    document.to_string().into_bytes()
}

#[test]
fn the_sample_document_reads_without_fault_from_yaml_and_from_json() {
    let yaml = read(signed(SAMPLE).as_bytes()).unwrap();
    assert_eq!(shown(&yaml.warnings), Vec::<String>::new());
    let json = read(yaml.document.to_string().as_bytes()).unwrap();
    assert_eq!(json.contract, yaml.contract);
    assert_eq!(json.contract.dataset_id().to_string(), "bkd/pegawai/v1");
    assert_eq!(json.contract.grants.len(), 1);
}

#[test]
fn what_is_fine_gets_neither_fault_nor_warning() {
    let document = |schema: Value| {
        json!({"mahakam": "1", "opd": "a", "dataset": "b", "version": "1.0.0", "kind": "master", "title": "T",
            "key": ["/k"], "classification": {"level": "open"}, "schema": schema})
    };
    let with_key = |extra: Value| {
        let mut schema =
            json!({"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}});
        schema
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        schema
    };
    let cases = [
        with_key(
            json!({"$schema": "http://json-schema.org/draft-07/schema", "x-mine": 1, "units": "m", "$comment": "c"}),
        ),
        with_key(
            json!({"$defs": {"tree": {"properties": {"below": {"items": {"$ref": "#/$defs/tree"}}}}}, "$ref": "#/$defs/tree"}),
        ),
        with_key(
            json!({"$id": "https://a.example/root", "$defs": {"c": {"$id": "c.json", "$anchor": "q"}}, "allOf": [{"$ref": "c.json"}, {"$ref": "c.json#q"}]}),
        ),
        with_key(
            json!({"properties": {"require": {}, "k": {"type": "string"}, "l": {"enum": [{"tpye": 1}], "default": {"requierd": 1}}}}),
        ),
        with_key(json!({"anyOf": [{"$ref": "https://json-schema.org/draft/2020-12/schema"}, true]})),
        json!({"allOf": [{"$ref": "#/$defs/k"}], "$defs": {"k": {"required": ["k"], "properties": {"k": {"type": "integer"}}}}}),
        json!({"oneOf": [{"required": ["k", "a"]}, {"required": ["k", "b"]}], "patternProperties": {"^k": {"type": "string"}}}),
    ];
    for schema in cases {
        match Checker::new()
            .unwrap()
            .read(document(schema.clone()).to_string().as_bytes(), None)
        {
            Ok(checked) => assert_eq!(shown(&checked.warnings), Vec::<String>::new(), "{schema}"),
            Err(faults) => panic!("{schema}: {:?}", shown(&faults)),
        }
    }
}

#[test]
fn what_may_stand_is_warned_of() {
    let yaml = SAMPLE
        .replace(
            "enum: [III/a, III/b]",
            "enum: [1, 2], nullable: true, format: int32, frobnicate: 1",
        )
        .replace("golongan: III/a }]", "}]")
        .replace(
            "invalid: [{ nip: \"1\", nama: Budi }]",
            "invalid: [{ nip: 11.10, nama: Budi }]",
        );
    let warnings = shown(&read(signed(&yaml).as_bytes()).unwrap().warnings);
    for expected in [
        "unquoted-number /schema/properties/golongan/enum/0",
        "foreign-keyword /schema/properties/golongan/nullable",
        "unknown-format /schema/properties/golongan/format",
        "unknown-keyword /schema/properties/golongan/frobnicate",
        "unquoted-number /examples/invalid/0/nip",
    ] {
        assert!(
            warnings.iter().any(|warning| warning == expected),
            "{expected}: {warnings:?}"
        );
    }
}

#[test]
fn every_fault_is_told_at_once_with_its_place_and_in_order() {
    let text = "mahakam: 1\nopd: bkd\ndataset: x\nversion: 1.0\ncolour: red\nschema:\n  tpye: object\nkey: [/k]\nkind: master\nclassification: {level: open}\n";
    let faults = Checker::new().unwrap().read(text.as_bytes(), None).unwrap_err();
    let places: Vec<String> = faults
        .iter()
        .map(|fault| {
            format!(
                "{} {}",
                fault.code,
                fault.place.map(|place| place.to_string()).unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "missing-member 1:1",
            "unquoted-number 1:10",
            "unquoted-number 4:10",
            "unknown-member 5:9",
            "misspelt-keyword 7:9",
            "key-optional 8:7",
        ]
    );
}

#[test]
fn a_schema_in_a_file_of_its_own_is_judged_there() {
    let text = SAMPLE
        .lines()
        .filter(|line| !line.starts_with("  ") || line.contains("signature") || line.contains("valid:"));
    let text: String = text.map(|line| format!("{line}\n")).collect();
    let text = text.replace("schema:\n", "schema: pegawai.json\n");
    let checker = Checker::new().unwrap();
    let faults = checker
        .read(text.as_bytes(), Some(b"{\n\"tpye\": 1}"))
        .unwrap_err();
    let fault = faults
        .iter()
        .find(|fault| fault.code == fault::MISSPELT_KEYWORD)
        .unwrap();
    assert_eq!(
        (fault.file.as_deref(), fault.place.map(|place| place.line)),
        (Some("pegawai.json"), Some(2))
    );
    let faults = checker.read(text.as_bytes(), None).unwrap_err();
    assert!(faults.iter().any(|fault| fault.code == fault::SCHEMA_FILE));
}
