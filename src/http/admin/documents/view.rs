//! How documents look in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::DocumentView;
use crate::types::Timestamp;

/// A document, without what is in it.
#[derive(Serialize, ToSchema)]
pub(in crate::http::admin) struct Document {
    /// Its number.
    id: i64,
    /// The integration that it belongs to.
    #[schema(required = true, example = "2026/7")]
    integration: Option<String>,
    /// The number of the letter that it is attached to.
    #[schema(required = true)]
    letter: Option<i64>,
    /// The step that it was added in.
    #[schema(required = true)]
    step: Option<i32>,
    /// The round of that step.
    #[schema(required = true)]
    round: Option<i32>,
    /// Its kind.
    #[schema(example = "request-letter")]
    kind: String,
    /// What the procedure calls its kind.
    #[schema(example = "Surat Permohonan")]
    title: String,
    /// Its version among those of its kind, step and round.
    version: i32,
    /// What its file was called.
    name: String,
    /// Its media type, told by its content.
    #[schema(example = "application/pdf")]
    media_type: String,
    /// How many bytes it has.
    bytes: i64,
    /// The SHA-256 digest of these, in hexadecimal.
    sha256: String,
    /// Where the paper lies.
    #[schema(required = true)]
    place: Option<String>,
    /// What was said about it.
    #[schema(required = true)]
    note: Option<String>,
    /// Who added it.
    added_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
    /// Where its content is.
    #[schema(example = "/admin/documents/3/content")]
    content: String,
}

/// A page of documents, by number.
#[derive(Serialize, ToSchema)]
pub(in crate::http::admin) struct DocumentPage {
    /// The documents.
    pub(in crate::http::admin) documents: Vec<Document>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    pub(in crate::http::admin) next: Option<String>,
}

impl DocumentPage {
    /// The page as it is answered.
    pub(super) fn new(documents: Vec<DocumentView>, next: Option<String>) -> Self {
        DocumentPage {
            documents: documents.into_iter().map(Document::from).collect(),
            next,
        }
    }
}

impl From<DocumentView> for Document {
    fn from(view: DocumentView) -> Self {
        Document {
            content: format!("/admin/documents/{}/content", view.id),
            id: view.id,
            integration: view.integration.map(|number| number.to_string()),
            letter: view.letter,
            step: view.step,
            round: view.round,
            kind: view.kind,
            title: view.title,
            version: view.version,
            name: view.name,
            media_type: view.media_type,
            bytes: view.bytes,
            sha256: view.sha256.to_string(),
            place: view.place,
            note: view.note,
            added_by: view.added_by,
            added_at: view.added_at,
        }
    }
}
