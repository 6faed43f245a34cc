//! Secrets of the hub: encrypted in the database, opened by a key that is not there.

use std::sync::Arc;

use mahakam::types::{MasterKey, SecretBytes};

use crate::harness::{Builder, Database, TestHub, actor, contracts, on_postgres, program};

fn value(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

/// A hub on `database` with these keys.
fn with_keys(database: &Arc<Database>, key: &MasterKey, old: Option<&MasterKey>) -> Builder {
    let builder = TestHub::builder()
        .on(database)
        .setting("MAHAKAM_SECRET_KEY", key.encode().as_str());
    match old {
        Some(old) => builder.setting("MAHAKAM_SECRET_KEY_OLD", old.encode().as_str()),
        None => builder,
    }
}

/// What a command says that is run with these keys.
fn command(database: &Database, keys: &[(&str, &MasterKey)], arguments: &[&str]) -> (bool, String) {
    let mut command = program(database.url());
    for (name, key) in keys {
        command.env(name, key.encode().as_str());
    }
    let output = command.args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_secret_comes_back_and_the_database_does_not_hold_it() {
    let hub = TestHub::start().await;
    hub.hub.set_secret("uji", &value("rahasia sekali")).unwrap();
    hub.hub.set_secret("uji", &value("rahasia sekali!")).unwrap();
    assert_eq!(
        hub.hub.secret("uji").unwrap().unwrap().reveal(),
        b"rahasia sekali!"
    );
    assert!(hub.hub.secret("lain").unwrap().is_none());
    let mut beside = hub.database.beside();
    let stored = if on_postgres() {
        "SELECT count(*) FROM secret WHERE position(CAST('rahasia' AS BYTEA) IN ciphertext) > 0"
    } else {
        "SELECT count(*) FROM secret WHERE instr(ciphertext, CAST('rahasia' AS BLOB)) > 0"
    };
    assert_eq!(beside.number(stored), 0);
    let length = beside.number("SELECT length(ciphertext) FROM secret WHERE name = 'uji'");
    assert_eq!(length, 15 + 16, "the value and its tag");
}

#[tokio::test]
async fn two_hubs_make_one_secret() {
    let first = TestHub::start().await;
    let second = TestHub::builder().on(&first.database).start().await;
    let made: Vec<_> = std::thread::scope(|scope| {
        let hubs = [&first, &second, &first, &second];
        let threads = hubs.map(|hub| scope.spawn(|| hub.hub.secret_or_make("bersama", 32).unwrap()));
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(made[0].reveal().len(), 32);
    assert!(made.iter().all(|one| one.reveal() == made[0].reveal()));
    assert_ne!(
        first.hub.secret_or_make("lain", 32).unwrap().reveal(),
        made[0].reveal()
    );
}

#[tokio::test]
async fn rows_that_were_swapped_or_altered_are_refused() {
    let hub = TestHub::start().await;
    for name in ["a", "b"] {
        hub.hub.set_secret(name, &value(name)).unwrap();
    }
    let mut beside = hub.database.beside();
    beside.run("UPDATE secret SET name = 'c' WHERE name = 'a'");
    beside.run("UPDATE secret SET name = 'a' WHERE name = 'b'");
    for name in ["a", "c"] {
        let error = hub.hub.secret(name).unwrap_err();
        assert!(error.cause().unwrap().contains("altered"), "{error:?}");
    }
    let error = hub.hub.rotate_secrets(&actor()).unwrap_err();
    assert!(
        error.cause().unwrap().contains("altered"),
        "nothing is carried over unseen"
    );
}

#[tokio::test]
async fn a_new_key_takes_over_and_the_old_one_opens_nothing_any_more() {
    let database = Arc::new(Database::create());
    let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
    let still = with_keys(&database, &old, None).start().await;
    still.hub.set_secret("uji", &value("rahasia")).unwrap();
    let both = with_keys(&database, &new, Some(&old)).start().await;
    assert_eq!(both.hub.secret("uji").unwrap().unwrap().reveal(), b"rahasia");
    let done = both.hub.rotate_secrets(&actor()).unwrap();
    assert_eq!(
        (done.key_id.as_str(), done.rotated),
        (new.id(), 4),
        "with the three of the hub"
    );
    assert_eq!(both.hub.rotate_secrets(&actor()).unwrap().rotated, 0);

    // A hub that still holds the old key alone says so, and writes nothing under it.
    for error in [
        still.hub.secret("uji").unwrap_err(),
        still.hub.set_secret("lain", &value("x")).unwrap_err(),
    ] {
        assert!(error.cause().unwrap().contains(new.id()), "{error:?}");
    }
    let after = with_keys(&database, &new, None).start().await;
    assert_eq!(after.hub.secret("uji").unwrap().unwrap().reveal(), b"rahasia");
    let (opened, said) = command(&database, &[("MAHAKAM_SECRET_KEY", &old)], &["opd", "list"]);
    assert!(
        !opened && said.contains(new.id()) && said.contains("MAHAKAM_SECRET_KEY"),
        "{said}"
    );
    assert!(!said.contains(old.encode().as_str()), "{said}");
    let audited = "SELECT count(*) FROM audit WHERE action = 'secrets.rotate'";
    assert_eq!(database.beside().number(audited), 1);
}

#[tokio::test]
async fn cursors_outlive_the_change_of_the_key_and_the_move_of_their_own() {
    let database = Arc::new(Database::create());
    let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
    let hub = with_keys(&database, &old, None).start().await;
    let barang = hub.publish(&contracts::barang());
    for id in ["a", "b"] {
        barang.push(format!(r#"{{"id":"{id}"}}"#)).await.is(201);
    }
    let first = barang.get("/records?limit=1").await.expect(200);
    let path = "/api/bkd/barang/v1";
    let next = format!(
        "{path}/records?limit=1&cursor={}",
        first["next"].as_str().unwrap()
    );
    let key = hub.key("bkd");
    drop(hub);
    let (done, said) = command(
        &database,
        &[("MAHAKAM_SECRET_KEY", &new), ("MAHAKAM_SECRET_KEY_OLD", &old)],
        &["secrets", "rotate", "--json"],
    );
    assert!(done && said.contains("\"rotated\":3"), "{said}");
    let hub = with_keys(&database, &new, None).start().await;
    hub.call("GET", &next).key(&key).await.is(200);
    drop(hub);

    // As it was before secrets were encrypted.
    let mut beside = database.beside();
    beside.run("DELETE FROM secret WHERE name = 'cursor_key'");
    let bytes = if on_postgres() {
        "decode('0102030405060708090a0b0c0d0e0f10', 'hex')"
    } else {
        "x'0102030405060708090a0b0c0d0e0f10'"
    };
    beside.run(&format!(
        "INSERT INTO setting (name, value) VALUES ('cursor_key', {bytes})"
    ));
    let hub = with_keys(&database, &new, None).start().await;
    let taken: Vec<u8> = (1..=16).collect();
    assert_eq!(hub.hub.secret("cursor_key").unwrap().unwrap().reveal(), taken);
    assert_eq!(
        beside.number("SELECT count(*) FROM setting WHERE name = 'cursor_key'"),
        0
    );
    hub.call("GET", &next).key(&key).await.problem(400, "bad-cursor");
}

#[tokio::test]
async fn without_a_key_sqlite_makes_one_file_and_never_another_in_its_place() {
    if on_postgres() {
        return;
    }
    use std::os::unix::fs::PermissionsExt as _;
    let hub = TestHub::start().await;
    hub.hub.set_secret("uji", &value("rahasia")).unwrap();
    let database = Arc::clone(&hub.database);
    let path = database.url().trim_start_matches("sqlite:");
    let file = std::path::Path::new(path).with_file_name("secret.key");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(hub);
    let hub = TestHub::builder().on(&database).start().await;
    assert_eq!(hub.hub.secret("uji").unwrap().unwrap().reveal(), b"rahasia");
    drop(hub);
    let key = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (opened, said) = command(&database, &[], &["opd", "list"]);
    assert!(!opened && said.contains("bring"), "{said}");
    assert!(!file.exists(), "no other key is made");
    std::fs::write(&file, key).unwrap();
    assert!(command(&database, &[], &["opd", "list"]).0);
}

#[test]
fn a_key_is_generated_without_settings_and_shown_by_nothing_else() {
    let output = program("mysql://nothing")
        .args(["secrets", "generate-key"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let key = MasterKey::parse(&text).unwrap();
    let output = program("postgres://u:p@db.example/hub")
        .env("MAHAKAM_SECRET_KEY", text.trim())
        .arg("check-config")
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && said.contains(key.id()), "{said}");
    assert!(!said.contains(text.trim()), "{said}");
}
