//! What new issues are made of, noted when they are created. Only their first events are read again, so that the
//! others cost nothing.

use sqlx::PgConnection;

use super::assign::Share;
use super::batch::BatchEvent;
use crate::pipeline::group::features;
use crate::store::issue_features;
use crate::types::json::{self, Json};

pub async fn insert(tx: &mut PgConnection, events: &[BatchEvent], shares: &[Share]) -> sqlx::Result<()> {
    let (mut issue_ids, mut all) = (Vec::new(), Vec::new());
    for share in shares.iter().filter(|share| share.is_new) {
        let body = events[share.events[0]].body.json();
        let tree = body.as_deref().ok().and_then(|body| json::parse(body).ok());
        let Some(event) = tree.as_ref().and_then(Json::as_object) else { continue };
        let found = features::features(share.project_id, event);
        issue_ids.extend(found.iter().map(|_| share.id().0));
        all.extend(found);
    }
    issue_features::insert(&mut *tx, &issue_ids, &all).await
}
