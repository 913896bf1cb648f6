//! `doctor`: is everything there that Picket needs, and if not, what to do.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use chrono::TimeDelta;
use url::Url;

use super::context::Context;
use super::stores;
use crate::config::Config;
use crate::store::server;
use crate::types::clock::Clock;

/// What a check found: what is well, or what is wrong and what to do.
type Finding = Result<String, String>;

const OLDEST_POSTGRES: i32 = 130_000;
const OLDEST_REDIS: (u32, u32) = (6, 2);
const SECRET_LENGTH: usize = 32;

pub async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config();
    let secret = stores::secret_key(context, &context.settings);
    let mut findings = vec![("settings", check_settings(context)), ("secret key", check_secret(secret.as_deref()))];
    findings.extend(check_database(context).await);
    findings.extend(check_redis(context).await);
    findings.push(("public URL", check_url(&config)));
    findings.push(("files", check_files(&config.blobs.directory)));
    for (name, finding) in &findings {
        match finding {
            Ok(text) => println!("ok       {name}: {text}"),
            Err(text) => println!("PROBLEM  {name}: {text}"),
        }
    }
    let problems = findings.iter().filter(|(_, finding)| finding.is_err()).count();
    println!("{}", if problems == 0 { "All is well.".to_owned() } else { format!("{problems} problem(s).") });
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
        let mut redis = stores::connect_redis(&url).await?;
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

fn check_files(directory: &Path) -> Finding {
    let name = directory.display();
    let probe = directory.join(".doctor");
    match fs::create_dir_all(directory).and_then(|()| fs::write(&probe, b"")).and_then(|()| fs::remove_file(&probe)) {
        Ok(()) => Ok(name.to_string()),
        Err(error) => Err(format!("{name} cannot be written ({error}): correct its owner, or set filestore.options")),
    }
}
