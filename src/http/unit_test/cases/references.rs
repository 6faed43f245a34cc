//! What a payload under test refers to: something that is there, or nothing.

use serde_json::Value;

use super::Serving;
use crate::http::unit_test::runner::{Ask, Reply, Runner};
use crate::hub::TriedReference;
use crate::types::Text;

/// Tries each reference with a payload that leads astray; those that are pushed elsewhere lead to something.
pub(super) async fn all(runner: &mut Runner<impl Serving>, references: &[TriedReference]) {
    for reference in references {
        let (field, dataset) = (&reference.field, &reference.dataset);
        let name = Text::new(
            format!("Rujukan {field} ke {dataset} yang tidak ada"),
            format!("{field} refers to nothing in {dataset}"),
        );
        let Some(payload) = &reference.astray else {
            let why = Text::new(
                "Tidak ada rekaman yang dapat dirujuk data uji; kirim rekaman rujukan lebih dulu.",
                "There is no record that the payloads could refer to; send the records referred to first.",
            );
            runner.not_tried(name, why);
            continue;
        };
        let ask = Ask::new("POST", "/validate").json(payload);
        if !reference.strict {
            runner.ask(name, ask, 200).await;
            continue;
        }
        let pointer = field.to_string();
        let named = |reply: &Reply| {
            let violations = reply.json().get("violations").and_then(Value::as_array).cloned();
            let here = |violation: &Value| {
                violation
                    .get("keyword")
                    .is_some_and(|keyword| keyword == "reference")
                    && violation.get("pointer").is_some_and(|at| *at == pointer)
            };
            let missing = !violations.unwrap_or_default().iter().any(here);
            missing.then(|| Text::new("Rujukan tidak disebutkan.", "The reference was not named."))
        };
        runner.check(name, ask, 422, named).await;
    }
}
