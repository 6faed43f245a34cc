//! `mahakam load`, run as a program beside a running hub: what it stores, what it refuses and where,
//! and how it goes on after a break.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts, eventually, program};

/// A running hub with one dataset, and a folder for files.
struct Desk {
    hub: TestHub,
    api: Api,
    dataset: String,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn with(contract: Value) -> Self {
        let dataset = format!(
            "{}/{}/v1",
            contract["opd"].as_str().unwrap(),
            contract["dataset"].as_str().unwrap()
        );
        let (hub, api) = TestHub::with(contract).await;
        Desk {
            hub,
            api,
            dataset,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = program(self.hub.database.url());
        command
            .current_dir(self.folder.path())
            .env("USER", "penguji")
            .args(["load", "--dataset", &self.dataset])
            .args(arguments);
        command
    }

    fn load(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The one JSON object of a load that ends with this code.
    fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let output = self.load(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        assert_eq!(output.stderr.is_empty(), code == 0, "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// What a load says on standard error when it ends with this code and tells no counts.
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.load(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The payload under a key, as it is stored.
    async fn stored(&self, key: &str) -> String {
        let answer = self.api.record(key).await;
        answer.is(200).body.clone()
    }

    /// How many records there are.
    async fn count(&self) -> usize {
        self.api.all_records(1_000).await.len()
    }

    fn number(&self, sql: &str) -> i64 {
        self.hub.database.beside().number(sql)
    }
}

/// The counts of an answer: received, created, updated, unchanged, deleted, rejected.
fn counts(answer: &Value) -> [u64; 6] {
    [
        "received",
        "created",
        "updated",
        "unchanged",
        "deleted",
        "rejected",
    ]
    .map(|name| {
        answer[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name}: {answer}"))
    })
}

fn gzipped(content: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn what_was_read_before_a_load_is_read_as_it_left_it() {
    let desk = Desk::with(contracts::barang()).await;
    for n in 1..4 {
        let file = desk.file("a.ndjson", format!("{{\"id\":\"a\",\"n\":{n}}}\n"));
        desk.json(0, &[&file]);
        for _ in 0..2 {
            assert!(desk.stored("a").await.contains(&format!("\"n\":{n}")));
        }
    }
}

#[tokio::test]
async fn every_format_is_loaded_packed_or_not() {
    let desk = Desk::with(contracts::barang()).await;
    let csv = "id,n\r\na,1\r\nb,2\r\n";
    let lines = "{\"id\":\"c\", \"n\":1.50}\n\n{\"id\":\"d\"}\n{\"$delete\":\"c\"}\n";
    let array = "\u{feff}[{\"id\":\"e\",\n \"n\":[1,\r\n2]},{\"id\":\"f\"}]\n";
    for (name, content, expected) in [
        ("a.csv", csv.as_bytes().to_vec(), [2, 2, 0, 0, 0, 0]),
        ("a.CSV.gz", gzipped(csv), [2, 0, 0, 2, 0, 0]),
        ("l.ndjson", lines.into(), [3, 2, 0, 0, 1, 0]),
        ("l.jsonl.gz", gzipped(lines), [3, 1, 0, 1, 1, 0]),
        ("e.json", array.into(), [2, 2, 0, 0, 0, 0]),
        ("e.json.gz", gzipped(array), [2, 0, 0, 2, 0, 0]),
        ("empty.ndjson", vec![], [0; 6]),
    ] {
        let name = desk.file(name, content);
        let answer = desk.json(0, &[&name]);
        assert_eq!(counts(&answer), expected, "{name}: {answer}");
        assert_eq!(answer["dataset"], "bkd/barang/v1");
        assert_eq!(answer["file"], *name);
        assert_eq!(answer["errors"], json!([]));
    }
    assert_eq!(desk.stored("a").await, r#"{"id":"a","n":"1"}"#);
    assert_eq!(desk.stored("e").await, r#"{"id":"e","n":[1,2]}"#);
    let mut files: Vec<_> = std::fs::read_dir(desk.folder.path()).unwrap().collect();
    files.retain(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("mahakam-load")
    });
    assert!(
        files.is_empty(),
        "a load that ended leaves nothing behind: {files:?}"
    );
}

#[tokio::test]
async fn standard_input_is_loaded_when_its_format_is_told() {
    let desk = Desk::with(contracts::barang()).await;
    let mut process = desk
        .command(&["-", "--format", "ndjson", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    input.write_all(b"{\"id\":\"a\"}\n{\"id\":\"b\"}").unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(counts(&answer), [2, 2, 0, 0, 0, 0]);
    assert_eq!(desk.count().await, 2);
}

#[tokio::test]
async fn what_stands_at_standard_input_is_loaded_though_nothing_can_be_written_beside_it() {
    let desk = Desk::with(contracts::barang()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ndjson");
    let lines: String = (0..3_000).map(|n| format!("{{\"id\":\"n{n}\"}}\n")).collect();
    std::fs::write(&file, lines).unwrap();
    let output = desk
        .command(&["/dev/stdin", "--format", "ndjson", "--json"])
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(desk.count().await, 3_000);
    let left = std::path::Path::new("/dev/stdin.mahakam-load");
    assert!(!left.exists());
}

#[tokio::test]
async fn cells_become_what_the_schema_says_and_codes_stay_codes() {
    let desk = Desk::with(contracts::pegawai()).await;
    let csv = "nip;nama;gaji;unit.kode;/unit/nama;anak;golongan\n\
        198001012005011001;\"Siti \"\"A\"\"\nBinti Ali\";4500000.50;64.10;'=Bidang;\"[{\"\"nama\"\":\"\"Budi\"\",\"\"umur\"\":7}]\";III/a\n\
        198001012005011002;Amir;;11.10;;;\n\
        ;;;;;;\n";
    let name = desk.file("pegawai.csv", csv);
    assert_eq!(counts(&desk.json(0, &[&name])), [2, 2, 0, 0, 0, 0]);
    assert_eq!(
        desk.stored("198001012005011001").await,
        r#"{"nip":"198001012005011001","nama":"Siti \"A\"\nBinti Ali","gaji":4500000.50,"unit":{"kode":"64.10","nama":"=Bidang"},"anak":[{"nama":"Budi","umur":7}],"golongan":"III/a"}"#
    );
    assert_eq!(
        desk.stored("198001012005011002").await,
        r#"{"nip":"198001012005011002","nama":"Amir","unit":{"kode":"11.10"}}"#
    );
    assert_eq!(counts(&desk.json(0, &[&name, "--raw"])), [2, 0, 1, 1, 0, 0]);
}

#[tokio::test]
async fn refused_rows_are_told_by_the_line_on_which_they_begin() {
    let desk = Desk::with(contracts::pegawai()).await;
    let mut csv =
        b"nip,nama,gaji\n198001012005011001,\"A\nB\",1\nX,C,1\n\n198001012005011003,D,\"1,5\"\n".to_vec();
    csv.extend_from_slice(b"198001012005011004,Jos\xe9,1\n198001012005011005,E\n198001012005011006,F,2\n");
    let name = desk.file("rusak.csv", csv);
    let answer = desk.json(1, &[&name, "--errors", "ditolak.ndjson"]);
    assert_eq!(counts(&answer), [6, 2, 0, 0, 0, 4]);
    let told = |member: &str| -> Vec<Value> {
        let errors = answer["errors"].as_array().unwrap();
        errors.iter().map(|error| error[member].clone()).collect()
    };
    assert_eq!(told("line"), [4, 6, 7, 8]);
    assert_eq!(
        told("code"),
        ["contract-violated", "contract-violated", "bad-body", "bad-body"]
    );
    assert_eq!(answer["errors"][0]["violations"][0]["pointer"], "/nip");
    assert_eq!(answer["errors"][1]["violations"][0]["pointer"], "/gaji");
    let kept = "SELECT count(*) FROM rejection WHERE line IN (4, 6, 7, 8)";
    assert_eq!(
        desk.number(kept),
        4,
        "what was refused is kept under the file's lines"
    );
    let written = std::fs::read_to_string(desk.path("ditolak.ndjson")).unwrap();
    let written: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(written.len(), 4);
    assert_eq!(written[1]["line"], 6);
    assert_eq!(written[1]["data"]["gaji"], "1,5");
    assert_eq!(written[3]["data"], json!(["198001012005011005", "E"]));
    let said = desk.fails(1, &[&name]);
    assert!(said.contains("line 4: /nip") && said.contains("UTF-8"), "{said}");
}

#[tokio::test]
async fn refused_payloads_of_other_formats_are_told_by_line_or_element() {
    let desk = Desk::with(contracts::barang()).await;
    let name = desk.file("l.ndjson", "{\"id\":\"a\"}\n\n{\"id\":tidak}\n{\"n\":1}\n");
    let answer = desk.json(1, &[&name]);
    assert_eq!(counts(&answer), [3, 1, 0, 0, 0, 2]);
    assert_eq!(answer["errors"][0]["line"], 3);
    let detail = answer["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("3, column 8"), "{detail}");
    assert_eq!(answer["errors"][1]["line"], 4);
    let name = desk.file("a.json", "[{\"id\":\"b\"},\n{\"n\":1},\n{\"id\":\"c\"}]");
    let answer = desk.json(1, &[&name]);
    assert_eq!(counts(&answer), [3, 2, 0, 0, 0, 1]);
    assert_eq!(answer["errors"][0]["line"], 2);
    // Behind a fault of syntax nothing can be told apart.
    let name = desk.file("b.json", "[{\"id\":\"d\"},\n{\"id\":tidak},\n{\"id\":\"e\"}]");
    let answer = desk.json(1, &[&name]);
    assert_eq!(counts(&answer), [1, 1, 0, 0, 0, 0]);
    let large = desk.file(
        "besar.ndjson",
        format!("{{\"id\":\"{}\"}}\n{{\"id\":\"f\"}}\n", "x".repeat(1 << 20)),
    );
    let answer = desk.json(1, &[&large]);
    assert_eq!(counts(&answer), [2, 1, 0, 0, 0, 1]);
    assert_eq!(answer["errors"][0]["code"], "record-too-large");
}

#[tokio::test]
async fn columns_that_do_not_fit_the_contract_are_told_before_anything_is_stored() {
    let desk = Desk::with(contracts::pegawai()).await;
    for (header, said) in [
        ("nip,nama,naam", "/unit/kode"),
        ("nip,nama,/nama", "/nama"),
        ("nama", "/nip"),
        ("n\u{ed}p", "/nip"),
    ] {
        let name = desk.file("t.csv", format!("{header}\n1,2,3\n"));
        let told = desk.fails(1, &[&name]);
        assert!(told.contains(said), "{header}: {told}");
    }
    let name = desk.file("latin.csv", b"nip,nam\xe1\n1,2\n");
    assert!(desk.fails(1, &[&name]).contains("UTF-8"));
    assert_eq!(desk.count().await, 0);
}

#[tokio::test]
async fn a_dry_run_and_a_refused_atomic_load_store_nothing() {
    let desk = Desk::with(contracts::barang()).await;
    desk.api.push(r#"{"id":"a","n":1}"#).await.is(201);
    let good = desk.file("good.ndjson", "{\"id\":\"a\",\"n\":2}\n{\"id\":\"b\"}\n");
    let bad = desk.file("bad.ndjson", "{\"id\":\"c\"}\n{\"n\":1}\n");
    let answer = desk.json(0, &[&good, "--dry-run"]);
    assert_eq!(counts(&answer), [2, 1, 1, 0, 0, 0]);
    assert_eq!(answer["dry_run"], true);
    assert_eq!(counts(&desk.json(1, &[&bad, "--dry-run"])), [2, 1, 0, 0, 0, 1]);
    let many: String = (0..25_000).map(|n| format!("{{\"id\":\"m{n}\"}}\n")).collect();
    let many = desk.file("many.ndjson", many + "{}\n");
    let answer = desk.json(1, &[&many, "--dry-run"]);
    assert_eq!(counts(&answer), [25_001, 25_000, 0, 0, 0, 1]);
    assert_eq!(answer["errors"][0]["line"], 25_001);
    let answer = desk.json(1, &[&bad, "--atomic"]);
    assert_eq!(counts(&answer), [2, 0, 0, 0, 0, 2]);
    assert_eq!(answer["errors"][0]["line"], 2);
    // A row that can't become a payload refuses all as well.
    let table = desk.file("t.csv", "id,n\nd,1\ne\n");
    assert_eq!(counts(&desk.json(1, &[&table, "--atomic"])), [2, 0, 0, 0, 0, 2]);
    assert_eq!(desk.count().await, 1);
    assert_eq!(counts(&desk.json(0, &[&good, "--atomic"])), [2, 1, 1, 0, 0, 0]);
    assert_eq!(desk.count().await, 2);
}

#[tokio::test]
async fn a_load_is_logged_in_the_name_of_who_did_it() {
    let desk = Desk::with(contracts::barang()).await;
    let name = desk.file("a.ndjson", "{\"id\":\"a\"}\n");
    desk.json(0, &[&name]);
    let audited = "SELECT count(*) FROM audit WHERE actor = 'cli:penguji' AND action = 'records.load' AND target = 'bkd/barang/v1'";
    assert_eq!(desk.number(audited), 1);
    let logged = "SELECT count(*) FROM exchange e JOIN change c ON c.exchange_id = e.id WHERE e.request_id = 'cli:penguji' AND e.action = 'push'";
    assert_eq!(desk.number(logged), 1);
    desk.json(0, &[&name, "--dry-run"]);
    assert_eq!(desk.number(audited), 1, "a dry run changes nothing");
    let told = "SELECT count(*) FROM exchange WHERE request_id = 'cli:penguji' AND action = 'validate'";
    assert_eq!(desk.number(told), 1);
}

#[tokio::test]
async fn what_is_not_there_is_told_and_wrong_usage_ends_with_two() {
    let desk = Desk::with(contracts::barang()).await;
    assert!(desk.fails(1, &["nowhere.csv"]).contains("nowhere.csv"));
    std::fs::create_dir(desk.path("folder.csv")).unwrap();
    assert!(desk.fails(1, &["folder.csv"]).contains("folder"));
    let name = desk.file("a.ndjson", "{\"id\":\"a\"}\n");
    let unknown = program(desk.hub.database.url())
        .current_dir(desk.folder.path())
        .args(["load", &name, "--dataset", "bkd/tiada/v1"])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("bkd/tiada/v1"));
    let unnamed = desk.file("a.txt", "");
    assert!(desk.fails(2, &[&unnamed]).contains("--format"));
    desk.fails(2, &[&name, "--separator", "ab"]);
    desk.fails(2, &[&name, "--format", "xlsx"]);
    let live = Desk::with(contracts::live()).await;
    let name = live.file("a.ndjson", "");
    assert!(live.fails(1, &[&name]).contains("bkd/cuti/v1"));
    let broken = desk.file("broken.ndjson.gz", "no gzip");
    assert!(desk.fails(1, &[&broken]).contains("can't be read"));
}

#[tokio::test]
async fn transactions_are_loaded_once_and_a_differing_one_is_refused() {
    let desk = Desk::with(contracts::mutasi()).await;
    let name = desk.file("m.csv", "id,n\na,1\nb,2\n");
    assert_eq!(counts(&desk.json(0, &[&name])), [2, 2, 0, 0, 0, 0]);
    assert_eq!(counts(&desk.json(0, &[&name])), [2, 0, 0, 2, 0, 0]);
    let name = desk.file("m.csv", "id,n\na,1\nb,3\n");
    let answer = desk.json(1, &[&name]);
    assert_eq!(counts(&answer), [2, 0, 0, 1, 0, 1]);
    assert_eq!(answer["errors"][0]["key"], "b");
    assert_eq!(answer["errors"][0]["line"], 3);
}

/// A file of so many rows, every hundredth refused, in one of the formats.
fn rows(format: &str, count: usize) -> String {
    let payload = |n: usize| match n % 100 {
        99 => format!("{{\"n\":{n}}}"),
        _ => format!("{{\"id\":\"{n:06}\",\"x\":\"{}\"}}", "y".repeat(50)),
    };
    match format {
        "csv" => {
            let row = |n: usize| match n % 100 {
                99 => format!(",{n}\n"),
                _ => format!("{n:06},\"{}\n\"\n", "y".repeat(50)),
            };
            format!("id,x\n{}", (0..count).map(row).collect::<String>())
        }
        "json" => format!("[{}]", (0..count).map(payload).collect::<Vec<_>>().join(",\n")),
        _ => (0..count).map(|n| payload(n) + "\n").collect(),
    }
}

async fn goes_on_after_a_kill(format: &str) {
    const COUNT: usize = 40_000;
    let desk = Desk::with(contracts::barang()).await;
    let name = desk.file(&format!("many.{format}"), rows(format, COUNT));
    let journal = desk.path(&format!("{name}.mahakam-load"));
    let arguments = [name.as_str(), "--json", "--errors", "ditolak.ndjson"];
    let mut process = desk.command(&arguments).stdout(Stdio::null()).spawn().unwrap();
    eventually("a part is stored", || async { journal.exists().then_some(()) }).await;
    process.kill().unwrap();
    process.wait().unwrap();
    let before = desk.count().await;
    assert!(before > 0, "{before} were stored");
    let output = desk.load(&arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("Going on behind"),
        "{output:?}"
    );
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let done = answer["resumed_after"].as_u64().unwrap();
    assert!(done > 0);
    let [received, created, updated, unchanged, deleted, rejected] = counts(&answer);
    // What was stored and not yet written down when the kill came is sent again.
    assert_eq!((received, rejected), (40_000, 400), "{answer}");
    assert_eq!((created + unchanged, updated, deleted), (39_600, 0, 0));
    assert_eq!(desk.count().await, 39_600);
    let feed = desk.api.all_changes(0, 10_000).await;
    assert_eq!(feed.len(), 39_600, "nothing was stored twice");
    let written = std::fs::read_to_string(desk.path("ditolak.ndjson")).unwrap();
    assert_eq!(written.lines().count(), 400, "each refused line is told once");
    assert!(!journal.exists());
}

#[tokio::test]
async fn a_load_of_lines_that_was_killed_goes_on_behind_what_is_stored() {
    goes_on_after_a_kill("ndjson").await;
}

#[tokio::test]
async fn a_load_of_an_array_that_was_killed_goes_on_behind_what_is_stored() {
    goes_on_after_a_kill("json").await;
}

#[tokio::test]
async fn a_load_of_a_table_that_was_killed_goes_on_behind_what_is_stored() {
    goes_on_after_a_kill("csv").await;
}

#[tokio::test]
async fn a_journal_of_another_load_is_not_followed() {
    let desk = Desk::with(contracts::barang()).await;
    let name = desk.file("a.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
    desk.file("a.ndjson.mahakam-load", "{\"source\":{},\"done\":1}");
    let output = desk.load(&[&name]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("another load"));
    assert_eq!(desk.count().await, 2);
    desk.file("a.ndjson.mahakam-load", "");
    assert_eq!(counts(&desk.json(0, &[&name, "--restart"])), [2, 0, 0, 2, 0, 0]);
}

#[tokio::test]
async fn a_table_that_was_exported_is_loaded_back_as_it_stood() {
    let desk = Desk::with(contracts::pegawai()).await;
    let nip = |n: usize| format!("19800101200501100{n}");
    let payloads = [
        json!({"nip": nip(1), "nama": "=1+1", "gaji": 64.5, "unit": {"kode": "64.10", "nama": "\u{ff1d}x"}}),
        json!({"nip": nip(2), "nama": "'-x", "unit": {"kode": ""}, "anak": [{"nama": "Budi", "umur": 7}]}),
        json!({"nip": nip(3), "nama": " a \"b\",\r\nc ", "unit": {"kode": "007", "nama": ""}, "golongan": "IV/a"}),
        json!({"nip": nip(4), "nama": "''kata", "anak": []}),
    ];
    for payload in &payloads {
        desk.api.push(payload).await.is(201);
    }
    for raw in [&[][..], &["--raw"]] {
        let exported = program(desk.hub.database.url())
            .current_dir(desk.folder.path())
            .args([
                "export",
                "--dataset",
                &desk.dataset,
                "--format",
                "csv",
                "--output",
                "t.csv",
            ])
            .args(raw)
            .output()
            .unwrap();
        assert!(exported.status.success(), "{exported:?}");
        let answer = desk.json(0, &[&["t.csv"], raw].concat());
        assert_eq!(counts(&answer), [4, 0, 0, 4, 0, 0], "{answer}");
    }
}
