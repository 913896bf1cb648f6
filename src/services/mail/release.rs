//! What was held goes out once nothing is in its way; what failed, when somebody asks for it.

use serde::{Deserialize, Serialize};

use super::{obstacle, promise};
use crate::app::App;
use crate::services::job::{Job, JobError};
use crate::store::mails;
use crate::types::ids::{JobId, MailId};

/// Mails let go at a time.
const SLICE: i64 = 500;

/// Queues held mail again when there is a public URL and a mail server.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseHeldMail {}

impl Job for ReleaseHeldMail {
    const KIND: &'static str = "release_held_mail";

    async fn run(self, app: &App, _id: JobId) -> Result<(), JobError> {
        if obstacle(&app.config).is_some() {
            return Ok(());
        }
        for id in mails::list_in_state(&app.db, "held", SLICE).await? {
            requeue(app, id, "held").await?;
        }
        Ok(())
    }
}

/// Tries a mail again that failed or is held; whether there was one.
pub async fn retry(app: &App, id: MailId) -> sqlx::Result<bool> {
    Ok(requeue(app, id, "failed").await? || requeue(app, id, "held").await?)
}

async fn requeue(app: &App, id: MailId, from: &str) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    let was_there = mails::change_state(&mut *tx, id, from, "queued").await?;
    if was_there {
        promise(&mut *tx, id, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(was_there)
}
