//! The procedure by which integrations run: the hub's own, or the one that the settings name.
//!
//! Not here: what it says (`integration/procedure`). Invariant: a hub runs with a procedure without faults, or
//! not at all.

use super::Hub;
use crate::config::ProcedureConfig;
use crate::contract::read_document;
use crate::error::{Error, Result};
use crate::integration::Procedure;
use crate::types::Lang;

/// The procedure of SOP, as the hub carries it.
const OWN: &[u8] = include_bytes!("../../schemas/procedure.yaml");

/// Reads the procedure that the settings name, or the hub's own.
///
/// # Errors
/// All faults together, for whoever starts the hub.
pub fn read_procedure(config: &ProcedureConfig) -> Result<Procedure> {
    let (name, bytes) = match &config.file {
        Some(file) => (file.path.display().to_string(), file.bytes.as_slice()),
        None => ("schemas/procedure.yaml".to_owned(), OWN),
    };
    let says = |faults: String| {
        Error::Internal(format!(
            "The procedure {name} (MAHAKAM_PROCEDURE) has faults:\n{faults}"
        ))
    };
    let (document, places) = read_document(bytes).map_err(|fault| {
        let line = fault.place.map(|place| format!("line {}: ", place.line));
        says(format!(
            "  {}{}",
            line.unwrap_or_default(),
            fault.message.to(Lang::En)
        ))
    })?;
    Procedure::read(&document, &places).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        says(lines.join("\n"))
    })
}

impl Hub {
    /// The procedure by which integrations run.
    pub fn procedure(&self) -> &Procedure {
        &self.procedure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ProcedureFile;

    fn with(change: impl Fn(&str) -> String) -> Result<Procedure> {
        let text = change(std::str::from_utf8(OWN).unwrap());
        read_procedure(&ProcedureConfig {
            file: Some(ProcedureFile {
                path: "other.yaml".into(),
                bytes: text.into_bytes(),
            }),
            holidays: None,
            closes: jiff::civil::time(16, 0, 0, 0),
        })
    }

    #[test]
    fn the_procedure_of_the_hub_has_twelve_steps_and_no_faults() {
        let procedure = with(str::to_owned).unwrap();
        let new = procedure.variant("new").unwrap();
        let numbers: Vec<u8> = new.steps.iter().map(|step| step.number).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<u8>>());
        assert_eq!(
            (new.step(3).unwrap().back, new.step(11).unwrap().back),
            (Some(2), Some(3))
        );
        assert_eq!(new.step(12).unwrap().next, None);
        assert_eq!(procedure.variants.len(), 4);
    }

    #[test]
    fn a_variant_leads_past_the_steps_that_it_leaves_out() {
        let procedure = with(str::to_owned).unwrap();
        let recipient = procedure.variant("recipient").unwrap();
        let nexts: Vec<_> = recipient
            .steps
            .iter()
            .map(|step| (step.number, step.next))
            .collect();
        assert_eq!(nexts.first(), Some(&(1, Some(3))));
        assert!(nexts.contains(&(5, Some(7))) && nexts.contains(&(10, Some(12))));
        // Not agreed: back to the last step there is before.
        assert_eq!(recipient.step(3).unwrap().back, Some(1));
        let ending = procedure.variant("ending").unwrap();
        assert_eq!(ending.step(5).unwrap().title, "Penghentian Layanan");
    }

    #[test]
    fn all_faults_of_a_procedure_are_told_together_with_their_lines() {
        let faulty = with(|text| {
            text.replace("backdate_days: 3", "backdate_days: soon")
                .replace("role: supervisor }", "role: director }")
                .replacen("next: 2", "next: 1", 1)
                .replacen("document: disposition", "document: disposisi", 1)
                .replacen("what: OPD mendefinisikan", "wat: OPD mendefinisikan", 1)
                .replacen("predecessor: required", "predecessor: maybe", 1)
        });
        let Err(Error::Internal(says)) = faulty else {
            panic!("it was read");
        };
        for part in [
            "other.yaml",
            "/backdate_days must be a whole number",
            "/steps/6/actors/0/role must be one of",
            "/steps/0 has a 'next' that is no later step",
            "/steps/0/outputs/0 names a document",
            "/steps/1 lacks 'what'",
            "/steps/1/wat is not known here",
            "must have predecessor: none or required",
            "line ",
        ] {
            assert!(says.contains(part), "{part} in {says}");
        }
    }

    #[test]
    fn a_file_that_is_no_yaml_is_told_with_its_line() {
        let Err(Error::Internal(says)) = with(|_| "a: [1".to_owned()) else {
            panic!("it was read");
        };
        assert!(says.contains("line 2") && says.contains("YAML"), "{says}");
    }

    #[test]
    fn a_procedure_does_not_end_early_and_what_the_hub_makes_is_proven() {
        let faults = |change: &dyn Fn(&str) -> String| match with(change) {
            Err(Error::Internal(says)) => says,
            other => panic!("{other:?}"),
        };
        let early = faults(&|text| text.replacen("    next: 8\n", "", 1));
        assert!(early.contains("/steps/6 must have a 'next'"), "{early}");
        let unproven = faults(&|text| text.replacen("    requires: [contract-published]\n", "", 1));
        assert!(unproven.contains("/steps/4 has an output by: hub"), "{unproven}");
        let varied = faults(&|text| {
            text.replacen(
                "needs: [], outputs: [], requires: [contract-retired]",
                "needs: [], outputs: [{ document: api-program, by: hub }], requires: []",
                1,
            )
        });
        assert!(
            varied.contains("/variants/3/instead/1 has an output by: hub"),
            "{varied}"
        );
    }
}
