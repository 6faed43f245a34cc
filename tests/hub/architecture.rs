//! The source is held to the table of rooms: imports go strictly downward, each library is known to
//! one room, every file says what it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

/// The rooms by rank; those of rank 5 wire everything.
const RANKS: [(&str, u8); 18] = [
    ("main", 5),
    ("lib", 5),
    ("cli", 5),
    ("telemetry", 5),
    ("http", 4),
    ("jobs", 4),
    ("hub", 3),
    ("store", 2),
    ("outbound", 2),
    ("contract", 1),
    ("record", 1),
    ("connector", 1),
    ("integration", 1),
    ("access", 1),
    ("audit", 1),
    ("report", 1),
    ("types", 0),
    ("error", 0),
];

/// Settings have rank 0 as well; they know no other room, and everybody may know them.
const CONFIG: (&str, u8) = ("config", 0);

/// Which rooms may import others of their own rank: `record` and `report` any of rank 1, and the
/// words of `types` are for all of rank 0.
const PEERS: [(&str, &[&str]); 4] = [
    ("record", &["contract", "integration", "access", "audit"]),
    (
        "report",
        &["contract", "record", "integration", "access", "audit"],
    ),
    ("error", &["types"]),
    ("config", &["types"]),
];

/// What only these rooms may know, as a pattern, and what the others do instead.
const FENCES: [(&str, &str, &str); 10] = [
    (r"\bdiesel(_migrations)?\b", "store", "ask a function of store/"),
    (r"\br2d2\b", "store", "ask a function of store/"),
    (r"\bactix(_\w+)?\b", "http", "put what knows HTTP into http/"),
    (
        r"\b(reqwest|lettre)\b",
        "outbound",
        "let outbound/ call other systems",
    ),
    (
        r"\b(jaq_\w+|croner)\b",
        "connector",
        "use connector::pull::Mapping and Schedule",
    ),
    (
        r"\brustls\b",
        "http outbound",
        "let http/tls.rs serve TLS, and outbound/trust.rs speak it to other systems",
    ),
    (r"\bchacha20poly1305\b", "access", "use access::Sealed"),
    (r"\bjsonschema\b", "contract", "use contract::Validator"),
    (
        r"\bdotenvy\b",
        "config",
        "read settings in config/ and pass them on",
    ),
    (
        r"\benv::(var|vars|var_os|vars_os|set_var|remove_var)\b",
        "config",
        "read settings in config/ and pass them on",
    ),
];

/// A file of the source.
struct File {
    path: PathBuf,
    room: String,
    text: String,
    /// Without comments.
    code: String,
}

fn rank(room: &str) -> u8 {
    RANKS
        .iter()
        .chain([&CONFIG])
        .find(|(known, _)| *known == room)
        .unwrap_or_else(|| {
            panic!("src/{room} is no room of DESIGN.md; put it into one, or give it a rank there and here")
        })
        .1
}

fn source() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
                let text = std::fs::read_to_string(&path).unwrap();
                files.push(File {
                    room: first.trim_end_matches(".rs").to_owned(),
                    path: Path::new("src").join(inside),
                    code: without_comments(&text),
                    text,
                });
            }
        }
    }
    assert!(files.len() > 50, "the source was read");
    files
}

fn without_comments(text: &str) -> String {
    let comment = Regex::new(r"(?m)^\s*//.*$|\s//\s.*$").unwrap();
    comment.replace_all(text, "").into_owned()
}

/// The rooms that a file names: `crate::room`, `crate::{room, ...}`, and `super::room` where that
/// reaches the crate's root.
fn imported(file: &File) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    let mut take = |name: &str| {
        let known = RANKS.iter().chain([&CONFIG]).any(|(room, _)| *room == name);
        if known {
            rooms.insert(name.to_owned());
        }
    };
    let path = Regex::new(r"\b(?:crate|mahakam)::(\w+)").unwrap();
    for found in path.captures_iter(&file.code) {
        take(&found[1]);
    }
    let group = Regex::new(r"\b(?:crate|mahakam)::\{").unwrap();
    for found in group.find_iter(&file.code) {
        for name in heads_of_group(&file.code[found.end()..]) {
            take(&name);
        }
    }
    // How many `super` lead out of the room; in an inline module of tests it takes one more.
    let inside = file.path.components().count() - 2;
    let depth = if file.path.ends_with("mod.rs") {
        inside
    } else {
        inside + 1
    };
    let code = file.code.split("#[cfg(test)]").next().unwrap_or_default();
    let up = Regex::new(r"\b((?:super::)+)(\w+)").unwrap();
    for found in up.captures_iter(code) {
        if found[1].matches("super::").count() >= depth {
            take(&found[2]);
        }
    }
    rooms
}

/// The first names within a group of imports, up to its closing brace.
fn heads_of_group(text: &str) -> Vec<String> {
    let (mut heads, mut depth, mut head) = (Vec::new(), 0_u32, String::new());
    for character in text.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(std::mem::take(&mut head)),
            _ if depth == 0 => head.push(character),
            _ => {}
        }
    }
    heads.push(head);
    heads
        .iter()
        .filter_map(|head| head.split("::").next())
        .map(|head| head.trim().to_owned())
        .collect()
}

fn may_import(room: &str, other: &str) -> bool {
    let peer = PEERS
        .iter()
        .any(|(known, others)| *known == room && others.contains(&other));
    room == other || rank(room) == 5 || rank(other) < rank(room) || peer
}

/// Fails with all that was found at once.
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn imports_go_strictly_downward() {
    let mut wrong = Vec::new();
    for file in source() {
        for other in imported(&file) {
            if !may_import(&file.room, &other) {
                let how = match rank(&other).cmp(&rank(&file.room)) {
                    std::cmp::Ordering::Greater => {
                        "let the higher room call this one, and pass in what is needed"
                    }
                    _ => {
                        "rooms of one rank don't know each other: move the shared word to types/, or combine them in hub/"
                    }
                };
                wrong.push(format!(
                    "{}: {} (rank {}) must not import {other} (rank {}); {how}",
                    file.path.display(),
                    file.room,
                    rank(&file.room),
                    rank(&other)
                ));
            }
        }
    }
    none(&wrong);
}

#[test]
fn each_library_is_known_to_one_room() {
    let mut wrong = Vec::new();
    for (pattern, rooms, instead) in FENCES {
        let pattern = Regex::new(pattern).unwrap();
        let outside = |file: &&File| !rooms.split(' ').any(|room| room == file.room);
        for file in source().iter().filter(outside) {
            if let Some(found) = pattern.find(&file.code) {
                wrong.push(format!(
                    "{}: only {rooms} may know {}; {instead}",
                    file.path.display(),
                    found.as_str()
                ));
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_file_opens_with_what_it_is_about() {
    let silent: Vec<String> = source()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| {
            format!(
                "{}: open it with //! and say what it deals with, what it does not, and one invariant",
                file.path.display()
            )
        })
        .collect();
    none(&silent);
}

#[test]
fn no_file_is_a_drawer() {
    let drawers: Vec<String> = source()
        .iter()
        .filter(|file| {
            let mut names = file
                .path
                .components()
                .map(|part| part.as_os_str().to_string_lossy());
            names.any(|name| {
                ["utils", "util", "helpers", "helper", "common", "misc"]
                    .contains(&name.trim_end_matches(".rs"))
            })
        })
        .map(|file| format!("{}: name it after what it is about", file.path.display()))
        .collect();
    none(&drawers);
}

#[test]
fn no_two_shapes_have_one_name_in_openapi() {
    let shape = Regex::new(
        r"#\[derive\([^\]]*ToSchema[^\]]*\)\](?:\s*#\[[^\n]*\])*\s*(?:pub(?:\([^)]*\))? )?(?:struct|enum) (\w+)",
    );
    let shape = shape.unwrap();
    let (mut seen, mut wrong) = (BTreeMap::new(), Vec::new());
    for file in source() {
        for found in shape.captures_iter(&file.text) {
            if let Some(other) = seen.insert(found[1].to_owned(), file.path.clone()) {
                wrong.push(format!(
                    "{} and {}: {} would be one schema in the document; give one of them another name",
                    other.display(),
                    file.path.display(),
                    &found[1]
                ));
            }
        }
    }
    assert!(seen.len() > 100, "the shapes were read");
    none(&wrong);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let mut names = BTreeSet::new();
        for migration in std::fs::read_dir(folder).unwrap() {
            let migration = migration.unwrap();
            let name = migration.file_name().to_string_lossy().into_owned();
            for file in std::fs::read_dir(migration.path()).unwrap() {
                names.insert(format!("{name}/{}", file.unwrap().file_name().to_string_lossy()));
            }
        }
        names
    };
    assert_eq!(
        names("sqlite"),
        names("postgres"),
        "every migration is written for both databases, under one name"
    );
}

#[test]
fn the_map_in_lib_rs_names_every_room() {
    let files = source();
    let map = files
        .iter()
        .find(|file| file.room == "lib")
        .map(|file| &file.text)
        .unwrap();
    let rooms: BTreeSet<&str> = files.iter().map(|file| file.room.as_str()).collect();
    for room in rooms.into_iter().filter(|room| !["lib", "main"].contains(room)) {
        assert!(
            map.contains(&format!("[`{room}`]")),
            "lib.rs carries the map of the rooms; add {room} to it"
        );
    }
}
