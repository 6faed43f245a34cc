//! `/catalog`: what a caller may know of, as JSON and as a catalogue of DCAT 3.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, TestHub, contracts};

fn names(list: &Value) -> Vec<&str> {
    list["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["dataset"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn everybody_sees_what_they_may_use_and_the_public_what_is_open() {
    let hub = TestHub::start().await;
    hub.publish(&contracts::libur());
    hub.publish(&contracts::pegawai());
    hub.publish(&contracts::barang());
    let list = |key: Option<String>| {
        let call = hub.call("GET", "/catalog");
        key.iter().fold(call, |call, key| call.key(key))
    };
    assert_eq!(names(&list(None).await.expect(200)), ["pod/libur/v1"]);
    let reader = list(Some(hub.key("bappeda"))).await.expect(200);
    assert_eq!(names(&reader), ["bkd/pegawai/v1", "pod/libur/v1"]);
    let all = list(Some(ADMIN_KEY.into())).await.expect(200);
    assert_eq!(names(&all), ["bkd/barang/v1", "bkd/pegawai/v1", "pod/libur/v1"]);
    hub.call("POST", "/admin/contracts/pod/libur/1.0.0/deprecate")
        .key(ADMIN_KEY)
        .json(json!({"sunset": "2027-01-01"}))
        .await
        .is(200);
    let listed = list(None).await.expect(200);
    let entry = &listed["datasets"][0];
    assert_eq!(
        json!([entry["state"], entry["sunset"]]),
        json!(["deprecated", "2027-01-01T00:00:00.000Z"])
    );
    hub.call("POST", "/admin/contracts/pod/libur/1.0.0/retire")
        .key(ADMIN_KEY)
        .json(json!({"reason": "Uji"}))
        .await
        .is(200);
    assert_eq!(names(&list(None).await.expect(200)), Vec::<&str>::new());
}

#[tokio::test]
async fn other_catalogues_read_it_as_dcat() {
    let hub = TestHub::start().await;
    let mut contract = contracts::libur();
    contract["update"] = json!({"every": "yearly"});
    contract["contact"] =
        json!({"name": "Meja data", "email": "data@pod.example", "phone": "+62 541 733333"});
    hub.publish(&contract);
    contract["version"] = "2.0.0".into();
    hub.publish(&contract);
    hub.publish(&contracts::barang());
    let answer = hub
        .call("GET", "/catalog")
        .header("Accept", "application/ld+json")
        .await;
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let catalogue = answer.expect(200);
    let again = hub.call("GET", "/catalog?format=dcat").await.expect(200);
    assert_eq!(again, catalogue);
    assert_eq!(catalogue["@type"], "dcat:Catalog");
    assert_eq!(catalogue["@context"]["dcat"], "http://www.w3.org/ns/dcat#");
    let datasets = catalogue["dcat:dataset"].as_array().unwrap();
    assert_eq!(datasets.len(), 2);
    let base = hub.hub.config().http.public_url.clone();
    let second = &datasets[1];
    assert_eq!(second["@id"], format!("{base}/api/pod/libur/v2"));
    assert_eq!(second["dct:identifier"], "pod/libur/v2");
    assert_eq!(second["dcat:version"], "2.0.0");
    assert_eq!(
        second["dct:title"],
        json!({"@language": "id", "@value": "Barang"})
    );
    assert_eq!(
        second["dcat:previousVersion"]["@id"],
        format!("{base}/api/pod/libur/v1")
    );
    assert_eq!(
        second["dct:accessRights"]["@id"],
        "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
    );
    assert_eq!(
        second["dct:accrualPeriodicity"]["@id"],
        "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
    );
    assert_eq!(
        second["dcat:contactPoint"]["vcard:hasEmail"]["@id"],
        "mailto:data@pod.example"
    );
    all_is_there(&hub, second, &catalogue["dcat:service"][1]).await;
    hub.call("GET", "/catalog?format=rdf")
        .await
        .problem(400, "bad-parameter");
    hub.call("GET", "/catalog")
        .header("Accept", "text/turtle")
        .await
        .problem(406, "not-acceptable");
}

/// Whatever a dataset and its service lead to is there, for everybody.
async fn all_is_there(hub: &TestHub, dataset: &Value, service: &Value) {
    let mut leads = vec![dataset["dct:conformsTo"]["@id"].clone()];
    for form in dataset["dcat:distribution"].as_array().unwrap() {
        leads.push(form["dcat:accessURL"]["@id"].clone());
        let media = form["dcat:mediaType"]["@id"].as_str().unwrap();
        assert!(media.starts_with("https://www.iana.org/assignments/media-types/"));
    }
    leads.push(service["dcat:endpointDescription"]["@id"].clone());
    assert_eq!(leads.len(), 6);
    let base = &hub.hub.config().http.public_url;
    for lead in leads {
        let path = lead.as_str().unwrap().strip_prefix(base).unwrap().to_owned();
        let (headers, _) = hub.call("GET", &path).downloaded().await;
        assert!(headers.contains_key("content-type"), "{path}");
    }
}
