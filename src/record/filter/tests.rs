//! What is read from parameters, in a table.

use serde_json::{Value, json};

use super::*;
use crate::record::slot_of;
use crate::types::Lang;

fn filterable() -> Filterable {
    let all = [
        ("/teks", Types::STRING),
        ("/n", Types::NUMBER),
        ("/bulat", Types::INTEGER | Types::NULL),
        ("/benar", Types::BOOLEAN),
        ("/apa", Types::ANY),
    ];
    Filterable(
        all.into_iter()
            .map(|(pointer, types)| FilterField {
                pointer: pointer.parse().unwrap(),
                types,
            })
            .collect(),
    )
}

fn select(filters: &[(&str, &str)]) -> Result<Selection> {
    let filters: Vec<(String, String)> = filters
        .iter()
        .map(|(name, text)| ((*name).into(), (*text).into()))
        .collect();
    filterable().select(None, &filters, None)
}

/// Whether a record with `value` in the field of the only filter is found.
fn finds(filters: &[(&str, &str)], value: &Value) -> bool {
    let selection = select(filters).unwrap();
    let slot = slot_of(value);
    match &selection.filters.as_slice() {
        [filter] => match &filter.condition {
            Condition::AnyOf(texts) => texts.contains(&slot),
            Condition::Between(range) => range.holds(&slot),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_read_as_the_schema_has_them() {
    for (name, text, value, expected) in [
        ("/teks", "1", json!("1"), true),
        ("/teks", "1", json!(1), false),
        ("/teks", "null", json!("null"), true),
        ("/teks", "null", json!(null), false),
        ("/teks", "", json!(""), true),
        ("/n", "1", json!(1), true),
        ("/n", "1.0", json!(1), true),
        ("/n", "1e2", json!(100), true),
        ("/bulat", "7", json!(7), true),
        ("/bulat", "null", json!(null), true),
        ("/benar", "true", json!(true), true),
        ("/apa", "1", json!(1), true),
        ("/apa", "1", json!("1"), true),
        ("/apa", "null", json!(null), true),
        ("/apa", "null", json!("null"), true),
        ("/n[gte]", "2", json!(10), true),
        ("/n[gte]", "2", json!(2), true),
        ("/n[gt]", "2", json!(2), false),
        ("/n[gte]", "2", json!("9"), false),
        ("/n[lt]", "2", json!(-1), true),
        ("/n[lt]", "2", json!(null), false),
        ("/n[lte]", "2", json!(2), true),
        ("/teks[lt]", "b", json!("a"), true),
        ("/teks[lt]", "b", json!(null), false),
        ("/teks[lt]", "10", json!("1"), true),
        ("/teks[prefix]", "An", json!("Ana"), true),
        ("/teks[prefix]", "An", json!("an"), false),
        ("/teks[prefix]", "", json!(""), true),
        ("/teks[prefix]", "", json!(null), false),
        ("/teks[prefix]", "a\u{10ffff}", json!("a\u{10ffff}b"), true),
        ("/teks[prefix]", "a\u{d7ff}", json!("a\u{e000}"), false),
        ("/apa[gte]", "5", json!("9"), false),
        ("/apa[gte]", "x", json!("y"), true),
    ] {
        assert_eq!(
            finds(&[(name, text)], &value),
            expected,
            "{name}={text} and {value}"
        );
    }
}

#[test]
fn conditions_on_one_field_are_gathered() {
    let ranged = [("/n[gte]", "1"), ("/n[lt]", "3"), ("/n[gt]", "1")];
    for (value, expected) in [(1, false), (2, true), (3, false)] {
        assert_eq!(finds(&ranged, &json!(value)), expected, "{value}");
    }
    assert!(finds(&[("/n", "1"), ("/n", "2")], &json!(2)));
    assert!(!finds(&[("/n", "1"), ("/n", "2"), ("/n[gt]", "1")], &json!(1)));
    assert_eq!(select(&[("/n", "1"), ("/teks", "a")]).unwrap().filters.len(), 2);
}

#[test]
fn what_makes_no_sense_is_refused_with_what_does() {
    let detail = |result: Result<Selection>| result.unwrap_err().detail().to(Lang::En).to_owned();
    for (name, text, says) in [
        ("/n", "abc", "a number"),
        ("/n", "", "a number"),
        ("/n", " 1", "a number"),
        ("/n", "01", "a number"),
        ("/n", "null", "a number"),
        ("/n[gte]", "x", "a number"),
        ("/bulat", "1.5", "a whole number or null"),
        ("/benar", "1", "true or false"),
        ("/benar[gte]", "true", "no order"),
        ("/n[prefix]", "1", "hold texts"),
        ("/n[like]", "1", "[prefix]"),
        ("/lain", "1", "/teks, /n, /bulat, /benar, /apa"),
        ("/lain[gte]", "1", "/teks"),
        ("/teks[gte]", &"x".repeat(901), "900 bytes"),
    ] {
        let detail = detail(select(&[(name, text)]));
        assert!(detail.contains(says), "{name}={text}: {detail}");
    }
    assert!(detail(select(&[("/n[gt]", "1"), ("/n[gt]", "2")])).contains("only once"));
    let many: Vec<(&str, &str)> = (0..101).map(|_| ("/n", "1")).collect();
    assert!(detail(select(&many)).contains("100 values"));
    let sorted = |text: &str| filterable().select(None, &[], Some(text));
    assert!(detail(sorted("/lain")).contains("/teks"));
    assert!(detail(sorted("/n,-/n")).contains("only once"));
    assert!(detail(sorted("")).contains("/teks"));
    assert!(sorted("/n,-/teks").unwrap().sort[1].descending);
}

#[test]
fn a_field_that_may_not_be_read_is_no_filter() {
    let granted = ["/n".parse().unwrap()];
    let select = |name: &str, sort| {
        let filters = [(name.to_owned(), "1".to_owned())];
        filterable().select(Some(&granted), &filters, sort)
    };
    assert!(select("/n", Some("/n")).is_ok());
    for refused in [select("/teks", None), select("/n", Some("-/teks"))] {
        let detail = refused.unwrap_err().detail().to(Lang::En).to_owned();
        assert!(detail.ends_with("The fields offered: /n."), "{detail}");
    }
}
