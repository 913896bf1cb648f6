//! What an administrator sets while the program runs: stored, noted in the audit log, in effect at once here and within
//! seconds in every other process.

use std::time::Duration;

use serde_json::json;
use sqlx::PgConnection;

use crate::app::App;
use crate::config::{Kind, Place, Spec, Value};
use crate::outbound::mail::is_address;
use crate::services::audit::{self, Doer, Entry};
use crate::services::first_run::parse_root;
use crate::store::options;
use crate::types::audit_event::AuditEvent;

/// How often a process looks for what another has changed.
const POLL: Duration = Duration::from_secs(5);

/// Why an option could not be set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} is set in the file or the environment")]
    Locked(&'static str),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What is wrong with the text of an option beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("an address that begins with http:// or https://")]
    Root,
    #[error("an email address")]
    Address,
}

/// Whether a text that has the right kind makes sense for the option.
pub fn check(spec: &Spec, text: &str) -> Result<(), Wrong> {
    let is_root = || parse_root(text).is_some();
    match spec.key {
        "system.url-prefix" if !is_root() => Err(Wrong::Root),
        "ingest.public-url" if !text.is_empty() && !is_root() => Err(Wrong::Root),
        "mail.from" if !is_address(text) => Err(Wrong::Address),
        _ => Ok(()),
    }
}

/// An option and its new value; `None`: as if nobody had set it.
pub type Change = (&'static Spec, Option<Value>);

/// Stores all changes or none, and lets them take effect.
pub async fn save(app: &App, doer: &Doer, changes: &[Change]) -> Result<(), Error> {
    let settings = app.config.settings();
    let is_locked = |spec: &Spec| {
        spec.place == Place::File
            || settings.get(spec.key).is_some_and(|setting| setting.source.is_stronger_than_database())
    };
    if let Some((spec, _)) = changes.iter().find(|(spec, _)| is_locked(spec)) {
        return Err(Error::Locked(spec.key));
    }
    let mut tx = app.db.begin().await?;
    for (spec, value) in changes {
        write(&mut tx, app, doer, spec, value.as_ref()).await?;
    }
    tx.commit().await?;
    refresh(app).await?;
    Ok(())
}

async fn write(
    db: &mut PgConnection,
    app: &App,
    doer: &Doer,
    spec: &'static Spec,
    value: Option<&Value>,
) -> sqlx::Result<()> {
    let now = app.clock.now();
    match value {
        Some(value) => options::upsert(&mut *db, spec.key, &value.to_json(), now).await?,
        None => drop(options::delete(&mut *db, spec.key).await?),
    }
    let shown = value.map(|value| if spec.kind == Kind::Secret { "(hidden)".to_owned() } else { value.to_string() });
    let entry = Entry::of_installation(AuditEvent::OptionEdit, spec.key).data(json!({ "value": shown }));
    audit::record(db, doer, &entry, now).await
}

/// Reads what is stored and lets it take effect; whether anything was new.
pub async fn refresh(app: &App) -> sqlx::Result<bool> {
    let rows = options::list(&app.db).await?;
    Ok(app.config.set_stored(rows.into_iter().map(|row| (row.key, row.value)).collect()))
}

/// Refreshes until shutdown.
pub async fn follow(app: App) {
    while !app.shutdown.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = app.shutdown.cancelled() => return,
        }
        match refresh(&app).await {
            Ok(true) => tracing::info!("settings have changed"),
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "settings could not be read; trying again"),
        }
    }
}
