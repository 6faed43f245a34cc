//! What a violation says to people, in both languages: one sentence for each keyword.
//!
//! Not here: which value is blamed. Invariant: every sentence says what is expected; values quoted
//! in it are cut to a readable length.

use serde_json::Value;

use crate::types::Text;

/// The longest quotation, in characters.
const QUOTED: usize = 200;

/// The sentence for one broken keyword.
pub fn message(keyword: &str, expected: &Value) -> Text {
    let shown = shorten(expected);
    match keyword {
        "type" => types(expected),
        "required" => text("Anggota ini wajib ada.", "This member is required."),
        "dependentRequired" | "dependencies" => text(
            "Anggota ini wajib ada karena anggota lain yang bergantung padanya ada.",
            "This member is required because another member that depends on it is there.",
        ),
        "additionalProperties" | "unevaluatedProperties" => text(
            "Anggota ini tidak dikenal oleh kontrak; hapus atau perbaiki namanya.",
            "The contract does not know this member; remove it or correct its name.",
        ),
        "additionalItems" | "unevaluatedItems" | "items" => text(
            "Larik ini memuat unsur lebih dari yang diperbolehkan; hapus yang berlebih.",
            "This array holds more items than are allowed; remove the extra ones.",
        ),
        "propertyNames" => text(
            "Nama anggota ini tidak sesuai dengan aturan nama dalam kontrak.",
            "The name of this member does not follow the contract's rule for names.",
        ),
        "enum" => both(
            "Nilai harus salah satu dari {}.",
            "The value must be one of {}.",
            &list(expected),
        ),
        "const" => both("Nilai harus persis {}.", "The value must be exactly {}.", &shown),
        "pattern" => both(
            "Teks harus sesuai dengan pola {}.",
            "The text must match the pattern {}.",
            &shown,
        ),
        "format" => format_text(expected.as_str().unwrap_or_default()),
        "anyOf" => text(
            "Nilai tidak cocok dengan satu pun bentuk yang diperbolehkan; lihat pilihan pada skema.",
            "The value fits none of the allowed forms; see the choices in the schema.",
        ),
        "oneOf" => text(
            "Nilai harus cocok dengan tepat satu dari bentuk yang diperbolehkan; lihat pilihan pada skema.",
            "The value must fit exactly one of the allowed forms; see the choices in the schema.",
        ),
        "not" => text(
            "Nilai cocok dengan bentuk yang justru dilarang oleh skema.",
            "The value fits a form that the schema forbids.",
        ),
        "contains" => text(
            "Larik tidak memuat unsur yang diwajibkan skema.",
            "The array lacks an item that the schema demands.",
        ),
        "uniqueItems" => text(
            "Unsur larik tidak boleh ada yang sama; hapus yang berulang.",
            "The items must all differ; remove the repeated ones.",
        ),
        "falseSchema" => text(
            "Nilai tidak diperbolehkan di sini; hapus.",
            "No value is allowed here; remove it.",
        ),
        _ => bounds(keyword, &shown),
    }
}

/// The sentence for a number that is too long to be judged.
pub fn monstrous_number() -> Text {
    both(
        "Bilangan ini terlalu panjang: paling banyak {} angka (termasuk yang dinyatakan pangkatnya), dan paling banyak 1000 bilangan panjang dalam satu data.",
        "This number is too long: at most {} digits (those of its exponent written out), and at most 1000 long numbers in one payload.",
        &super::MAX_DIGITS.to_string(),
    )
}

/// The sentences for limits of size.
fn bounds(keyword: &str, limit: &str) -> Text {
    let (id, en) = match keyword {
        "minimum" => ("Nilai paling kecil {}.", "The value must be at least {}."),
        "maximum" => ("Nilai paling besar {}.", "The value must be at most {}."),
        "exclusiveMinimum" => (
            "Nilai harus lebih besar dari {}.",
            "The value must be greater than {}.",
        ),
        "exclusiveMaximum" => (
            "Nilai harus lebih kecil dari {}.",
            "The value must be less than {}.",
        ),
        "multipleOf" => ("Nilai harus kelipatan {}.", "The value must be a multiple of {}."),
        "minLength" => (
            "Panjang teks paling sedikit {} karakter.",
            "The text must have at least {} characters.",
        ),
        "maxLength" => (
            "Panjang teks paling banyak {} karakter.",
            "The text must have at most {} characters.",
        ),
        "minItems" => (
            "Larik harus memuat paling sedikit {} unsur.",
            "The array must have at least {} items.",
        ),
        "maxItems" => (
            "Larik boleh memuat paling banyak {} unsur.",
            "The array may have at most {} items.",
        ),
        "minContains" => (
            "Larik harus memuat paling sedikit {} unsur yang cocok.",
            "The array must have at least {} items that fit.",
        ),
        "maxContains" => (
            "Larik boleh memuat paling banyak {} unsur yang cocok.",
            "The array may have at most {} items that fit.",
        ),
        "minProperties" => (
            "Objek harus memuat paling sedikit {} anggota.",
            "The object must have at least {} members.",
        ),
        "maxProperties" => (
            "Objek boleh memuat paling banyak {} anggota.",
            "The object may have at most {} members.",
        ),
        "contentEncoding" => (
            "Teks harus disandikan sebagai {}.",
            "The text must be encoded as {}.",
        ),
        "contentMediaType" => ("Isi teks harus berupa {}.", "The text must hold {}."),
        _ => (
            "Nilai tidak sesuai dengan skema: {}.",
            "The value does not fit the schema: {}.",
        ),
    };
    both(id, en, limit)
}

fn types(expected: &Value) -> Text {
    let names: Vec<&str> = match expected {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let indonesian: Vec<&str> = names
        .iter()
        .map(|name| match *name {
            "string" => "teks",
            "integer" => "bilangan bulat",
            "number" => "bilangan",
            "boolean" => "true atau false",
            "object" => "objek",
            "array" => "larik",
            other => other,
        })
        .collect();
    let english: Vec<&str> = names
        .iter()
        .map(|name| match *name {
            "string" => "a text",
            "integer" => "an integer",
            "number" => "a number",
            "boolean" => "true or false",
            "object" => "an object",
            "array" => "an array",
            other => other,
        })
        .collect();
    text(
        format!("Nilai harus berupa {}.", indonesian.join(" atau ")),
        format!("The value must be {}.", english.join(" or ")),
    )
}

fn format_text(format: &str) -> Text {
    let example = match format {
        "date" => "2026-03-02",
        "date-time" => "2026-03-02T08:00:00+08:00",
        "time" => "08:00:00+08:00",
        "duration" => "P1DT2H",
        "email" | "idn-email" => "nama@kaltimprov.go.id",
        "hostname" | "idn-hostname" => "data.kaltimprov.go.id",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "iri" => "https://data.kaltimprov.go.id/",
        "uuid" => "0190163d-8694-739b-aea5-966c26f8ad91",
        _ => {
            return both(
                "Teks harus berformat {}.",
                "The text must have the format {}.",
                &shorten(&Value::from(format)),
            );
        }
    };
    text(
        format!("Teks harus berformat \"{format}\", misalnya {example}."),
        format!("The text must have the format \"{format}\", such as {example}."),
    )
}

fn text(
    id: impl Into<std::borrow::Cow<'static, str>>,
    en: impl Into<std::borrow::Cow<'static, str>>,
) -> Text {
    Text::new(id, en)
}

fn both(id: &str, en: &str, shown: &str) -> Text {
    Text::new(id.replacen("{}", shown, 1), en.replacen("{}", shown, 1))
}

/// The choices of an `enum`, as many as can be read.
fn list(expected: &Value) -> String {
    let Value::Array(choices) = expected else {
        return shorten(expected);
    };
    let mut shown = String::new();
    for (index, choice) in choices.iter().enumerate() {
        if index > 0 {
            shown.push_str(", ");
        }
        if shown.len() > QUOTED {
            shown.push_str(&format!("... ({})", choices.len()));
            break;
        }
        shown.push_str(&shorten(choice));
    }
    shown
}

/// A value as JSON, cut to a readable length.
fn shorten(value: &Value) -> String {
    let text = match value {
        Value::Array(items) if items.len() > QUOTED => format!("[... {}]", items.len()),
        Value::Object(members) if members.len() > QUOTED => format!("{{... {}}}", members.len()),
        other => other.to_string(),
    };
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
