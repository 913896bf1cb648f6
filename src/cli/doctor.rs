//! `doctor`: is everything there that Picket needs, and if not, what to do.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::context::Context;
use super::{doctor_directory, stores};
use crate::config::{self, Config};
use crate::outbound::blobs::Blobs;
use crate::store::server;
use crate::types::clock::Clock;

/// What a check found: what is well, or what is wrong and what to do.
type Finding = Result<String, String>;

const OLDEST_POSTGRES: i32 = 130_000;
const OLDEST_REDIS: (u32, u32) = (6, 2);
const SECRET_LENGTH: usize = 32;

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
        return Ok(report(&[("web", check_web(config.web.bind).await)]));
    }
    let mut findings =
        vec![("settings", check_settings(context)), ("secret key", check_secret(config.system.secret_key.as_deref()))];
    findings.extend(check_database(context).await);
    findings.extend(check_redis(context).await);
    findings.push(("public URL", check_url(&config)));
    findings.push(("files", check_files(&config.blobs).await));
    findings.extend(doctor_directory::check(config.ldap.as_ref(), config.oidc.as_ref()).await);
    Ok(report(&findings))
}

fn report(findings: &[(&str, Finding)]) -> ExitCode {
    for (name, finding) in findings {
        match finding {
            Ok(text) => println!("ok       {name}: {text}"),
            Err(text) => println!("PROBLEM  {name}: {text}"),
        }
    }
    let problems = findings.iter().filter(|(_, finding)| finding.is_err()).count();
    println!("{}", if problems == 0 { "All is well.".to_owned() } else { format!("{problems} problem(s).") });
    if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn check_web(bind: SocketAddr) -> Finding {
    let host = if bind.ip().is_unspecified() { IpAddr::from(Ipv4Addr::LOCALHOST) } else { bind.ip() };
    let address = SocketAddr::new(host, bind.port());
    let asked = tokio::time::timeout(Duration::from_secs(4), ask_health(address)).await;
    let hint = "start it with `picket run web`";
    match asked {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => Ok(format!("{address} is well")),
        Ok(Ok(answer)) => Err(format!("{address} answers {}", answer.lines().next().unwrap_or("nothing"))),
        Ok(Err(error)) => Err(format!("{address} cannot be reached ({error}): {hint}")),
        Err(_) => Err(format!("{address} does not answer: see its log")),
    }
}

async fn ask_health(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /_health/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn check_settings(context: &Context) -> Finding {
    let place =
        context.directory.as_ref().map_or("no config.yml, only defaults and the environment".to_owned(), |directory| {
            directory.join("config.yml").display().to_string()
        });
    match context.settings.warnings.len() {
        0 => Ok(place),
        count => Err(format!("{place}: {count} warning(s), printed above: correct the names")),
    }
}

fn check_secret(secret: Option<&str>) -> Finding {
    match secret {
        None => Err("not set: put the output of `picket config generate-secret-key` into system.secret-key \
            (`run all` with private stores makes one itself)"
            .to_owned()),
        Some(secret) if secret.len() < SECRET_LENGTH => Err(format!(
            "shorter than {SECRET_LENGTH} characters: make a new one with `picket config generate-secret-key`"
        )),
        Some(_) => Ok("set".to_owned()),
    }
}

async fn check_database(context: &Context) -> Vec<(&'static str, Finding)> {
    let connected = async { stores::connect(&stores::database_url(context)?).await };
    let mut db = match connected.await {
        Ok(db) => db,
        Err(error) => return vec![("database", Err(format!("{error:#}")))],
    };
    let missing = stores::count_missing_migrations(&mut db).await;
    let migrations = match missing {
        Ok(0) => Ok("applied".to_owned()),
        Ok(missing) => Err(format!("{missing} missing: run `picket upgrade`")),
        Err(error) => Err(format!("{error:#}")),
    };
    let mut findings = vec![("migrations", migrations)];
    match server::get(&mut db).await {
        Ok(server) => {
            findings.insert(0, ("database", check_version(&server)));
            findings.push(("clock", check_clock(&server)));
        }
        Err(error) => findings.insert(0, ("database", Err(error.to_string()))),
    }
    findings
}

fn check_version(server: &server::Server) -> Finding {
    let version = format!("PostgreSQL {}.{}", server.version / 10_000, server.version % 10_000);
    if server.version < OLDEST_POSTGRES {
        return Err(format!("{version} is too old: Picket needs 13 or newer"));
    }
    if !server.fsync {
        return Err(format!("{version} has fsync off and loses data in a power cut: set fsync = on"));
    }
    Ok(version)
}

fn check_clock(server: &server::Server) -> Finding {
    let difference = (Clock::default().now() - server.now).abs();
    if difference > TimeDelta::seconds(5) {
        return Err(format!("{} s apart from the database's: keep both with NTP", difference.num_seconds()));
    }
    Ok("agrees with the database's".to_owned())
}

async fn check_redis(context: &Context) -> Vec<(&'static str, Finding)> {
    let asked = async {
        let url = stores::redis_url(context)?;
        let redis = stores::connect_redis(&url).await?;
        anyhow::Ok(redis.server_info().await?)
    };
    let info = match asked.await {
        Ok(info) => info,
        Err(error) => return vec![("redis", Err(format!("{error:#}")))],
    };
    let (major, minor) = info.version;
    let version = format!("version {major}.{minor}");
    let version = if info.version >= OLDEST_REDIS {
        Ok(version)
    } else {
        Err(format!("{version} is too old: Picket needs 6.2 or newer"))
    };
    let durability = if info.append_only {
        Ok("append-only file".to_owned())
    } else {
        Err("the append-only file is off, so a restart loses accepted events: set `appendonly yes`".to_owned())
    };
    vec![("redis", version), ("redis durability", durability)]
}

fn check_url(config: &Config) -> Finding {
    let text = &config.system.url_prefix;
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => match url.host_str() {
            Some("localhost") => Ok(format!("{text} (for this machine only; others need system.url-prefix)")),
            _ => Ok(text.clone()),
        },
        _ => Err(format!("`{text}` is no address: set system.url-prefix, for instance to https://errors.example.com")),
    }
}

async fn check_files(config: &config::Blobs) -> Finding {
    let name =
        config.s3.as_ref().map_or_else(|| config.directory.display().to_string(), |s3| format!("S3 {}", s3.bucket));
    let probed = match Blobs::new(config) {
        Ok(blobs) => blobs.check().await,
        Err(error) => Err(error),
    };
    match probed {
        Ok(()) => Ok(name),
        Err(error) => Err(format!("{name} cannot be written ({error}): correct its owner, or set filestore.options")),
    }
}
