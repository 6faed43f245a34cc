//! The parts of a push and of a feed, one by one: `cargo bench --bench micro`.
//!
//! How fast the whole is says `benches/run`; these show which part a change made slower.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that can't be set up has nothing to measure"
)]

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::tz::TimeZone;
use mahakam::audit::{Exchange, ExchangeId, Signer};
use mahakam::config::DatabaseConfig;
use mahakam::contract::Validator;
use mahakam::record::{Entry, FoundBy, Judge, Mask, Precondition, Submission, judge, key_of};
use mahakam::store::append::{Known, RejectionBound, Write, append};
use mahakam::store::chains::Chain;
use mahakam::store::{DbConnection, Store, changes, datasets, records};
use mahakam::types::{DatasetId, Document, FeedId, Kind, Moment, Pointer, Seq, Timestamp};
use serde_json::json;

/// The largest record, in bytes.
const MAX: usize = 1024 * 1024;
/// How many records an ingest batch has.
const BATCH: usize = 500;
/// How many changes a page of the feed has.
const PAGE: usize = 1_000;

fn main() {
    divan::main();
}

/// A contract like those of the samples, with two filters.
fn rules() -> Judge {
    let text = json!({"type": "string", "maxLength": 200});
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "required": ["nip", "nama"], "additionalProperties": false,
        "properties": {
            "nip": {"type": "string", "pattern": "^[0-9]{18}$"}, "nama": text, "jabatan": text,
            "golongan": {"enum": ["III/a", "III/b", "III/c", "IV/a"]},
            "tmt": {"type": "string", "format": "date"}, "aktif": {"type": "boolean"},
            "nilai": {"type": "number", "minimum": 0}, "keterangan": text,
            "unit": {"type": "object", "properties": {"kode": text, "nama": text}},
            "alamat": {"type": "object", "properties": {"jalan": text, "kode_wilayah": text, "kode_pos": text}}
        }
    });
    Judge {
        references: Vec::new(),
        subject: None,
        validator: Validator::compile(&schema).unwrap(),
        key: vec!["/nip".parse().unwrap()],
        found_by: FoundBy {
            filters: vec!["/golongan".parse().unwrap(), "/unit/kode".parse().unwrap()],
            guards: Vec::new(),
        },
    }
}

/// A record of some 450 bytes.
fn record(number: usize) -> Vec<u8> {
    let payload = json!({
        "nip": format!("{:018}", number), "nama": "Siti Rahmawati Nurhidayah", "jabatan": "Pranata Komputer Ahli Muda",
        "golongan": "III/c", "tmt": "2019-04-01", "aktif": true, "nilai": 87.25,
        "keterangan": "Penempatan awal; pindah tugas disetujui pada rapat triwulan kedua",
        "unit": {"kode": "02.16", "nama": "Bidang Teknologi Informasi dan Komunikasi"},
        "alamat": {"jalan": "Jalan Basuki Rahmat No. 41", "kode_wilayah": "64.72.05.1003", "kode_pos": "75117"}
    });
    payload.to_string().into_bytes()
}

#[divan::bench]
fn validation(bencher: Bencher<'_, '_>) {
    let (rules, bytes) = (rules(), record(1));
    let judged = || judge(&rules, divan::black_box(&bytes), MAX).unwrap();
    bencher.counter(ItemsCount::new(1_usize)).bench(judged);
}

#[divan::bench]
fn key_extraction(bencher: Bencher<'_, '_>) {
    let (rules, bytes) = (rules(), record(1));
    let document = Document::parse(&bytes).unwrap();
    let found = || key_of(&rules.key, divan::black_box(document.value())).unwrap();
    bencher.counter(ItemsCount::new(1_usize)).bench(found);
}

/// A fresh database with one dataset: the folder it lies in, a connection, the dataset's number.
fn database() -> (tempfile::TempDir, DbConnection, i64) {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig {
        url: format!("sqlite:{}", folder.path().join("hub.db").display()),
        pool_size: 1,
    };
    let store = Store::open(&config).unwrap();
    store.migrate().unwrap();
    let id: DatasetId = "bkd/pegawai/v1".parse().unwrap();
    let feed = FeedId::from_random([7; 6]);
    let number = store
        .write(|connection| datasets::insert(connection, &id, &feed, Timestamp(0)))
        .unwrap();
    let connection = store.dedicated().unwrap();
    (folder, connection, number)
}

/// The next batch of new records.
fn batch(rules: &Judge, dataset: i64, from: usize) -> Write {
    let entry = |number| Entry::Put(judge(rules, &record(number), MAX).unwrap());
    let submission = Submission {
        dataset,
        feed: FeedId::from_random([7; 6]),
        kind: Kind::Master,
        contract: 1,
        filters: "[]".into(),
        links: std::sync::Arc::default(),
        entries: (from..from + BATCH).map(entry).collect(),
        atomic: false,
        precondition: Precondition::default(),
    };
    let exchange = Exchange {
        id: ExchangeId::new(Timestamp(0)),
        part: 0,
        at: Timestamp(0),
        duration_us: 0,
        action: "push",
        dataset: None,
        opd: None,
        application: None,
        outcome: "ok",
        records: 0,
        rejected: 0,
        unresolved: 0,
        bytes: 0,
        batch_sha256: None,
        request_id: "bench".into(),
        dataset_id: None,
        person: None,
        traceparent: None,
        address: None,
        times: 1,
        reading: None,
        first_seq: None,
        changes: 0,
    };
    Write::new(submission, exchange)
}

fn store(connection: &mut DbConnection, write: Write) {
    let bound = RejectionBound {
        rows: 1_000,
        bytes: 1_000_000,
    };
    let now = Moment {
        at: Timestamp(0),
        zone: &TimeZone::UTC,
    };
    let known = &mut Known::default();
    let chain = &mut Chain::new(std::sync::Arc::new(Signer::new(&[7; 32]).unwrap()));
    append(connection, &[write], now, bound, known, chain).unwrap();
}

/// 500 judged records and their exchange, committed durably on SQLite.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn ingest_batch(bencher: Bencher<'_, '_>) {
    let (rules, (_folder, mut connection, dataset)) = (rules(), database());
    let mut next = 0;
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| {
            next += BATCH;
            batch(&rules, dataset, next)
        })
        .bench_local_values(|write| store(&mut connection, write));
}

/// A database with 10,000 records, each changed once.
fn filled() -> (tempfile::TempDir, DbConnection, i64) {
    let (rules, (folder, mut connection, dataset)) = (rules(), database());
    for part in 0..20 {
        store(&mut connection, batch(&rules, dataset, part * BATCH));
    }
    (folder, connection, dataset)
}

/// What is shown of payloads: all of it, some fields on every level, or nearly everything.
const GRANTS: [(&str, &[&str]); 3] = [
    ("all", &[]),
    (
        "some",
        &["/nip", "/golongan", "/unit/kode", "/alamat/kode_wilayah"],
    ),
    (
        "most",
        &[
            "/nip",
            "/nama",
            "/jabatan",
            "/golongan",
            "/tmt",
            "/nilai",
            "/keterangan",
            "/unit",
            "/alamat/jalan",
            "/alamat/kode_wilayah",
        ],
    ),
];

/// The payload or its part, made ready as often as a request does that.
fn shown(mask: Option<&Mask>, payload: String) -> String {
    match mask {
        None => payload,
        Some(mask) => mask.part(&payload).unwrap(),
    }
}

fn mask(fields: &[&str]) -> Option<Mask> {
    let fields: Vec<Pointer> = fields.iter().map(|field| field.parse().unwrap()).collect();
    (!fields.is_empty()).then(|| Mask::of(&fields))
}

/// The part of one payload.
#[divan::bench(args = GRANTS.map(|(name, _)| name))]
fn part(bencher: Bencher<'_, '_>, grant: &str) {
    let payload = String::from_utf8(record(1)).unwrap();
    let mask = mask(fields(grant));
    bencher
        .counter(ItemsCount::new(1_usize))
        .with_inputs(|| payload.clone())
        .bench_values(|payload| shown(mask.as_ref(), payload));
}

fn fields(grant: &str) -> &'static [&'static str] {
    let found = GRANTS.iter().find(|(name, _)| *name == grant);
    found.map_or(&[], |(_, fields)| *fields)
}

/// A page of the feed out of 10,000 changes on SQLite, cut down as a grant says.
#[divan::bench(args = GRANTS.map(|(name, _)| name))]
fn feed_page(bencher: Bencher<'_, '_>, grant: &str) {
    let (_folder, mut connection, dataset) = filled();
    bencher.counter(ItemsCount::new(PAGE)).bench_local(|| {
        let mask = mask(fields(grant));
        let page = changes::page(&mut connection, dataset, Seq(4_000), 1_000).unwrap();
        let payloads = page.into_iter().filter_map(|change| change.payload);
        payloads
            .map(|payload| shown(mask.as_ref(), payload))
            .collect::<Vec<_>>()
    });
}

/// A page of the list out of 10,000 records on SQLite, cut down as a grant says.
#[divan::bench(args = GRANTS.map(|(name, _)| name))]
fn list_page(bencher: Bencher<'_, '_>, grant: &str) {
    let (_folder, mut connection, dataset) = filled();
    bencher.counter(ItemsCount::new(PAGE)).bench_local(|| {
        let mask = mask(fields(grant));
        let page = records::page(&mut connection, dataset, Some("000000000000004000"), 1_000).unwrap();
        page.into_iter()
            .map(|stored| shown(mask.as_ref(), stored.payload))
            .collect::<Vec<_>>()
    });
}
