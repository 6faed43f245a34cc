//! The document of one dataset, made from its contract.
//!
//! Not here: its operations one by one (`operations`). Invariant: what the dataset does not have
//! (changes of a transaction, records of a live dataset) is not described, and nothing of a field that the
//! caller is not shown stands in schemas, examples and parameters.

use serde_json::{Map, Value, json};

use super::answers;
use super::components::{problem_schemas, responses, security_schemes};
use super::operations::{self, Subject};
use super::payload::components;
use crate::access::Sight;
use crate::contract::{Level, modern, schema_of_part};
use crate::http::path;
use crate::hub::Dataset;
use crate::record::{Mask, is_granted};
use crate::types::{Kind, Mode, Pointer};

/// The parts of a dataset's description.
pub(super) struct Described {
    /// Its paths.
    pub(super) paths: Map<String, Value>,
    /// Its schemas, and those they need.
    pub(super) schemas: Map<String, Value>,
    /// The tag of its operations.
    pub(super) tag: Value,
}

/// The OpenAPI 3.1 document of a dataset of the hub at `base`, for whoever has this `sight` of it.
pub(in crate::http) fn dataset_document(dataset: &Dataset, base: &str, sight: &Sight) -> Value {
    let contract = &dataset.current.contract;
    let mut described = describe(dataset, base, "", sight);
    described.schemas.extend(problem_schemas());
    let mut info = json!({
        "title": contract.title,
        "description": description(dataset),
        "version": dataset.current.version,
    });
    if let Some(contact) = &contract.contact {
        let mut shown = json!({"name": contact.name});
        if let Some(email) = &contact.email {
            super::set(&mut shown, "email", email.as_str().into());
        }
        super::set(&mut info, "contact", shown);
    }
    json!({
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "tags": [described.tag],
        "paths": described.paths,
        "components": {
            "schemas": described.schemas,
            "responses": responses(),
            "securitySchemes": security_schemes(),
        },
    })
}

/// Describes a dataset for whoever has this `sight` of it; operations and schemas of its own have names
/// that begin with `prefix`.
pub(super) fn describe(dataset: &Dataset, base: &str, prefix: &str, sight: &Sight) -> Described {
    let contract = &dataset.current.contract;
    let sent = parts(&contract.examples.valid, sight.of_schema());
    let shown = parts(&contract.examples.valid, sight.fields.as_deref());
    let filters = dataset.filterable.fields().iter();
    let subject = Subject {
        id: &dataset.id,
        path: path::of(dataset),
        deprecated: dataset.ending.deprecated.is_some(),
        prefix,
        examples: &sent,
        shown: &shown,
        master: dataset.kind() == Kind::Master,
        open: contract.classification.level == Level::Open,
        filterable: filters
            .filter(|field| is_granted(sight.fields.as_deref(), &field.pointer))
            .collect(),
    };
    let mut schemas = answers::schemas(&subject);
    let url = format!("{base}{}/schema", path::of(dataset));
    let modern = modern(&contract.schema);
    let whole = modern.as_ref().unwrap_or(&contract.schema);
    let name = format!("{prefix}Payload");
    let shown = format!("{prefix}Shown");
    match &sight.fields {
        // Who writes sends whole payloads and reads a part.
        Some(fields) if sight.writes => {
            schemas.extend(components(&schema_of_part(whole, fields), &shown, &url));
        }
        _ => {
            let same = json!({"$ref": format!("#/components/schemas/{name}")});
            schemas.insert(shown, same);
        }
    }
    let schema = match sight.of_schema() {
        Some(fields) => &schema_of_part(whole, fields),
        None => whole,
    };
    schemas.extend(components(schema, &name, &url));
    Described {
        paths: operations::paths(&subject, contract.live.as_ref()),
        schemas,
        tag: json!({"name": subject.tag(), "description": contract.title}),
    }
}

/// The parts of examples with these fields; `None` means all.
fn parts(examples: &[Value], fields: Option<&[Pointer]>) -> Vec<Value> {
    let Some(mask) = fields.map(Mask::of) else {
        return examples.to_vec();
    };
    let part = |example: &Value| serde_json::from_str(&mask.part(&example.to_string()).ok()?).ok();
    examples.iter().filter_map(part).collect()
}

/// What the contract says, in words.
fn description(dataset: &Dataset) -> String {
    let contract = &dataset.current.contract;
    let mut text = contract.description.clone();
    let mut say = |line: String| {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&line);
    };
    match (dataset.mode(), dataset.kind()) {
        (Mode::Live, _) => say("Live: the owner's own system answers.".into()),
        (Mode::Stored, Kind::Master) => {
            say("Master data: a record is stored under its key and may be changed.".into());
        }
        (Mode::Stored, Kind::Transaction) => {
            say("Transactions: a record is stored once and never changed.".into());
        }
    }
    let key: Vec<String> = contract
        .key
        .iter()
        .map(|pointer| format!("`{pointer}`"))
        .collect();
    if !key.is_empty() {
        say(format!("The key of a record: {}.", key.join(", ")));
    }
    let level = json!(contract.classification.level);
    say(format!("Classification: {}.", level.as_str().unwrap_or_default()));
    say(
        "Every GET has its HEAD. Errors are problems (RFC 9457); `Accept-Language` chooses their language."
            .into(),
    );
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;
    use crate::access::Grants;
    use crate::contract::Contract;
    use crate::http::openapi::{extend, management_document};
    use crate::hub::Published;
    use crate::types::Timestamp;

    fn dataset(more: Value) -> Dataset {
        let mut document = json!({
            "mahakam": "1", "opd": "bkd", "dataset": "pegawai", "version": "1.2.0", "title": "Pegawai",
            "key": ["/nip"], "classification": {"level": "restricted"},
            "grants": [{"opd": "pod", "may": ["pull"], "fields": ["/nip"]}],
            "schema": {"type": "object", "properties": {"atasan": {"$ref": "#"}}},
            "examples": {"valid": [{"nip": "1"}]},
        });
        let (Value::Object(members), Value::Object(more)) = (&mut document, more) else {
            panic!("both are objects");
        };
        members.extend(more);
        let contract = Contract::from_stored(&document.to_string()).unwrap();
        let current = Arc::new(Published {
            number: 1,
            version: contract.version,
            document: document.to_string(),
            published_at: Timestamp(0),
            judge: None,
            contract,
        });
        Dataset {
            id: Arc::new(current.contract.dataset_id()),
            environment: crate::types::Environment::Production,
            address: current.contract.dataset_id().to_string().into(),
            ending: crate::hub::Ending::default(),
            number: 1,
            feed: crate::types::FeedId::from_random([7; 6]),
            filters: "[]".into(),
            links: Arc::default(),
            periods: None,
            filterable: Arc::new(crate::record::Filterable::of(&current.contract)),
            versions: vec![Arc::clone(&current)],
            grants: Grants {
                owner: current.contract.opd.clone(),
                open: false,
                given: [].into(),
            },
            current,
        }
    }

    /// All references of a document.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    fn assert_whole(document: &Value) {
        let mut found = Vec::new();
        references(document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        let mut ids = HashSet::new();
        for id in operations.filter_map(|operation| operation.get("operationId")) {
            assert!(ids.insert(id), "{id} stands twice");
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_no_operation_id_stands_twice() {
        let master = dataset(json!({"kind": "master"}));
        assert_whole(&dataset_document(
            &master,
            "https://hub.example",
            &Sight::default(),
        ));
        let mut whole = management_document();
        for prefix in ["a.", "b."] {
            let described = describe(&master, "https://hub.example", prefix, &Sight::default());
            extend(&mut whole, "/paths", described.paths);
            extend(&mut whole, "/components/schemas", described.schemas);
        }
        assert_whole(&whole);
    }

    #[test]
    fn a_filter_is_a_parameter_with_the_types_and_tests_of_its_field() {
        let pegawai = dataset(json!({
            "kind": "master", "filters": ["/nama", "/n", "/benar"],
            "schema": {"type": "object", "properties": {
                "nama": {"type": "string"}, "n": {"type": ["integer", "null"]}, "benar": {"type": "boolean"}
            }},
        }));
        let document = dataset_document(&pegawai, "https://hub.example", &Sight::default());
        let list = &document["paths"]["/api/bkd/pegawai/v1/records"]["get"]["parameters"];
        let filters: Vec<(&str, &Value)> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["name"].as_str().unwrap(), &one["schema"]))
            .filter(|(name, _)| name.starts_with('/'))
            .collect();
        let names: Vec<&str> = filters.iter().map(|(name, _)| *name).collect();
        let expected = "/nama /nama[gte] /nama[gt] /nama[lte] /nama[lt] /nama[prefix] \
                        /n /n[gte] /n[gt] /n[lte] /n[lt] /benar";
        assert_eq!(names.join(" "), expected);
        assert_eq!(filters[6].1["items"], json!({"type": ["integer", "null"]}));
        assert_eq!(filters[7].1, &json!({"type": ["integer"]}));
    }

    #[test]
    fn only_what_a_dataset_has_is_described() {
        let paths = |more: Value| {
            dataset_document(&dataset(more), "https://hub.example", &Sight::default())["paths"].clone()
        };
        let record = "/api/bkd/pegawai/v1/records/{key}";
        assert!(paths(json!({"kind": "master"}))[record].get("put").is_some());
        let transaction = paths(json!({"kind": "transaction"}));
        assert!(transaction[record].get("get").is_some());
        assert!(transaction[record].get("put").is_none() && transaction[record].get("delete").is_none());
        let live = json!({"mode": "live", "live": {"connector": "simpeg", "allow": [{"method": "GET", "path": "/pegawai/*"}]}});
        let live = paths(live);
        let names: Vec<&String> = live.as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| {
            ["records", "changes", "export"]
                .iter()
                .all(|part| !name.contains(part))
        }));
        assert!(live.get("/api/bkd/pegawai/v1/validate").is_some());
        let call = &live["/api/bkd/pegawai/v1/live/pegawai/{segment1}"];
        assert_eq!(call["parameters"][0]["name"], "segment1");
        assert!(call["get"]["responses"].get("502").is_some());
    }
}
