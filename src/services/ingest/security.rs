//! Security reports of browsers: each report becomes an event of its own (ingest.md 10).

use super::{Category, Encoding, EntryKind, Ingest, Refusal, Submission, event_id};
use crate::protocol::{
    origin::Origin,
    security::{self, Kind},
};
use crate::types::json::{self, Json};

/// What the address of a report may add to its event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportTags {
    pub release: Option<String>,
    pub environment: Option<String>,
}

impl Ingest {
    /// Queues the reports in a body. Refused only if none of them can be taken.
    pub async fn security(
        &self,
        submission: &Submission,
        body: &[u8],
        tags: Option<&ReportTags>,
    ) -> Result<(), Refusal> {
        let mut has_taken = false;
        let mut refused = Vec::new();
        for mut report in security::reports(json::parse(body)?) {
            match self.take_report(submission, &mut report, tags).await {
                Ok(()) => has_taken = true,
                Err(refusal) => refused.push(refusal),
            }
        }
        let answer = if has_taken { Ok(()) } else { Err(refused.pop().unwrap_or(Refusal::SecurityReport)) };
        for refusal in refused {
            self.count(submission, refusal.outcome(), Category::Security, 1);
        }
        answer
    }

    async fn take_report(
        &self,
        submission: &Submission,
        report: &mut Json<'_>,
        tags: Option<&ReportTags>,
    ) -> Result<(), Refusal> {
        let kind = Kind::of(report).ok_or(Refusal::SecurityReport)?;
        check_document(submission, kind.document_uri(report))?;
        submission.admission.take_from_limits(&self.app, submission.received_at).await?;
        if let (Some(tags), Some(object)) = (tags, report.as_object_mut()) {
            if let Some(release) = &tags.release {
                object.insert(security::RELEASE, release.clone());
            }
            if let Some(environment) = &tags.environment {
                object.insert(security::ENVIRONMENT, environment.clone());
            }
        }
        let facts = submission.facts(EntryKind::Security, event_id::generate());
        self.queue(facts, report.to_string().into(), Encoding::Identity).await
    }
}

/// The document must lie in the allowed domains; a blank one never does.
fn check_document(submission: &Submission, uri: Option<String>) -> Result<(), Refusal> {
    let uri = uri.unwrap_or_default();
    let origin = Origin::from_uri(&uri);
    let is_blank = origin.is_none() || uri.starts_with("about:");
    if is_blank || !submission.admission.allowed_domains.allow(origin.as_ref()) {
        return Err(Refusal::Origin(uri));
    }
    Ok(())
}
