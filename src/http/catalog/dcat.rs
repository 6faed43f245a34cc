//! The catalogue in the words of other catalogues: DCAT 3 as JSON-LD.
//!
//! Terms are those of the W3C Recommendation "Data Catalog Vocabulary - Version 3" (22 August 2024);
//! access rights and frequencies are named by the authority tables of the European Union, to which
//! harvesters are used. Not here: which datasets are listed. Invariant: what a contract does not say
//! is left out.

use serde_json::{Map, Value, json};

use crate::contract::{Every, Level};
use crate::http::path;
use crate::hub::{Catalog, Dataset};
use crate::types::{DatasetId, Mode};

/// Where the authority tables are.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";
/// Where media types are.
const MEDIA: &str = "https://www.iana.org/assignments/media-types";

/// These datasets of the hub at `base`, as one catalogue.
pub(super) fn catalogue(catalog: &Catalog, datasets: &[&Dataset], base: &str) -> Value {
    let described: Vec<Value> = datasets
        .iter()
        .map(|there| dataset(catalog, there, base))
        .collect();
    let services: Vec<Value> = datasets.iter().map(|dataset| service(dataset, base)).collect();
    json!({
        "@context": context(),
        "@id": format!("{base}/catalog"),
        "@type": "dcat:Catalog",
        "dct:title": [text("id", "Katalog data Mahakam"), text("en", "Data catalogue of Mahakam")],
        "dct:language": [language("IND"), language("ENG")],
        "foaf:homepage": {"@id": base},
        "dcat:dataset": described,
        "dcat:service": services,
    })
}

fn context() -> Value {
    json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn dataset(catalog: &Catalog, dataset: &Dataset, base: &str) -> Value {
    let contract = &dataset.current.contract;
    let here = format!("{base}{}", path::of(dataset));
    let issued = dataset.versions.iter().map(|version| version.published_at).min();
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| {
        told.insert(name.to_owned(), value);
    };
    tell("@id", here.clone().into());
    tell("@type", "dcat:Dataset".into());
    tell("dct:identifier", dataset.id.to_string().into());
    tell("dct:title", text("id", &contract.title));
    if !contract.description.is_empty() {
        tell("dct:description", text("id", &contract.description));
    }
    tell("dct:publisher", publisher(catalog, &dataset.id));
    tell("dcat:version", dataset.current.version.to_string().into());
    if let Some(issued) = issued {
        tell("dct:issued", json!({"@type": "xsd:dateTime", "@value": issued}));
    }
    tell("dct:accessRights", access_right(contract.classification.level));
    if let Some(update) = &contract.update {
        tell("dct:accrualPeriodicity", frequency(update.every));
    }
    if let Some(contact) = &contract.contact {
        let mut card = json!({"@type": "vcard:Kind", "vcard:fn": contact.name});
        let mut add = |name: &str, address: Option<String>| {
            if let (Some(address), Some(card)) = (address, card.as_object_mut()) {
                card.insert(name.to_owned(), json!({"@id": address}));
            }
        };
        add(
            "vcard:hasEmail",
            contact.email.as_ref().map(|email| format!("mailto:{email}")),
        );
        add(
            "vcard:hasTelephone",
            contact
                .phone
                .as_ref()
                .map(|phone| format!("tel:{}", phone.replace(' ', ""))),
        );
        tell("dcat:contactPoint", card);
    }
    tell("dct:conformsTo", json!({"@id": format!("{here}/schema")}));
    if let Some(before) = before(catalog, &dataset.id) {
        tell(
            "dcat:previousVersion",
            json!({"@id": format!("{base}/api/{before}")}),
        );
    }
    if let Some(successor) = &dataset.ending.successor {
        tell(
            "dct:isReplacedBy",
            json!({"@id": format!("{base}/api/{successor}")}),
        );
    }
    if dataset.mode() == Mode::Stored {
        tell("dcat:distribution", distributions(&here));
    }
    Value::Object(told)
}

/// The major before this one, if it is served.
fn before(catalog: &Catalog, id: &DatasetId) -> Option<DatasetId> {
    let before = DatasetId {
        major: id.major.checked_sub(1)?,
        ..id.clone()
    };
    let there = catalog.dataset(&before)?;
    there.ending.retired.is_none().then_some(before)
}

/// The forms in which all of a dataset is given out.
fn distributions(here: &str) -> Value {
    let form = |title: &str, url: String, media: &str| {
        json!({
            "@type": "dcat:Distribution",
            "dct:title": title,
            "dcat:accessURL": {"@id": url},
            "dcat:mediaType": {"@id": format!("{MEDIA}/{media}")},
            "dcat:accessService": {"@id": service_id(here)},
        })
    };
    let export = |format: &str| format!("{here}/export?format={format}");
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    json!([
        form("JSON", format!("{here}/records"), "application/json"),
        form("CSV", export("csv"), "text/csv"),
        form(
            "OpenDocument",
            export("ods"),
            "application/vnd.oasis.opendocument.spreadsheet"
        ),
        form("Excel", export("xlsx"), xlsx),
    ])
}

fn service_id(here: &str) -> String {
    format!("{here}#api")
}

fn service(dataset: &Dataset, base: &str) -> Value {
    let here = format!("{base}{}", path::of(dataset));
    json!({
        "@id": service_id(&here),
        "@type": "dcat:DataService",
        "dct:title": text("id", &dataset.current.contract.title),
        "dcat:endpointURL": {"@id": here},
        "dcat:endpointDescription": {"@id": format!("{here}/openapi.json")},
        "dcat:servesDataset": {"@id": here},
    })
}

fn publisher(catalog: &Catalog, id: &DatasetId) -> Value {
    let name = catalog.opd_name(id.opd.as_str()).unwrap_or(id.opd.as_str());
    json!({"@type": "foaf:Agent", "foaf:name": name, "dct:identifier": id.opd})
}

fn access_right(level: Level) -> Value {
    let word = match level {
        Level::Open => "PUBLIC",
        Level::Restricted => "RESTRICTED",
        Level::Confidential => "NON_PUBLIC",
    };
    json!({"@id": format!("{AUTHORITY}/access-right/{word}")})
}

fn frequency(every: Every) -> Value {
    let word = match every {
        Every::Event => "IRREG",
        Every::Hourly => "HOURLY",
        Every::Daily => "DAILY",
        Every::Weekly => "WEEKLY",
        Every::Monthly => "MONTHLY",
        Every::Quarterly => "QUARTERLY",
        Every::Semiannually => "ANNUAL_2",
        Every::Yearly => "ANNUAL",
    };
    json!({"@id": format!("{AUTHORITY}/frequency/{word}")})
}

fn language(word: &str) -> Value {
    json!({"@id": format!("{AUTHORITY}/language/{word}")})
}

fn text(language: &str, text: &str) -> Value {
    json!({"@language": language, "@value": text})
}
