//! What administrators do with the accounts of others.
//!
//! Nobody does it to their own account, and somebody who may administer is always left: a slip must not shut everybody
//! out.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{Error, close, letters, new_nonce, recovery};
use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::services::{mail, two_factor};
use crate::store::superusers;
use crate::store::users::{self, User};
use crate::types::audit_event::AuditEvent;

/// Disables an account, which ends its sessions and shuts its tokens out at once, or enables it again.
pub async fn set_active(app: &App, by: &Doer, user: &User, is_active: bool) -> Result<(), Error> {
    refuse_own(by, user)?;
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    if !is_active {
        keep_a_superuser(&mut tx, user).await?;
    }
    users::update_is_active(&mut *tx, user.id, is_active, &new_nonce()).await?;
    let event = if is_active { AuditEvent::UserEnable } else { AuditEvent::UserDisable };
    record(&mut tx, by, user, event, json!({}), now).await?;
    tx.commit().await?;
    Ok(app.redis.delete_sessions(user.id, None).await?)
}

/// Lets somebody administer the installation, or no longer.
pub async fn set_superuser(app: &App, by: &Doer, user: &User, is_superuser: bool) -> Result<(), Error> {
    refuse_own(by, user)?;
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    if !is_superuser {
        keep_a_superuser(&mut tx, user).await?;
    }
    superusers::update(&mut *tx, user.id, is_superuser).await?;
    record(&mut tx, by, user, AuditEvent::UserSuperuser, json!({"is_superuser": is_superuser}), now).await?;
    Ok(tx.commit().await?)
}

/// How a link to set a password with reaches its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordLink {
    Sent,
    /// No letter can leave: a path of ours, to be handed over by hand. The only copy.
    Shown(String),
}

/// Makes a link to set a password with, in the place of the one before.
pub async fn make_password_link(app: &App, by: &Doer, user: &User) -> Result<PasswordLink, Error> {
    if user.is_managed {
        return Err(Error::Managed);
    }
    if !user.is_active {
        return Err(Error::Disabled);
    }
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    let path = recovery::make_link(&mut tx, user.id, now).await?;
    let leaves = !user.email.is_empty() && mail::obstacle(&app.config).is_none();
    if leaves {
        letters::password_link(&mut tx, app, user, &path, now).await?;
    }
    record(&mut tx, by, user, AuditEvent::UserPassword, json!({"action": "link"}), now).await?;
    tx.commit().await?;
    Ok(if leaves { PasswordLink::Sent } else { PasswordLink::Shown(path) })
}

/// Takes the second factors from somebody who has lost them: the password opens the account again.
pub async fn reset_factors(app: &App, by: &Doer, user: &User) -> Result<(), Error> {
    refuse_own(by, user)?;
    two_factor::reset(app, by, user).await?;
    Ok(app.redis.delete_sessions(user.id, None).await?)
}

/// Closes somebody's account, as they could themselves.
pub async fn delete(app: &App, by: &Doer, user: &User) -> Result<(), Error> {
    refuse_own(by, user)?;
    close::close(app, by, user, &[]).await
}

/// Refuses what would leave nobody who administers. Holds other such changes back until the transaction ends.
pub async fn keep_a_superuser(db: &mut PgConnection, user: &User) -> Result<(), Error> {
    let superusers = superusers::lock(db).await?;
    let is_last = superusers.contains(&user.id) && superusers.len() == 1;
    if is_last { Err(Error::LastSuperuser) } else { Ok(()) }
}

fn refuse_own(by: &Doer, user: &User) -> Result<(), Error> {
    if by.user_id == Some(user.id) { Err(Error::OwnAccount) } else { Ok(()) }
}

async fn record(
    db: &mut PgConnection,
    by: &Doer,
    user: &User,
    event: AuditEvent,
    data: serde_json::Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entry = Entry::of_installation(event, user.display_name()).person(user.id).data(data);
    audit::record(&mut *db, by, &entry, now).await
}
