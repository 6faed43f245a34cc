//! The contracts that the suite works with, each a whole document that may be registered.

use serde_json::{Value, json};

/// The draft of all schemas here.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A master with a key and whatever else one likes: `bkd/barang/v1`.
pub fn barang() -> Value {
    json!({
        "mahakam": "1", "opd": "bkd", "dataset": "barang", "version": "1.0.0", "kind": "master",
        "title": "Barang", "description": "Apa saja yang punya id.",
        "contact": {"name": "Narahubung", "email": "data@bkd.example"},
        "key": ["/id"],
        "schema": {
            "$schema": DRAFT, "type": "object", "required": ["id"],
            "properties": {"id": {"type": ["string", "integer"]}}
        },
        "classification": {"level": "restricted", "reason": "Uji"}
    })
}

/// The same under another name, for a second dataset.
pub fn named(mut contract: Value, name: &str) -> Value {
    contract["dataset"] = name.into();
    contract
}

/// A strict master that others may read in part: `bkd/pegawai/v1`. `bappeda` may pull two fields to
/// the end of 2026, `dinkes` everything, `dkp` may push only.
pub fn pegawai() -> Value {
    json!({
        "mahakam": "1", "opd": "bkd", "dataset": "pegawai", "version": "1.0.0", "kind": "master",
        "title": "Pegawai", "description": "Pegawai aktif.",
        "contact": {"name": "Narahubung", "email": "data@bkd.example"},
        "key": ["/nip"],
        "schema": {
            "$schema": DRAFT, "type": "object",
            "required": ["nip", "nama"], "additionalProperties": false,
            "properties": {
                "nip": {"type": "string", "pattern": "^[0-9]{18}$"},
                "nama": {"type": "string", "minLength": 1, "maxLength": 20},
                "golongan": {"enum": ["III/a", "III/b", "IV/a"]},
                "lahir": {"type": "string", "format": "date"},
                "gaji": {"type": "number", "minimum": 0},
                "unit": {
                    "type": "object", "required": ["kode"], "additionalProperties": false,
                    "properties": {"kode": {"type": "string"}, "nama": {"type": "string"}}
                },
                "anak": {
                    "type": "array", "maxItems": 3,
                    "items": {
                        "type": "object", "required": ["nama"],
                        "properties": {"nama": {"type": "string"}, "umur": {"type": "integer", "maximum": 120}}
                    }
                }
            }
        },
        "classification": {"level": "restricted", "reason": "Uji"},
        "grants": [
            {"opd": "bappeda", "may": ["pull"], "fields": ["/nip", "/unit/kode"], "purpose": "Uji", "basis": "Uji", "until": "2026-12-31"},
            {"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji"},
            {"opd": "dkp", "may": ["push"], "purpose": "Uji", "basis": "Uji"}
        ]
    })
}

/// Transactions: `bkd/mutasi/v1`.
pub fn mutasi() -> Value {
    let mut contract = named(barang(), "mutasi");
    contract["kind"] = "transaction".into();
    contract
}

/// Readable without a key: `pod/libur/v1`; `bappeda` may push.
pub fn libur() -> Value {
    let mut contract = named(barang(), "libur");
    contract["opd"] = "pod".into();
    contract["classification"] = json!({"level": "open"});
    contract["grants"] = json!([{"opd": "bappeda", "may": ["push"], "purpose": "Uji", "basis": "Uji"}]);
    contract
}

/// A key of two parts: `bkd/pasangan/v1`.
pub fn pasangan() -> Value {
    let mut contract = named(barang(), "pasangan");
    contract["key"] = json!(["/a", "/b/c"]);
    contract["schema"] = json!({
        "$schema": DRAFT, "type": "object", "required": ["a", "b"],
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "object", "required": ["c"], "properties": {"c": {"type": ["string", "integer"]}}}
        }
    });
    contract
}

/// Answered by its owner's system: `bkd/cuti/v1`.
pub fn live() -> Value {
    let mut contract = named(barang(), "cuti");
    contract["mode"] = "live".into();
    contract["live"] = json!({"connector": "simpeg", "allow": [{"method": "GET", "path": "/cuti/*"}]});
    contract
}
