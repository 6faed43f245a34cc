//! What to do about a conflict, in words.

use std::fmt::Display;

use super::{Conflict, ConnectorUse};
use crate::types::{DatasetId, Pointer, RecordKey, Seq, Text};

/// What the caller can do about it.
pub(super) fn detail(conflict: &Conflict) -> Text {
    match conflict {
        Conflict::KeyMismatch { path, payload } => key_mismatch(path, payload),
        Conflict::TransactionExists(key) => transaction_exists(key),
        Conflict::VersionExists(version) => Text::new(
            format!("{version} sudah terdaftar dengan isi lain. Naikkan nomor versinya."),
            format!("{version} is registered with another document. Raise its version number."),
        ),
        Conflict::VersionSuperseded(version) => Text::new(
            format!("Versi yang lebih baru dari {version} sudah diterbitkan. Naikkan nomor versinya."),
            format!("A later version than {version} is published. Raise its version number."),
        ),
        Conflict::Incompatible { undecided, .. } => incompatible(*undecided),
        Conflict::StoredMisfits(count) => Text::new(
            format!(
                "{count} rekaman yang tersimpan tidak sesuai dengan versi ini. Periksa dengan contract check, lalu ubah skemanya."
            ),
            format!(
                "{count} stored records don't fit this version. See which with contract check, and change its schema."
            ),
        ),
        Conflict::NoSuchMove {
            version,
            before,
            after,
        } => no_such_move(version, before, after),
        Conflict::Retired(dataset) => Text::new(
            format!("{dataset} sudah dihentikan. Terbitkan versi utama yang baru."),
            format!("{dataset} is retired. Publish a new major version."),
        ),
        Conflict::NotUndoable(dataset) => not_undoable(dataset),
        Conflict::HeadMoved(head) => head_moved(*head),
        Conflict::UndoMisfits(count) => undo_misfits(*count),
        Conflict::RejectionRepaired(number) => Text::new(
            format!(
                "Data tertolak nomor {number} sudah diperbaiki. Kirim perubahan berikutnya seperti biasa."
            ),
            format!("The refused payload {number} was corrected already. Send further changes as usual."),
        ),
        Conflict::NameTaken(name) => Text::new(
            format!("'{name}' sudah ada. Pilih nama lain."),
            format!("'{name}' exists already. Choose another name."),
        ),
        Conflict::LetterLinked(number) => letter_linked(number),
        Conflict::KeyRepeated(key) => key_repeated(key),
        Conflict::TooManyVanish {
            removed,
            standing,
            allowed,
        } => too_many_vanish(*removed, *standing, allowed),
        Conflict::InUse { key, by } => in_use(key, by.as_ref()),
        Conflict::Contended(key) => contended(key),
        Conflict::StillRunning => Text::new(
            "Permintaan dengan Idempotency-Key ini masih diproses. Coba lagi sebentar.",
            "A request with this Idempotency-Key is still being answered. Try again shortly.",
        ),
        Conflict::ConnectorInUse(by) => connector_in_use(by),
        Conflict::Procedure(text) | Conflict::Report(text) | Conflict::Maintenance(text) => text.clone(),
        Conflict::ReceiverNotGranted(opd, dataset) => receiver_not_granted(opd, dataset),
    }
}

fn connector_in_use(by: &ConnectorUse) -> Text {
    let (id, en) = match by {
        ConnectorUse::Subscription(number) => (
            format!("langganan nomor {number}"),
            format!("subscription {number}"),
        ),
        ConnectorUse::Pull(number) => (
            format!("penarikan terjadwal nomor {number}"),
            format!("scheduled pull {number}"),
        ),
        ConnectorUse::Live(dataset) => (
            format!("panggilan langsung {dataset}"),
            format!("live calls of {dataset}"),
        ),
    };
    Text::new(
        format!("Penghubung sistem ini masih dipakai: {id}. Alihkan atau hapus dahulu pemakaiannya."),
        format!("This connector is still in use: {en}. Change that to another one, or delete it, first."),
    )
}

fn key_repeated(key: &str) -> Text {
    Text::new(
        format!("Pengenal '{key}' sudah ada di baris sebelumnya dengan isi lain. Kirim satu baris saja."),
        format!("An earlier line has the key '{key}' with another payload. Send one line for it."),
    )
}

fn letter_linked(number: &str) -> Text {
    Text::new(
        format!("Surat ini sudah milik integrasi {number}. Daftarkan surat lain untuk integrasi ini."),
        format!("The letter belongs to integration {number}. Register another for this one."),
    )
}

fn receiver_not_granted(opd: &impl Display, dataset: &impl Display) -> Text {
    Text::new(
        format!(
            "OPD {opd} tidak memiliki hak ambil atas {dataset}. Berikan haknya (grants, may: pull) dalam kontrak data lebih dahulu."
        ),
        format!(
            "The OPD {opd} has no right to pull {dataset}. Grant it in the contract (grants, may: pull) first."
        ),
    )
}

fn key_mismatch(path: &RecordKey, payload: &RecordKey) -> Text {
    Text::new(
        format!(
            "Pengenal di alamat ('{path}') berbeda dari pengenal di data ('{payload}'). Samakan keduanya."
        ),
        format!(
            "The key in the path ('{path}') differs from the one in the payload ('{payload}'). Make them equal."
        ),
    )
}

fn transaction_exists(key: &RecordKey) -> Text {
    Text::new(
        format!(
            "Transaksi '{key}' sudah ada dengan isi lain. Data transaksi tidak diubah; gunakan pengenal baru."
        ),
        format!(
            "The transaction '{key}' exists with another payload. Transactions are not changed; use a new key."
        ),
    )
}

fn not_undoable(dataset: &impl Display) -> Text {
    Text::new(
        format!(
            "{dataset} berisi transaksi, yang tidak pernah diubah. Hanya data induk (master) yang dapat dikembalikan."
        ),
        format!("{dataset} holds transactions, which are never changed. Only masters can be set back."),
    )
}

fn head_moved(head: Seq) -> Text {
    Text::new(
        format!(
            "Data sudah berubah lagi: umpan perubahan sekarang di {head}. Lihat lagi apa yang akan berubah, lalu ulangi."
        ),
        format!(
            "The data has changed again: the feed now ends at {head}. Look anew at what would change, then repeat."
        ),
    )
}

fn undo_misfits(count: u64) -> Text {
    Text::new(
        format!(
            "{count} rekaman tidak dapat kembali: kontrak sekarang menolaknya, atau isinya tidak disimpan lagi. Tidak ada yang diubah; daftarnya ada pada dry_run."
        ),
        format!(
            "{count} records can't come back: the contract of today refuses them, or they are no longer kept. Nothing was changed; a dry run lists them."
        ),
    )
}

fn too_many_vanish(removed: u64, standing: u64, allowed: &str) -> Text {
    Text::new(
        format!(
            "{removed} dari {standing} data akan hilang, lebih dari bagian {allowed} yang diizinkan. \
             Tidak ada yang disimpan. Periksa kiriman, atau naikkan max_delete."
        ),
        format!(
            "{removed} of {standing} records would vanish, more than the allowed share of {allowed}. \
             Nothing was stored. Check what was sent, or raise max_delete."
        ),
    )
}

fn in_use(key: &RecordKey, by: Option<&(DatasetId, Pointer)>) -> Text {
    let (id, en) = match by {
        Some((dataset, field)) => (
            format!("{dataset}, kolom {field}"),
            format!("{dataset}, field {field}"),
        ),
        None => ("dataset lain".to_owned(), "another dataset".to_owned()),
    };
    Text::new(
        format!(
            "'{key}' masih dirujuk ({id}). Tidak ada yang dihapus; ubah atau hapus dulu rekaman yang merujuknya."
        ),
        format!(
            "'{key}' is still referred to ({en}). Nothing was deleted; change or delete the records that refer to it first."
        ),
    )
}

fn contended(key: &RecordKey) -> Text {
    Text::new(
        format!("Data '{key}' terus diubah pihak lain. Tidak ada yang disimpan; coba lagi."),
        format!("The record '{key}' is being changed by others all the time. Nothing was stored; try again."),
    )
}

fn incompatible(undecided: bool) -> Text {
    if undecided {
        Text::new(
            "Tidak dapat dipastikan bahwa versi ini menerima semua yang diterima versi yang sudah terbit; lihat undecided. \
             Ubah skemanya, naikkan versi utama, atau terbitkan dengan accept=undecided jika Anda menjaminnya.",
            "It could not be told that this version accepts all that the published ones accepted; see undecided. \
             Change its schema, raise the major version, or publish it with accept=undecided if you answer for it.",
        )
    } else {
        Text::new(
            "Versi ini menolak yang diterima versi yang sudah terbit; lihat breaks. Longgarkan, atau naikkan versi utama.",
            "This version refuses what a published one accepted; see breaks. Widen it, or raise the major version.",
        )
    }
}

fn no_such_move(version: &str, before: &str, after: &str) -> Text {
    let (id, en) = match (before, after) {
        ("published", "retired") => (
            "Umumkan dahulu dengan deprecate.",
            "Announce it first with deprecate.",
        ),
        (_, "agreed") => ("Hanya draf yang dapat disepakati.", "Only a draft can be agreed."),
        (_, "deprecated" | "retired") => (
            "Hanya yang sudah diterbitkan yang dapat dihentikan.",
            "Only what is published can end.",
        ),
        _ => (
            "Lihat langkah-langkahnya di dokumentasi kontrak.",
            "See the moves in the documentation of contracts.",
        ),
    };
    Text::new(
        format!("{version} berstatus {before} dan tidak dapat menjadi {after}. {id}"),
        format!("{version} is {before} and can't become {after}. {en}"),
    )
}
