//! `mahakam contract init`, run as a program: what it drafts can be registered as it is, and takes all
//! of the file that it was drafted from.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{Database, program};

/// A folder for files, and a database that only some commands need.
struct Shell {
    database: Option<Database>,
    folder: tempfile::TempDir,
}

impl Shell {
    /// Without any database.
    fn new() -> Self {
        Shell {
            database: None,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With a database that knows the agency `bkd`.
    fn with_database() -> Self {
        let shell = Shell {
            database: Some(Database::create()),
            ..Shell::new()
        };
        shell.json(&["opd", "add", "bkd", "Kepegawaian"]);
        shell
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let nowhere = "postgres://nobody@127.0.0.1:1/nothing";
        let url = self.database.as_ref().map_or(nowhere, Database::url);
        program(url)
            .current_dir(self.folder.path())
            .env("USER", "penguji")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file<'n>(&self, name: &'n str, content: impl AsRef<[u8]>) -> &'n str {
        std::fs::write(self.path(name), content).unwrap();
        name
    }

    /// Drafts a contract from a file, registers it as it is, and loads the same file whole.
    fn round_trip(&self, dataset: &str, file: &str, more: &[&str]) -> Value {
        let out = format!("{}.yaml", dataset.replace('/', "-"));
        let init = ["contract", "init", file, "--dataset", dataset, "--out", &out];
        let drafted = self.json(&[&init, more].concat());
        let notes = codes(&drafted);
        assert!(!notes.contains(&"refused"), "{file}: {drafted}");
        assert_eq!(
            self.json(&["contract", "check", &out])["warnings"],
            json!([]),
            "{file}"
        );
        self.json(&["contract", "register", &out, "--publish"]);
        let loaded = self.json(&["load", file, "--dataset", dataset]);
        assert_eq!(loaded["created"], drafted["records"], "{file}: {loaded}");
        assert_eq!(loaded["rejected"], 0, "{file}: {loaded}");
        drafted
    }
}

fn codes(drafted: &Value) -> Vec<&str> {
    let notes = drafted["notes"].as_array().unwrap();
    notes.iter().map(|note| note["code"].as_str().unwrap()).collect()
}

#[test]
fn every_sample_that_is_shipped_loads_into_its_own_draft() {
    let shell = Shell::with_database();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/data");
    for (name, file, key) in [
        ("wilayah", "odbl/wilayah.ndjson", json!(["/kode"])),
        ("kodepos", "kodepos.ndjson", json!(["/kode_desa_kelurahan"])),
        ("pulau", "odbl/pulau.ndjson", json!(["/kode"])),
        ("hari_libur", "hari_libur.ndjson", json!(["/tanggal"])),
        ("gempa", "gempa.ndjson", json!(["/id"])),
    ] {
        let file = samples.join(file);
        let dataset = format!("bkd/{name}/v1");
        let drafted = shell.round_trip(&dataset, file.to_str().unwrap(), &["--enums"]);
        assert_eq!(drafted["contract"]["key"], key, "{name}");
        // What an export writes is a table that leads to the same records.
        let table = format!("{name}.csv");
        shell.json(&[
            "export",
            "--dataset",
            &dataset,
            "--format",
            "csv",
            "--output",
            &table,
        ]);
        let again = shell.round_trip(&format!("bkd/{name}_csv/v1"), &table, &[]);
        assert_eq!(again["contract"]["key"], key, "{name}");
        assert_eq!(again["records"], drafted["records"], "{name}");
    }
}

#[test]
fn traps_of_a_table_stay_texts_and_load() {
    let shell = Shell::with_database();
    let table = "\u{feff}No;kode;wilayah;nik panjang;tgl;harga;luas (km2);kab/kota;a~b; alamat.rt ;/alamat/rw;aktif;catatan;kosong;tahun;titik\r\n\
        1;0012;64.10;6472010101900001;31/01/1990;1.250.000,50;12,5;Samarinda;x;01;02;true;;;2020;[1.0,2]\r\n\
        2;0013;64.02;6472010101900002;01/02/1991;3;3;\"Kutai\nBarat\";y;;;false;\"ada \"\"kutip\"\"\";;2021;[]\r\n\
        \r\n3;0014;64.03;6472010101900003;01/02/1991;3;3;Paser;y;001;;false;\"\";;2021;\"[2,\"\"x\"\"]\"\r\n";
    let drafted = shell.round_trip("bkd/tabel/v1", shell.file("tabel.csv", table), &[]);
    let properties = &drafted["contract"]["schema"]["properties"];
    for name in [
        "kode",
        "wilayah",
        "nik panjang",
        "tgl",
        "harga",
        "luas (km2)",
        "kab/kota",
        "a~b",
    ] {
        assert_eq!(properties[name]["type"], "string", "{name}: {drafted}");
    }
    assert_eq!(properties["No"]["type"], "integer");
    assert_eq!(properties["tahun"]["type"], "integer");
    assert_eq!(properties["aktif"]["type"], "boolean");
    assert_eq!(properties["titik"]["type"], "array");
    assert_eq!(properties["kosong"]["type"], json!(["string", "null"]));
    assert_eq!(properties["alamat"]["required"], json!(["rt"]));
    assert_eq!(drafted["contract"]["key"], json!(["/kode"]));
    assert_eq!(
        drafted["contract"]["personal_data"],
        json!(["/nik panjang", "/alamat"])
    );
    for code in ["text-kept", "never-filled", "key-unsure", "personal-data"] {
        assert!(codes(&drafted).contains(&code), "{code}: {drafted}");
    }
    let separated = shell.file("b.csv", "kode\tjumlah\n007\t25\n");
    let one = shell.round_trip("bkd/satu/v1", separated, &[]);
    assert_eq!(
        one["contract"]["examples"]["valid"],
        json!([{"kode": "007", "jumlah": 25}])
    );
}

#[test]
fn traps_of_json_keep_their_types_and_load() {
    let shell = Shell::with_database();
    let lines = r#"{"id":"a","n":1,"big":12345678901234567890,"m":[1,"x",{"k":1.5}],"o":{"p":{"q":null},"t":"2026-01-01T00:00:00Z"},"a/b":true," sp":"","$x~":0}
{"id":7,"n":"x","big":1,"m":[],"o":{"p":{"q":64.10}}}

{"id":"c","n":null,"big":64.10,"o":{"p":{}}}
"#;
    let drafted = shell.round_trip("bkd/baris/v1", shell.file("baris.ndjson", lines), &[]);
    let properties = &drafted["contract"]["schema"]["properties"];
    assert_eq!(properties["id"]["type"], json!(["string", "integer"]));
    assert_eq!(properties["n"]["type"], json!(["string", "integer", "null"]));
    assert_eq!(properties["big"]["type"], "number");
    assert_eq!(
        properties["o"]["properties"]["p"]["properties"]["q"]["type"],
        json!(["number", "null"])
    );
    for code in ["mixed-types", "long-number", "kind"] {
        assert!(codes(&drafted).contains(&code), "{code}: {drafted}");
    }
    let array = shell.file(
        "larik.json",
        "[{\"kode\":\"01\",\"tanggal\":\"2026-02-28\"},\n{\"kode\":\"02\"}]",
    );
    let drafted = shell.round_trip("bkd/larik/v1", array, &["--title", "Larik saya"]);
    assert_eq!(drafted["contract"]["title"], "Larik saya");
    assert_eq!(
        drafted["contract"]["schema"]["properties"]["tanggal"]["format"],
        "date"
    );
    assert_eq!(drafted["contract"]["schema"]["required"], json!(["kode"]));
}

#[test]
fn one_object_is_one_record() {
    let shell = Shell::new();
    let drafted = shell.json(&[
        "contract",
        "init",
        shell.file("satu.json", "{\"id\": \"a\",\n \"n\": 1}"),
    ]);
    assert_eq!(drafted["records"], 1);
    assert_eq!(drafted["contract"]["dataset"], "satu");
    assert!(codes(&drafted).contains(&"one-object"));
}

#[test]
fn what_holds_no_records_is_refused_with_what_to_do() {
    let shell = Shell::new();
    for (name, content, said) in [
        ("a.csv", &b""[..], "holds no records"),
        ("b.csv", b"a,b\n", "at least one row"),
        ("c.ndjson", b"\n\n", "holds no records"),
        ("d.json", b"", "empty"),
        ("e.json", b"[]", "holds no records"),
        ("f.csv", b"PK\x03\x04\x00\x01", "CSV UTF-8"),
        ("g.ndjson", b"\x00\x01\x02", "is no text"),
        ("h.csv", b"\xff\xfea\x00", "CSV UTF-8"),
        ("i.csv", b"a,b,a\n1,2,3\n", "same field"),
        ("j.csv", b"a,,c\n1,2,3\n", "column 2"),
        ("k.csv", b"kode,nama\n1,caf\xe9\n", "UTF-8"),
        ("l.json", b"{\"a\":1}\n{\"a\":2}", "--format ndjson"),
        ("m.json", b"[{\"a\":1},", "ends before"),
        ("n.json", b"\"a\"", "no JSON array"),
        ("o.ndjson", b"[1]\n2\n{}x\n", "JSON object"),
    ] {
        let fault = shell.fails(1, &["contract", "init", shell.file(name, content)]);
        assert!(fault.contains(said), "{name}: {fault}");
    }
    assert!(
        shell
            .fails(1, &["contract", "init", "tiada.csv"])
            .contains("tiada.csv")
    );
    assert!(
        shell
            .fails(2, &["contract", "init", "buku.xlsx"])
            .contains("CSV UTF-8")
    );
}

#[test]
fn lines_that_can_not_be_read_are_told_and_never_dropped_in_silence() {
    let shell = Shell::new();
    let lines = "{\"id\":1}\n{\"id\":2}\nfoo\n{\"id\":3,\"id\":4}\n{\"id\":5}\n";
    let drafted = shell.json(&["contract", "init", shell.file("a.ndjson", lines)]);
    assert_eq!((&drafted["records"], &drafted["unread"]), (&json!(3), &json!(2)));
    let told = drafted["notes"][0]["message"].as_str().unwrap().to_owned();
    assert!(
        told.contains("line 3")
            || drafted["notes"][1]["message"]
                .as_str()
                .unwrap()
                .contains("line 3"),
        "{drafted}"
    );
    let table = shell.file("b.csv", "kode,n\n01,1\n02\n03,3\n04,4\n");
    let drafted = shell.json(&["contract", "init", table]);
    assert_eq!((&drafted["records"], &drafted["unread"]), (&json!(3), &json!(1)));
    let drafted = shell.json(&["contract", "init", "a.ndjson", "--lines", "2"]);
    assert_eq!((&drafted["records"], &drafted["unread"]), (&json!(2), &json!(0)));
}

#[test]
fn a_file_that_exists_is_never_written_over() {
    let shell = Shell::new();
    let data = shell.file("a.csv", "kode\n01\n");
    let printed = shell.run(&["contract", "init", data]);
    shell.file("ada.yaml", "isi");
    assert!(
        shell
            .fails(1, &["contract", "init", data, "--out", "ada.yaml"])
            .contains("exists")
    );
    assert_eq!(std::fs::read_to_string(shell.path("ada.yaml")).unwrap(), "isi");
    let done = shell.json(&["contract", "init", data, "--out", "baru.yaml"]);
    assert_eq!(done["file"], "baru.yaml");
    let written = std::fs::read_to_string(shell.path("baru.yaml")).unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), written);
    assert!(String::from_utf8(printed.stderr).unwrap().contains("1 record"));
}

#[test]
fn data_about_persons_is_never_drafted_as_open() {
    let shell = Shell::new();
    let people = shell.file("orang.csv", "nik,nama\n6472010101900001,Budi\n");
    let fault = shell.fails(1, &["contract", "init", people, "--open"]);
    assert!(fault.contains("/nik") && !fault.contains("Budi"), "{fault}");
    let drafted = shell.json(&["contract", "init", people]);
    assert_eq!(drafted["contract"]["classification"]["level"], "restricted");
    assert!(!drafted.to_string().contains("Budi"));
    let places = shell.file("tempat.csv", "kode,nama\n64,Kaltim\n");
    let drafted = shell.json(&["contract", "init", places, "--open"]);
    assert_eq!(drafted["contract"]["classification"], json!({"level": "open"}));
}
