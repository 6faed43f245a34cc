//! The columns of a dataset's table, as far as its contract declares them.

use jsonschema::Draft;

use super::Contract;
use super::schema::{Fields, Library};
use crate::types::Pointer;

/// The most columns that a contract declares; what lies beyond is found in the data.
const MAX_COLUMNS: usize = 4_000;

impl Contract {
    /// The innermost fields that the schema declares: those of the key first, then by name. Arrays,
    /// and objects whose members are not declared, are one column each.
    pub fn columns(&self) -> Vec<Pointer> {
        let library = Library::new(&self.schema, Draft::default().detect(&self.schema));
        let links = library.links();
        let leaves = Fields::new(&self.schema, &links).leaves(MAX_COLUMNS);
        let (key, rest): (Vec<Pointer>, Vec<Pointer>) =
            leaves.into_iter().partition(|leaf| self.key.contains(leaf));
        let in_order = self.key.iter().filter(|pointer| key.contains(pointer)).cloned();
        in_order.chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn columns(key: &[&str], schema: Value) -> Vec<String> {
        let document = json!({
            "mahakam": "1", "opd": "bkd", "dataset": "a", "version": "1.0.0", "kind": "master", "title": "A",
            "key": key, "schema": schema, "classification": {"level": "open"}
        });
        let contract = Contract::from_stored(&document.to_string()).unwrap();
        contract.columns().iter().map(Pointer::to_string).collect()
    }

    #[test]
    fn the_key_comes_first_then_the_innermost_fields_by_name() {
        let schema = json!({
            "type": "object", "required": ["nip"],
            "properties": {
                "nip": {"type": "string"}, "anak": {"type": "array", "items": {"properties": {"nama": {}}}},
                "alamat": {"$ref": "#/$defs/alamat"}, "bebas": {"type": "object"}, "mati": false, "a/b": {}
            },
            "$defs": {"alamat": {"type": "object", "properties": {"kode_pos": {}, "jalan": {}}}}
        });
        assert_eq!(
            columns(&["/nip"], schema),
            [
                "/nip",
                "/a~1b",
                "/alamat/jalan",
                "/alamat/kode_pos",
                "/anak",
                "/bebas"
            ]
        );
    }

    #[test]
    fn every_branch_declares_and_a_loop_ends() {
        let schema = json!({
            "properties": {"id": {}, "atasan": {"$ref": "#"}},
            "oneOf": [{"properties": {"tunai": {}}}, {"properties": {"bank": {"properties": {"nomor": {}}}}}]
        });
        assert_eq!(
            columns(&["/id"], schema),
            ["/id", "/atasan", "/bank/nomor", "/tunai"]
        );
        assert!(columns(&["/id"], json!({})).is_empty());
        assert!(columns(&["/id"], json!(true)).is_empty());
    }
}
