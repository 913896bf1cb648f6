//! Ten codes that each open an account once, when the second factor is lost.
//!
//! They are short, so they are kept under the installation's secret: a copy of the database alone does not tell them.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use ring::hmac;
use sqlx::PgConnection;

use crate::app::App;
use crate::store::recovery_codes;
use crate::types::ids::UserId;

/// Codes of an account.
const COUNT: usize = 10;
/// Characters of a code.
pub const LENGTH: usize = 8;

/// Makes new codes in the place of the old ones; their texts are the only copy.
pub async fn renew(db: &mut PgConnection, app: &App, user_id: UserId, now: DateTime<Utc>) -> sqlx::Result<Vec<String>> {
    let codes: Vec<String> = (0..COUNT).map(|_| BASE32_NOPAD.encode(&rand::random::<[u8; 5]>())).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(app, user_id, code)).collect();
    recovery_codes::delete_all(&mut *db, user_id).await?;
    recovery_codes::insert(&mut *db, user_id, &hashes, now).await?;
    Ok(codes.iter().map(|code| format!("{}-{}", &code[..4], &code[4..])).collect())
}

/// Uses a code up; whether it was one.
pub async fn take(app: &App, user_id: UserId, code: &str) -> sqlx::Result<bool> {
    recovery_codes::take(&app.db, user_id, &hash(app, user_id, code)).await
}

fn hash(app: &App, user_id: UserId, code: &str) -> Vec<u8> {
    let secret = app.config.system.secret_key.clone().unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, format!("recovery-code:{user_id}:{code}").as_bytes()).as_ref().to_vec()
}
