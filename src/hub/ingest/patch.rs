//! A part of a record in: merged with what stands, and judged and stored as a whole.

use std::sync::Arc;

use super::{Conditions, Pushed};
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{EntityTag, Entry, Match, Precondition, merge_patch};
use crate::types::{Document, RecordKey};

/// How often a patch is tried anew because somebody else changed the record meanwhile.
const ATTEMPTS: i32 = 50;

impl Hub {
    /// Changes a record by a merge patch (RFC 7396). Whatever else is written at the same time, the
    /// patch is applied to the record as it stands when the result is stored.
    ///
    /// # Errors
    /// Unknown where there is no such record; else as a push.
    pub async fn patch(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        key: &RecordKey,
        patch: bytes::Bytes,
        conditions: Conditions,
    ) -> Result<Pushed> {
        let size = patch.len();
        let document = Document::parse(&patch).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
        let (_, patch) = document.into_parts();
        for attempt in 0..ATTEMPTS {
            let found = self.reader.find((dataset.number, key.clone()));
            let found = self.while_it_answers(found).await?;
            let stored = found.ok_or_else(|| Error::Unknown(Unknown::Record(key.clone())))?;
            let tag = EntityTag {
                feed: dataset.feed.clone(),
                seq: stored.seq,
            };
            if !conditions.precondition.holds(Some(&tag)) {
                let etag = Some(tag.to_string());
                return Err(Error::Stale { etag });
            }
            let merged = merge_patch(&stored.payload, &patch)
                .map_err(|error| Error::Internal(format!("a stored payload is damaged: {error}")))?;
            let payload = self.judged(dataset, merged.into()).await?;
            if payload.key != *key {
                let (path, payload) = (key.clone(), payload.key);
                return Err(Error::Conflict(Conflict::KeyMismatch { path, payload }));
            }
            let unchanged_since = Conditions {
                precondition: Precondition {
                    if_match: Some(Match::OneOf(vec![tag.to_string().trim_matches('"').to_owned()])),
                    ..Precondition::default()
                },
                ..conditions.clone()
            };
            let written = self
                .write_one(call, dataset, Entry::Put(payload), size, unchanged_since, attempt)
                .await;
            match written {
                Err(Error::Stale { .. }) => {}
                other => return other,
            }
        }
        Err(Error::Conflict(Conflict::Contended(key.clone())))
    }
}
