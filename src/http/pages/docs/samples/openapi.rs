//! The samples in the OpenAPI document of a dataset, as `x-codeSamples`.
//!
//! Invariant: a sample stands at the operation that it calls, and only where its caller may call it.

use serde_json::{Value, json};

use super::{Example, Say, Task, Way, groups};
use crate::access::{Caller, Sight};
use crate::hub::Dataset;
use crate::types::Lang;

/// Adds the samples of what `caller` may do to the operations of a dataset's OpenAPI document, as
/// `x-codeSamples`.
pub(in crate::http) fn add_code_samples(
    document: &mut Value,
    dataset: &Dataset,
    base: &str,
    caller: &Caller,
    sight: &Sight,
    today: jiff::civil::Date,
) {
    let rights = dataset.grants.rights_of(caller, today);
    let say = Say::plain(Lang::En);
    let example = Example::of(dataset, sight);
    let groups = groups(say, dataset, base, caller, &rights, &example);
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    for (path, item) in paths {
        for method in ["get", "post"] {
            let Some(Value::Object(operation)) = item.get_mut(method) else {
                continue;
            };
            let samples: Vec<Value> = std::iter::zip(Way::ALL, &groups)
                .flat_map(|(way, group)| group.samples.iter().map(move |sample| (way, sample)))
                .filter(|(_, sample)| {
                    let (end, of) = sample.task.operation();
                    of == method && path.ends_with(end)
                })
                .map(|(way, sample)| {
                    let (_, name, lang) = way.names();
                    let label = format!("{name}: {}", sample.title);
                    json!({"lang": lang, "label": label, "source": sample.code})
                })
                .collect();
            if !samples.is_empty() {
                operation.insert("x-codeSamples".to_owned(), Value::Array(samples));
            }
        }
    }
}

impl Task {
    /// The operation of the OpenAPI document: how its path ends, and its method.
    fn operation(self) -> (&'static str, &'static str) {
        match self {
            Task::Push | Task::Bulk => ("/records", "post"),
            Task::Check => ("/validate", "post"),
            Task::Get => ("/records/{key}", "get"),
            Task::Follow => ("/changes", "get"),
        }
    }
}
