//! Payloads made from a schema, for whoever shows what a payload looks like.
//!
//! Not here: whether the schema accepts them; the caller asks the validator. Invariant: the same schema
//! gives the same payloads, in bounded time.

use serde_json::Value;

use super::classes;
use super::have::Have;
use super::judge::Judge;
use super::load::Loader;
use super::make::Maker;
use super::shape::Shapes;

/// How many values are judged and made.
const MAX_TRIED: usize = 8_000;

/// The most payloads that are made.
const MAX_PAYLOADS: usize = 24;

/// Payloads that a schema is likely to accept, the fullest first.
pub fn likely_payloads(schema: &Value) -> Vec<Value> {
    let mut loader = Loader::new();
    let root = loader.load(schema);
    let list = loader.finish();
    let classes = classes::classes(&list);
    let shapes = Shapes::new(list, classes);
    let have = Have::of(&shapes, [root]);
    let mut maker = Maker::new(Judge::new(&shapes, MAX_TRIED), MAX_TRIED);
    let mut payloads = maker.seek(&have, &[root], 0, MAX_PAYLOADS, &mut |_, _| true);
    payloads.sort_by_key(|payload| std::cmp::Reverse(payload.as_object().map_or(0, serde_json::Map::len)));
    payloads
}
