//! Taking in what SDKs post: who may send, how much, and into the queue (architecture.md 3, steps 2 and 3).
//!
//! Nothing of an event is looked at here but what the answer needs: whether it is JSON, and its id. An answer of 200
//! means that the event is in the stream; everything else is the worker's.

mod admission;
mod attachments;
mod envelope;
mod queue;
mod refusal;
mod security;
mod user_reports;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

use self::admission::Admissions;
use self::queue::Queue;
use crate::app::App;
use crate::protocol::{
    auth::AuthError,
    body::{self, Encoding},
    category::Category,
    dsn::PublicKey,
    event_id,
    origin::Origin,
};
use crate::services::outcomes::{Outcome, Outcomes, Sender};
use crate::types::{
    entry_kind::EntryKind,
    ids::ProjectId,
    json::{self, InvalidJson},
};
use crate::volatile::event_stream::{EntryFacts, NewEntry, QueuedAttachment};

pub use admission::Admission;
pub use envelope::Accepted;
pub use refusal::{LimitHit, Refusal};
pub use security::ReportTags;
pub use user_reports::{FeedbackAnswer, MAX_COMMENTS, MAX_EMAIL, MAX_NAME, NewFeedback, ReportText, write_feedback};

/// Compressed bodies above this are unpacked on the blocking pool.
const HEAVY_BYTES: usize = 32 << 10;

/// How many large bodies may be read, and how many heavy ones unpacked, at once; and how long others wait for their turn.
const READING_ROOMS: usize = 16;
const UNPACKING_ROOMS: usize = 4;
const ROOM_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything ingest keeps in memory; one per process.
pub struct Ingest {
    pub app: App,
    pub outcomes: Outcomes,
    admissions: Admissions,
    queue: Queue,
    reading_rooms: Arc<Semaphore>,
    unpacking_rooms: Arc<Semaphore>,
}

/// The right to keep a large body in memory.
pub type Room = OwnedSemaphorePermit;

/// What is known of an admitted request beside its body.
#[derive(Clone, Debug)]
pub struct Submission {
    pub admission: Arc<Admission>,
    pub received_at: DateTime<Utc>,
    pub client_ip: IpAddr,
    /// `sentry_client`, else the User-Agent.
    pub client: String,
    pub user_agent: String,
    pub encoding: Encoding,
}

impl Submission {
    pub fn sender(&self) -> Sender {
        Sender::known(self.admission.project_id, self.admission.key_id)
    }

    /// The facts of an event of this request.
    fn facts(&self, kind: EntryKind, event_id: Uuid) -> EntryFacts {
        EntryFacts {
            kind,
            project_id: self.admission.project_id,
            key_id: self.admission.key_id,
            event_id,
            received_at: self.received_at,
            client_ip: Some(self.client_ip),
            client: self.client.clone(),
            user_agent: self.user_agent.clone(),
            encoding: String::new(),
            sent_at: None,
            attachments: Vec::new(),
        }
    }
}

impl Ingest {
    /// Starts the tasks that count outcomes and watch the queue.
    pub fn start(app: &App) -> Arc<Self> {
        let ingest = Arc::new(Self {
            app: app.clone(),
            outcomes: Outcomes::default(),
            admissions: Admissions::default(),
            queue: Queue::default(),
            reading_rooms: Arc::new(Semaphore::new(READING_ROOMS)),
            unpacking_rooms: Arc::new(Semaphore::new(UNPACKING_ROOMS)),
        });
        let flushing = ingest.clone();
        app.tasks.spawn(async move { flushing.outcomes.flush_regularly(&flushing.app).await });
        let watching = ingest.clone();
        app.tasks.spawn(async move { watching.queue.watch(&watching.app).await });
        ingest
    }

    /// Writes what is still only counted; to be called once no request is open any more.
    pub async fn stop(&self) {
        self.outcomes.flush(&self.app).await;
    }

    /// Checks key, project and origin, in this order.
    pub async fn admit(
        &self,
        key: PublicKey,
        project_id: Option<ProjectId>,
        origin: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Arc<Admission>, Refusal> {
        let admission = self.admissions.find(&self.app, key, now).await?.ok_or(AuthError::InvalidKey)?;
        if !admission.is_active {
            return Err(Refusal::KeyDisabled);
        }
        if project_id.is_some_and(|project_id| project_id != admission.project_id) {
            return Err(Refusal::WrongProject);
        }
        if !admission.project_is_active {
            return Err(Refusal::ProjectGone);
        }
        if !admission.organization_is_active {
            return Err(Refusal::OrganizationRemoved);
        }
        if let Some(text) = origin.filter(|_| !admission.allowed_domains.allow_any())
            && let Some(origin) = Origin::from_header(text)
            && !admission.allowed_domains.allow(Some(&origin))
        {
            return Err(Refusal::Origin(text.to_owned()));
        }
        Ok(admission)
    }

    /// What can be decided about an event before its body is read.
    pub fn check_before_body(&self, admission: &Admission, now: DateTime<Utc>) -> Result<(), Refusal> {
        admission.check_limits(now)?;
        self.check_queue()
    }

    /// Whether the queue takes anything.
    pub fn check_queue(&self) -> Result<(), Refusal> {
        self.queue.check(&self.app)
    }

    /// Waits for the right to read a large body into memory.
    pub async fn reading_room(&self) -> Result<Room, Refusal> {
        room(&self.reading_rooms).await
    }

    /// Waits for the right to unpack a body, if it may become heavy.
    pub async fn unpacking_room(&self, body: &[u8], encoding: Encoding) -> Result<Option<Room>, Refusal> {
        if encoding == Encoding::Identity || body.len() <= HEAVY_BYTES {
            return Ok(None);
        }
        room(&self.unpacking_rooms).await.map(Some)
    }

    /// Undoes the content encoding, heavy bodies off the threads that serve.
    pub async fn decode(&self, body: Bytes, encoding: Encoding, limit: usize) -> Result<Bytes, Refusal> {
        if encoding == Encoding::Identity {
            return if body.len() > limit { Err(Refusal::TooLarge("the request body", limit)) } else { Ok(body) };
        }
        if body.len() <= HEAVY_BYTES {
            return Ok(body::decode(&body, encoding, limit)?.into_owned().into());
        }
        let unpacked = tokio::task::spawn_blocking(move || {
            body::decode(&body, encoding, limit).map(|decoded| Bytes::from(decoded.into_owned()))
        });
        Ok(unpacked.await.map_err(|_| Refusal::Internal)??)
    }

    /// Takes the body of a store request: one event. Answers its id.
    pub async fn store(&self, submission: &Submission, body: Bytes) -> Result<Uuid, Refusal> {
        let limit = self.app.config.ingest.max_event_bytes;
        let _room = self.unpacking_room(&body, submission.encoding).await?;
        let decoded = self.decode(body.clone(), submission.encoding, limit).await?;
        let event_id = {
            let payload = body::store_payload(&decoded, limit)?;
            event_id_of(&payload)?.unwrap_or_else(event_id::generate)
        };
        drop(decoded);
        submission.admission.take_from_limits(&self.app, submission.received_at).await?;
        self.queue(submission.facts(EntryKind::Store, event_id), body, submission.encoding).await?;
        Ok(event_id)
    }

    /// Puts an event into the stream, packed.
    async fn queue(&self, mut facts: EntryFacts, body: Bytes, encoding: Encoding) -> Result<(), Refusal> {
        let (body, encoding) = queue::packed(body, encoding);
        encoding.as_str().clone_into(&mut facts.encoding);
        self.queue.append(&self.app, &NewEntry { facts, body }).await
    }

    /// Counts items of a request.
    fn count(&self, submission: &Submission, what: (Outcome, &'static str), category: Category, quantity: u64) {
        self.outcomes.count(submission.sender(), what, category, quantity, submission.received_at);
    }
}

async fn room(rooms: &Arc<Semaphore>) -> Result<Room, Refusal> {
    match timeout(ROOM_TIMEOUT, rooms.clone().acquire_owned()).await {
        Ok(Ok(room)) => Ok(room),
        _ => Err(Refusal::Unavailable),
    }
}

/// Checks that an event is a JSON object, and gives its id if it has one.
fn event_id_of(payload: &[u8]) -> Result<Option<Uuid>, InvalidJson> {
    let [id] = json::members(payload, ["event_id"])?;
    let id = id.and_then(|raw| raw.strip_prefix(b"\"")?.strip_suffix(b"\""));
    Ok(id.and_then(|id| event_id::parse(std::str::from_utf8(id).ok()?)))
}
