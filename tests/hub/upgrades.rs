//! From every schema that was ever released, with rows in every table, all the way up: nothing is lost, the hub starts,
//! reads and writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::harness::{Beside, Database, TestHub, contracts, on_postgres};
use crate::log::verified;

/// The migrations by version, each with its SQL.
fn migrations() -> BTreeMap<String, PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(if on_postgres() { "postgres" } else { "sqlite" });
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let version = name.split('_').next().unwrap().replace('-', "");
            (version, path.join("up.sql"))
        })
        .collect()
}

/// Runs the migrations up to the one with this number, and puts rows into each table as it comes.
fn database_at(count: usize) -> Arc<Database> {
    let database = Arc::new(Database::empty());
    let mut beside = database.beside();
    beside.run(
        "CREATE TABLE __diesel_schema_migrations (
             version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    for (number, (version, path)) in migrations().into_iter().take(count).enumerate() {
        beside.run(&std::fs::read_to_string(&path).unwrap());
        beside.run(&format!(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"
        ));
        fill(&mut beside, number + 1);
    }
    database
}

/// Bytes as SQL writes them.
fn bytes(hex: &str) -> String {
    if on_postgres() {
        format!("'\\x{hex}'::bytea")
    } else {
        format!("x'{hex}'")
    }
}

/// What is put in after the migration with this number.
#[expect(clippy::too_many_lines, reason = "one statement a table")]
fn fill(beside: &mut Beside, number: usize) {
    let hash = bytes(&"ab".repeat(32));
    match number {
        1 => {
            let contract = contracts::barang().to_string().replace('\'', "''");
            let payload = r#"{"id":"lama","n":1.50}"#;
            let digest = bytes(&mahakam::types::Digest::of(payload.as_bytes()).to_string());
            beside.run(&format!(
                "INSERT INTO opd (id, code, name, active, created_at) VALUES (1, 'bkd', 'Badan', TRUE, 1);
                 INSERT INTO application (id, opd_id, name, created_at) VALUES (1, 1, 'SIMPEG', 1);
                 INSERT INTO api_key (id, application_id, public_part, hash, created_at) VALUES (1, 1, 'aaaaaaaaaaaaaaaa', {hash}, 1);
                 INSERT INTO dataset (id, opd, name, major, feed, created_at) VALUES (1, 'bkd', 'barang', 1, 'abcdef012345', 1);
                 INSERT INTO dataset_head (dataset_id, seq) VALUES (1, 2);
                 INSERT INTO contract (id, dataset_id, minor, patch, state, document, digest, created_at, published_at)
                     VALUES (1, 1, 0, 0, 'published', '{contract}', {hash}, 1, 1);
                 INSERT INTO change (dataset_id, seq, key, deleted, payload, payload_sha256, contract_id, at, exchange_id)
                     VALUES (1, 1, 'lama', FALSE, '{{\"id\":\"lama\"}}', {digest}, 1, 1, {hash}),
                            (1, 2, 'lama', FALSE, '{payload}', {digest}, 1, 2, {hash});
                 INSERT INTO record (dataset_id, key, seq, digest, deleted) VALUES (1, 'lama', 2, {digest}, FALSE);
                 INSERT INTO exchange (id, part, at, duration_us, action, dataset, opd, outcome, records, rejected, bytes, request_id)
                     VALUES ({hash}, 0, 1, 1, 'push', 'bkd/barang/v1', 'bkd', 'ok', 1, 0, 20, 'r');
                 INSERT INTO audit (id, at, actor, action, target) VALUES (1, 1, 'cli:x', 'opd.add', 'bkd');"
            ));
            if on_postgres() {
                for table in ["opd", "application", "api_key", "dataset", "contract", "audit"] {
                    beside.run(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1)"));
                }
            }
        }
        2 => beside.run(&format!(
            "INSERT INTO rejection (dataset_id, number, at, exchange_id, contract_id, body, reason, upto)
                 VALUES (1, 1, 1774000000000, {hash}, 1, {hash}, '{{}}', 32);
             UPDATE dataset_head SET rejections = 1, rejected_bytes = 32;
             INSERT INTO idempotency (application_id, key, fingerprint, at, status) VALUES (1, 'k', {hash}, 1, 201);"
        )),
        3 => beside.run(
            "INSERT INTO contract_move (contract_id, at, actor, after, details) VALUES (1, 1, 'x', 'published', '{}')",
        ),
        6 => beside.run(&format!(
            "INSERT INTO person (name, full_name, password, created_at) VALUES ('siti', 'Siti', '*', 1);
             INSERT INTO assignment (person_id, role, capacity, valid_from, created_at)
                 SELECT id, 'viewer', 'definitive', '2026-01-01', 1 FROM person;
             INSERT INTO session (hash, person_id, created_at, seen_at, address)
                 SELECT {hash}, id, 1, 1, '127.0.0.1' FROM person;"
        )),
        9 => beside.run(&format!(
            "INSERT INTO access_token (hash, public_part, expires_at) VALUES ({hash}, 'aaaaaaaaaaaaaaaa', 1)"
        )),
        11 => beside.run(
            "INSERT INTO connector (opd_id, name, settings, revision, created_at)
                 VALUES (1, 'simpeg', '{\"base_url\":\"http://127.0.0.1:9\"}', 1, 1)",
        ),
        12 => beside.run(
            "INSERT INTO pull (opd_id, dataset, settings, revision, paused, created_at)
                 VALUES (1, 'bkd/barang/v1', '{\"dataset\":\"bkd/barang/v1\",\"connector\":\"simpeg\",\"path\":\"/x\"}', 1, TRUE, 1);
             INSERT INTO pull_run (pull_id, revision, cause, begun_at, progress_at, ended_at, outcome)
                 SELECT id, 1, 'schedule', 1, 1, 2, 'ok' FROM pull;",
        ),
        13 => beside.run(
            "INSERT INTO subscription (dataset_id, application_id, connector_id, path, batch, state, created_at, feed, seq)
                 SELECT 1, 1, id, '/terima', 100, 'paused', 1, 'abcdef012345', 1 FROM connector",
        ),
        15 => beside.run(
            "INSERT INTO integration (id, year, number, variant, subject, received_on, created_at, moves, state, step, round, entered_on)
                 VALUES (1, 2026, 1, 'standard', 'Lama', '2026-01-05', 1, 0, 'running', 1, 1, '2026-01-05');
             INSERT INTO integration_party (integration_id, opd_id, side) VALUES (1, 1, 'provider');
             INSERT INTO unit_test (dataset, version, contract_digest, passed, at, actor, report)
                 VALUES ('bkd/barang/v1', '1.0.0', 'x', TRUE, 1, 'x', '{}');",
        ),
        // A document refers to letters, which come with the migration after its own.
        17 => beside.run(&format!(
            "INSERT INTO letter (number, dated, subject, origin, received_on, added_by, added_at)
                 VALUES ('1/A', '2026-01-01', 'Lama', 'BKD', '2026-01-05', 'x', 1);
             INSERT INTO disposition (letter_id, sender, receiver, dated, instruction, added_by, added_at)
                 SELECT id, 'a', 'b', '2026-01-06', 'c', 'x', 1 FROM letter;
             INSERT INTO document (id, integration_id, kind, version, name, media_type, bytes, sha256, added_by, added_at)
                 VALUES (1, 1, 'other', 1, 'a.txt', 'text/plain', 32, {hash}, 'x', 1);
             INSERT INTO document_chunk (document_id, number, body) VALUES (1, 0, {hash});"
        )),
        18 => beside.run(&format!(
            "INSERT INTO report (kind, subject, version, figures, sha256, made_at, drafted)
                 VALUES ('monthly', '2026-01', 1, '{{}}', {hash}, 1, '{{}}')"
        )),
        _ => {}
    }
}

/// How many rows each table has.
fn counted(database: &Database, tables: &[String]) -> BTreeMap<String, i64> {
    let mut beside = database.beside();
    tables
        .iter()
        .map(|table| {
            (
                table.clone(),
                beside.number(&format!("SELECT count(*) FROM {table}")),
            )
        })
        .collect()
}

fn tables(database: &Database) -> Vec<String> {
    let config = mahakam::config::DatabaseConfig {
        url: database.url().to_owned(),
        pool_size: 1,
    };
    let store = mahakam::store::Store::open(&config).unwrap();
    let mut tables = store.read(mahakam::store::backup::tables).unwrap();
    // Secrets move from `setting` to a table of their own; sessions and tokens that ended are let go of.
    tables.retain(|table| !["setting", "session", "access_token", "idempotency"].contains(&table.as_str()));
    tables
}

#[tokio::test]
async fn every_earlier_schema_with_rows_in_it_goes_all_the_way_up() {
    let all = migrations().len();
    for number in 1..=all {
        let database = database_at(number);
        let before = counted(&database, &tables(&database));
        assert!(before["change"] == 2 && before["record"] == 1);
        let hub = TestHub::builder().on(&database).start().await;
        let after = counted(&database, &before.keys().cloned().collect::<Vec<_>>());
        for (table, rows) in &before {
            // Starting a hub may add rows (chains, audit, sandboxes); it takes none away.
            assert!(
                after[table] >= *rows,
                "schema {number}: {table} had {rows} rows, has {}",
                after[table]
            );
        }
        let barang = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
        let lama = barang.record("lama").await.expect(200);
        assert_eq!(lama.to_string(), r#"{"id":"lama","n":1.50}"#, "schema {number}");
        barang.push(json!({"id": "baru"})).await.is(201);
        let page = barang.get("/changes?since=0&feed=abcdef012345").await.expect(200);
        assert_eq!(page["next"], 3, "schema {number}: the feed goes on");
        let history = barang.get("/records/lama/history").await.expect(200);
        assert_eq!(
            history["versions"].as_array().unwrap().len(),
            2,
            "schema {number}: {history}"
        );
        drop(hub);
        let verdict = verified(&database);
        assert!(verdict.chains > 0, "schema {number}");
    }
}
