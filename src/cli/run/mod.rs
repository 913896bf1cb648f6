//! `run`: the long-running roles, and how they stop.
//!
//! The first SIGTERM or SIGINT stops intake and lets work in hand finish; the second stops at once. Either way the
//! private stores are stopped after the roles, since these need them until the end.

pub mod embedded;
mod first;
mod signals;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use tokio::net::TcpListener;

use self::embedded::Embedded;
use self::signals::Signals;
use super::context::Context;
use super::{stores, upgrade};
use crate::app::App;
use crate::config::{self, Settings, Source};
use crate::services::settings;
use crate::{cron, web, worker};

/// What a process that was told twice to stop exits with, as shells have it for SIGINT.
const STOPPED_HARD: u8 = 130;

#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages, the API and the addresses SDKs send to
    Web(Web),
    /// Process accepted events and run jobs; any number of them may run
    Worker(Worker),
    /// Enqueue jobs when they are due; of several, one does
    Cron(Cron),
    /// All three in one process; without configured stores, with private ones in the data folder
    All(Web),
}

#[derive(Args)]
pub struct Web {
    /// Where to listen, HOST or HOST:PORT (default: 0.0.0.0:9000)
    #[arg(short, long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Accepted for old scripts: one process serves with as many threads as there are processors
    #[arg(short, long, hide = true)]
    workers: Option<u32>,
    /// Apply migrations first
    #[arg(long)]
    upgrade: bool,
    /// Accepted for old scripts
    #[arg(long, hide = true)]
    noinput: bool,
}

#[derive(Args)]
pub struct Worker {
    /// Accepted for old scripts: a worker uses as many threads as there are processors
    #[arg(short, long, hide = true)]
    concurrency: Option<u32>,
    /// Accepted for old scripts: every worker takes from every queue
    #[arg(short = 'Q', long, hide = true)]
    queues: Option<String>,
    #[command(flatten)]
    ignored: Ignored,
}

#[derive(Args)]
pub struct Cron {
    #[command(flatten)]
    ignored: Ignored,
}

/// Accepted for old scripts.
#[expect(clippy::struct_excessive_bools, reason = "each is one flag")]
#[derive(Args)]
struct Ignored {
    #[arg(long, hide = true)]
    without_gossip: bool,
    #[arg(long, hide = true)]
    without_mingle: bool,
    #[arg(long, hide = true)]
    without_heartbeat: bool,
    #[arg(long, hide = true)]
    autoreload: bool,
    #[arg(long, hide = true)]
    pidfile: Option<String>,
    #[arg(short = 'n', long, hide = true)]
    hostname: Option<String>,
    #[arg(long, hide = true)]
    max_tasks_per_child: Option<u32>,
}

/// What a process does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Web,
    Worker,
    Cron,
    All,
}

/// One start of `run`.
struct Start {
    context: Context,
    settings: Settings,
    role: Role,
    listeners: Option<web::Listeners>,
    /// Apply migrations first.
    upgrade: bool,
    /// Make a first account and project, and say what they are.
    welcome: bool,
}

pub async fn run(context: Context, command: Command) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let (role, web) = match command {
        Command::Web(web) => (Role::Web, Some(web)),
        Command::Worker(_) => (Role::Worker, None),
        Command::Cron(_) => (Role::Cron, None),
        Command::All(web) => (Role::All, Some(web)),
    };
    let mut settings = with_arguments(&context, web.as_ref())?;
    // A port that is taken is known before anything else is started.
    let listeners = match &web {
        Some(_) => Some(listen_all(&settings.config().web).await?),
        None => None,
    };
    let embedded = if role == Role::All { start_embedded(&context, &mut settings).await? } else { None };
    let welcome = embedded.as_ref().is_some_and(Embedded::has_database);
    let upgrade = welcome || web.is_some_and(|web| web.upgrade);
    let start = Start { context, settings, role, listeners, upgrade, welcome };
    let result = Box::pin(serve(start, &mut signals)).await;
    if let Some(embedded) = embedded {
        embedded.stop().await;
    }
    result
}

async fn serve(start: Start, signals: &mut Signals) -> anyhow::Result<ExitCode> {
    let Start { context, settings, role, listeners, upgrade, welcome } = start;
    let mut greeting = None;
    if upgrade {
        let mut db = stores::connect(&stores::database_url(&context)?).await?;
        upgrade::apply_migrations(&mut db).await?;
        greeting = if welcome { Some(first::prepare(&mut db, &settings.config()).await?) } else { None };
    }
    stores::check_secret(&settings)?;
    let app = stores::connect_app(&context, settings).await?;
    greeting.as_ref().inspect(|greeting| greeting.print());
    if let Some(listeners) = &listeners {
        tracing::info!("listening on {}", listeners.everything.local_addr()?);
    }
    if let Some(ingest) = listeners.as_ref().and_then(|listeners| listeners.ingest.as_ref()) {
        tracing::info!("listening on {} for events alone", ingest.local_addr()?);
    }

    app.tasks.spawn(settings::follow(app.clone()));
    let roles = run_roles(&app, role, listeners);
    tokio::pin!(roles);
    let result = loop {
        tokio::select! {
            result = &mut roles => break result,
            () = signals.next() => {
                if app.shutdown.is_cancelled() {
                    tracing::warn!("stopping at once");
                    return Ok(ExitCode::from(STOPPED_HARD));
                }
                tracing::info!("stopping: finishing what is in hand");
                app.shutdown.cancel();
            }
        }
    };
    app.tasks.close();
    if tokio::time::timeout(app.config.web.shutdown_timeout, app.tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not finish before the shutdown timeout");
    }
    tracing::info!("stopped");
    result.map(|()| ExitCode::SUCCESS)
}

/// Runs until shutdown; when one role ends, the others are asked to.
async fn run_roles(app: &App, role: Role, listeners: Option<web::Listeners>) -> anyhow::Result<()> {
    let web = async {
        let Some(listeners) = listeners else { return Ok(()) };
        until_shutdown(app, web::serve(app.clone(), listeners)).await
    };
    let worker = async {
        if !matches!(role, Role::Worker | Role::All) {
            return Ok(());
        }
        until_shutdown(app, Box::pin(worker::run(app.clone()))).await
    };
    let cron = async {
        if !matches!(role, Role::Cron | Role::All) {
            return Ok(());
        }
        until_shutdown(app, cron::run(app.clone())).await
    };
    // Processes of one host may share a configuration: the first one has the address, and the others do without.
    let metrics = async {
        let Some(address) = app.config.web.metrics_bind else { return };
        if let Err(error) = web::metrics::serve(app.clone(), address).await {
            tracing::warn!("metrics are not served: {error:#}");
        }
    };
    let (web, worker, cron, ()) = tokio::join!(web, worker, cron, metrics);
    web.and(worker).and(cron)
}

async fn until_shutdown<E: Into<anyhow::Error>>(
    app: &App,
    role: impl Future<Output = Result<(), E>>,
) -> anyhow::Result<()> {
    let result = role.await;
    app.shutdown.cancel();
    result.map_err(Into::into)
}

/// With what the command line says; the public URL follows the port unless it is set.
fn with_arguments(context: &Context, web: Option<&Web>) -> anyhow::Result<Settings> {
    let mut settings = context.settings.clone();
    let Some(bind) = web.and_then(|web| web.bind.as_deref()) else { return Ok(settings) };
    let is_address = bind.parse::<SocketAddr>().is_ok() || bind.starts_with("localhost:");
    let bind = if is_address { bind.to_owned() } else { format!("{bind}:9000") };
    settings.set("web.bind", &bind.into(), "--bind")?;
    if settings.get("system.url-prefix").is_some_and(|setting| setting.source == Source::Default) {
        let url = format!("http://localhost:{}", settings.config().web.bind.port());
        settings.set_default("system.url-prefix", &url.into())?;
    }
    Ok(settings)
}

async fn listen_all(web: &config::Web) -> anyhow::Result<web::Listeners> {
    let ingest = match web.ingest_bind {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    Ok(web::Listeners { everything: listen(web.bind).await?, ingest })
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "is in use: stop the program that listens there, or choose another address"
            }
            std::io::ErrorKind::PermissionDenied => "is not allowed to this user: choose a port above 1023",
            _ => "cannot be listened on",
        };
        anyhow::anyhow!("{address} {hint} with --bind ({error})")
    })
}

/// Private stores in place of those that are not configured, and settings that go with them.
async fn start_embedded(context: &Context, settings: &mut Settings) -> anyhow::Result<Option<Embedded>> {
    let config = settings.config();
    let (with_database, with_redis) = (config.database.url.is_none(), config.redis.url.is_none());
    if !with_database && !with_redis {
        return Ok(None);
    }
    let embedded = embedded::start(&context.data, with_database, with_redis).await?;
    embedded::make_secret_key(&context.data)?;
    embedded::add_settings(&context.data, settings)?;
    Ok(Some(embedded))
}
