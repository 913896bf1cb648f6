//! Set-up checks: what people get wrong about an installation, found out by looking (ui.md 4.10).
//!
//! A check is run when a person asks for it, never by looking at a page; what it found is stored, with what was seen and what to do.

mod clients;
pub mod directory;
mod outbound;
mod probe;
mod public_url;
mod running;
pub mod settings;
pub mod stores;
pub mod version;
mod way_in;
mod words;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::store::check_results::{self, CheckResult};

pub use probe::{PATH as PROBE_PATH, Seen};
pub use public_url::Traffic;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    Warning,
    Failed,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ok, Self::Warning, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// What to do about it; pages have the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    SetPublicUrl,
    PublicUrlOfProxy,
    NameServer,
    TrustCertificate,
    AnotherService,
    ForwardHost,
    ForwardProto,
    TrustProxy,
    ForwardFor,
    RaiseBodySize,
    KeepOrigin,
    UseHttps,
    SetMailHost,
    SetMailFrom,
    MendMail,
    RetryMail,
    UpgradeDatabase,
    DatabaseReadOnly,
    EndTransactions,
    SlowDatabase,
    UpgradeRedis,
    AppendOnly,
    NoEviction,
    StartWorker,
    StartCron,
    SameVersion,
    MoreWorkers,
    FreeDisk,
    KeepTime,
    RunCleanUp,
    SetSecret,
    CloseRegistration,
    MendDirectory,
    MendProvider,
    AllowHosts,
    UpdateSdks,
    KeepTimeOfClients,
    RunUpgrade,
    NewerSchema,
    LookForUpdates,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    pub state: State,
    /// What was seen, in figures and quotes: the same in every language.
    pub seen: String,
    pub fix: Option<Fix>,
    /// The URL that would be right, where one button can set it.
    pub url: Option<String>,
}

impl Finding {
    fn ok(seen: impl Into<String>) -> Self {
        Self { state: State::Ok, seen: seen.into(), fix: None, url: None }
    }

    fn warning(seen: impl Into<String>, fix: Fix) -> Self {
        Self { state: State::Warning, seen: seen.into(), fix: Some(fix), url: None }
    }

    fn failed(seen: impl Into<String>, fix: Fix) -> Self {
        Self { state: State::Failed, seen: seen.into(), fix: Some(fix), url: None }
    }
}

type Run = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = anyhow::Result<Finding>> + Send + 'a>>;

/// One check.
pub struct Check {
    /// In URLs and the table.
    pub id: &'static str,
    run: Run,
}

macro_rules! checks {
    ($($id:literal => $module:ident::$function:ident,)+) => {
        /// All checks, in the order they are shown.
        pub const CHECKS: &[Check] =
            &[$(Check { id: $id, run: |app| Box::pin($module::$function(app)) }),+];
    };
}

checks! {
    "public-url" => public_url::check,
    "reach-myself" => way_in::reach,
    "upload-url" => way_in::upload_url,
    "proxy-headers" => way_in::proxy_headers,
    "client-address" => way_in::client_address,
    "body-size" => way_in::body_size,
    "cookies" => way_in::cookies,
    "mail" => settings::mail,
    "database" => stores::database,
    "redis" => stores::redis,
    "worker" => running::processes,
    "latency" => running::latency,
    "disk" => stores::disk,
    "clock" => stores::clock,
    "retention" => running::retention,
    "secret-key" => settings::secret_key,
    "registration" => settings::registration,
    "directory" => directory::ldap,
    "single-sign-on" => directory::oidc,
    "outbound" => outbound::policy,
    "sdks" => clients::superseded,
    "update" => version::update,
}

/// No check may take longer.
const MAX_TIME: Duration = Duration::from_secs(30);

impl Check {
    pub fn find(id: &str) -> Option<&'static Self> {
        CHECKS.iter().find(|check| check.id == id)
    }

    /// Looks, and stores what was found.
    pub async fn run(&self, app: &App) -> anyhow::Result<()> {
        let started = Instant::now();
        let finding = match tokio::time::timeout(MAX_TIME, (self.run)(app)).await {
            Ok(Ok(finding)) => finding,
            Ok(Err(error)) => Finding { state: State::Failed, seen: format!("{error:#}"), fix: None, url: None },
            Err(_) => {
                let seen = format!("no answer within {} s", MAX_TIME.as_secs());
                Finding { state: State::Failed, seen, fix: None, url: None }
            }
        };
        let result = CheckResult {
            check_id: self.id.to_owned(),
            state: finding.state.as_str().to_owned(),
            seen: finding.seen,
            fix: finding.fix.map(serde_json::to_value).transpose()?,
            url: finding.url,
            took_ms: i32::try_from(started.elapsed().as_millis()).unwrap_or(i32::MAX),
            ran_at: app.clock.now(),
        };
        Ok(check_results::upsert(&app.db, &result).await?)
    }
}

/// Runs every check, one after another. Here and not as a job: whether a worker runs is one of the questions.
pub async fn run_all(app: App) {
    for check in CHECKS {
        if let Err(error) = check.run(&app).await {
            tracing::warn!(check = check.id, "the result of a check could not be stored: {error:#}");
        }
    }
}
