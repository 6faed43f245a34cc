//! `GET /export` and `mahakam export`: each kind of file, read back by a program that is not ours.

mod rules;
mod values;

use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts};

/// Texts that files are known to spoil.
const HOSTILE: [&str; 26] = [
    "=1+1",
    "+62",
    "-5",
    "@x",
    "\tq",
    "\r",
    "a,b;c",
    "d \"e\"",
    "f\ng",
    "h\r\ni",
    "j\u{1}\u{8}\u{1f}k",
    "_x0041_",
    "_x000D_",
    "_x0041\u{2}",
    "64.10",
    "007",
    "199001012015031001",
    "😀 é",
    "<&>'\"]]>",
    "  dua  spasi  ",
    "",
    "'=x",
    "TRUE",
    "1e5",
    "\u{fffe}",
    "\n",
];

/// Numbers as they are written, and whether a double is all they are.
const NUMBERS: [(&str, bool); 9] = [
    ("64.10", false),
    ("64.1", true),
    ("123456789012345678", false),
    ("-5", true),
    ("1e+5", true),
    ("1.50e+5", false),
    ("0", true),
    ("-0", false),
    ("0.1", true),
];

/// A master with something nested, and open for more.
fn surat() -> Value {
    let mut contract = contracts::named(contracts::barang(), "surat");
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"}, "teks": {"type": "string"}, "angka": {"type": "number"},
        "aktif": {"type": "boolean"}, "kosong": {"type": "null"}, "anak": {"type": "array"},
        "alamat": {"type": "object", "properties": {"kode/pos": {"type": "string"}, "kota": {"type": "string"}}}
    });
    contract
}

const HEADINGS: [&str; 9] = [
    "/id",
    "/aktif",
    "/alamat/kode~1pos",
    "/alamat/kota",
    "/anak",
    "/angka",
    "/kosong",
    "/teks",
    "/luar",
];

async fn filled() -> (TestHub, Api) {
    let (hub, surat) = TestHub::with(surat()).await;
    for (n, text) in HOSTILE.iter().enumerate() {
        surat
            .push(json!({"id": format!("t{n:02}"), "teks": text}))
            .await
            .is(201);
    }
    for (n, (number, _)) in NUMBERS.iter().enumerate() {
        surat
            .push(format!("{{\"id\":\"n{n}\",\"angka\":{number}}}"))
            .await
            .is(201);
    }
    surat
        .push(r#"{"id":"a","aktif":true,"alamat":{"kode/pos":"07511","kota":"Sendawar"},"anak":[{"n":1.50},null],"kosong":null,"luar":{"b":1}}"#)
        .await
        .is(201);
    surat.push(r#"{"id":"z"}"#).await.is(201);
    surat.delete("z").await.is(200);
    (hub, surat)
}
