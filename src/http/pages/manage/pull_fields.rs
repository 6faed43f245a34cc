//! The fields of a pull's form: read as its settings, and filled in with those that stand.
//!
//! Invariant: what the form does not show stays as it is.

use serde_json::json;

use super::super::form::Form;
use crate::connector::pull::{self, BookmarkRule, Kind, Paging, PullSettings};
use crate::error::{Error, Malformed};
use crate::hub::ConnectorView;
use crate::types::{Pointer, Text};

/// What the form says, on top of what stood `before`.
pub(super) fn settings(
    form: &Form,
    connector: String,
    before: Option<&PullSettings>,
) -> Result<PullSettings, Error> {
    let dataset = super::dataset(form)?;
    let mut settings = match before {
        Some(before) => before.clone(),
        None => serde_json::from_value(json!({
            "dataset": dataset.to_string(), "connector": connector, "path": form.text("path"),
        }))
        .map_err(|error| Error::Internal(error.to_string()))?,
    };
    settings.dataset = dataset;
    settings.connector = connector;
    settings.path = form.text("path").to_owned();
    settings.query = form.said("query");
    settings.schedule = form.said("schedule");
    settings.kind = match form.text("kind") {
        "snapshot" => Kind::Snapshot,
        _ => Kind::Incremental,
    };
    settings.bookmark = bookmark(form)?;
    settings.paging = paging(form)?;
    settings.form = items(form)?;
    settings.mapping = form.said("mapping");
    if let Some(share) = form.said("max_delete") {
        settings.max_delete = share;
    }
    Ok(settings)
}

fn pointer(form: &Form, name: &'static str) -> Result<Pointer, Error> {
    let wanted = Text::new(
        "harus JSON Pointer, misalnya /data.",
        "it must be a JSON Pointer, such as /data.",
    );
    form.parsed(name, wanted)
}

/// In which form the items come.
pub(super) fn items(form: &Form) -> Result<pull::Form, Error> {
    Ok(match form.text("form") {
        "ndjson" => pull::Form::Ndjson,
        _ => pull::Form::Json {
            items: pointer(form, "items")?,
        },
    })
}

fn bookmark(form: &Form) -> Result<Option<BookmarkRule>, Error> {
    if form.said("bookmark").is_none() {
        return Ok(None);
    }
    let template = form.said("template");
    Ok(Some(BookmarkRule {
        pointer: pointer(form, "bookmark")?,
        parameter: form.text("bookmark_parameter").to_owned(),
        template: template.unwrap_or_else(|| "{bookmark}".to_owned()),
        first: form.said("first"),
    }))
}

fn paging(form: &Form) -> Result<Paging, Error> {
    let parameter = form.text("parameter").to_owned();
    Ok(match form.text("paging") {
        "page" => Paging::Page {
            parameter,
            first: match form.said("first_page") {
                None => 1,
                Some(text) => text.parse().map_err(|_| {
                    let wanted = Text::new("harus bilangan bulat.", "it must be a whole number.");
                    Error::Malformed(Malformed::Parameter("first_page", wanted))
                })?,
            },
        },
        "offset" => Paging::Offset {
            parameter,
            overlap: true,
        },
        "offset-apart" => Paging::Offset {
            parameter,
            overlap: false,
        },
        "cursor" => Paging::Cursor {
            pointer: pointer(form, "cursor")?,
            parameter: form.said("parameter"),
        },
        "link" => Paging::Link,
        _ => Paging::None,
    })
}

/// The form as it says what is set now.
pub(super) fn written(settings: &PullSettings, connectors: &[ConnectorView]) -> Form {
    let own = connectors.iter().map(|view| &view.connector);
    let mut own = own.filter(|one| one.opd == settings.dataset.opd && one.name == settings.connector);
    let (form, items) = match &settings.form {
        pull::Form::Json { items } => ("json", items.to_string()),
        pull::Form::Ndjson => ("ndjson", String::new()),
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let kind = match settings.kind {
        Kind::Incremental => "incremental",
        Kind::Snapshot => "snapshot",
    };
    let mut fields = vec![
        (
            "connector",
            own.next().map(|one| one.id.to_string()).unwrap_or_default(),
        ),
        ("dataset", settings.dataset.to_string()),
        ("path", settings.path.clone()),
        ("query", text(&settings.query)),
        ("schedule", text(&settings.schedule)),
        ("kind", kind.to_owned()),
        ("form", form.to_owned()),
        ("items", items),
        ("mapping", text(&settings.mapping)),
        ("max_delete", settings.max_delete.clone()),
    ];
    if let Some(rule) = &settings.bookmark {
        fields.push(("bookmark", rule.pointer.to_string()));
        fields.push(("bookmark_parameter", rule.parameter.clone()));
        fields.push(("template", rule.template.clone()));
        fields.push(("first", text(&rule.first)));
    }
    fields.extend(written_paging(&settings.paging));
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    Form::new(fields.collect())
}

fn written_paging(paging: &Paging) -> Vec<(&'static str, String)> {
    let by = |by: &str| ("paging", by.to_owned());
    match paging {
        Paging::None => vec![by("none")],
        Paging::Page { parameter, first } => vec![
            by("page"),
            ("parameter", parameter.clone()),
            ("first_page", first.to_string()),
        ],
        Paging::Offset { parameter, overlap } => {
            let paging = if *overlap { "offset" } else { "offset-apart" };
            vec![by(paging), ("parameter", parameter.clone())]
        }
        Paging::Cursor { pointer, parameter } => vec![
            by("cursor"),
            ("cursor", pointer.to_string()),
            ("parameter", parameter.clone().unwrap_or_default()),
        ],
        Paging::Link => vec![by("link")],
    }
}
