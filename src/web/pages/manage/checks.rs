//! Set-up checks: what was seen, and what to do.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::App;
use crate::messages::Messages;
use crate::services::checks::{self, CHECKS, Check, Fix, State as Outcome};
use crate::store::check_results::{self, CheckResult};
use crate::web::error::{Error, Result};
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "manage/checks.html")]
struct ChecksPage {
    layout: Layout,
    rows: Vec<Row>,
}

/// A check and what it found last.
struct Row {
    id: &'static str,
    name: &'static str,
    state: &'static str,
    word: &'static str,
    fix: Option<&'static str>,
    /// Lines to copy into a configuration.
    lines: Option<&'static str>,
    result: Option<CheckResult>,
}

impl Row {
    fn of(t: Messages, check: &Check, results: &mut Vec<CheckResult>) -> Self {
        let result = results.iter().position(|result| result.check_id == check.id).map(|at| results.swap_remove(at));
        let outcome = result.as_ref().and_then(|result| Outcome::parse(&result.state));
        let fix = result.as_ref().and_then(|result| result.fix.clone());
        let fix: Option<Fix> = fix.and_then(|fix| serde_json::from_value(fix).ok());
        Self {
            id: check.id,
            name: name(t, check.id),
            state: outcome.map_or("none", Outcome::as_str),
            word: word(t, outcome),
            fix: fix.map(|fix| advice(t, fix)),
            lines: fix.and_then(lines),
            result,
        }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    let mut results = check_results::list(&app.db).await?;
    let t = viewer.messages();
    let rows = CHECKS.iter().map(|check| Row::of(t, check, &mut results)).collect();
    render(&ChecksPage { layout: Layout::in_section(&app, &viewer, Section::Admin), rows })
}

/// Runs all; results appear one by one.
pub async fn run_all(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    app.tasks.spawn(checks::run_all(app.clone()));
    redirect_with(&app, &viewer, "/manage/checks/", viewer.messages().checks_running()).await
}

pub async fn run(State(app): State<App>, _access: SuperuserAccess, Path(id): Path<String>) -> Result<Response> {
    let check = Check::find(&id).ok_or(Error::NotFound)?;
    check.run(&app).await?;
    Ok(redirect(&app, &format!("/manage/checks/#check-{id}")))
}

fn word(t: Messages, outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Ok) => t.checks_ok(),
        Some(Outcome::Warning) => t.checks_warning(),
        Some(Outcome::Failed) => t.checks_failed(),
        None => t.checks_not_run(),
    }
}

fn name(t: Messages, id: &str) -> &'static str {
    match id {
        "public-url" => t.checks_public_url(),
        "reach-myself" => t.checks_reach_myself(),
        "upload-url" => t.checks_upload_url(),
        "proxy-headers" => t.checks_proxy_headers(),
        "client-address" => t.checks_client_address(),
        "body-size" => t.checks_body_size(),
        "cookies" => t.checks_cookies(),
        "mail" => t.manage_mail(),
        "database" => t.checks_database(),
        "redis" => t.checks_redis(),
        "worker" => t.checks_worker(),
        "latency" => t.checks_latency(),
        "disk" => t.checks_disk(),
        "clock" => t.checks_clock(),
        "retention" => t.checks_retention(),
        "secret-key" => t.checks_secret_key(),
        _ => t.checks_registration(),
    }
}

fn advice(t: Messages, fix: Fix) -> &'static str {
    match fix {
        Fix::SetPublicUrl => t.checks_fix_set_public_url(),
        Fix::PublicUrlOfProxy => t.checks_fix_public_url_of_proxy(),
        Fix::NameServer => t.checks_fix_name_server(),
        Fix::TrustCertificate => t.checks_fix_trust_certificate(),
        Fix::AnotherService => t.checks_fix_another_service(),
        Fix::ForwardHost => t.checks_fix_forward_host(),
        Fix::ForwardProto => t.checks_fix_forward_proto(),
        Fix::TrustProxy => t.checks_fix_trust_proxy(),
        Fix::ForwardFor => t.checks_fix_forward_for(),
        Fix::RaiseBodySize => t.checks_fix_raise_body_size(),
        Fix::KeepOrigin => t.checks_fix_keep_origin(),
        Fix::UseHttps => t.checks_fix_use_https(),
        Fix::SetMailHost => t.checks_fix_set_mail_host(),
        Fix::SetMailFrom => t.checks_fix_set_mail_from(),
        Fix::MendMail => t.checks_fix_mend_mail(),
        Fix::RetryMail => t.checks_fix_retry_mail(),
        Fix::UpgradeDatabase => t.checks_fix_upgrade_database(),
        Fix::DatabaseReadOnly => t.checks_fix_database_read_only(),
        Fix::EndTransactions => t.checks_fix_end_transactions(),
        Fix::SlowDatabase => t.checks_fix_slow_database(),
        Fix::UpgradeRedis => t.checks_fix_upgrade_redis(),
        Fix::AppendOnly => t.checks_fix_append_only(),
        Fix::NoEviction => t.checks_fix_no_eviction(),
        Fix::StartWorker => t.checks_fix_start_worker(),
        Fix::StartCron => t.checks_fix_start_cron(),
        Fix::SameVersion => t.checks_fix_same_version(),
        Fix::MoreWorkers => t.checks_fix_more_workers(),
        Fix::FreeDisk => t.checks_fix_free_disk(),
        Fix::KeepTime => t.checks_fix_keep_time(),
        Fix::RunCleanUp => t.checks_fix_run_clean_up(),
        Fix::SetSecret => t.checks_fix_set_secret(),
        Fix::CloseRegistration => t.checks_fix_close_registration(),
    }
}

fn lines(fix: Fix) -> Option<&'static str> {
    Some(match fix {
        Fix::ForwardHost => "proxy_set_header Host $http_host;",
        Fix::ForwardProto => "proxy_set_header X-Forwarded-Proto $scheme;",
        Fix::ForwardFor => "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        Fix::TrustProxy => "web.trusted-proxies: [127.0.0.0/8, '::1', 172.16.0.0/12]",
        Fix::RaiseBodySize => "client_max_body_size 100m;",
        Fix::KeepOrigin => "proxy_set_header Origin $http_origin;",
        Fix::AppendOnly => "appendonly yes",
        Fix::NoEviction => "maxmemory-policy noeviction",
        Fix::StartWorker => "picket run worker",
        Fix::StartCron => "picket run cron",
        Fix::RunCleanUp => "picket cleanup",
        Fix::SetSecret => "picket config generate-secret-key",
        Fix::CloseRegistration => "auth.allow-registration: false",
        _ => return None,
    })
}
