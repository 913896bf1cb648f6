//! What a request meets on its way from the public URL to us.

use std::net::IpAddr;

use super::probe::{self, Seen};
use super::{Finding, Fix};
use crate::app::App;
use crate::outbound::probe::Answered;
use crate::store::event_users;
use crate::types::public_address::is_public;

const MIB: usize = 1 << 20;
/// Sizes of uploads that are tried, one after another.
const SIZES: [usize; 4] = [MIB, 8 * MIB, 32 * MIB, 100 * MIB];

/// More of the browsers' users than this behind one private address are one proxy.
const ONE_ADDRESS_PERCENT: i64 = 90;
/// Fewer users tell nothing.
const FEW_USERS: i64 = 20;

/// GET the public URL from here.
pub async fn reach(app: &App) -> anyhow::Result<Finding> {
    let root = &app.config.system.url_prefix;
    Ok(match probe::send(app, 0).await {
        Ok((answered, Some(_))) => Finding::ok(format!("{root}: 200, {} ms", answered.took.as_millis())),
        Ok((answered, None)) => Finding::failed(told(root, &answered), Fix::AnotherService),
        Err(error) => {
            let text = format!("{error:#}");
            let is_tls = ["certificate", "tls", "handshake"].iter().any(|word| text.to_lowercase().contains(word));
            Finding::failed(format!("{root}: {text}"), if is_tls { Fix::TrustCertificate } else { Fix::NameServer })
        }
    })
}

fn told(root: &str, answered: &Answered) -> String {
    let start: String = answered.body.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("{root}: {} {} {start}", answered.status, answered.server)
}

/// How our probe arrived; `Err` is the finding where it did not.
async fn seen(app: &App) -> anyhow::Result<Result<Seen, Finding>> {
    Ok(match probe::send(app, 0).await {
        Ok((_, Some(seen))) => Ok(seen),
        Ok((answered, None)) => {
            Err(Finding::failed(told(&app.config.system.url_prefix, &answered), Fix::AnotherService))
        }
        Err(error) => Err(Finding::failed(format!("{error:#}"), Fix::NameServer)),
    })
}

/// Whether sentry-cli, told where to upload to, would come back by the way it came.
pub async fn upload_url(app: &App) -> anyhow::Result<Finding> {
    let seen = match seen(app).await? {
        Ok(seen) => seen,
        Err(finding) => return Ok(finding),
    };
    let root = &app.config.system.url_prefix;
    Ok(if seen.upload_root == *root {
        Finding::ok(format!("{root}/api/0/organizations/…/chunk-upload/"))
    } else {
        Finding::failed(format!("{root} → {} (Host: {})", seen.upload_root, seen.host), Fix::ForwardHost)
    })
}

pub async fn proxy_headers(app: &App) -> anyhow::Result<Finding> {
    let seen = match seen(app).await? {
        Ok(seen) => seen,
        Err(finding) => return Ok(finding),
    };
    let is_https = app.config.system.url_prefix.starts_with("https:");
    let is_forwarded = !seen.forwarded_for.is_empty() || !seen.forwarded_proto.is_empty();
    let told = format!(
        "peer {}, X-Forwarded-For: {}, X-Forwarded-Proto: {}",
        seen.peer,
        or_dash(&seen.forwarded_for),
        or_dash(&seen.forwarded_proto)
    );
    Ok(if is_forwarded && !seen.is_trusted {
        Finding::failed(told, Fix::TrustProxy)
    } else if is_https && seen.forwarded_proto != "https" {
        Finding::warning(told, Fix::ForwardProto)
    } else if is_https && seen.forwarded_for.is_empty() {
        Finding::warning(told, Fix::ForwardFor)
    } else {
        Finding::ok(told)
    })
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Whether the users of browsers seem to sit behind one private address (demands.md 18).
pub async fn client_address(app: &App) -> anyhow::Result<Finding> {
    let users = event_users::count_by_commonest_ip(&app.db).await?;
    let Some((ip, of_it, all)) = users else { return Ok(Finding::ok("0")) };
    let told = format!("{ip}: {of_it} / {all}");
    let is_private = ip.parse::<IpAddr>().is_ok_and(|ip| !is_public(ip));
    Ok(if all >= FEW_USERS && is_private && of_it * 100 > all * ONE_ADDRESS_PERCENT {
        Finding::failed(told, Fix::TrustProxy)
    } else {
        Finding::ok(told)
    })
}

/// The first size that does not come through, and who said so.
pub async fn body_size(app: &App) -> anyhow::Result<Finding> {
    for size in SIZES {
        let mib = size / MIB;
        match probe::send(app, size).await {
            Ok((_, Some(seen))) if seen.body == size as u64 => {}
            Ok((_, Some(seen))) => {
                return Ok(Finding::failed(format!("{mib} MiB: {} bytes arrived", seen.body), Fix::RaiseBodySize));
            }
            Ok((answered, None)) => {
                let told = format!("{mib} MiB: {} {}", answered.status, answered.server);
                return Ok(Finding::warning(told, Fix::RaiseBodySize));
            }
            Err(error) => return Ok(Finding::warning(format!("{mib} MiB: {error:#}"), Fix::RaiseBodySize)),
        }
    }
    Ok(Finding::ok("1, 8, 32, 100 MiB"))
}

pub async fn cookies(app: &App) -> anyhow::Result<Finding> {
    let root = &app.config.system.url_prefix;
    let seen = match seen(app).await? {
        Ok(seen) => seen,
        Err(finding) => return Ok(finding),
    };
    Ok(if seen.origin.is_empty() {
        Finding::failed(format!("Origin: - ({root})"), Fix::KeepOrigin)
    } else if root.starts_with("http:") {
        Finding::warning(format!("{root}: Secure -"), Fix::UseHttps)
    } else {
        Finding::ok("Secure, HttpOnly, SameSite=Lax; Origin")
    })
}
