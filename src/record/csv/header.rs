//! The header of a table: which field each of its cells names.
//!
//! A cell is a JSON Pointer, the name of a top-level member, or names joined by dots where the schema
//! declares that field and no member of that very name. Invariant: no two columns name the same
//! field, and none lies inside another.

use serde_json::Value;

use crate::contract::{Fields, with_fields};
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
    without_rest(header)?;
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

/// Whether a cell of a header names a field that the schema knows or leaves open.
pub fn is_field(cell: &str, schema: &Value) -> bool {
    cell != REST && with_fields(schema, |fields| field_of(cell, fields).is_some())
}

/// The fields that a header names where no schema declares any, in its order. Names joined by dots are
/// a way into an object when each is a plain word and nothing else stands in that way.
///
/// # Errors
/// Columns without a name or with a broken pointer; columns that name the same field, or one inside
/// another.
pub(super) fn read_alone(header: &[&str]) -> Result<Vec<Pointer>, Text> {
    without_rest(header)?;
    let whole = |cell: &str| match cell {
        "" => None,
        pointer if pointer.starts_with('/') => pointer.parse().ok(),
        name => Some(Pointer::default().child(name)),
    };
    let mut pointers = Vec::new();
    for (cell, number) in header.iter().zip(1_u32..) {
        let pointer: Option<Pointer> = whole(cell.trim());
        pointers.push(pointer.ok_or_else(|| {
            Text::new(
                format!("Kolom {number} ({cell:?}) tidak memiliki nama yang dapat dipakai. Beri nama di kepala tabel."),
                format!("The column {number} ({cell:?}) has no name that can be used. Name it in the header."),
            )
        })?);
    }
    let ways: Vec<Pointer> = std::iter::zip(header, &pointers)
        .map(|(cell, whole)| {
            let clear = |way: &Pointer| !pointers.iter().any(|other| way.lies_within(other));
            way_of(cell.trim()).filter(clear).unwrap_or_else(|| whole.clone())
        })
        .collect();
    // Where ways cross, the names stay as they are.
    let fields = if separate(&ways).is_ok() { ways } else { pointers };
    separate(&fields)?;
    Ok(fields)
}

/// Names joined by dots as a way into an object.
fn way_of(cell: &str) -> Option<Pointer> {
    let word = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let dotted = cell.contains('.') && cell.split('.').all(word);
    dotted.then(|| {
        cell.split('.')
            .fold(Pointer::default(), |way, name| way.child(name))
    })
}

/// Refuses the column of an export that holds what got no column of its own.
fn without_rest(header: &[&str]) -> Result<(), Text> {
    if !header.contains(&REST) {
        return Ok(());
    }
    Err(Text::new(
        "Kolom * memuat isian yang tidak mendapat kolom sendiri. Ekspor ulang sebagai NDJSON dan muat itu.",
        "The column * holds fields that got no column of their own. Export as NDJSON and load that.",
    ))
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
