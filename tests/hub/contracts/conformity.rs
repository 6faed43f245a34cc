//! How far a contract keeps to the field standard of Satu Data.

use serde_json::{Value, json};

use super::{admin, register};
use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn the_report_names_each_gap_in_the_language_of_the_caller() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"}, "jenis": {"enum": ["a", "b"]}, "berat": {"type": "number"},
        "lampiran": {"type": "object"}
    });
    contract["fields"] = json!({
        "/id": {"concept": "Barang", "definition": "Nomor inventaris"},
        "/berat": {"concept": "Berat", "definition": "Berat bersih", "measure": "Massa"},
        "/lampiran/lain": {"concept": "Lain"}
    });
    register(&hub, &contract).await;
    let path = "/bkd/barang/1.0.0/conformity";
    let id = admin(&hub, "GET", path).await.expect(200);
    let en = admin(&hub, "GET", path).english().await.expect(200);
    assert_eq!(
        (&id["dataset"], &id["version"]),
        (&json!("bkd/barang/v1"), &json!("1.0.0"))
    );
    let gaps = |report: &Value, field: usize| -> Value {
        let gaps = report["fields"][field]["gaps"].as_array().unwrap();
        gaps.iter().map(|gap| gap["member"].clone()).collect()
    };
    assert_eq!(gaps(&id, 0), json!(["unit"]));
    assert_eq!(gaps(&id, 1), json!([]));
    assert_eq!(gaps(&id, 2), json!(["concept", "definition", "classification"]));
    assert_eq!(
        en["fields"][0]["gaps"][0]["message"],
        "The unit is missing: its values are numbers; say in which unit."
    );
    assert_eq!(
        id["fields"][0]["gaps"][0]["message"],
        "Satuan (unit) belum diisi: nilainya bilangan; sebutkan satuannya."
    );
    assert_eq!(id["unknown"][0]["pointer"], "/lampiran/lain");
    assert_eq!(
        id["counts"]["all"],
        json!({"needed": 11, "present": 5, "share": 0.4545})
    );
    assert_eq!(
        (
            &id["counts"]["fields"],
            &id["counts"]["conforming"],
            &id["conforms"]
        ),
        (&json!(4), &json!(1), &json!(false))
    );
    let update = &id["metadata"][3];
    assert_eq!(
        (&update["member"], &update["present"]),
        (&json!("update"), &json!(false))
    );
    admin(&hub, "GET", "/bkd/barang/9.0.0/conformity").await.is(404);
    let without_key = hub.call("GET", &format!("/admin/contracts{path}"));
    without_key.await.is(401);
}
