//! `mahakam demo`: the hub with real sample data, ready to be tried.
//!
//! It does what an operator would do by hand: adds agencies and applications, registers the
//! sample contracts, and loads their data through the ordinary ingest. Started again, it finds
//! everything in place. Keys are kept in a file beside the database, for the demo alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::Failure;
use super::output::Output;
use super::serve::{listen, serve};
use crate::access::{ApiKey, Capacity, PersonName, Role};
use crate::audit::ExchangeId;
use crate::config::{Config, Source};
use crate::hub::ingest::Mode;
use crate::hub::{Actor, Call, Hub, NewAssignment, NewPerson, PersonChange, Publication, made_up_password};
use crate::record::Split;
use crate::telemetry;
use crate::types::{Clock, DatasetId, Environment, OpdCode};

/// The agencies, as shipped.
const HERE: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const OPDS: &str = include_str!("../../samples/opds.json");

/// A contract with its data, as shipped.
struct Sample {
    dataset: &'static str,
    contract: &'static str,
    data: &'static str,
}

/// One sample by the names of its files.
macro_rules! sample {
    ($dataset:literal, $contract:literal, $data:literal) => {
        Sample {
            dataset: $dataset,
            contract: include_str!(concat!("../../samples/contracts/", $contract, ".yaml")),
            data: include_str!(concat!("../../samples/data/", $data, ".ndjson")),
        }
    };
}

/// The samples, masters before what refers to them.
const SAMPLES: &[Sample] = &[
    sample!("pod/wilayah/v1", "pod-wilayah", "odbl/wilayah"),
    sample!("diskominfo/kodepos/v1", "diskominfo-kodepos", "kodepos"),
    sample!("dkp/pulau/v1", "dkp-pulau", "odbl/pulau"),
    sample!("bkd/hari_libur/v1", "bkd-hari_libur", "hari_libur"),
    sample!("bpbd/gempa/v1", "bpbd-gempa", "gempa"),
];

#[derive(Deserialize)]
struct SampleOpd {
    code: OpdCode,
    name: String,
}

/// Who signs in to the demo, and under which name the password is kept.
const PERSON: &str = "demo";
const PASSWORD: &str = "password of demo";

/// What the demo keeps between starts.
type Keys = BTreeMap<String, String>;

/// Prepares the samples and serves.
pub(super) fn run(output: Output) -> Result<(), Failure> {
    let mut source = Source::environment()?;
    for (name, value) in [
        ("MAHAKAM_DATABASE_URL", "sqlite:data/demo.db"),
        ("MAHAKAM_LOG", "warn"),
    ] {
        if source.get(name).is_none() {
            source.set(name, value);
        }
    }
    let keys_file = PathBuf::from(source.get("MAHAKAM_DEMO_KEYS").unwrap_or("data/demo-keys.json"));
    let mut keys = read_keys(&keys_file)?;
    if source.get("MAHAKAM_ADMIN_KEY").is_none() {
        let key = match keys.get("admin") {
            Some(key) => key.clone(),
            None => random_key()?,
        };
        source.set("MAHAKAM_ADMIN_KEY", &key);
        keys.insert("admin".into(), key);
    }
    let config = Config::read(&source).map_err(|faults| Failure(faults.to_string()))?;
    telemetry::start(&config.log)?;
    let listener = listen(&config)?;
    let hub = Hub::open(config, Clock::System)?;
    prepare(&hub, &mut keys)?;
    prepare_person(&hub, &mut keys)?;
    write_keys(&keys_file, &keys)?;
    introduce(&hub, &keys, output);
    serve(&hub, listener)
}

fn random_key() -> Result<String, Failure> {
    let (mut public, mut secret) = ([0; 8], [0; 32]);
    getrandom::fill(&mut public)
        .and_then(|()| getrandom::fill(&mut secret))
        .map_err(|error| error.to_string())?;
    // The same shape as an API key, but never one of them: the prefix differs.
    Ok(ApiKey::from_random(public, secret)
        .reveal()
        .replacen("mhk_", "admin-", 1))
}

/// Brings agencies, keys, contracts and data into place.
fn prepare(hub: &Arc<Hub>, keys: &mut Keys) -> Result<(), Failure> {
    let actor = Actor("cli:demo".into());
    let opds: Vec<SampleOpd> = serde_json::from_str(OPDS).map_err(|error| error.to_string())?;
    let known = hub.opds()?;
    let applications = hub.applications()?;
    for opd in &opds {
        if !known.iter().any(|known| known.code == opd.code.as_str()) {
            hub.add_opd(&actor, &opd.code, &opd.name)?;
        }
        let usable = keys
            .get(opd.code.as_str())
            .is_some_and(|key| hub.authenticate(Some(key), HERE).is_ok());
        if !usable {
            let there = applications
                .iter()
                .find(|app| app.opd == opd.code.as_str() && app.name == "demo");
            let application = match there {
                Some(application) => hub.rotate_key(&actor, application.id)?,
                None => hub.add_application(&actor, &opd.code, "demo")?,
            };
            keys.insert(opd.code.to_string(), application.key);
        }
    }
    for sample in SAMPLES {
        hub.register_contract(
            &actor,
            sample.contract.as_bytes(),
            None,
            Some(&Publication::default()),
        )?;
        load(hub, sample, keys)?;
    }
    Ok(())
}

/// Lets somebody sign in who manages and formulates, with a password of this demo's own.
fn prepare_person(hub: &Arc<Hub>, keys: &mut Keys) -> Result<(), Failure> {
    let actor = Actor("cli:demo".into());
    let name: PersonName = PERSON.parse()?;
    let there = hub.people()?.iter().any(|person| person.name == PERSON);
    if there && keys.contains_key(PASSWORD) {
        return Ok(());
    }
    let password = made_up_password()?;
    let stored = hub.new_password(&name, &password)?;
    if there {
        let change = PersonChange {
            password: Some(stored),
            ..PersonChange::default()
        };
        hub.change_person(&actor, &name, &change)?;
    } else {
        let new = NewPerson {
            name,
            full_name: "Pengelola Demo".into(),
            nip: None,
            rank: None,
            office: None,
            opd: None,
        };
        let roles = [Role::Operator, Role::TechnicalTeam].map(|role| NewAssignment {
            role,
            capacity: Capacity::Definitive,
            order_number: None,
            from: None,
            until: None,
        });
        hub.add_person(&actor, &new, &stored, &roles)?;
    }
    keys.insert(PASSWORD.into(), password);
    Ok(())
}

/// Pushes a sample's data as its owner; what stands already is unchanged.
fn load(hub: &Arc<Hub>, sample: &Sample, keys: &Keys) -> Result<(), Failure> {
    let id: DatasetId = sample.dataset.parse().map_err(Failure)?;
    let caller = hub.authenticate(keys.get(id.opd.as_str()).map(String::as_str), HERE)?;
    let (dataset, _) = hub.authorize(&caller, Environment::Production, &id, crate::types::Right::Push)?;
    let now = hub.clock().now();
    let call = Call {
        id: ExchangeId::new(now),
        at: now,
        started: std::time::Instant::now(),
        request_id: format!("demo-{id}").into(),
        traceparent: None,
        caller,
        pulled_for: None,
        logged: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        let mut bulk = hub.bulk(&call, &dataset, Split::Lines, Mode::Each);
        let ended = bulk.feed(sample.data.as_bytes()).await.err();
        bulk.finish(ended).await
    });
    if let Some(error) = report.ended {
        return Err(error.into());
    }
    match report.errors.first() {
        Some(fault) => Err(Failure(format!(
            "sample {id}, line {}: {}",
            fault.line,
            super::output::describe(&fault.error)
        ))),
        None => Ok(()),
    }
}

fn read_keys(file: &Path) -> Result<Keys, Failure> {
    match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| {
            Failure(format!(
                "{} can't be read ({error}); delete it to get new keys.",
                file.display()
            ))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Keys::new()),
        Err(error) => Err(Failure(format!("{} can't be read: {error}", file.display()))),
    }
}

fn write_keys(file: &Path, keys: &Keys) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    Ok(file.write_all(json!(keys).to_string().as_bytes())?)
}

/// Tells what is there and how to try it.
fn introduce(hub: &Hub, keys: &Keys, output: Output) {
    let base = &hub.config().http.public_url;
    let key = |opd: &str| keys.get(opd).map_or("", String::as_str);
    let datasets: Vec<String> = SAMPLES
        .iter()
        .map(|sample| format!("  {base}/api/{}", sample.dataset))
        .collect();
    let listed: Vec<String> = keys
        .iter()
        .filter(|(opd, _)| *opd != PASSWORD)
        .map(|(opd, key)| format!("  {opd:<12} {key}"))
        .collect();
    let text = format!(
        "Mahakam runs with sample data.\n\n\
         Documentation   {base}/docs\n\
         Datasets\n{datasets}\n\n\
         Keys (Authorization: Bearer ...)\n{listed}\n\n\
         Sign in (POST /session)   name {PERSON}, password {password}\n\n\
         Try it:\n\n\
         # pull one record: the regency of Kutai Kartanegara\n\
         curl -s {base}/api/pod/wilayah/v1/records/64.02 -H 'Authorization: Bearer {bappeda}'\n\n\
         # push a record: created, or unchanged when it stands already\n\
         curl -s {base}/api/bkd/hari_libur/v1/records -H 'Authorization: Bearer {bkd}' \\\n  \
           -H 'Content-Type: application/json' \\\n  \
           -d '{valid}'\n\n\
         # push a record that breaks the contract: every violation is told\n\
         curl -s {base}/api/bkd/hari_libur/v1/records -H 'Authorization: Bearer {bkd}' \\\n  \
           -H 'Content-Type: application/json' -H 'Accept-Language: en' \\\n  \
           -d '{invalid}'\n\n\
         # follow the changes\n\
         curl -s '{base}/api/bkd/hari_libur/v1/changes?since=0&limit=3' -H 'Authorization: Bearer {bappeda}'\n\n\
         Stop with Ctrl-C.",
        datasets = datasets.join("\n"),
        listed = listed.join("\n"),
        password = key(PASSWORD),
        bappeda = key("bappeda"),
        bkd = key("bkd"),
        valid = json!({"tanggal": "2027-01-01", "nama": "Tahun Baru 2027 Masehi", "jenis": "libur_nasional"}),
        invalid = json!({"tanggal": "2027-02-30", "jenis": "libur"}),
    );
    let value = json!({"url": base, "keys": keys, "sign_in": {"name": PERSON, "password": key(PASSWORD)}, "datasets": SAMPLES.iter().map(|sample| sample.dataset).collect::<Vec<_>>()});
    output.tell(&value, &text);
}
