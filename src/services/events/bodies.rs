//! Packs the bodies of a batch, each against an earlier body of its issue where there is one.
//!
//! The third body of a kind becomes the reference of those that follow: two bodies alike would not pay for the copy
//! that a reference is. References are committed with the first events that need them.

use std::collections::HashMap;
use std::io;
use std::thread::available_parallelism;

use bytes::Bytes;
use sqlx::PgConnection;

use super::batch::{BatchEvent, NewBody};
use super::caches::Caches;
use crate::store::{
    body_references::{self, ReferenceKey},
    event_body,
    event_partitions::Week,
};
use crate::types::ids::IssueId;

/// Bodies of a kind that are packed without a reference before one becomes it.
const ALONE: u8 = 2;

/// What a worker knows of the events of one kind.
#[derive(Clone, Debug)]
pub enum Kind {
    /// No reference yet; so many bodies were seen.
    Alone(u8),
    Referring(KnownReference),
    /// The stored reference can't be read. Nothing may stop because of it.
    Damaged,
}

#[derive(Clone, Debug)]
pub struct KnownReference {
    id: i64,
    json: Bytes,
}

impl Kind {
    /// Bytes that remembering it costs.
    pub fn weight(&self) -> usize {
        size_of::<(ReferenceKey, Self)>()
            + match self {
                Self::Alone(_) | Self::Damaged => 0,
                Self::Referring(reference) => reference.json.len(),
            }
    }
}

/// The packed bodies of a batch, in the order of the rows, and what was learned on the way.
#[derive(Debug, Default)]
pub struct Bodies {
    pub packed: Vec<Vec<u8>>,
    pub reference_ids: Vec<Option<i64>>,
    pub kinds: Vec<(ReferenceKey, Kind)>,
}

/// Packs the bodies of events that go to these issues, whose rows are locked.
pub async fn pack(tx: &mut PgConnection, caches: &mut Caches, rows: &[(&BatchEvent, IssueId)]) -> sqlx::Result<Bodies> {
    let mut kinds = known_kinds(tx, caches, rows).await?;
    add_references(tx, rows, &mut kinds).await?;
    let jobs: Vec<Job> =
        rows.iter().map(|(event, issue_id)| Job::of(event, kinds.get(&key(event, *issue_id)))).collect();
    let reference_ids = jobs.iter().map(|job| job.reference.as_ref().map(|reference| reference.id)).collect();
    let packed = pack_jobs(jobs).await?;
    Ok(Bodies { packed, reference_ids, kinds: kinds.into_iter().collect() })
}

fn key(event: &BatchEvent, issue_id: IssueId) -> ReferenceKey {
    ReferenceKey { issue_id, hash: event.primary_hash(), week: Week::of(event.received_at) }
}

/// What is remembered or stored about the kinds of the batch.
async fn known_kinds(
    tx: &mut PgConnection,
    caches: &mut Caches,
    rows: &[(&BatchEvent, IssueId)],
) -> sqlx::Result<HashMap<ReferenceKey, Kind>> {
    let mut kinds = HashMap::new();
    let mut unknown = Vec::new();
    for (event, issue_id) in rows.iter().filter(|(event, _)| matches!(event.body, NewBody::Json(_))) {
        let key = key(event, *issue_id);
        if kinds.contains_key(&key) {
            continue;
        }
        if let Some(kind) = caches.kinds.get(&key) {
            kinds.insert(key, kind);
        } else {
            unknown.push(key);
            kinds.insert(key, Kind::Alone(0));
        }
    }
    if unknown.is_empty() {
        return Ok(kinds);
    }
    for stored in body_references::list(tx, &unknown).await? {
        let kind = match event_body::unpack(&stored.body, None) {
            Ok(json) => Kind::Referring(KnownReference { id: stored.id, json: json.into() }),
            Err(error) => {
                tracing::error!(reference.id = stored.id, %error, "the reference of event bodies is damaged");
                Kind::Damaged
            }
        };
        kinds.insert(unknown[stored.place], kind);
    }
    Ok(kinds)
}

/// Counts the bodies of each kind, and makes the one after [`ALONE`] the reference.
async fn add_references(
    tx: &mut PgConnection,
    rows: &[(&BatchEvent, IssueId)],
    kinds: &mut HashMap<ReferenceKey, Kind>,
) -> sqlx::Result<()> {
    let (mut keys, mut bodies) = (Vec::new(), Vec::new());
    for (event, issue_id) in rows {
        let NewBody::Json(json) = &event.body else { continue };
        let key = key(event, *issue_id);
        let Some(kind) = kinds.get_mut(&key) else { continue };
        match kind {
            Kind::Alone(seen) if *seen < ALONE => *seen += 1,
            Kind::Alone(_) => {
                // A copy, since zstd finds nothing in a prefix that is the input itself. The id follows below.
                *kind = Kind::Referring(KnownReference { id: 0, json: Bytes::copy_from_slice(json) });
                keys.push(key);
                bodies.push(event_body::pack(json).map_err(sqlx::Error::Io)?);
            }
            Kind::Referring(_) | Kind::Damaged => {}
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let ids = body_references::insert(tx, &keys, &bodies).await?;
    for (key, id) in keys.iter().zip(ids) {
        if let Some(Kind::Referring(reference)) = kinds.get_mut(key) {
            reference.id = id;
        }
    }
    Ok(())
}

/// A body to pack.
struct Job {
    body: NewBody,
    reference: Option<KnownReference>,
}

impl Job {
    fn of(event: &BatchEvent, kind: Option<&Kind>) -> Self {
        let reference = match (&event.body, kind) {
            (NewBody::Json(_), Some(Kind::Referring(reference))) => Some(reference.clone()),
            _ => None,
        };
        Self { body: event.body.clone(), reference }
    }
}

/// Packs on all cores.
async fn pack_jobs(jobs: Vec<Job>) -> sqlx::Result<Vec<Vec<u8>>> {
    let threads = available_parallelism().map_or(1, usize::from);
    let chunk = jobs.len().div_ceil(threads).max(1);
    let mut jobs = jobs.into_iter();
    let mut tasks = Vec::new();
    while jobs.len() > 0 {
        let part: Vec<Job> = jobs.by_ref().take(chunk).collect();
        tasks.push(tokio::task::spawn_blocking(move || pack_part(&part)));
    }
    let mut packed = Vec::new();
    for task in tasks {
        packed.extend(task.await.map_err(io::Error::other)??);
    }
    Ok(packed)
}

fn pack_part(jobs: &[Job]) -> io::Result<Vec<Vec<u8>>> {
    let referring = jobs.iter().filter_map(|job| match (&job.body, &job.reference) {
        (NewBody::Json(json), Some(reference)) => Some((&json[..], &reference.json[..])),
        _ => None,
    });
    let mut referring = event_body::pack_referring(referring)?.into_iter();
    let mut next = |job: &Job| match (&job.body, &job.reference) {
        (NewBody::Packed(body), _) => Ok(body.clone()),
        (NewBody::Json(json), None) => event_body::pack(json),
        (NewBody::Json(_), Some(_)) => Ok(referring.next().expect("one for each that refers")),
    };
    jobs.iter().map(&mut next).collect()
}
