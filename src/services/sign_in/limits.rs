//! How often somebody may guess in a minute: from one address, and on one account from whatever addresses.
//!
//! What succeeds does not count. The account is limited always, under any of its names, also where there is none.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::Error;
use crate::app::App;
use crate::store::users;
use crate::types::hex;
use crate::types::ids::UserId;

/// Guesses per minute on one account; `auth.user-rate-limit` may only lower it.
const MAX_PER_ACCOUNT: u32 = 10;

/// An attempt that was counted in these windows.
pub struct Counted(Vec<(&'static str, String)>);

impl Counted {
    /// It was no guess: what was counted is taken back.
    pub async fn forgive(self, app: &App) -> Result<(), Error> {
        for (kind, who) in self.0 {
            app.redis.forgive_attempt(kind, &who).await?;
        }
        Ok(())
    }
}

/// Counts an attempt to sign in, or tells how long to wait.
pub async fn count(app: &App, ip: Option<IpAddr>, login: &str) -> Result<Counted, Error> {
    let account = users::list_by_login(&app.db, login).await?.first().map(|user| user.id);
    let who = account.map_or_else(|| unknown(login), |id| id.to_string());
    count_both(app, ip, "login-user", who).await
}

/// Counts an attempt of somebody signed in, or half so, to prove once more who they are.
pub async fn count_proof(app: &App, ip: Option<IpAddr>, user_id: UserId) -> Result<Counted, Error> {
    count_both(app, ip, "login-user", user_id.to_string()).await
}

async fn count_both(app: &App, ip: Option<IpAddr>, kind: &'static str, who: String) -> Result<Counted, Error> {
    let auth = &app.config.auth;
    let per_account = [auth.user_rate_limit, MAX_PER_ACCOUNT].into_iter().filter(|max| *max > 0).min().unwrap_or(0);
    let mut counted = Counted(Vec::new());
    if let Some(ip) = ip {
        take(app, &mut counted, ("login-ip", ip.to_string()), auth.ip_rate_limit).await?;
    }
    take(app, &mut counted, (kind, who), per_account).await?;
    Ok(counted)
}

async fn take(app: &App, counted: &mut Counted, window: (&'static str, String), max: u32) -> Result<(), Error> {
    let attempts = app.redis.count_attempt(window.0, &window.1).await?;
    if max > 0 && attempts.count > max {
        return Err(Error::Wait { seconds: attempts.seconds_left });
    }
    counted.0.push(window);
    Ok(())
}

/// Names that nobody has are limited as others are. They may be of any length, so only their hash is kept.
fn unknown(login: &str) -> String {
    hex::encode(&Sha256::digest(login.trim().to_lowercase().as_bytes()))
}
