//! `doctor`: is everything there that Picket needs, and if not, what to do. What needs no running program is judged by
//! the set-up checks of the pages.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use sqlx::PgConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::context::Context;
use super::stores;
use crate::config::{self, Config};
use crate::messages::Messages;
use crate::outbound::blobs::Blobs;
use crate::services::checks::version::judge_schema;
use crate::services::checks::{self, Finding, State};
use crate::store::schema;
use crate::store::server::{self, Server};
use crate::types::clock::Clock;
use crate::types::language::Language;

/// A line of the report.
struct Line {
    name: &'static str,
    state: State,
    text: String,
}

impl Line {
    /// What a set-up check found, with what to do.
    fn of(name: &'static str, finding: &Finding) -> Self {
        let fix = finding.fix.filter(|_| finding.state != State::Ok);
        let advice = fix.map(|fix| [Some(fix.advice(ENGLISH)), fix.lines()]);
        let advice = advice.into_iter().flatten().flatten();
        let words: Vec<&str> = std::iter::once(finding.seen.as_str()).chain(advice).collect();
        Self { name, state: finding.state, text: words.join("\n           ") }
    }

    fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, state: State::Ok, text: text.into() }
    }

    fn problem(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, state: State::Failed, text: text.into() }
    }
}

const ENGLISH: Messages = Messages::new(Language::English);

#[derive(Args)]
pub struct Arguments {
    /// Only ask the web server on this machine whether it is well; for health checks of containers
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
}

/// What can be checked alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Web,
}

pub async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = context.config();
    if arguments.only == Some(Part::Web) {
        return Ok(report(&[check_web(config.web.bind).await]));
    }
    let secret = checks::settings::judge_secret(config.system.secret_key.as_deref());
    let mut lines = vec![check_settings(context), Line::of("secret key", &secret)];
    lines.extend(look_at_database(context).await);
    lines.push(look_at_redis(context).await);
    lines.push(check_url(&config));
    lines.push(check_files(&config.blobs).await);
    if let Some(ldap) = &config.ldap {
        lines.push(Line::of("ldap", &checks::directory::ask_ldap(ldap).await));
    }
    if let Some(oidc) = &config.oidc {
        lines.push(Line::of("single sign-on", &checks::directory::ask_oidc(oidc).await));
    }
    Ok(report(&lines))
}

fn report(lines: &[Line]) -> ExitCode {
    for line in lines {
        let word = match line.state {
            State::Ok => "ok      ",
            State::Warning => "WARNING ",
            State::Failed => "PROBLEM ",
        };
        println!("{word} {}: {}", line.name, line.text);
    }
    let problems = lines.iter().filter(|line| line.state == State::Failed).count();
    println!("{}", if problems == 0 { "All is well.".to_owned() } else { format!("{problems} problem(s).") });
    if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn check_web(bind: SocketAddr) -> Line {
    let host = if bind.ip().is_unspecified() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { bind.ip() };
    let address = SocketAddr::new(host, bind.port());
    let asked = tokio::time::timeout(Duration::from_secs(4), ask_health(address)).await;
    let hint = "start it with `picket run web`";
    match asked {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => Line::ok("web", format!("{address} is well")),
        Ok(Ok(answer)) => Line::problem("web", format!("{address} answers {}", answer.lines().next().unwrap_or("-"))),
        Ok(Err(error)) => Line::problem("web", format!("{address} cannot be reached ({error}): {hint}")),
        Err(_) => Line::problem("web", format!("{address} does not answer: see its log")),
    }
}

async fn ask_health(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /_health/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn check_settings(context: &Context) -> Line {
    let place =
        context.directory.as_ref().map_or("no config.yml, only defaults and the environment".to_owned(), |directory| {
            directory.join("config.yml").display().to_string()
        });
    match context.settings.warnings.len() {
        0 => Line::ok("settings", place),
        count => Line::problem("settings", format!("{place}: {count} warning(s), printed above: correct the names")),
    }
}

async fn look_at_database(context: &Context) -> Vec<Line> {
    let connected = async { stores::connect(&stores::database_url(context)?).await };
    let mut db = match connected.await {
        Ok(db) => db,
        Err(error) => return vec![Line::problem("database", format!("{error:#}"))],
    };
    let mut lines = match facts_of(&mut db).await {
        Ok((server, state, ping)) => vec![
            Line::of("database", &checks::stores::judge_database(&server, state, ping)),
            Line::of("clock", &checks::stores::judge_clock(Clock::default().now() - server.now)),
        ],
        Err(error) => vec![Line::problem("database", error.to_string())],
    };
    lines.push(match schema::compare(&mut db).await {
        Ok(schema) => Line::of("migrations", &judge_schema(schema)),
        Err(error) => Line::problem("migrations", format!("{error:#}")),
    });
    lines
}

async fn facts_of(db: &mut PgConnection) -> sqlx::Result<(Server, server::State, u128)> {
    let started = Instant::now();
    let server = server::get(&mut *db).await?;
    let ping = started.elapsed().as_millis();
    Ok((server, server::state(db).await?, ping))
}

async fn look_at_redis(context: &Context) -> Line {
    let asked = async {
        let redis = stores::connect_redis(&stores::redis_url(context)?).await?;
        let started = Instant::now();
        anyhow::Ok((redis.server_info().await?, started.elapsed().as_millis()))
    };
    match asked.await {
        Ok((info, ping)) => Line::of("redis", &checks::stores::judge_redis(&info, ping)),
        Err(error) => Line::problem("redis", format!("{error:#}")),
    }
}

fn check_url(config: &Config) -> Line {
    let (name, text) = ("public URL", &config.system.url_prefix);
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => match url.host_str() {
            Some("localhost") => {
                Line::ok(name, format!("{text} (for this machine only; others need system.url-prefix)"))
            }
            _ => Line::ok(name, text),
        },
        _ => Line::problem(
            name,
            format!("`{text}` is no address: set system.url-prefix, for instance to https://errors.example.com"),
        ),
    }
}

async fn check_files(config: &config::Blobs) -> Line {
    let place =
        config.s3.as_ref().map_or_else(|| config.directory.display().to_string(), |s3| format!("S3 {}", s3.bucket));
    let probed = match Blobs::new(config) {
        Ok(blobs) => blobs.check().await,
        Err(error) => Err(error),
    };
    match probed {
        Ok(()) => Line::ok("files", place),
        Err(error) => Line::problem(
            "files",
            format!("{place} cannot be written ({error}): correct its owner, or set filestore.options"),
        ),
    }
}
