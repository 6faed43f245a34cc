//! Drafts of small samples, each judged by the real checker.

use serde_json::{Value, json};

use super::*;
use crate::contract::Checker;
use crate::types::Lang;

fn wish() -> Wish {
    Wish {
        dataset: "bkd/contoh/v2".parse().unwrap(),
        title: "Contoh".into(),
        enums: false,
        open: false,
    }
}

/// The draft of records, which it accepts, and which the checker accepts when it has a key.
fn draft_for(wish: &Wish, table: bool, records: &[Value]) -> Draft {
    let mut sample = Sample::new(table);
    records.iter().for_each(|record| sample.take(record).unwrap());
    let mut pairs = sample.pairs(wish);
    if let Some(pairs) = &mut pairs {
        records.iter().for_each(|record| pairs.take(record));
    }
    let mut draft = sample.draft(wish, pairs.as_ref());
    if !table {
        draft.exemplify(records[0].clone());
        let validator = crate::contract::Validator::compile(&draft.schema).unwrap();
        for record in records {
            assert!(validator.is_valid(record), "{record}: {}", draft.schema);
        }
    }
    if !draft.key.is_empty() {
        let yaml = draft.to_yaml("Kepala", Lang::Id);
        let checked = Checker::new().unwrap().read(yaml.as_bytes(), None);
        let checked = checked.unwrap_or_else(|faults| panic!("{faults:?}\n{yaml}"));
        assert_eq!(checked.document, draft.document, "{yaml}");
        assert!(checked.warnings.is_empty(), "{:?}\n{yaml}", checked.warnings);
    }
    draft
}

fn draft(records: &[Value]) -> Draft {
    draft_for(&wish(), false, records)
}

/// The schema and the codes of the notes of a column of a table, beside a key `kode`.
fn column(name: &str, cells: &[&str]) -> (Value, Vec<&'static str>) {
    let record = |(index, cell): (usize, &&str)| {
        let mut record = json!({"kode": format!("k{index}")});
        if !cell.is_empty() {
            record[name] = (*cell).into();
        }
        record
    };
    let records: Vec<Value> = cells.iter().enumerate().map(record).collect();
    let draft = draft_for(&wish(), true, &records);
    let place = super::Pointer::default()
        .child("schema")
        .child("properties")
        .child(name);
    let said = draft.notes.iter().filter(|note| note.pointer == place);
    (
        draft.schema["properties"][name].clone(),
        said.map(|note| note.code).collect(),
    )
}

fn keys(draft: &Draft) -> Vec<String> {
    draft.key.iter().map(Pointer::to_string).collect()
}

fn codes(draft: &Draft) -> Vec<&'static str> {
    draft.notes.iter().map(|note| note.code).collect()
}

#[test]
fn a_column_is_a_number_only_when_it_is_evidently_an_amount() {
    let text = json!({"type": "string", "minLength": 1});
    let cases: &[(&str, &[&str], Value, &[&str])] = &[
        ("jumlah", &["1", "20", "-3"], json!({"type": "integer"}), &[]),
        ("jumlah", &["10", "20", "30"], json!({"type": "integer"}), &[]),
        ("nilai", &["1", "2.5"], json!({"type": "number"}), &[]),
        (
            "nilai",
            &["0.0611587982832618", "2"],
            json!({"type": "number"}),
            &[],
        ),
        ("luas", &["12.50", "1.25"], json!({"type": "number"}), &[]),
        ("tahun", &["2024", "2025"], json!({"type": "integer"}), &[]),
        ("urutan", &["1", "2", "10"], json!({"type": "integer"}), &[]),
        ("aktif", &["true", "false"], json!({"type": "boolean"}), &[]),
        ("aktif", &["0", "1"], json!({"type": "integer"}), &[]),
        ("aktif", &["ya", "tidak"], text.clone(), &[]),
        ("aktif", &["TRUE", "false"], text.clone(), &[]),
        ("wilayah", &["11.10", "11.2"], text.clone(), &["text-kept"]),
        ("kode_pos", &["75112", "9"], text.clone(), &[]),
        ("x", &["007", "8"], text.clone(), &[]),
        ("x", &["+62", "8"], text.clone(), &[]),
        ("x", &["12", "13"], text.clone(), &["text-kept"]),
        ("x", &["12", "13", "13"], json!({"type": "integer"}), &[]),
        ("unit_id", &["12", "13", "13"], text.clone(), &["text-kept"]),
        ("x", &["1", "1234567890123456"], text.clone(), &["text-kept"]),
        ("x", &["1E5", "2"], text.clone(), &["text-kept"]),
        ("harga", &["1.250", "2.500"], text.clone(), &["text-kept"]),
        ("harga", &["1.250,00", "3"], text.clone(), &["text-kept"]),
        ("lahir", &["31/01/1990", "1/2/1991"], text.clone(), &["text-kept"]),
        ("waktu", &["2026-01-31 10:00:00"], text.clone(), &["text-kept"]),
        (
            "tanggal",
            &["2026-01-31"],
            json!({"type": "string", "format": "date"}),
            &[],
        ),
        (
            "tag",
            &["[1,\"a\"]", "[]"],
            json!({"type": "array", "items": {"type": ["string", "integer"], "minLength": 1}}),
            &[],
        ),
    ];
    for (name, cells, schema, said) in cases {
        assert_eq!(
            column(name, cells),
            (schema.clone(), said.to_vec()),
            "{name} {cells:?}"
        );
    }
}

#[test]
fn nearly_all_numbers_are_still_texts_and_the_odd_one_is_told() {
    let mut cells: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
    cells.push("n/a".into());
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    assert_eq!(
        column("jumlah", &cells),
        (json!({"type": "string", "minLength": 1}), vec!["text-kept"])
    );
}

#[test]
fn codes_of_one_length_get_a_pattern_when_enough_agree() {
    let cells: Vec<String> = (0..20).map(|n| (75_110 + n).to_string()).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let pattern = json!({"type": "string", "pattern": "^[0-9]{5}$"});
    assert_eq!(column("kode_pos", &cells).0, pattern);
    assert_eq!(
        column("kode_pos", &cells[1..]).0,
        json!({"type": "string", "minLength": 1})
    );
}

#[test]
fn json_keeps_its_types_and_says_where_they_are_mixed() {
    let draft = draft(&[
        json!({"id": 1, "a": "x", "o": {"p": [1, null], "q": 1}, "n": null, "m": 1}),
        json!({"id": 2, "a": 5, "o": {"p": [], "q": 1.5}, "n": null, "m": null}),
        json!({"id": 3, "a": true, "o": {"p": ["z"], "q": 1}, "n": null}),
    ]);
    let schema = &draft.schema;
    assert_eq!(schema["required"], json!(["a", "id", "o"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    let properties = &schema["properties"];
    assert_eq!(properties["a"]["type"], json!(["string", "integer", "boolean"]));
    assert_eq!(properties["m"]["type"], json!(["integer", "null"]));
    assert_eq!(properties["n"]["type"], json!(["string", "null"]));
    assert_eq!(properties["o"]["properties"]["q"], json!({"type": "number"}));
    assert_eq!(
        properties["o"]["properties"]["p"]["items"]["type"],
        json!(["string", "integer", "null"])
    );
    assert_eq!(properties["o"]["required"], json!(["p", "q"]));
    assert_eq!(keys(&draft), ["/id"]);
    assert!(codes(&draft).contains(&"mixed-types") && codes(&draft).contains(&"never-filled"));
}

#[test]
fn the_key_that_looks_most_like_one_is_taken() {
    let records: Vec<Value> = (0..30)
        .map(|n| json!({"nama": format!("n{n}"), "urut": n, "kode_unit": format!("k{n}"), "id": n, "o": {"nip": format!("{n}")}}))
        .collect();
    assert_eq!(keys(&draft(&records)), ["/id"]);
    let without = |records: &[Value], name: &str| -> Vec<Value> {
        let mut records = records.to_vec();
        records
            .iter_mut()
            .for_each(|record| drop(record.as_object_mut().unwrap().remove(name)));
        records
    };
    let records = without(&records, "id");
    assert_eq!(keys(&draft(&records)), ["/o/nip"]);
    let records = without(&records, "o");
    assert_eq!(keys(&draft(&records)), ["/kode_unit"]);
    let last = without(&records, "kode_unit");
    let unsure = draft(&last);
    assert_eq!(keys(&unsure), ["/nama"]);
    assert!(codes(&unsure).contains(&"key-unsure"));
}

#[test]
fn two_fields_are_the_key_when_none_is_alone() {
    let mut records = Vec::new();
    for day in 1..=9 {
        for region in ["a", "b", "c"] {
            records.push(
                json!({"jumlah": day, "tanggal": format!("2026-01-0{day}"), "wilayah": region, "ket": "x"}),
            );
        }
    }
    assert_eq!(keys(&draft(&records)), ["/tanggal", "/wilayah"]);
    records.push(records[0].clone());
    let none = draft(&records);
    assert!(none.key.is_empty() && none.document.get("key").is_none());
    assert!(codes(&none).contains(&"key-missing"));
    assert!(none.to_yaml("", Lang::En).contains("# No key was found"));
}

#[test]
fn a_field_that_is_nearly_the_key_is_told() {
    let mut records: Vec<Value> = (0..100)
        .map(|n| json!({"kode": format!("k{n}"), "n": n}))
        .collect();
    records.push(records[7].clone());
    let nearly = draft(&records);
    let told = nearly
        .notes
        .iter()
        .find(|note| note.code == "key-nearly")
        .unwrap();
    assert!(nearly.key.is_empty() && told.message.to(Lang::En).starts_with("/kode is nearly a key: 1 "));
}

#[test]
fn a_field_that_may_be_missing_empty_or_null_is_no_key() {
    for other in [
        json!({}),
        json!({"id": null}),
        json!({"id": ""}),
        json!({"id": true}),
        json!({"id": 1.5}),
    ] {
        let draft = draft(&[json!({"id": "a"}), other.clone()]);
        assert!(draft.key.is_empty(), "{other}: {:?}", draft.key);
    }
    assert_eq!(keys(&draft(&[json!({"id": "a"}), json!({"id": 7})])), ["/id"]);
}

#[test]
fn a_member_called_by_an_asterisk_is_neither_key_nor_filter() {
    let records: Vec<Value> = (0..60)
        .map(|n| json!({"*": format!("{n:03}"), "x": {"*": n % 2 == 0}}))
        .collect();
    let draft = draft(&records);
    assert!(draft.key.is_empty() && draft.document.get("filters").is_none());
}

#[test]
fn a_column_within_an_object_that_no_row_fills_is_known() {
    let mut sample = Sample::new(true);
    for field in ["/kode", "/o/p"] {
        sample.declare(&field.parse().unwrap());
    }
    sample.take(&json!({"kode": "a"})).unwrap();
    let schema = sample.draft(&wish(), None).schema;
    assert_eq!(schema["required"], json!(["kode"]));
    assert_eq!(
        schema["properties"]["o"]["properties"]["p"]["type"],
        json!(["string", "null"])
    );
    assert!(schema["properties"]["o"].get("required").is_none());
}

#[test]
fn few_values_that_repeat_are_proposed_or_written() {
    let record = |n: usize| {
        let (jenis, kode) = if n.is_multiple_of(2) {
            ("desa", "01")
        } else {
            ("kelurahan", "02")
        };
        let ket = n.is_multiple_of(2).then_some("x");
        json!({"id": n, "jenis": jenis, "kode_kec": kode, "ket": ket})
    };
    let records: Vec<Value> = (0..120).map(record).collect();
    let proposed = draft(&records);
    assert!(proposed.schema["properties"]["jenis"].get("enum").is_none());
    assert!(codes(&proposed).contains(&"enum"));
    let written = draft_for(
        &Wish {
            enums: true,
            ..wish()
        },
        false,
        &records,
    );
    let properties = &written.schema["properties"];
    assert_eq!(properties["jenis"]["enum"], json!(["desa", "kelurahan"]));
    assert_eq!(properties["ket"]["enum"], json!(["x", null]));
    assert!(properties["kode_kec"].get("enum").is_none());
    assert_eq!(
        draft(&records[..40])
            .notes
            .iter()
            .filter(|note| note.code == "enum")
            .count(),
        0
    );
}

#[test]
fn data_about_persons_is_named_and_never_shown_as_an_example() {
    let about = draft(&[
        json!({"nik": "6472010101900001", "nama": "Budi", "alamat": {"jalan": "J"}, "anak": [{"nik": "1", "umur": 3}], "unit": "u"}),
    ]);
    let document = &about.document;
    assert_eq!(
        document["personal_data"],
        json!(["/alamat", "/anak/*/nik", "/nama", "/nik"])
    );
    assert_eq!(document["subject"], "/nik");
    assert!(document.get("examples").is_none());
    assert!(!about.to_yaml("", Lang::En).contains("Budi"));
    let places = draft(&[json!({"kode": "64", "nama": "Kalimantan Timur"})]);
    assert!(places.document.get("personal_data").is_none());
    assert_eq!(places.document["examples"]["valid"][0]["kode"], "64");
}

#[test]
fn codes_of_regions_are_proposed_as_references_but_not_to_themselves() {
    let records = [
        json!({"kode": "64.01.01.2001", "induk": "64.01"}),
        json!({"kode": "64.02", "induk": "64"}),
    ];
    let said = |name: &str| {
        let dataset = format!("pod/{name}/v1").parse().unwrap();
        let draft = draft_for(&Wish { dataset, ..wish() }, false, &records);
        codes(&draft).iter().filter(|code| **code == "reference").count()
    };
    assert_eq!((said("kodepos"), said("wilayah")), (2, 1));
}

#[test]
fn a_map_and_what_lies_too_deep_stay_open() {
    let sparse: Vec<Value> = (0..150)
        .map(|n| json!({"id": n, "m": {format!("k{n}"): 1}}))
        .collect();
    let map = draft(&sparse);
    assert_eq!(map.schema["properties"]["m"], json!({"type": "object"}));
    assert!(codes(&map).contains(&"open-object"));
    let mut deep = json!(1);
    (0..100).for_each(|_| deep = json!({"a": deep}));
    let deep = draft(&[json!({"id": 1, "deep": deep})]);
    assert!(codes(&deep).contains(&"deep"));
}

#[test]
fn more_fields_than_can_be_described_are_told() {
    let wide: Vec<Value> = (0..50)
        .map(|n| {
            let mut record = json!({"id": n});
            (0..100).for_each(|m| record[format!("f{n}_{m}")] = json!(1));
            record
        })
        .collect();
    let wide = draft(&wide);
    assert!(wide.schema.get("additionalProperties").is_none());
    assert!(codes(&wide).contains(&"open-object"));
}

#[test]
fn deletions_are_counted_and_other_things_refused() {
    let mut sample = Sample::new(false);
    sample.take(&json!({"id": "a"})).unwrap();
    sample.take(&json!({"$delete": "b"})).unwrap();
    assert!(sample.take(&json!([1])).is_err());
    assert_eq!(sample.records(), 1);
    let draft = sample.draft(&wish(), None);
    assert!(codes(&draft).contains(&"deletions"));
    assert_eq!(
        draft.schema["properties"],
        json!({"id": {"type": "string", "minLength": 1}})
    );
}

#[test]
fn members_stand_in_the_order_in_which_records_have_them() {
    let text = br#"{"z":{"y":1,"x":2},"a":1}"#;
    let (document, places) = crate::types::Document::parse_with_places(text).unwrap();
    let mut sample = Sample::new(false);
    sample.take(document.value()).unwrap();
    sample.arrange(&places);
    let yaml = sample.draft(&wish(), None).to_yaml("", Lang::En);
    let at = |name: &str| yaml.find(&format!("\n    {name}:")).unwrap();
    assert!(at("z") < at("a"), "{yaml}");
    assert!(
        yaml.find("        \"y\":").unwrap() < yaml.find("        x:").unwrap(),
        "{yaml}"
    );
}
