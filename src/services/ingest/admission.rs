//! Who may send: keys and what belongs to them, kept in memory for a minute.
//!
//! Twelve thousand requests a second must not ask PostgreSQL. A change of a key or of its project's settings takes
//! effect within [`TTL`]; when PostgreSQL is away, what was known stays valid.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::refusal::{LimitHit, Refusal};
use crate::app::App;
use crate::protocol::{dsn::PublicKey, origin::AllowedDomains};
use crate::store::project_keys::{self, AdmissionFacts};
use crate::types::ids::{ProjectId, ProjectKeyId};
use crate::volatile::limits::Limit;

/// How long an answer of PostgreSQL is believed.
const TTL: TimeDelta = TimeDelta::seconds(60);

/// How many answers are kept: keys that exist, and keys that do not.
const MAX_KNOWN: usize = 50_000;
const MAX_UNKNOWN: usize = 20_000;

/// Guessed keys must not occupy all connections to PostgreSQL.
const LOOK_UPS: usize = 4;

/// A store that takes longer to answer is away.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(2);

/// A key with what its project allows.
#[derive(Debug)]
pub struct Admission {
    pub key_id: ProjectKeyId,
    pub project_id: ProjectId,
    pub is_active: bool,
    pub project_is_active: bool,
    pub organization_is_active: bool,
    pub allowed_domains: AllowedDomains,
    limits: Vec<Limit>,
    /// What [`LimitHit`] says of each limit.
    limit_names: Vec<(&'static str, &'static str)>,
    /// Which limit is used up, and until when: spares Redis the rest of the window.
    used_up: AtomicUsize,
    used_up_until: AtomicI64,
}

impl Admission {
    fn new(facts: AdmissionFacts, app: &App) -> Self {
        let settings = facts.settings.0;
        let domains = app.config.web.allow_origin.iter().chain(&settings.allowed_domains);
        let mut limits = Vec::new();
        let mut limit_names = Vec::new();
        let mut add = |name: String, max, seconds, header: (&'static str, &'static str)| {
            if max > 0 && seconds > 0 {
                limits.push(Limit { name, max, seconds });
                limit_names.push(header);
            }
        };
        let positive = |number: Option<i32>| u32::try_from(number.unwrap_or(0)).unwrap_or(0);
        let (count, window) = (positive(facts.rate_limit_count), positive(facts.rate_limit_window));
        add(format!("key:{}", facts.key_id), count, window, ("key", "key_quota"));
        let project = format!("project:{}", facts.project_id);
        add(project, settings.rate_limit_per_minute, 60, ("project", "project_quota"));
        add("all".to_owned(), app.config.system.rate_limit, 60, ("organization", "installation_quota"));
        Self {
            key_id: facts.key_id,
            project_id: facts.project_id,
            is_active: facts.is_active,
            project_is_active: facts.project_is_active,
            organization_is_active: facts.organization_is_active,
            allowed_domains: AllowedDomains::new(domains.map(String::as_str)),
            limits,
            limit_names,
            used_up: AtomicUsize::new(0),
            used_up_until: AtomicI64::new(0),
        }
    }

    /// Whether a limit is known to be used up, without asking Redis.
    pub fn check_limits(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let until = self.used_up_until.load(Ordering::Acquire);
        if now.timestamp_millis() >= until {
            return Ok(());
        }
        Err(self.limited(self.used_up.load(Ordering::Relaxed), until))
    }

    /// Counts one event in every limit there is.
    pub async fn take_from_limits(&self, app: &App, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.check_limits(now)?;
        if self.limits.is_empty() {
            return Ok(());
        }
        match timeout(LOOK_UP_TIMEOUT, app.redis.take_from_limits(&self.limits, now)).await {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(full))) => {
                let until = self.limits[full].resets_at(now).timestamp_millis();
                self.used_up.store(full, Ordering::Relaxed);
                self.used_up_until.store(until, Ordering::Release);
                Err(self.limited(full, until))
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "rate limits could not be checked");
                Err(Refusal::Unavailable)
            }
            Err(_) => Err(Refusal::Unavailable),
        }
    }

    fn limited(&self, limit: usize, until: i64) -> Refusal {
        let (scope, reason) = self.limit_names[limit];
        let resets_at = DateTime::from_timestamp_millis(until).unwrap_or_default();
        Refusal::RateLimited(LimitHit { scope, reason, resets_at })
    }
}

/// An answer of PostgreSQL, and when it was given.
type Remembered = (Arc<Admission>, DateTime<Utc>);

/// The keys that were asked for lately.
pub struct Admissions {
    known: Mutex<HashMap<PublicKey, Remembered>>,
    unknown: Mutex<HashMap<PublicKey, DateTime<Utc>>>,
    look_ups: Semaphore,
}

impl Default for Admissions {
    fn default() -> Self {
        Self { known: Mutex::default(), unknown: Mutex::default(), look_ups: Semaphore::new(LOOK_UPS) }
    }
}

impl Admissions {
    /// The key, `None` if there is no such key.
    pub async fn find(&self, app: &App, key: PublicKey, now: DateTime<Utc>) -> Result<Option<Arc<Admission>>, Refusal> {
        let remembered = self.remembered(key);
        match &remembered {
            Some((admission, since)) if now - since < TTL => return Ok(Some(admission.clone())),
            None if self.is_known_unknown(key, now) => return Ok(None),
            _ => {}
        }
        match self.look_up(app, key).await {
            Some(Some(facts)) => Ok(Some(self.remember(key, Admission::new(facts, app), now))),
            Some(None) => {
                self.remember_unknown(key, now);
                Ok(None)
            }
            None => remembered.map(|(admission, _)| Some(admission)).ok_or(Refusal::Unavailable),
        }
    }

    /// What PostgreSQL says; `None` if it says nothing.
    async fn look_up(&self, app: &App, key: PublicKey) -> Option<Option<AdmissionFacts>> {
        let look_up = async {
            let _permit = self.look_ups.acquire().await.ok()?;
            let found = project_keys::find_admission_facts(&app.db, &key.to_string()).await;
            found.inspect_err(|error| tracing::warn!(%error, "a key could not be looked up")).ok()
        };
        timeout(LOOK_UP_TIMEOUT, look_up).await.ok().flatten()
    }

    fn remembered(&self, key: PublicKey) -> Option<Remembered> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn is_known_unknown(&self, key: PublicKey, now: DateTime<Utc>) -> bool {
        let unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.get(&key).is_some_and(|since| now - since < TTL)
    }

    fn remember(&self, key: PublicKey, admission: Admission, now: DateTime<Utc>) -> Arc<Admission> {
        let admission = Arc::new(admission);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.retain(|_, (_, since)| now - *since < TTL);
        }
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(key, (admission.clone(), now));
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        admission
    }

    fn remember_unknown(&self, key: PublicKey, now: DateTime<Utc>) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() >= MAX_UNKNOWN {
            unknown.clear();
        }
        unknown.insert(key, now);
        drop(unknown);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}
