//! `/admin/connectors/{id}/preview`: what a mapping makes of a system's items, and what the contract says of it.

use actix_web::http::Method;
use actix_web::web::{self, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Told;
use crate::connector::pull::Form;
use crate::error::{Error, Malformed, Unknown};
use crate::http::admin::{answer, input};
use crate::http::manager::{CanManageConnectors, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::path;
use crate::http::problem::{Problem, violations_json};
use crate::http::resource::managed_resource;
use crate::hub::{Preview, PreviewInput, PreviewWish, PreviewedItem, PreviewedRecord};
use crate::types::{DatasetId, Lang, Text};

/// How many items are tried where nothing is said.
const LIMIT: usize = 20;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/connectors/{id}/preview",
        vec![(Method::POST, post().to(preview_mapping))],
    ));
}

/// What is to be tried: on the page at `path`, or on the page `input`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MappingToTry {
    /// The dataset whose contract judges.
    #[schema(max_length = 200, example = "bkd/pegawai/v1")]
    dataset: String,
    /// The jq program; items are records when left out.
    #[schema(nullable = false, max_length = 32_768, example = "{nip: .NIP, nama: .NAMA}")]
    mapping: Option<String>,
    /// In which form the items come.
    #[serde(default)]
    #[schema(inline, required = false)]
    form: Form,
    /// The path below the connector's base.
    #[schema(nullable = false, max_length = 8_192, example = "/pegawai")]
    path: Option<String>,
    /// What stands behind the question mark.
    #[schema(nullable = false, max_length = 8_192)]
    query: Option<String>,
    /// A page as the system would answer it, as JSON or as a text that is taken byte by byte; then the system is
    /// not asked.
    #[schema(nullable = false, value_type = Option<Value>)]
    input: Option<SamplePage>,
    /// How many items are tried at the most.
    #[schema(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// A page sent along: any JSON.
#[derive(Deserialize)]
#[serde(transparent)]
struct SamplePage(Value);

/// What would become of a page. Nothing of it is stored.
#[derive(Serialize, ToSchema)]
struct MappingTried {
    /// How many items are on the page.
    items_total: usize,
    /// The first of them.
    items: Vec<ItemTried>,
    /// Why there is nothing to show, where the page could not be had or read.
    #[schema(required = true)]
    reason: Option<Told>,
}

/// What would become of an item.
#[derive(Serialize, ToSchema)]
struct ItemTried {
    /// The item as the system sends it; a text where it is no JSON.
    #[schema(value_type = Value)]
    input: Box<RawValue>,
    /// Why it becomes nothing, in the words of jq.
    #[schema(required = true)]
    fault: Option<String>,
    /// The records that it becomes.
    records: Vec<RecordTried>,
}

/// What would become of a record.
#[derive(Serialize, ToSchema)]
struct RecordTried {
    /// The record.
    #[schema(value_type = Value)]
    output: Box<RawValue>,
    /// Whether it would be stored.
    accepted: bool,
    /// Why it would not.
    #[schema(required = true)]
    problem: Option<Told>,
    /// In which ways it breaks the contract.
    #[schema(value_type = Vec<Object>)]
    violations: Value,
}

impl TryFrom<MappingToTry> for PreviewWish {
    type Error = Error;

    fn try_from(sent: MappingToTry) -> Result<Self, Error> {
        let unknown = || Error::Unknown(Unknown::Dataset(sent.dataset.escape_debug().take(200).collect()));
        let dataset: DatasetId = sent.dataset.parse().map_err(|_| unknown())?;
        let input = match (sent.input, sent.path) {
            (Some(SamplePage(Value::String(page))), None) => PreviewInput::Page(page.into_bytes()),
            (Some(SamplePage(page)), None) => PreviewInput::Page(page.to_string().into_bytes()),
            (None, Some(path)) => PreviewInput::System(path, sent.query),
            (Some(_), Some(_)) | (None, None) => {
                return Err(Error::Malformed(Malformed::Body(Text::new(
                    "Isi path untuk bertanya kepada sistem, atau input untuk mencoba sebuah contoh: salah satu.",
                    "Give path to ask the system, or input to try a sample: one of them.",
                ))));
            }
        };
        Ok(PreviewWish {
            dataset,
            mapping: sent.mapping,
            form: sent.form,
            limit: sent.limit.unwrap_or(LIMIT),
            input,
        })
    }
}

impl MappingTried {
    fn new(preview: Preview, lang: Lang) -> Self {
        MappingTried {
            items_total: preview.items_total,
            items: preview
                .items
                .into_iter()
                .map(|item| ItemTried::new(item, lang))
                .collect(),
            reason: preview.reason.map(|reason| Told::new(&reason, lang)),
        }
    }
}

impl ItemTried {
    fn new(item: PreviewedItem, lang: Lang) -> Self {
        ItemTried {
            input: shown(item.input),
            fault: item.fault,
            records: item
                .records
                .into_iter()
                .map(|record| RecordTried::new(record, lang))
                .collect(),
        }
    }
}

impl RecordTried {
    fn new(record: PreviewedRecord, lang: Lang) -> Self {
        let violations = match &record.error {
            Some(Error::Violates(violations)) => violations_json(violations, lang),
            _ => Value::Array(Vec::new()),
        };
        RecordTried {
            output: shown(record.output),
            accepted: record.error.is_none(),
            problem: record.error.map(|error| Told {
                code: error.code().to_owned(),
                detail: error.detail().to(lang).to_owned(),
            }),
            violations,
        }
    }
}

/// JSON as it stands; what is none as a text.
fn shown(text: String) -> Box<RawValue> {
    let quoted = |text: &str| Value::from(text).to_string();
    RawValue::from_string(text.clone())
        .or_else(|_| RawValue::from_string(quoted(&text)))
        .unwrap_or_default()
}

/// Tries a mapping on a page of the system, or on one sent along: shows the items, the records they become and
/// what the contract says of each. Nothing is stored.
#[utoipa::path(
    post, path = "/admin/connectors/{id}/preview", tag = "pulls", request_body = MappingToTry,
    params(("id" = i64, Path, description = "The connector's number.")),
    responses((status = 200, description = "What would become of the page.", body = MappingTried), WriteRefusals)
)]
pub(in crate::http) async fn preview_mapping(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    (id, payload): (web::Path<String>, web::Payload),
) -> Result<HttpResponse, Problem> {
    let Manager { hub, .. } = manager;
    let number = path::number(&id, Unknown::Connector)?;
    let wish: MappingToTry = input::json(&hub, &request, payload).await?;
    let preview = hub.preview_pull(number, wish.try_into()?).await?;
    answer(HttpResponse::Ok(), &MappingTried::new(preview, meta.lang))
}
