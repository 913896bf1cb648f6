//! Files that come with events: into the blob store first, then a row.

use bytes::Bytes;
use uuid::Uuid;

use super::{Category, Ingest, Outcome, QueuedAttachment, Refusal, Submission};
use crate::protocol::{envelope::Item, multipart::Part};
use crate::services::blobs;
use crate::store::attachments::{self, NewAttachments};

/// Files per request.
const MAX_ATTACHMENTS: usize = 30;

const DEFAULT_KIND: &str = "event.attachment";

/// A file in a request.
struct File<'a> {
    name: Option<&'a str>,
    content_type: Option<&'a str>,
    kind: Option<&'a str>,
    content: &'a [u8],
}

impl Ingest {
    /// Stores the files of an envelope; those that are too large or too many are dropped and counted.
    pub(super) async fn keep_attachments(
        &self,
        submission: &Submission,
        items: &[&Item<'_>],
        decoded: &Bytes,
    ) -> Result<Vec<QueuedAttachment>, Refusal> {
        let files = items.iter().map(|item| File {
            name: item.filename.as_deref(),
            content_type: item.content_type.as_deref(),
            kind: item.attachment_type.as_deref(),
            content: item.payload,
        });
        self.keep(submission, files, decoded).await
    }

    /// Stores the files of a form that was posted for an event.
    pub async fn attachments(
        &self,
        submission: &Submission,
        event_id: Uuid,
        parts: &[Part<'_>],
        body: &Bytes,
    ) -> Result<(), Refusal> {
        let files = parts.iter().filter(|part| part.filename.is_some()).map(|part| File {
            name: part.filename,
            content_type: part.content_type,
            kind: None,
            content: part.data,
        });
        let kept = self.keep(submission, files, body).await?;
        self.write_attachments(submission, event_id, kept).await
    }

    async fn keep<'a>(
        &self,
        submission: &Submission,
        files: impl Iterator<Item = File<'a>> + Send,
        body: &Bytes,
    ) -> Result<Vec<QueuedAttachment>, Refusal> {
        let mut kept = Vec::new();
        let mut dropped = 0;
        for file in files {
            if kept.len() == MAX_ATTACHMENTS || file.content.len() > self.app.config.ingest.max_attachment_bytes {
                dropped += 1;
                continue;
            }
            let blob = blobs::put(&self.app, body.slice_ref(file.content)).await.map_err(|error| {
                tracing::error!(%error, "a file could not be stored");
                Refusal::Unavailable
            })?;
            kept.push(file.stored_as(blob));
        }
        if dropped > 0 {
            self.count(submission, (Outcome::Invalid, "too_large"), Category::Attachment, dropped);
        }
        if !kept.is_empty() {
            self.count(submission, (Outcome::Accepted, ""), Category::Attachment, kept.len() as u64);
        }
        Ok(kept)
    }

    /// Writes the rows of files whose event is not in the same request.
    pub(super) async fn write_attachments(
        &self,
        submission: &Submission,
        event_id: Uuid,
        files: Vec<QueuedAttachment>,
    ) -> Result<(), Refusal> {
        let mut rows = NewAttachments::default();
        for file in files {
            rows.project_ids.push(submission.admission.project_id.0);
            rows.event_ids.push(event_id);
            rows.names.push(file.name);
            rows.content_types.push(file.content_type);
            rows.kinds.push(file.kind);
            rows.sizes.push(i64::try_from(file.size).unwrap_or(i64::MAX));
            rows.blobs.push(file.blob);
            rows.created_at.push(submission.received_at);
        }
        if rows.names.is_empty() {
            return Ok(());
        }
        self.database(attachments::insert(&self.app.db, &rows)).await
    }
}

impl File<'_> {
    fn stored_as(&self, blob: String) -> QueuedAttachment {
        let text = |text: Option<&str>, default: &str, length| {
            let text = text.filter(|text| !text.is_empty()).unwrap_or(default);
            text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(length).collect()
        };
        QueuedAttachment {
            name: text(self.name, "unnamed", 255),
            content_type: text(self.content_type, "application/octet-stream", 127),
            kind: text(self.kind, DEFAULT_KIND, 64),
            size: self.content.len() as u64,
            blob,
        }
    }
}
