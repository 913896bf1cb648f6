//! Closing an account: it can sign in no more, its tokens open nothing, and its name stays where it wrote something.
//!
//! Who closed their own may open it again for a while, by signing in. It comes back without its organizations and
//! tokens, except for organizations that were removed with it and can still be restored.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::letters::{self, Notice};
use super::{Error, administer};
use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::services::organizations::{self, remove_within};
use crate::store::members::{self, SolelyOwned};
use crate::store::users::{self, User};
use crate::store::{api_tokens, organizations as rows};
use crate::types::audit_event::AuditEvent;

/// How long its owner may open it again.
const REOPEN_WITHIN: TimeDelta = TimeDelta::days(30);

/// What becomes of the organizations that nobody else owns.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    /// Nobody else is in them: they are removed with the account.
    pub alone: Vec<SolelyOwned>,
    /// Others are in them: they are removed too if that is wished, else they need another owner first.
    pub shared: Vec<SolelyOwned>,
    /// The first one of the installation, which is never removed and needs another owner.
    pub first: Option<SolelyOwned>,
}

/// What closing the account would do to organizations.
pub async fn ownership(db: &mut PgConnection, user: &User) -> sqlx::Result<Ownership> {
    let first = rows::find_default(&mut *db).await?.map(|organization| organization.id);
    let mut ownership = Ownership::default();
    for one in members::list_solely_owned(&mut *db, user.id).await? {
        if Some(one.organization_id) == first {
            ownership.first = Some(one);
        } else if one.others == 0 {
            ownership.alone.push(one);
        } else {
            ownership.shared.push(one);
        }
    }
    Ok(ownership)
}

/// Closes the account, unless the installation would be left without a superuser. When its owner does it, organizations
/// that nobody else owns are removed with it: those with others in them only where `chosen` names their slug. Without
/// that, and when somebody else does it, they need another owner first.
pub async fn close(app: &App, by: &Doer, user: &User, chosen: &[String]) -> Result<(), Error> {
    let is_own = by.user_id == Some(user.id);
    if user.is_managed && is_own {
        return Err(Error::Managed);
    }
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    administer::keep_a_superuser(&mut tx, user).await?;
    members::lock_owners_of(&mut *tx, user.id).await?;
    let owned = ownership(&mut tx, user).await?;
    let goes = |one: &SolelyOwned| is_own && (one.others == 0 || chosen.contains(&one.slug));
    let (gone, kept): (Vec<_>, Vec<_>) = owned.alone.into_iter().chain(owned.shared).partition(goes);
    let kept: Vec<String> = kept.into_iter().chain(owned.first).map(|organization| organization.name).collect();
    if !kept.is_empty() {
        return Err(Error::LastOwner(kept.join(", ")));
    }
    remove_organizations(app, &mut tx, by, &gone).await?;
    let nonce = super::new_nonce();
    if is_own {
        users::close(&mut *tx, user.id, &nonce, now).await?;
        letters::notify(&mut tx, app, user, by, Notice::AccountClosed { until: now + REOPEN_WITHIN }, now).await?;
    } else {
        users::update_is_active(&mut *tx, user.id, false, &nonce).await?;
    }
    api_tokens::delete_all(&mut *tx, user.id).await?;
    members::delete_all_of_user(&mut *tx, user.id).await?;
    let entry = Entry::of_installation(AuditEvent::UserClose, user.display_name()).person(user.id);
    audit::record(&mut *tx, by, &entry, now).await?;
    tx.commit().await?;
    Ok(app.redis.delete_sessions(user.id, None).await?)
}

async fn remove_organizations(app: &App, db: &mut PgConnection, by: &Doer, gone: &[SolelyOwned]) -> Result<(), Error> {
    for one in gone {
        let Some(organization) = rows::find(&mut *db, one.organization_id).await? else { continue };
        remove_within(db, app, by, &organization).await.map_err(|error| match error {
            organizations::Error::Database(error) => error.into(),
            _ => Error::LastOwner(one.name.clone()),
        })?;
    }
    Ok(())
}

/// Until when its owner may open a closed account again; `None` if they may not.
pub fn reopens_until(user: &User, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let until = user.closed_at? + REOPEN_WITHIN;
    Some(until).filter(|until| !user.is_active && *until > now)
}

/// Opens a closed account again; the account as it is then. `None`: it is too late.
pub async fn reopen(app: &App, by: &Doer, user: &User) -> Result<Option<User>, Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    if reopens_until(user, now).is_none() {
        return Ok(None);
    }
    users::update_is_active(&mut *tx, user.id, true, &super::new_nonce()).await?;
    let entry = Entry::of_installation(AuditEvent::UserEnable, user.display_name()).person(user.id);
    audit::record(&mut *tx, by, &entry, now).await?;
    let opened = users::find(&mut *tx, user.id).await?;
    tx.commit().await?;
    Ok(opened)
}
