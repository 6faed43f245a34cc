//! [`Mapping`]: from the shape in which a system sends an item to records of the contract, in jq.
//!
//! A program sees its item and nothing else: no file, no environment, no clock, no other item. Numbers keep
//! every digit as long as nobody calculates with them. Not here: limits of time and memory; a program can't be
//! interrupted, so it belongs into a process that can be ended. Invariant: what comes out is JSON.

use jaq_core::load::parse::Def;
use jaq_core::load::{Arena, Error as LoadError, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, data, unwrap_valr};
use jaq_json::{Num, Val, read};
use serde_json::Value;

use crate::types::Document;

/// The longest program, in bytes.
pub const MAX_MAPPING_BYTES: usize = 32 * 1024;
/// The most records that one item may become.
const MAX_RECORDS: usize = 10_000;
/// The most bytes that they may have together.
const MAX_RECORD_BYTES: usize = 64 << 20;
/// The longest message that is passed on, in characters.
const MAX_MESSAGE: usize = 300;

/// Filters that reach beyond the item, or end the program: they are not there.
const WITHOUT: [&str; 13] = [
    "env",
    "now",
    "localtime",
    "strflocaltime",
    "halt",
    "halt_error",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "input",
    "inputs",
    "input_line_number",
];

/// What was found wrong, in the words of jq, which are English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFault(pub String);

/// The records that an item became.
pub type Mapped = Result<Vec<String>, MappingFault>;

/// A program that was read; see the module.
pub struct Mapping {
    filter: Filter<data::JustLut<Val>>,
}

impl Mapping {
    /// Reads a program.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn compile(program: &str) -> Result<Self, MappingFault> {
        let defs = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs())
            .filter(|def: &Def| !WITHOUT.contains(&def.name));
        let funs = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs())
            .filter(|(name, ..)| !WITHOUT.contains(name));
        let arena = Arena::default();
        let file = File {
            code: program,
            path: (),
        };
        let modules = Loader::new(defs)
            .load(&arena, file)
            .map_err(|errors| load_fault(program, errors))?;
        let filter = Compiler::default()
            .with_funs(funs)
            .compile(modules)
            .map_err(|errors| {
                let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
                let says = first.map_or_else(String::new, |(name, undefined)| {
                    format!(
                        "{} {name} is not known{}",
                        undefined.as_str(),
                        place(program, name)
                    )
                });
                MappingFault(says)
            })?;
        Ok(Mapping { filter })
    }

    /// The records of one item.
    ///
    /// # Errors
    /// When the item is no JSON, the program says so, or what comes out is no JSON or too much.
    pub fn records(&self, item: &[u8]) -> Mapped {
        let document = Document::parse(item).map_err(|fault| {
            MappingFault(format!(
                "the item is no JSON that may be taken, at {}",
                fault.place
            ))
        })?;
        let value = value(&document)?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.filter.lut, Vars::new([]));
        let (mut records, mut bytes) = (Vec::new(), 0);
        for output in self.filter.id.run((context, value)).map(unwrap_valr) {
            let output = output.map_err(|error| MappingFault(shortened(&error.to_string())))?;
            let mut text = String::new();
            write(&output, &mut text)?;
            bytes += text.len();
            records.push(text);
            if records.len() > MAX_RECORDS || bytes > MAX_RECORD_BYTES {
                let says =
                    format!("one item became more than {MAX_RECORDS} records or {MAX_RECORD_BYTES} bytes");
                return Err(MappingFault(says));
            }
        }
        Ok(records)
    }
}

/// The document as jq holds it, members in their order.
fn value(document: &Document) -> Result<Val, MappingFault> {
    let text = document.text();
    let mut value =
        read::parse_single(text.as_bytes()).map_err(|error| MappingFault(shortened(&error.to_string())))?;
    if memchr::memmem::find(text.as_bytes(), b"-0").is_some() {
        keep_signs(&mut value, document.value());
    }
    Ok(value)
}

/// Puts `-0` back where it stood: read as an integer it loses its sign.
fn keep_signs(value: &mut Val, sent: &Value) {
    match (value, sent) {
        (Val::Num(number), Value::Number(sent)) if sent.as_str() == "-0" => {
            *number = Num::Dec(String::from("-0").into());
        }
        (Val::Arr(items), Value::Array(sent)) => {
            let mut kept = (**items).clone();
            std::iter::zip(&mut kept, sent).for_each(|(item, sent)| keep_signs(item, sent));
            *items = kept.into();
        }
        (Val::Obj(members), Value::Object(sent)) => {
            let mut kept = (**members).clone();
            for (name, member) in &mut kept {
                if let Val::TStr(name) = name
                    && let Some(sent) = std::str::from_utf8(name).ok().and_then(|name| sent.get(name))
                {
                    keep_signs(member, sent);
                }
            }
            *members = kept.into();
        }
        _ => {}
    }
}

/// Writes a value as JSON; jq knows values that JSON does not.
fn write(value: &Val, out: &mut String) -> Result<(), MappingFault> {
    match value {
        Val::Null => out.push_str("null"),
        Val::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Val::Num(Num::Float(float)) if !float.is_finite() => {
            return Err(MappingFault("a number is infinite, or none at all".into()));
        }
        Val::Num(number) => out.push_str(&number.to_string()),
        Val::TStr(text) => string(text, out)?,
        Val::BStr(_) => return Err(MappingFault("bytes are no text; JSON has no bytes".into())),
        Val::Arr(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Val::Obj(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                match name {
                    Val::TStr(name) => string(name, out)?,
                    _ => return Err(MappingFault("the name of a member must be a text".into())),
                }
                out.push(':');
                write(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn string(text: &[u8], out: &mut String) -> Result<(), MappingFault> {
    let text = std::str::from_utf8(text).map_err(|_| MappingFault("a text is no UTF-8".into()))?;
    let quoted = serde_json::to_string(text).map_err(|error| MappingFault(error.to_string()))?;
    out.push_str(&quoted);
    Ok(())
}

fn load_fault(program: &str, errors: jaq_core::load::Errors<&str, ()>) -> MappingFault {
    let first = errors.into_iter().map(|(_, error)| error).next();
    let says = match first {
        Some(LoadError::Io(_)) => "import and include lead nowhere here".to_owned(),
        Some(LoadError::Lex(errors)) => errors.first().map_or_else(String::new, |(expected, found)| {
            format!("expected {}{}", expected.as_str(), place(program, found))
        }),
        Some(LoadError::Parse(errors)) => errors.first().map_or_else(String::new, |(expected, found)| {
            format!("expected {}{}", expected.as_str(), place(program, found))
        }),
        None => String::new(),
    };
    MappingFault(says)
}

/// Where in the program a part of it stands.
fn place(program: &str, part: &str) -> String {
    let offset = part.as_ptr().addr().checked_sub(program.as_ptr().addr());
    match offset.and_then(|offset| program.get(..offset)) {
        Some("") if part.is_empty() => String::new(),
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
            format!(", at line {line}, column {column}")
        }
        None => String::new(),
    }
}

fn shortened(message: &str) -> String {
    message
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_MESSAGE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(program: &str, item: &str) -> Mapped {
        Mapping::compile(program)?.records(item.as_bytes())
    }

    fn mapped(program: &str, item: &str) -> Vec<String> {
        map(program, item).unwrap_or_else(|fault| panic!("{program}: {}", fault.0))
    }

    #[test]
    fn an_item_becomes_none_one_or_several_records() {
        assert_eq!(
            mapped(
                "{id: .ID, nama: .Nama | ascii_downcase}",
                r#"{"ID":"7","Nama":"SITI"}"#
            ),
            [r#"{"id":"7","nama":"siti"}"#]
        );
        assert!(mapped("select(.aktif == 1)", r#"{"aktif":0}"#).is_empty());
        assert_eq!(
            mapped(".anak[] | {id: .}", r#"{"anak":["a","b"]}"#),
            [r#"{"id":"a"}"#, r#"{"id":"b"}"#]
        );
        assert_eq!(
            mapped(
                r#".kode | [scan("..")] | join(".") | {kode: .}"#,
                r#"{"kode":"640802"}"#
            ),
            [r#"{"kode":"64.08.02"}"#]
        );
        assert_eq!(
            mapped(
                r#".t | strptime("%d/%m/%Y") | strftime("%Y-%m-%d")"#,
                r#"{"t":"31/12/2025"}"#
            ),
            ["\"2025-12-31\""]
        );
    }

    #[test]
    fn numbers_keep_every_digit_and_members_their_order() {
        let item = r#"{"z":64.10,"a":12345678901234567890,"m":[-0,1E+5,0.10000000000000000001,-0.0,1e400],"e":"é\n\u0001"}"#;
        assert_eq!(
            mapped(".", item),
            [
                r#"{"z":64.10,"a":12345678901234567890,"m":[-0,1E+5,0.10000000000000000001,-0.0,1e400],"e":"é\n\u0001"}"#
            ]
        );
        assert_eq!(
            mapped("{k: .z, n: (.a | tostring)}", item),
            [r#"{"k":64.10,"n":"12345678901234567890"}"#]
        );
        assert_eq!(mapped(".m[0]", item), ["-0"]);
    }

    #[test]
    fn a_program_sees_its_item_and_nothing_else() {
        for program in [
            "env",
            "$ENV",
            "$ENV.PATH",
            "input",
            "[inputs]",
            "now",
            "halt",
            "halt_error",
            "debug",
            "stderr",
            "localtime",
            "input_line_number",
            "input_filename",
            "import \"a\" as a; .",
            "include \"a\"; .",
            "$__prog_args",
            "get_search_list",
            "$__loc__",
        ] {
            let fault = Mapping::compile(program).err();
            assert!(fault.is_some_and(|fault| !fault.0.is_empty()), "{program}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_program_is_told_with_its_place() {
        for (program, says) in [
            (".a |\n  foo(1)", "filter foo is not known, at line 2, column 3"),
            (".a | $x", "variable $x is not known, at line 1, column 6"),
            ("{a: .b", "expected"),
            ("", "expected"),
        ] {
            let fault = Mapping::compile(program).err().unwrap();
            assert!(fault.0.contains(says), "{program}: {}", fault.0);
        }
    }

    #[test]
    fn what_goes_wrong_with_an_item_is_told_and_no_more_comes_of_it() {
        for (program, item, says) in [
            (".a.b", r#"{"a":1}"#, "cannot index"),
            ("error(\"tidak lengkap\")", "{}", "tidak lengkap"),
            (".", r#"{"a":1,"a":2}"#, "no JSON"),
            ("1 / 0", "{}", "infinite"),
            ("{(1 | tostring): nan}", "{}", "infinite"),
            ("{(1,2): 1}", "{}", ""),
            ("\"a\" | tobytes", "{}", "bytes"),
            ("repeat(.)", "1", "more than"),
        ] {
            let fault = map(program, item).unwrap_err();
            assert!(fault.0.contains(says), "{program}: {}", fault.0);
        }
    }
}
