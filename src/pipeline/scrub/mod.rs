//! Secrets leave the event before anything is persisted (normalize.md 17).
//!
//! Values go when their key or they themselves contain a sensitive word, and card numbers, social security numbers,
//! bank accounts, keys and passwords in URLs go wherever they stand. Every text is walked over once; the exact checks
//! run only where that walk saw something (see [`matcher`]).

mod ip;
mod matcher;
mod patterns;
mod rules;

use self::matcher::Matcher;
use self::rules::{Rules, Words};
use crate::types::json::{Json, Object};
use crate::types::project_settings::ProjectSettings;

/// Stands for a value that was taken out.
pub const FILTERED: &str = "[Filtered]";

/// Session and CSRF cookies: always secret, whatever their words.
const SESSION_COOKIES: &[&str] = &[
    "sentrysid",
    "sudo",
    "su",
    "session",
    "__session",
    "sessionid",
    "user_session",
    "symfony",
    "phpsessid",
    "fasthttpsessionid",
    "mysession",
    "irissessionid",
    "_vercel_jwt",
    "csrf",
    "xsrf",
    "_xsrf",
    "_csrf",
    "csrf-token",
    "csrf_token",
    "xsrf-token",
    "xsrf_token",
    "fastcsrf",
    "_iris_csrf",
];

const SECRET_HEADERS: &[&str] = &["Set-Cookie", "X-Csrf-Token", "X-Csrftoken", "X-Xsrf-Token"];

/// Takes secrets out of a normalised event, in place.
pub fn scrub(event: &mut Object<'_>, settings: &ProjectSettings) {
    if settings.scrub_data {
        let matcher = Matcher::of(settings);
        scrub_data(event, &Rules::new(&matcher, settings));
    }
    if settings.scrub_ip_address {
        ip::remove(event);
    }
}

fn scrub_data(event: &mut Object<'_>, rules: &Rules<'_>) {
    for (key, value) in event.iter_mut() {
        match key {
            "extra" | "user" => rules.members(value),
            "contexts" => rules.members_of_members(value),
            "tags" => rules.pairs(value, &[]),
            "request" => request(value, rules),
            "breadcrumbs" => breadcrumbs(value, rules),
            "logentry" => logentry(value, rules),
            "exception" | "threads" => with_stacktraces(value, rules),
            "stacktrace" | "raw_stacktrace" => stacktrace(value, rules),
            "csp" | "hpkp" | "expectct" | "expectstaple" | "nel" => texts(value, rules),
            "errors" => errors(value, rules),
            _ => {}
        }
    }
}

fn request(request: &mut Json<'_>, rules: &Rules<'_>) {
    let Some(request) = request.as_object_mut() else { return };
    for (key, value) in request.iter_mut() {
        match key {
            "url" => {
                rules.url(value);
            }
            "data" => rules.value(value, Words::Sensitive),
            "env" => rules.members(value),
            "query_string" => rules.pairs(value, &[]),
            "cookies" => rules.pairs(value, SESSION_COOKIES),
            "headers" => rules.pairs(value, SECRET_HEADERS),
            _ => {}
        }
    }
}

fn breadcrumbs(breadcrumbs: &mut Json<'_>, rules: &Rules<'_>) {
    for crumb in values(breadcrumbs) {
        let Some(crumb) = crumb.as_object_mut() else { continue };
        for (key, value) in crumb.iter_mut() {
            match key {
                "data" => rules.members(value),
                "message" => rules.value(value, Words::Sensitive),
                _ => {}
            }
        }
    }
}

/// A message that says "password" is no password: only patterns count there.
fn logentry(logentry: &mut Json<'_>, rules: &Rules<'_>) {
    let Some(logentry) = logentry.as_object_mut() else { return };
    for (key, value) in logentry.iter_mut() {
        match key {
            "message" | "formatted" => rules.value(value, Words::Harmless),
            "params" => rules.value(value, Words::Sensitive),
            _ => {}
        }
    }
}

/// Exceptions and threads.
fn with_stacktraces(container: &mut Json<'_>, rules: &Rules<'_>) {
    for entry in values(container) {
        let Some(entry) = entry.as_object_mut() else { continue };
        for (key, value) in entry.iter_mut() {
            match key {
                "value" => rules.value(value, Words::Harmless),
                "stacktrace" | "raw_stacktrace" => stacktrace(value, rules),
                "mechanism" => mechanism(value, rules),
                _ => {}
            }
        }
    }
}

fn mechanism(mechanism: &mut Json<'_>, rules: &Rules<'_>) {
    if let Some(data) = mechanism.as_object_mut().and_then(|mechanism| mechanism.get_mut("data")) {
        rules.members(data);
    }
}

fn stacktrace(stacktrace: &mut Json<'_>, rules: &Rules<'_>) {
    let frames = stacktrace.as_object_mut().and_then(|stacktrace| stacktrace.get_mut("frames"));
    for frame in frames.and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(vars) = frame.as_object_mut().and_then(|frame| frame.get_mut("vars")) {
            rules.members(vars);
        }
    }
}

/// Security reports: addresses, policies and samples.
fn texts(report: &mut Json<'_>, rules: &Rules<'_>) {
    let Some(report) = report.as_object_mut() else { return };
    report.iter_mut().for_each(|(_, value)| rules.value(value, Words::Harmless));
}

/// Entries repeat bad values, which may be anything.
fn errors(errors: &mut Json<'_>, rules: &Rules<'_>) {
    for entry in errors.as_array_mut().into_iter().flatten() {
        let Some(entry) = entry.as_object_mut() else { continue };
        let is_secret = entry.get_str("name").is_some_and(|name| rules.is_secret(name));
        if let Some(value) = entry.get_mut("value") {
            if is_secret {
                rules::filter(value);
            } else {
                rules.value(value, Words::Sensitive);
            }
        }
    }
}

fn values<'v, 'a>(container: &'v mut Json<'a>) -> impl Iterator<Item = &'v mut Json<'a>> {
    let values = container.as_object_mut().and_then(|container| container.get_mut("values"));
    values.and_then(Json::as_array_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests;
