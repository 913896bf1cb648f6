//! `/api/{project}/envelope/`: items of many kinds; `/api/envelope/` for tunnels, where the envelope names its DSN.

use axum::response::Response;

use super::call::Call;
use super::route::ProjectPart;
use super::{answer, error};
use crate::protocol::{
    auth::AuthError,
    body::Encoding,
    dsn::Dsn,
    envelope::{self, EnvelopeError},
};
use crate::services::ingest::{Refusal, Submission};

pub async fn post(call: &mut Call, project: ProjectPart) -> Result<Response, Refusal> {
    // Credentials are checked before the body is read; without any, the body may hold a DSN.
    let submission = match call.read_credentials(project, None)? {
        Some(key) => Some(call.admit_key(key, project).await?),
        None => None,
    };
    call.ingest.check_queue()?;
    let body = call.read_body().await?;
    if body.bytes.is_empty() {
        return Err(EnvelopeError::Empty.into());
    }
    let encoding = match &submission {
        Some(submission) => submission.encoding,
        None => Encoding::from_header(call.header(&axum::http::header::CONTENT_ENCODING))?,
    };
    let _room = call.ingest.unpacking_room(&body.bytes, encoding).await?;
    let limit = call.ingest.app.config.ingest.max_envelope_bytes;
    let decoded = call.ingest.decode(body.bytes.clone(), encoding, limit).await?;
    let (headers, _) = envelope::parse_headers(&decoded)?;
    let dsn = headers.dsn.as_deref().and_then(Dsn::parse);
    let submission = match submission {
        Some(submission) => check_dsn(call, submission, dsn)?,
        None => admit_by_dsn(call, project, dsn).await?,
    };
    let accepted = call.ingest.envelope(&submission, body.bytes.clone(), &decoded).await?;
    Ok(match accepted.limited {
        Some(limited) => error::response(&limited, call.received_at),
        None => answer::accepted(accepted.event_id),
    })
}

/// Where both the request and the envelope name a key, it must be the same.
fn check_dsn(call: &Call, submission: Submission, dsn: Option<Dsn>) -> Result<Submission, Refusal> {
    let is_same = dsn.is_none_or(|dsn| {
        Some(dsn.public_key) == call.public_key() && dsn.project_id == submission.admission.project_id
    });
    if is_same { Ok(submission) } else { Err(Refusal::OtherDsn) }
}

async fn admit_by_dsn(call: &mut Call, project: ProjectPart, dsn: Option<Dsn>) -> Result<Submission, Refusal> {
    let dsn = dsn.ok_or(AuthError::Missing)?;
    if matches!(project, ProjectPart::Id(id) if id != dsn.project_id) {
        return Err(Refusal::WrongProject);
    }
    call.admit_key(dsn.public_key, ProjectPart::Id(dsn.project_id)).await
}
