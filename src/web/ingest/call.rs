//! One request on its way through ingest: what is known of it so far.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderName, Request, header};
use chrono::{DateTime, Utc};
use hyper::body::Incoming;

use super::body::{self, ReadBody};
use super::route::{ProjectPart, Route};
use crate::protocol::{
    auth::{self, AuthError, Sources},
    body::Encoding,
    dsn::PublicKey,
};
use crate::services::{
    ingest::{Ingest, Refusal, Submission},
    outcomes::{self, Sender},
};
use crate::types::ids::ProjectId;
use crate::web::client_ip::client_ip;

/// Everything an endpoint works with.
pub struct Call {
    pub ingest: Arc<Ingest>,
    pub parts: Parts,
    pub received_at: DateTime<Utc>,
    pub client_ip: IpAddr,
    /// Taken when it is read.
    body: Option<Incoming>,
    /// Who will be told of a refusal; becomes more exact on the way.
    sender: Sender,
    client: String,
    public_key: Option<PublicKey>,
}

impl Call {
    pub fn new(ingest: Arc<Ingest>, route: &Route, request: Request<Incoming>, peer: SocketAddr) -> Self {
        let (parts, body) = request.into_parts();
        let client_ip = client_ip(peer, &parts.headers, &ingest.app.config.web.trusted_proxies);
        let received_at = ingest.app.clock.now();
        Self {
            ingest,
            parts,
            received_at,
            client_ip,
            body: Some(body),
            sender: match route.project() {
                ProjectPart::Id(id) => Sender::claimed(id),
                ProjectPart::Invalid | ProjectPart::Absent => Sender::default(),
            },
            client: String::new(),
            public_key: None,
        }
    }

    /// The header's text; `""` if there is none or it is not ASCII.
    pub fn header(&self, name: &HeaderName) -> &str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// The key that the request itself carries, if any.
    pub fn public_key(&self) -> Option<PublicKey> {
        self.public_key
    }

    /// Admits a request that must carry credentials.
    pub async fn admit(&mut self, project: ProjectPart, path_key: Option<&str>) -> Result<Submission, Refusal> {
        let Some(key) = self.read_credentials(project, path_key)? else {
            let is_legacy_page = project == ProjectPart::Absent && self.origin().is_some();
            return Err(if is_legacy_page { Refusal::OriginWithoutProject } else { AuthError::Missing.into() });
        };
        self.admit_key(key, project).await
    }

    /// Reads the credentials; `None` if there are none.
    pub fn read_credentials(
        &mut self,
        project: ProjectPart,
        path_key: Option<&str>,
    ) -> Result<Option<PublicKey>, Refusal> {
        let header = |name| self.parts.headers.get(name).and_then(|value| value.to_str().ok());
        let sources = Sources {
            sentry_header: header(&HeaderName::from_static("x-sentry-auth")),
            authorization: header(&header::AUTHORIZATION),
            query: self.query(),
            path_key,
            user_agent: header(&header::USER_AGENT).unwrap_or_default(),
        };
        let credentials = auth::read(&sources);
        let client = credentials.as_ref().map_or(sources.user_agent.into(), |found| found.client.clone()).into_owned();
        let public_key = credentials.map(|credentials| credentials.public_key);
        self.client = client;
        if project == ProjectPart::Invalid {
            return Err(Refusal::InvalidProjectId);
        }
        self.public_key = public_key?;
        Ok(self.public_key)
    }

    /// Admits the holder of a key.
    pub async fn admit_key(&mut self, key: PublicKey, project: ProjectPart) -> Result<Submission, Refusal> {
        let project_id: Option<ProjectId> = match project {
            ProjectPart::Id(id) => Some(id),
            ProjectPart::Invalid | ProjectPart::Absent => None,
        };
        let admission = self.ingest.admit(key, project_id, self.origin(), self.received_at).await?;
        self.sender = Sender::known(admission.project_id, admission.key_id);
        Ok(Submission {
            admission,
            received_at: self.received_at,
            client_ip: self.client_ip,
            client: self.client.clone(),
            user_agent: self.header(&header::USER_AGENT).to_owned(),
            encoding: Encoding::from_header(self.header(&header::CONTENT_ENCODING))?,
        })
    }

    /// The page that sends: `Origin`, else `Referer`.
    pub fn origin(&self) -> Option<&str> {
        let headers = &self.parts.headers;
        headers.get(header::ORIGIN).or_else(|| headers.get(header::REFERER))?.to_str().ok()
    }

    /// Reads the whole body, within the limits of size and time.
    pub async fn read_body(&mut self) -> Result<ReadBody, Refusal> {
        let Some(incoming) = self.body.take() else { return Err(Refusal::Internal) };
        body::read(&self.ingest, incoming, &self.parts.headers).await
    }

    /// Counts a refusal, and remembers it for the project's people.
    pub fn count(&self, route: &Route, refusal: &Refusal) {
        let (outcome, reason) = refusal.outcome();
        let outcomes = &self.ingest.outcomes;
        outcomes.count(self.sender, (outcome, reason), route.category(), 1, self.received_at);
        let told = (refusal.status(), reason, refusal.to_string());
        outcomes.remember(self.sender, outcomes::refused_request(self.received_at, self.client_ip, &self.client, told));
    }
}
