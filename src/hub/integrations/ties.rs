//! What a step is tied to in the hub itself: contracts, records, tests.
//!
//! Not here: which step is tied to what (the procedure says it). Invariant: what is found wanting is told of all
//! contracts together.

use serde_json::{Value, json};

use super::entered::papers_of;
use super::followed::{is_granted, is_later};
use super::{Hub, Loaded};
use crate::contract::{Contract, Level, State, contract_digest};
use crate::error::{Conflict, Error, Result};
use crate::hub::contracts::{find_version, parsed, state_of};
use crate::integration::DocumentKind;
use crate::integration::procedure::Tie;
use crate::store::integrations::parts::ContractRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Digest, Mode, OpdCode, Right, Text, Timestamp, Version};

/// The version of a contract that counts for an integration.
pub(super) struct Counting {
    pub(super) dataset: DatasetId,
    number: i64,
    pub(super) version: Version,
    mode: Mode,
    digest: String,
    signed: bool,
    /// The hash of the signed file.
    file: Option<String>,
    state: State,
    /// Whether everybody may read it, and who else may.
    pub(super) open: bool,
    pub(super) readers: Vec<OpdCode>,
}

impl Hub {
    /// Whether all of `ties` hold; gives what they hold by. When the step is left, the versions that counted are written
    /// down as those that are agreed in this integration.
    pub(super) fn tied(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        ties: &[Tie],
        leaves: bool,
    ) -> Result<Option<Value>> {
        if ties.is_empty() {
            return Ok(None);
        }
        let wanting = self.wanting(connection, loaded, ties)?;
        if wanting.is_empty() {
            return self.counted(connection, loaded, ties, leaves).map(Some);
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
                    // That there is none is told once.
                    None if matches!(tie, Tie::ContractLater | Tie::RecipientGranted) => None,
                    None => Some(not_there(row, *tie)),
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
            Tie::ContractAgreed if found.signed => return is_filed(connection, loaded, found),
            Tie::ContractLater => return is_later(connection, loaded, found),
            Tie::RecipientGranted => return Ok(is_granted(loaded, found)),
            Tie::ContractAgreed => ("belum disepakati (agree)", "is not agreed yet (agree)"),
            Tie::ContractPublished if is_served => return Ok(None),
            Tie::ContractServed if is_served => return Ok(None),
            Tie::ContractPublished | Tie::ContractServed if found.state == State::Retired => (
                "sudah dihentikan sesudah diterbitkan: batalkan integrasi ini, lalu buka integrasi baru untuk versi utama yang baru",
                "was retired after it was published: cancel this integration, then open a new one about the new major",
            ),
            Tie::ContractPublished | Tie::ContractServed => {
                ("belum diterbitkan (publish)", "is not published yet (publish)")
            }
            Tie::ContractRetired if found.state == State::Retired => return Ok(None),
            Tie::ContractRetired => ("belum dihentikan (retire)", "is not retired yet (retire)"),
            Tie::DataStored if self.is_filled(connection, loaded, found)? => return Ok(None),
            Tie::DataStored if found.mode == Mode::Live => (
                "belum memiliki panggilan langsung yang tercatat berhasil sejak tahap ini dimulai",
                "has no logged live call that succeeded since this step began",
            ),
            Tie::DataStored => ("belum memiliki data tersimpan", "holds no records yet"),
            Tie::UnitTestPassed => return is_tested(connection, loaded, found),
        };
        let version = found.version;
        let name = format!("{} {version}", found.dataset);
        Ok(Some(Text::new(format!("{name} {id}."), format!("{name} {en}."))))
    }

    /// Whether a record is there or, of a live contract, a call succeeded since the step began.
    fn is_filled(&self, connection: &mut DbConnection, loaded: &Loaded, found: &Counting) -> Result<bool> {
        match found.mode {
            Mode::Stored => Ok(!store::records::digests(connection, found.number, "", 1)?.is_empty()),
            Mode::Live => {
                let began = loaded
                    .file
                    .visit()
                    .map_or(loaded.file.opened_on, |visit| visit.began_on);
                let since = self.office_day(began);
                store::exchanges::has_live_call(connection, &found.dataset.to_string(), since)
            }
        }
    }

    /// The contracts with their digests, as a move keeps them; when the step is left, they are kept as what was agreed.
    fn counted(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        ties: &[Tie],
        leaves: bool,
    ) -> Result<Value> {
        let first = |wanted: Tie| ties.iter().copied().find(|tie| *tie == wanted);
        let tie = first(Tie::ContractAgreed).or(first(Tie::UnitTestPassed));
        let tie = tie.or(ties.first().copied()).unwrap_or(Tie::ContractServed);
        let mut contracts = Vec::new();
        for row in &loaded.contracts {
            let Some(found) = counting(connection, row, tie)? else {
                continue;
            };
            let version = found.version.to_string();
            if leaves && tie != Tie::ContractRetired {
                let agreed = (version.as_str(), found.digest.as_str());
                store::integrations::parts::set_agreed(connection, loaded.row.id, &row.dataset, agreed)?;
            }
            contracts.push(json!({
                "dataset": row.dataset, "version": version, "contract_digest": found.digest,
                "state": found.state.as_str(),
            }));
        }
        Ok(json!({"contracts": contracts}))
    }
}

/// The version that counts. For an agreement the newest that is agreed or published. Afterwards the one that was agreed
/// in this integration, or a newer one of the same major that was signed and published since; where nothing but being
/// served is asked, its unit test must have passed. To be retired there need be none that was agreed here.
fn counting(connection: &mut DbConnection, row: &ContractRow, tie: Tie) -> Result<Option<Counting>> {
    let dataset: DatasetId = row.dataset.parse().map_err(Error::Internal)?;
    let Some(number) = store::datasets::find(connection, &dataset)? else {
        return Ok(None);
    };
    let Some(newest) = store::contracts::newest_served(connection, number)? else {
        return Ok(None);
    };
    let newest = Contract::from_stored(&newest).map_err(Error::Internal)?;
    let newest = read_version(connection, &dataset, (number, newest.version))?;
    let agreed: Option<Version> = row
        .version
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(Error::Internal)?;
    match (tie, agreed) {
        (tie, _) if tie.is_of_agreement() => Ok(Some(newest)),
        (Tie::ContractRetired, None) => Ok(Some(newest)),
        (_, None) => Ok(None),
        (_, Some(agreed)) if newest.version > agreed && replaces(connection, &newest, tie)? => {
            Ok(Some(newest))
        }
        (_, Some(agreed)) => read_version(connection, &dataset, (number, agreed)).map(Some),
    }
}

/// Whether a newer version takes the place of the one that was agreed.
fn replaces(connection: &mut DbConnection, newest: &Counting, tie: Tie) -> Result<bool> {
    if !newest.signed || newest.state == State::Agreed {
        return Ok(false);
    }
    match tie {
        Tie::ContractServed => Ok(last_test(connection, newest)?.is_some_and(|(_, passed)| passed)),
        _ => Ok(true),
    }
}

fn read_version(
    connection: &mut DbConnection,
    dataset: &DatasetId,
    (number, version): (i64, Version),
) -> Result<Counting> {
    let (found, document) = find_version(connection, dataset, version)?;
    let contract = Contract::from_stored(&document).map_err(Error::Internal)?;
    Ok(Counting {
        number,
        version,
        mode: contract.mode,
        digest: contract_digest(&parsed(&document)?).to_string(),
        open: contract.classification.level == Level::Open,
        readers: contract
            .grants
            .iter()
            .filter(|grant| {
                grant
                    .may
                    .iter()
                    .any(|right| matches!(right, Right::Pull | Right::Live))
            })
            .map(|grant| grant.opd.clone())
            .collect(),
        signed: contract.agreed.is_some(),
        file: contract.agreed.and_then(|agreed| agreed.file_sha256),
        state: state_of(&found)?,
        dataset: dataset.clone(),
    })
}

/// Whether the signed file is among the documents, where the contract says which that is.
fn is_filed(connection: &mut DbConnection, loaded: &Loaded, found: &Counting) -> Result<Option<Text>> {
    let Some(file) = &found.file else {
        return Ok(None);
    };
    let kind = DocumentKind::formulation();
    let mut entered = loaded.moves.iter().flat_map(papers_of);
    if entered.any(|(paper, _)| paper == kind.as_str()) {
        return Ok(None);
    }
    let filed = store::integrations::papers::digests(connection, loaded.row.id, kind.as_str())?;
    let mut filed = filed.iter().filter_map(|digest| Digest::from_bytes(digest));
    if filed.any(|digest| digest.to_string().eq_ignore_ascii_case(file)) {
        return Ok(None);
    }
    let name = format!("{} {}", found.dataset, found.version);
    Ok(Some(Text::new(
        format!("Unggah berkas bertanda tangan {name} yang disepakati (formulation, SHA-256 {file})."),
        format!("Upload the signed file of {name} that was agreed (formulation, SHA-256 {file})."),
    )))
}

fn last_test(connection: &mut DbConnection, found: &Counting) -> Result<Option<(Timestamp, bool)>> {
    let (dataset, version) = (found.dataset.to_string(), found.version.to_string());
    store::unit_tests::last(connection, &dataset, &version, &found.digest)
}

fn is_tested(connection: &mut DbConnection, loaded: &Loaded, found: &Counting) -> Result<Option<Text>> {
    let (dataset, version) = (&found.dataset, found.version);
    let last = last_test(connection, found)?;
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

fn not_there(row: &ContractRow, tie: Tie) -> Text {
    let dataset = &row.dataset;
    match (tie, &row.version) {
        (Tie::ContractAgreed | Tie::ContractRetired, _) | (_, Some(_)) => Text::new(
            format!("{dataset} belum disepakati atau diterbitkan."),
            format!("{dataset} is neither agreed nor published yet."),
        ),
        (_, None) => Text::new(
            format!("{dataset} belum disepakati dalam integrasi ini."),
            format!("{dataset} was not agreed in this integration."),
        ),
    }
}
