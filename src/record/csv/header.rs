//! The header of a table: which field each of its cells names.
//!
//! A cell is a JSON Pointer, the name of a top-level member, or names joined by dots where the schema
//! declares that field and no member of that very name. Invariant: no two columns name the same
//! field, and none lies inside another.

use crate::contract::Fields;
use crate::record::table::REST;
use crate::types::{Pointer, Text};

/// How many known fields a fault lists.
const MAX_LISTED: usize = 50;

/// The fields that a header names, in its order.
///
/// # Errors
/// All unknown columns with the known fields; columns that name the same field, or one inside
/// another; key fields without a column.
pub(super) fn read(header: &[&str], key: &[Pointer], fields: &Fields<'_, '_>) -> Result<Vec<Pointer>, Text> {
    if header.contains(&REST) {
        return Err(Text::new(
            "Kolom * memuat isian yang tidak mendapat kolom sendiri. Ekspor ulang sebagai NDJSON dan muat itu.",
            "The column * holds fields that got no column of their own. Export as NDJSON and load that.",
        ));
    }
    let found: Vec<Option<Pointer>> = header.iter().map(|cell| field_of(cell, fields)).collect();
    let unknown = header.iter().zip(&found).filter(|(_, field)| field.is_none());
    let unknown: Vec<&str> = unknown.map(|(cell, _)| *cell).collect();
    if !unknown.is_empty() {
        return Err(unknown_columns(&unknown, fields));
    }
    let pointers: Vec<Pointer> = found.into_iter().flatten().collect();
    separate(&pointers)?;
    has_key(&pointers, key)?;
    Ok(pointers)
}

/// The field that a header cell names; `None` when the schema forbids it.
fn field_of(cell: &str, fields: &Fields<'_, '_>) -> Option<Pointer> {
    let cell = cell.trim();
    let allowed = |field: &Pointer| !field.is_root() && fields.types(field).is_some();
    if cell.is_empty() {
        return None;
    }
    if cell.starts_with('/') {
        return cell.parse().ok().filter(allowed);
    }
    let member = Pointer::default().child(cell);
    let declared = |field: &Pointer| fields.declares(field);
    if cell.contains('.') && !declared(&member) {
        let path = cell
            .split('.')
            .fold(Pointer::default(), |path, name| path.child(name));
        if declared(&path) && allowed(&path) {
            return Some(path);
        }
    }
    Some(member).filter(allowed)
}

fn unknown_columns(unknown: &[&str], fields: &Fields<'_, '_>) -> Text {
    let leaves = fields.leaves(MAX_LISTED + 1);
    let mut known: Vec<String> = leaves.iter().take(MAX_LISTED).map(Pointer::to_string).collect();
    if leaves.len() > MAX_LISTED {
        known.push("...".into());
    }
    let (unknown, known) = (format!("{unknown:?}"), known.join(", "));
    Text::new(
        format!("Kolom yang tidak dikenal kontrak: {unknown}. Yang dikenal: {known}."),
        format!("Columns that the contract does not know: {unknown}. It knows: {known}."),
    )
}

/// Refuses columns of which one is, or lies inside, another.
fn separate(pointers: &[Pointer]) -> Result<(), Text> {
    let mut sorted: Vec<&Pointer> = pointers.iter().collect();
    sorted.sort();
    // Sorted by segments, what lies inside a place comes right behind it.
    for pair in sorted.windows(2) {
        if let [outer, inner] = pair
            && inner.lies_within(outer)
        {
            return Err(Text::new(
                format!("Kolom {outer} dan {inner} menyebut isian yang sama. Hapus salah satu."),
                format!("The columns {outer} and {inner} name the same field. Remove one."),
            ));
        }
    }
    Ok(())
}

fn has_key(pointers: &[Pointer], key: &[Pointer]) -> Result<(), Text> {
    let missing = key
        .iter()
        .find(|key| !pointers.iter().any(|pointer| key.lies_within(pointer)));
    missing.map_or(Ok(()), |key| {
        Err(Text::new(
            format!("Kolom pengenal {key} tidak ada. Tanpa itu tidak ada baris yang dapat disimpan."),
            format!("The key's column {key} is missing. Without it no row can be stored."),
        ))
    })
}
