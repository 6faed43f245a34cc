//! [`PullSettings`]: what is read from where, how its pages hang together, and what becomes of an item.
//!
//! Invariant: settings that passed [`PullSettings::check`] can be used; nothing of them is found wrong later
//! but what only the system itself can tell.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::{MAX_MAPPING_BYTES, Schedule};
use crate::types::{DatasetId, Pointer, Text};

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PullSettings {
    /// The dataset that the records go into, such as `bkd/pegawai/v1`.
    #[serde(with = "dataset")]
    #[schema(value_type = String, max_length = 200, example = "bkd/pegawai/v1")]
    pub dataset: DatasetId,
    /// The connector of the dataset's agency, by its name.
    #[schema(min_length = 1, max_length = 200, example = "simpeg")]
    pub connector: String,
    /// The path below the connector's base, percent-encoded.
    #[schema(max_length = 8_192, example = "/pegawai")]
    pub path: String,
    /// What stands behind the question mark in each request, percent-encoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 8_192, example = "aktif=1")]
    pub query: Option<String>,
    /// When it runs: five fields of cron in the province's time zone; only by hand when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "0 2 * * *")]
    pub schedule: Option<String>,
    /// What one run brings.
    #[serde(default)]
    #[schema(schema_with = kind_schema, required = false)]
    pub kind: Kind,
    /// How an incremental pull goes on from where the last one ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    pub bookmark: Option<BookmarkRule>,
    /// How pages hang together.
    #[serde(default)]
    #[schema(inline, required = false)]
    pub paging: Paging,
    /// In which form the items come.
    #[serde(default)]
    #[schema(inline, required = false)]
    pub form: Form,
    /// The jq program that makes records out of an item; items are records when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 32_768, example = "{nip: .NIP, nama: .NAMA}")]
    pub mapping: Option<String>,
    /// Of a snapshot: which share of the standing records may vanish.
    #[serde(default = "max_delete")]
    #[schema(required = false, max_length = 10, example = "0.1")]
    pub max_delete: String,
    /// The most pages of one run.
    #[serde(default = "max_pages")]
    #[schema(required = false, minimum = 1, maximum = 1_000_000)]
    pub max_pages: u32,
    /// The longest page, in bytes.
    #[serde(default = "max_page_bytes")]
    #[schema(required = false, minimum = 1_024, maximum = 268_435_456)]
    pub max_page_bytes: u64,
}

/// What one run brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Records that are new or changed; others stay.
    #[default]
    Incremental,
    /// All records there are; others vanish.
    Snapshot,
}

/// How an incremental pull goes on from where the last one ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PullBookmark)]
pub struct BookmarkRule {
    /// Where in an item, as the system sends it, the value stands of which the greatest is remembered.
    #[schema(value_type = String, max_length = 1_000, example = "/updated_at")]
    pub pointer: Pointer,
    /// The query parameter that tells it to the system.
    #[schema(min_length = 1, max_length = 200, example = "since")]
    pub parameter: String,
    /// The parameter's value; `{bookmark}` stands for what is remembered.
    #[serde(default = "template")]
    #[schema(required = false, max_length = 200, example = "{bookmark}")]
    pub template: String,
    /// What the first run tells; nothing when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "2020-01-01")]
    pub first: Option<String>,
}

/// How pages hang together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = PullPaging)]
pub enum Paging {
    /// Everything comes at once.
    #[default]
    None,
    /// Pages have numbers; the first empty one ends them.
    Page {
        /// The query parameter.
        #[schema(min_length = 1, max_length = 200)]
        parameter: String,
        /// The number of the first page.
        #[serde(default = "one")]
        #[schema(required = false)]
        first: u64,
    },
    /// It is told how many items to leave out; the first empty page ends them.
    Offset {
        /// The query parameter.
        #[schema(min_length = 1, max_length = 200)]
        parameter: String,
        /// Whether each page begins with the last item of the page before, by which it is seen that no items moved
        /// between the two. Without, such items are missed; a system needs that which takes only multiples of its
        /// page size, or whose items look different each time.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        #[schema(required = false)]
        overlap: bool,
    },
    /// Each page names a cursor of the next one.
    Cursor {
        /// Where in the answer it stands.
        #[schema(value_type = String, max_length = 1_000, example = "/meta/next")]
        pointer: Pointer,
        /// The query parameter that takes it; without one, it is the next page's address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 200)]
        parameter: Option<String>,
    },
    /// The header field `Link` names the next page (RFC 8288, `rel="next"`).
    Link,
}

/// In which form the items come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "as", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = PullForm)]
pub enum Form {
    /// One JSON document with a list in it.
    Json {
        /// Where the list stands; the empty pointer is the document itself.
        #[serde(default)]
        #[schema(value_type = String, required = false, max_length = 1_000, example = "/data")]
        items: Pointer,
    },
    /// A JSON document a line.
    Ndjson,
}

impl Default for Form {
    fn default() -> Self {
        Form::Json {
            items: Pointer::default(),
        }
    }
}

/// What is wrong with a setting: its pointer in the document, and what to do.
pub type Fault = (String, Text);

/// The longest name of a parameter, the longest template.
const MAX_NAME: usize = 200;

impl PullSettings {
    /// What is wrong with them; nothing when they can be used.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(schedule) = &self.schedule
            && let Err(error) = schedule.parse::<Schedule>()
        {
            faults.push((
                "/schedule".to_owned(),
                Text::new(
                    format!("bukan jadwal cron lima kolom, misalnya 0 2 * * *: {}", error.0),
                    format!(
                        "it is no schedule of five cron fields, such as 0 2 * * *: {}",
                        error.0
                    ),
                ),
            ));
        }
        faults.extend(self.request_faults());
        faults.extend(self.kind_faults());
        faults.extend(self.bound_faults());
        faults
    }

    fn request_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if crate::connector::checked_path(&self.path).is_err() {
            faults.push(fault(
                "/path",
                "harus path yang dimulai dengan /, ditulis percent-encoded, dan tidak keluar dari alamat dasar.",
                "it must be a path that begins with /, is percent-encoded, and does not lead out of the base.",
            ));
        }
        if let Some(query) = &self.query
            && crate::connector::checked_query(query).is_err()
        {
            faults.push(fault(
                "/query",
                "harus ditulis percent-encoded, misalnya aktif=1&unit=a%20b.",
                "it must be percent-encoded, such as aktif=1&unit=a%20b.",
            ));
        }
        let parameter = match &self.paging {
            Paging::Page { parameter, .. } | Paging::Offset { parameter, .. } => Some(parameter),
            Paging::Cursor { parameter, .. } => parameter.as_ref(),
            Paging::None | Paging::Link => None,
        };
        if parameter.is_some_and(|name| !is_name(name)) {
            faults.push(unnamed("/paging/parameter"));
        }
        if matches!((&self.paging, &self.form), (Paging::Cursor { .. }, Form::Ndjson)) {
            faults.push(fault(
                "/paging",
                "tidak ada kursor dalam jawaban NDJSON; pakai link, page atau offset.",
                "there is no cursor in an answer of NDJSON; use link, page or offset.",
            ));
        }
        faults
    }

    fn kind_faults(&self) -> Vec<Fault> {
        let Some(rule) = &self.bookmark else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        if self.kind == Kind::Snapshot {
            faults.push(fault(
                "/bookmark",
                "hanya untuk penarikan incremental: kiriman lengkap selalu membaca semuanya.",
                "it is for incremental pulls only: a snapshot always reads everything.",
            ));
        }
        if !is_name(&rule.parameter) {
            faults.push(unnamed("/bookmark/parameter"));
        }
        if !rule.template.contains("{bookmark}") || rule.template.len() > MAX_NAME {
            faults.push(fault(
                "/bookmark/template",
                "harus memuat {bookmark}, paling panjang 200 byte.",
                "it must contain {bookmark} and have at most 200 bytes.",
            ));
        }
        if rule.pointer.is_root() {
            faults.push(fault(
                "/bookmark/pointer",
                "harus menunjuk sebuah nilai, misalnya /updated_at.",
                "it must lead to a value, such as /updated_at.",
            ));
        }
        faults
    }

    fn bound_faults(&self) -> Vec<Fault> {
        let numbers = [
            ("/max_pages", u64::from(self.max_pages), 1, 1_000_000),
            ("/max_page_bytes", self.max_page_bytes, 1_024, 256 << 20),
        ];
        let outside = numbers
            .into_iter()
            .filter(|(_, value, least, most)| value < least || value > most);
        let mut faults: Vec<Fault> = outside
            .map(|(pointer, _, least, most)| {
                let text = Text::new(
                    format!("harus antara {least} dan {most}."),
                    format!("it must lie between {least} and {most}."),
                );
                (pointer.to_owned(), text)
            })
            .collect();
        if self
            .mapping
            .as_ref()
            .is_some_and(|mapping| mapping.len() > MAX_MAPPING_BYTES)
        {
            faults.push(fault(
                "/mapping",
                "terlalu panjang: paling panjang 32 KiB.",
                "it is too long: at most 32 KiB.",
            ));
        }
        faults
    }
}

/// Whether a query parameter may be called so.
fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}

fn unnamed(pointer: &str) -> Fault {
    fault(
        pointer,
        "harus nama parameter, paling panjang 200 byte.",
        "it must be the name of a parameter, of at most 200 bytes.",
    )
}

fn fault(pointer: &str, indonesian: &'static str, english: &'static str) -> Fault {
    (pointer.to_owned(), Text::new(indonesian, english))
}

/// The words for [`Kind`]: an inlined enum is said to be an object as well.
fn kind_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(
            "What one run brings: what is new or changed, or everything.",
        ))
        .enum_values(Some(["incremental", "snapshot"]))
        .build()
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_yes(value: &bool) -> bool {
    *value
}

fn one() -> u64 {
    1
}

fn template() -> String {
    "{bookmark}".to_owned()
}

fn max_delete() -> String {
    "0.1".to_owned()
}

fn max_pages() -> u32 {
    10_000
}

fn max_page_bytes() -> u64 {
    16 << 20
}

/// Datasets as the texts that people write.
mod dataset {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::types::DatasetId;

    pub(super) fn serialize<S: Serializer>(id: &DatasetId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DatasetId, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("no dataset such as bkd/pegawai/v1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> PullSettings {
        let text =
            format!(r#"{{"dataset": "bkd/pegawai/v1", "connector": "simpeg", "path": "/pegawai"{more}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_path_is_enough_and_everything_comes_back_as_it_was_given() {
        assert!(settings("").check().is_empty());
        let full = settings(
            r#", "query": "aktif=1", "schedule": "0 2 * * *", "bookmark": {"pointer": "/diubah", "parameter": "sejak",
                "template": "{bookmark}Z", "first": "2020-01-01"}, "paging": {"by": "cursor", "pointer": "/next"},
                "form": {"as": "json", "items": "/data"}, "mapping": ".", "max_pages": 5"#,
        );
        assert!(full.check().is_empty(), "{:?}", full.check());
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<PullSettings>(&text).unwrap(), full);
    }

    #[test]
    fn what_could_not_be_used_is_named() {
        for (more, pointer) in [
            (r#", "schedule": "0 0 2 * * *""#, "/schedule"),
            (r#", "query": "a b""#, "/query"),
            (
                r#", "paging": {"by": "page", "parameter": ""}"#,
                "/paging/parameter",
            ),
            (
                r#", "paging": {"by": "cursor", "pointer": "/n"}, "form": {"as": "ndjson"}"#,
                "/paging",
            ),
            (
                r#", "kind": "snapshot", "bookmark": {"pointer": "/a", "parameter": "b"}"#,
                "/bookmark",
            ),
            (
                r#", "bookmark": {"pointer": "/a", "parameter": "b", "template": "x"}"#,
                "/bookmark/template",
            ),
            (
                r#", "bookmark": {"pointer": "", "parameter": "b"}"#,
                "/bookmark/pointer",
            ),
            (r#", "max_pages": 0"#, "/max_pages"),
            (r#", "max_page_bytes": 1"#, "/max_page_bytes"),
        ] {
            let faults = settings(more).check();
            let found: Vec<&str> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
            assert_eq!(found, [pointer], "{more}");
        }
        let mut out = settings("");
        out.path = "/../admin".into();
        assert_eq!(out.check().len(), 1);
    }
}
