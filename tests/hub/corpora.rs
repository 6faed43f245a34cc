//! The corpora of the fuzz targets, replayed: each file as it is, cut short, and with some of its bytes changed.

use std::path::Path;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// Each file of a target's corpus, under its name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{target}: {} files", files.len());
    files
}

/// A file and some that are nearly it, always the same.
fn nearly(content: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![content.to_vec()];
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for _ in 0..12 {
        let mut other = content[..next(content.len() + 1)].to_vec();
        other.extend_from_slice(&content[next(content.len() + 1)..]);
        all.push(other);
        let mut other = content.to_vec();
        if !other.is_empty() {
            let (place, sign) = (next(content.len()), next(16));
            other[place] = b"\"\\{}[]:,\n-.0e\xff\x00 "[sign];
        }
        all.push(other);
    }
    all
}

fn replay(target: &str, run: fn(&[u8])) {
    for (name, content) in corpus(target) {
        for data in nearly(&content) {
            let ran = std::panic::catch_unwind(|| run(&data));
            assert!(ran.is_ok(), "{target}/{name}: {}", String::from_utf8_lossy(&data));
        }
    }
}

#[test]
fn no_contract_document_ends_the_reader_and_what_is_accepted_is_read_the_same_again() {
    replay("contract", targets::contract);
}

#[test]
fn no_payload_ends_the_reader_and_what_is_accepted_comes_back_as_it_was_sent() {
    replay("payload", targets::payload);
}

#[test]
fn a_merge_patch_of_texts_says_what_one_of_values_says() {
    replay("merge_patch", targets::merge_patch);
}

#[test]
fn no_text_is_a_cursor_that_the_hub_did_not_make() {
    replay("cursor", targets::cursor);
}

#[test]
fn no_mapping_and_no_item_ends_the_mapper() {
    replay("mapping", targets::mapping);
}
