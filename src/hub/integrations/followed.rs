//! What an integration that goes on from another must bring: a later version, and access for whoever joins.
//!
//! Not here: which kinds of integrations ask for that (the procedure says it). Invariant: what its predecessor agreed is
//! never changed.

use super::Loaded;
use super::ties::Counting;
use crate::error::{Error, Result};
use crate::integration::file::parties_of;
use crate::integration::procedure::Side;
use crate::store::{self, DbConnection};
use crate::types::{OpdCode, Text, Version};

/// Whether a version comes after the one that the predecessor agreed, where that was about the same dataset.
pub(super) fn is_later(
    connection: &mut DbConnection,
    loaded: &Loaded,
    found: &Counting,
) -> Result<Option<Text>> {
    let Some(predecessor) = loaded.row.predecessor_id else {
        return Ok(None);
    };
    let before = store::integrations::parts::contracts(connection, &[predecessor])?;
    let dataset = found.dataset.to_string();
    let before = before.iter().find(|row| row.dataset == dataset);
    let before: Option<Version> = before
        .and_then(|row| row.version.as_deref())
        .map(str::parse)
        .transpose()
        .map_err(Error::Internal)?;
    let Some(before) = before.filter(|before| found.version <= *before) else {
        return Ok(None);
    };
    Ok(Some(Text::new(
        format!(
            "Untuk {dataset} belum disepakati versi sesudah {before}, versi integrasi sebelumnya. Sepakati versi baru, atau keluarkan dataset itu dari integrasi ini (contracts)."
        ),
        format!(
            "No version of {dataset} after {before}, that of the predecessor, is agreed yet. Have a new one agreed, or take the dataset out of this integration (contracts)."
        ),
    )))
}

/// Whether the version grants its data to those who are to receive it: the recipients or, where nobody is called that,
/// those who ask.
pub(super) fn is_granted(loaded: &Loaded, found: &Counting) -> Option<Text> {
    let named = parties_of(&loaded.parties, &[Side::Recipient]);
    let receive = match named.is_empty() {
        true => parties_of(&loaded.parties, &[Side::Asker]),
        false => named,
    };
    let may = |opd: &&OpdCode| found.open || **opd == found.dataset.opd || found.readers.contains(opd);
    let without: Vec<&str> = receive
        .iter()
        .filter(|opd| !may(opd))
        .map(OpdCode::as_str)
        .collect();
    if without.is_empty() {
        return None;
    }
    let (name, without) = (format!("{} {}", found.dataset, found.version), without.join(", "));
    Some(Text::new(
        format!(
            "{name} belum memberi hak akses (ambil atau langsung) kepada: {without}. Sepakati versi yang memberikannya (grants)."
        ),
        format!(
            "{name} grants no access (pull or live) to: {without}. Have a version agreed that does (grants)."
        ),
    ))
}
