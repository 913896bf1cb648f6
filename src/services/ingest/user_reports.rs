//! What users wrote about errors they met (ingest.md 8.3, 12).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Category, Ingest, Outcome, Refusal, Submission, event_id};
use crate::protocol::envelope::Item;
use crate::store::{
    events, organizations, projects,
    user_reports::{self, NewUserReport, UserReport},
};
use crate::types::{
    ids::ProjectId,
    json::{self, Json},
};

/// Characters that are kept.
pub const MAX_NAME: usize = 128;
pub const MAX_EMAIL: usize = 75;
pub const MAX_COMMENTS: usize = 4096;

/// A PostgreSQL that takes longer is away.
const WRITE_TIMEOUT: Duration = Duration::from_secs(3);

/// How long after its event feedback may come, and how long after that it may be changed (ingest.md 12.2).
const FEEDBACK_WINDOW: TimeDelta = TimeDelta::minutes(30);
const EDIT_WINDOW: TimeDelta = TimeDelta::minutes(5);

/// Feedback as the web API takes it; the project as the path names it.
#[derive(Clone, Copy, Debug)]
pub struct NewFeedback<'a> {
    pub organization: &'a str,
    pub project: &'a str,
    pub event_id: Uuid,
    pub name: &'a str,
    pub email: &'a str,
    pub comments: &'a str,
}

/// What became of it.
#[derive(Debug)]
pub enum FeedbackAnswer {
    Written(UserReport),
    /// The credentials are another project's.
    OtherProject,
    TooLate,
}

/// Name, address and words of a user, cut to what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportText {
    pub name: String,
    pub email: String,
    pub comments: String,
}

impl ReportText {
    pub fn new(name: &str, email: &str, comments: &str) -> Self {
        let cut = |text: &str, length| text.trim().chars().filter(|c| *c != '\0').take(length).collect();
        Self { name: cut(name, MAX_NAME), email: cut(email, MAX_EMAIL), comments: cut(comments, MAX_COMMENTS) }
    }
}

impl Ingest {
    /// Writes the reports of an envelope; what cannot be read is counted as invalid.
    pub(super) async fn write_reports(
        &self,
        submission: &Submission,
        items: &[&Item<'_>],
        envelope_id: Option<Uuid>,
    ) -> Result<(), Refusal> {
        for item in items {
            let read = if item.kind == "feedback" { read_feedback } else { read_user_report };
            let report = json::parse(item.payload).ok().and_then(|payload| read(&payload, envelope_id));
            let Some((event_id, text)) = report else {
                self.count(submission, (Outcome::Invalid, "json"), Category::Feedback, 1);
                continue;
            };
            self.write_report(submission.admission.project_id, event_id, &text, submission.received_at).await?;
            self.count(submission, (Outcome::Accepted, ""), Category::Feedback, 1);
        }
        Ok(())
    }

    /// Writes one report; a later one about the same event replaces it.
    pub async fn write_report(
        &self,
        project_id: ProjectId,
        event_id: Uuid,
        text: &ReportText,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let row =
            NewUserReport { project_id, event_id, name: &text.name, email: &text.email, comments: &text.comments };
        self.database(user_reports::upsert(&self.app.db, &row, now)).await.map(|_| ())
    }

    /// Writes what a user typed into the crash-report dialog.
    pub async fn embed_report(
        &self,
        submission: &Submission,
        event_id: Uuid,
        text: &ReportText,
    ) -> Result<(), Refusal> {
        self.write_report(submission.admission.project_id, event_id, text, submission.received_at).await?;
        self.count(submission, (Outcome::Accepted, ""), Category::Feedback, 1);
        Ok(())
    }

    /// Writes feedback that came through the web API, unless it comes too late to be changed.
    pub async fn feedback(&self, submission: &Submission, new: &NewFeedback<'_>) -> Result<FeedbackAnswer, Refusal> {
        let (project_id, now) = (submission.admission.project_id, submission.received_at);
        if !self.database(self.is_named(project_id, new)).await? {
            return Ok(FeedbackAnswer::OtherProject);
        }
        let text = ReportText::new(new.name, new.email, new.comments);
        let write = write_feedback(&self.app.db, (project_id, new.event_id), &text, now);
        let Some(report) = self.database(write).await? else { return Ok(FeedbackAnswer::TooLate) };
        self.count(submission, (Outcome::Accepted, ""), Category::Feedback, 1);
        Ok(FeedbackAnswer::Written(report))
    }

    /// Whether the path of a request for feedback names this project.
    async fn is_named(&self, project_id: ProjectId, new: &NewFeedback<'_>) -> sqlx::Result<bool> {
        let Some(organization) = organizations::find_by_slug(&self.app.db, new.organization).await? else {
            return Ok(false);
        };
        let project = projects::find_by_slug(&self.app.db, organization.id, new.project).await?;
        Ok(project.is_some_and(|project| project.id == project_id))
    }

    /// Waits for a statement, not for ever.
    pub(super) async fn database<T>(&self, statement: impl Future<Output = sqlx::Result<T>>) -> Result<T, Refusal> {
        match timeout(WRITE_TIMEOUT, statement).await {
            Ok(Ok(written)) => Ok(written),
            Ok(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "PostgreSQL refused what ingest wrote");
                Err(Refusal::Unavailable)
            }
            Err(_) => Err(Refusal::Unavailable),
        }
    }
}

/// Writes feedback about an event of a project; `None`: it comes too late to be written or changed.
pub async fn write_feedback(
    db: &PgPool,
    (project_id, event_id): (ProjectId, Uuid),
    text: &ReportText,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserReport>> {
    let received = events::find_received_at(db, project_id, event_id).await?;
    let known = user_reports::find(db, project_id, event_id).await?;
    let is_late = received.is_some_and(|received_at| now - received_at > FEEDBACK_WINDOW)
        || known.is_some_and(|report| now - report.created_at > EDIT_WINDOW);
    if is_late {
        return Ok(None);
    }
    let row = NewUserReport { project_id, event_id, name: &text.name, email: &text.email, comments: &text.comments };
    user_reports::upsert(db, &row, now).await?;
    user_reports::find(db, project_id, event_id).await
}

fn text<'j>(object: &'j Json<'_>, key: &str) -> &'j str {
    object.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn id(object: &Json<'_>, key: &str) -> Option<Uuid> {
    event_id::parse(text(object, key))
}

/// `{event_id, name, email, comments}`.
fn read_user_report(payload: &Json<'_>, envelope_id: Option<Uuid>) -> Option<(Uuid, ReportText)> {
    payload.as_object()?;
    let event_id = id(payload, "event_id").or(envelope_id)?;
    Some((event_id, ReportText::new(text(payload, "name"), text(payload, "email"), text(payload, "comments"))))
}

/// An event whose context `feedback` holds the words; it may speak of another event.
fn read_feedback(payload: &Json<'_>, envelope_id: Option<Uuid>) -> Option<(Uuid, ReportText)> {
    let feedback = payload.get("contexts")?.get("feedback")?;
    let message = feedback.get("message")?.as_str().filter(|message| !message.trim().is_empty())?;
    let own_id = || envelope_id.or_else(|| id(payload, "event_id"));
    let event_id = id(feedback, "associated_event_id").or_else(own_id)?;
    Some((event_id, ReportText::new(text(feedback, "name"), text(feedback, "contact_email"), message)))
}
