//! What a step is tied to in the hub itself: contracts, records, tests.
//!
//! Not here: which step is tied to what (the procedure says it). Invariant: what is found wanting is told of all
//! contracts together.

use serde_json::{Value, json};

use super::{Hub, Loaded};
use crate::contract::{Contract, State, contract_digest};
use crate::error::{Conflict, Error, Result};
use crate::hub::contracts::{find_version, parsed, state_of};
use crate::integration::procedure::Tie;
use crate::store::integrations::parts::ContractRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Mode, Text, Version};

/// The version of a contract that counts for an integration.
struct Counting {
    dataset: DatasetId,
    number: i64,
    version: Version,
    mode: Mode,
    digest: String,
    signed: bool,
    state: State,
}

impl Hub {
    /// Whether all of `ties` hold; gives what they hold by.
    pub(super) fn tied(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        ties: &[Tie],
    ) -> Result<Option<Value>> {
        if ties.is_empty() {
            return Ok(None);
        }
        let wanting = self.wanting(connection, loaded, ties)?;
        if wanting.is_empty() {
            return self.evidence(connection, loaded).map(Some);
        }
        let join = |lang| {
            let texts: Vec<&str> = wanting.iter().map(|(_, text)| text.to(lang)).collect();
            texts.join(" ")
        };
        let text = Text::new(join(crate::types::Lang::Id), join(crate::types::Lang::En));
        Err(Error::Conflict(Conflict::Procedure(text)))
    }

    /// Which of `ties` do not hold, and what to do.
    pub(super) fn wanting(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        ties: &[Tie],
    ) -> Result<Vec<(Tie, Text)>> {
        let mut wanting = Vec::new();
        for tie in ties {
            if loaded.contracts.is_empty() {
                wanting.push((*tie, no_contract()));
            }
            for row in &loaded.contracts {
                let says = match counting(connection, row, *tie)? {
                    None => Some(not_there(&row.dataset)),
                    Some(found) => self.lacks(connection, loaded, &found, *tie)?,
                };
                wanting.extend(says.map(|says| (*tie, says)));
            }
        }
        Ok(wanting)
    }

    fn lacks(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        found: &Counting,
        tie: Tie,
    ) -> Result<Option<Text>> {
        let is_served = matches!(found.state, State::Published | State::Deprecated);
        let (id, en) = match tie {
            Tie::ContractAgreed if found.signed => return Ok(None),
            Tie::ContractAgreed => ("belum disepakati (agree)", "is not agreed yet (agree)"),
            Tie::ContractPublished if is_served => return Ok(None),
            Tie::ContractServed if is_served => return Ok(None),
            Tie::ContractPublished | Tie::ContractServed if found.state == State::Retired => (
                "sudah dihentikan sesudah diterbitkan: sepakati dan terbitkan versi utama baru lalu ganti kontrak integrasi ini (contracts), atau batalkan integrasi ini",
                "was retired after it was published: agree and publish a new major and name it here (contracts), or cancel this integration",
            ),
            Tie::ContractPublished | Tie::ContractServed => {
                ("belum diterbitkan (publish)", "is not published yet (publish)")
            }
            Tie::ContractRetired if found.state == State::Retired => return Ok(None),
            Tie::ContractRetired => ("belum dihentikan (retire)", "is not retired yet (retire)"),
            Tie::DataStored if is_filled(connection, found)? => return Ok(None),
            Tie::DataStored if found.mode == Mode::Live => (
                "belum memiliki panggilan langsung yang tercatat berhasil",
                "has no logged live call that succeeded yet",
            ),
            Tie::DataStored => ("belum memiliki data tersimpan", "holds no records yet"),
            Tie::UnitTestPassed => return is_tested(connection, loaded, found),
        };
        let version = found.version;
        let name = format!("{} {version}", found.dataset);
        Ok(Some(Text::new(format!("{name} {id}."), format!("{name} {en}."))))
    }

    /// The contracts with their digests, as a move keeps them.
    fn evidence(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<Value> {
        let mut contracts = Vec::new();
        for row in &loaded.contracts {
            if let Some(found) = counting(connection, row, Tie::ContractServed)? {
                contracts.push(json!({
                    "dataset": row.dataset, "version": found.version, "contract_digest": found.digest,
                    "state": found.state.as_str(),
                }));
            }
        }
        Ok(json!({"contracts": contracts}))
    }

    /// Writes down which versions were agreed, with their digests.
    pub(super) fn keep_agreed(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<()> {
        for row in &loaded.contracts {
            let Some(found) = counting(connection, row, Tie::ContractAgreed)? else {
                continue;
            };
            let version = found.version.to_string();
            let agreed = (version.as_str(), found.digest.as_str());
            store::integrations::parts::set_agreed(connection, loaded.row.id, &row.dataset, agreed)?;
        }
        Ok(())
    }
}

/// The version that counts: for an agreement the newest that is agreed or published, else the one that was agreed in
/// this integration.
fn counting(connection: &mut DbConnection, row: &ContractRow, tie: Tie) -> Result<Option<Counting>> {
    let dataset: DatasetId = row.dataset.parse().map_err(Error::Internal)?;
    let Some(number) = store::datasets::find(connection, &dataset)? else {
        return Ok(None);
    };
    let Some(newest) = store::contracts::newest_served(connection, number)? else {
        return Ok(None);
    };
    let newest = Contract::from_stored(&newest).map_err(Error::Internal)?;
    let agreed = row.version.as_deref().filter(|_| tie != Tie::ContractAgreed);
    let version = match agreed {
        Some(version) => version.parse().map_err(Error::Internal)?,
        None => newest.version,
    };
    let (found, document) = find_version(connection, &dataset, version)?;
    let contract = Contract::from_stored(&document).map_err(Error::Internal)?;
    Ok(Some(Counting {
        number,
        version,
        mode: contract.mode,
        digest: contract_digest(&parsed(&document)?).to_string(),
        signed: contract.agreed.is_some(),
        state: state_of(&found)?,
        dataset,
    }))
}

fn is_filled(connection: &mut DbConnection, found: &Counting) -> Result<bool> {
    match found.mode {
        Mode::Stored => Ok(store::datasets::head(connection, found.number)?.0 > 0),
        Mode::Live => store::exchanges::has_live_call(connection, &found.dataset.to_string()),
    }
}

fn is_tested(connection: &mut DbConnection, loaded: &Loaded, found: &Counting) -> Result<Option<Text>> {
    let (dataset, version) = (found.dataset.to_string(), found.version.to_string());
    let last = store::unit_tests::last(connection, &dataset, &version, &found.digest)?;
    let faulty_at = loaded.file.visit().and_then(|visit| visit.faulty_at);
    let (id, en) = match (last, faulty_at) {
        (None, _) => ("belum diuji (test)", "was not tested yet (test)"),
        (Some((_, false)), _) => ("tidak lulus unit tes terakhir", "failed its last unit test"),
        (Some((at, true)), Some(faulty)) if at < faulty => (
            "belum diuji lagi sejak dinyatakan tidak valid (test)",
            "was not tested again since it was said not to be valid (test)",
        ),
        (Some((_, true)), _) => return Ok(None),
    };
    Ok(Some(Text::new(
        format!("{dataset} {version} {id}."),
        format!("{dataset} {version} {en}."),
    )))
}

fn no_contract() -> Text {
    Text::new(
        "Integrasi ini belum menyebut kontrak data. Tambahkan dahulu (contracts).",
        "This integration names no contract yet. Add it first (contracts).",
    )
}

fn not_there(dataset: &str) -> Text {
    Text::new(
        format!("{dataset} belum disepakati atau diterbitkan."),
        format!("{dataset} is neither agreed nor published yet."),
    )
}
