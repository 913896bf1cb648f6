//! Synthetic events for tests.

use chrono::DateTime;
use uuid::Uuid;

use super::batch::{BatchEvent, NewBody};
use crate::pipeline::summarize::{Summary, UserParts};
use crate::types::{
    hash::EventHash,
    ids::{ProjectId, ProjectKeyId},
    json::{Json, Object},
    level::Level,
    stream_id::StreamId,
};

/// An event of a project with these hashes.
pub(crate) fn event(project: i64, hashes: &[u128]) -> BatchEvent {
    let occurred_at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    BatchEvent {
        entry: StreamId::default(),
        project_id: ProjectId(project),
        key_id: ProjectKeyId(1),
        event_id: Uuid::new_v4(),
        received_at: occurred_at,
        hashes: hashes.iter().map(|hash| EventHash(Uuid::from_u128(*hash))).collect(),
        summary: Summary {
            event_type: "error",
            level: Level::Error,
            platform: "python".to_owned(),
            logger: String::new(),
            title: "ValueError: boom".to_owned(),
            culprit: "app.views in index".to_owned(),
            location: None,
            metadata: Json::Object(Object::new()),
            names: String::new(),
            message: "boom".to_owned(),
            release: Some("shop@1.0.0".to_owned()),
            dist: None,
            environment: Some("production".to_owned()),
            tags: vec![("level".to_owned(), "error".to_owned())],
            user: UserParts::default(),
            occurred_at,
        },
        size: 2,
        body: NewBody::of(b"{}".to_vec()).unwrap(),
        attachments: Vec::new(),
        is_redelivered: false,
        category: "error",
    }
}
