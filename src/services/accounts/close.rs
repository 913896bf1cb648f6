//! Closing an account: it can sign in no more, its tokens open nothing, and its name stays where it wrote something.

use super::{Error, administer};
use crate::app::App;
use crate::services::audit::{self, Doer, Entry};
use crate::store::users::{self, User};
use crate::store::{api_tokens, members};
use crate::types::audit_event::AuditEvent;

/// Closes the account, unless an organization would be left without an owner, or the installation without a superuser.
pub async fn close(app: &App, by: &Doer, user: &User) -> Result<(), Error> {
    let (mut tx, now) = (app.db.begin().await?, app.clock.now());
    administer::keep_a_superuser(&mut tx, user).await?;
    members::lock_owners_of(&mut *tx, user.id).await?;
    let owned = members::list_solely_owned(&mut *tx, user.id).await?;
    if !owned.is_empty() {
        return Err(Error::LastOwner(owned.join(", ")));
    }
    users::update_is_active(&mut *tx, user.id, false, &super::new_nonce()).await?;
    api_tokens::delete_all(&mut *tx, user.id).await?;
    members::delete_all_of_user(&mut *tx, user.id).await?;
    let entry = Entry::of_installation(AuditEvent::UserClose, user.display_name()).person(user.id);
    audit::record(&mut *tx, by, &entry, now).await?;
    tx.commit().await?;
    Ok(app.redis.delete_sessions(user.id, None).await?)
}
