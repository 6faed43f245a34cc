//! Pairs of schemas, by keyword, with what is to be said of them: `ok`, `? rule@place` where nothing
//! is proven, else the breaks as `rule@place`.
//!
//! The groups follow the published tables of rules that schema registries apply to JSON Schema.

mod logic;
mod objects;
mod scalars;

use super::{parse, told};

type Cases = &'static [(&'static str, &'static str, &'static str)];

fn check(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(old, new, expected)| {
            let told = told(&parse(old), &parse(new));
            (told != *expected).then(|| format!("{old} -> {new}\n  is {told:?}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
