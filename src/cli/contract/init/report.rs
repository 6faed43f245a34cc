//! What is told of a draft: the notes about the file itself, the document, where it was written.
//!
//! Invariant: no file is written over.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::InitArguments;
use super::passes::Count;
use crate::cli::output::{self, Output};
use crate::cli::{Failure, LANG};
use crate::contract::draft::{Draft, Note};
use crate::types::{Pointer, Text};

/// Notes what there is to know of the reading itself.
pub(super) fn say_about_the_file(draft: &mut Draft, arguments: &InitArguments, count: &Count, refused: u64) {
    let mut say = |place: &str, code, id: String, en: String| {
        let pointer = Pointer::default();
        draft.notes.insert(
            0,
            Note {
                pointer: if place.is_empty() {
                    pointer
                } else {
                    pointer.child(place)
                },
                code,
                message: Text::new(id, en),
            },
        );
    };
    if let Some(first) = &count.first {
        let unread = count.unread;
        say(
            "",
            "unread",
            format!("Tidak terbaca, dan akan ditolak saat dimuat: {unread}. Yang pertama: {first}"),
            format!("Could not be read, and will be refused by a load: {unread}. The first is {first}"),
        );
    }
    if refused > 0 {
        say(
            "",
            "refused",
            format!("Rekaman yang ditolak oleh draf ini: {refused}."),
            format!("Records that this draft refuses: {refused}."),
        );
    }
    if count.whole {
        say(
            "",
            "one-object",
            "Berkas ini satu objek, dibaca sebagai satu rekaman. Bila rekamannya berada di dalamnya, keluarkan lariknya; untuk dimuat, objek ini harus berada dalam larik [...].".into(),
            "This file is one object, read as one record. If its records are inside it, take their array out; to be loaded, the object must stand in an array, [...].".into(),
        );
    }
    if arguments.dataset.is_none() {
        say(
            "opd",
            "dataset",
            "Tulis kode OPD pemiliknya dan nama datasetnya (atau --dataset bkd/pegawai/v1).".into(),
            "Write the code of the agency that owns it, and the dataset's name (or --dataset bkd/pegawai/v1)."
                .into(),
        );
    }
}

/// Prints the draft, or writes it.
pub(super) fn tell(
    arguments: &InitArguments,
    draft: &Draft,
    count: &Count,
    output: Output,
) -> Result<(), Failure> {
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let of = match arguments.lines {
        Some(_) => format!("the first {}", records_of(count.records)),
        None => format!("all of {}", records_of(count.records)),
    };
    let heading =
        format!("Drafted by mahakam contract init from {of} in {name}. Look at each remark, then remove it.");
    let yaml = draft.to_yaml(&heading, LANG);
    let notes = draft
        .notes
        .iter()
        .map(|note| json!({"pointer": note.pointer, "code": note.code, "message": note.message.to(LANG)}));
    let mut value = json!({
        "contract": draft.document, "notes": notes.collect::<Vec<Value>>(), "records": count.records, "unread": count.unread,
    });
    let mut said = format!(
        "Read: {of} in {name}. Remarks in the document: {}.",
        draft.notes.len()
    );
    let Some(out) = &arguments.out else {
        if output.json {
            output.document(&value);
        } else {
            output.text(yaml.trim_end());
            output::note(&said);
        }
        return Ok(());
    };
    write(out, &yaml)?;
    if let Value::Object(members) = &mut value {
        members.insert("file".into(), out.display().to_string().into());
    }
    said.push_str(&format!(
        "\n{} is written. Next: mahakam contract check {0}",
        out.display()
    ));
    output.tell(&value, &said);
    Ok(())
}

fn records_of(count: u64) -> String {
    format!("{count} record{}", if count == 1 { "" } else { "s" })
}

fn write(out: &Path, yaml: &str) -> Result<(), Failure> {
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(out),
        _ => Failure(format!("{} can't be written: {error}", out.display())),
    };
    let mut file = std::fs::File::create_new(out).map_err(told)?;
    file.write_all(yaml.as_bytes()).map_err(told)
}

/// That there is such a file already.
pub(super) fn exists(out: &Path) -> Failure {
    Failure(format!(
        "{} exists already and is left as it is; name another file.",
        out.display()
    ))
}
