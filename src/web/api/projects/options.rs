//! A project's settings under the names older clients know them by.

use serde::Serialize;

use crate::pipeline::group::rules::Rules;
use crate::pipeline::rule_text;
use crate::types::project_settings::{Fetching, ProjectSettings};
use crate::web::api::body::Fields;

/// `options` of a project.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct OptionsView {
    #[serde(rename = "sentry:origins")]
    origins: String,
    #[serde(rename = "sentry:resolve_age")]
    resolve_age: u32,
    #[serde(rename = "sentry:scrub_data")]
    scrub_data: bool,
    #[serde(rename = "sentry:scrub_defaults")]
    scrub_defaults: bool,
    #[serde(rename = "sentry:safe_fields")]
    safe_fields: Vec<String>,
    #[serde(rename = "sentry:sensitive_fields")]
    sensitive_fields: Vec<String>,
    #[serde(rename = "sentry:csp_ignored_sources_defaults")]
    csp_defaults: bool,
    #[serde(rename = "sentry:csp_ignored_sources")]
    csp_ignored_sources: String,
    #[serde(rename = "sentry:reprocessing_active")]
    reprocessing_active: bool,
    #[serde(rename = "filters:blacklisted_ips")]
    blacklisted_ips: String,
    #[serde(rename = "filters:releases")]
    releases: String,
    #[serde(rename = "filters:error_messages")]
    error_messages: String,
    #[serde(rename = "feedback:branding")]
    feedback_branding: bool,
    #[serde(rename = "sentry:fingerprinting_rules")]
    fingerprint_rules: String,
    #[serde(rename = "sentry:scrape_javascript")]
    scrape_javascript: bool,
    #[serde(rename = "sentry:token")]
    token: String,
    #[serde(rename = "sentry:token_header")]
    token_header: String,
    #[serde(rename = "sentry:verify_ssl")]
    verify_ssl: bool,
}

impl OptionsView {
    pub fn of(settings: &ProjectSettings) -> Self {
        let filters = &settings.filters;
        Self {
            origins: settings.allowed_domains.join("\n"),
            resolve_age: settings.resolve_age,
            scrub_data: settings.scrub_data,
            scrub_defaults: settings.scrub_defaults,
            safe_fields: settings.safe_fields.clone(),
            sensitive_fields: settings.sensitive_fields.clone(),
            csp_defaults: filters.csp_defaults,
            csp_ignored_sources: filters.csp_ignored_sources.join("\n"),
            reprocessing_active: false,
            blacklisted_ips: filters.ip_addresses.join("\n"),
            releases: filters.releases.join("\n"),
            error_messages: filters.error_messages.join("\n"),
            feedback_branding: false,
            fingerprint_rules: settings.fingerprint_rules.clone(),
            scrape_javascript: settings.fetching.is_on,
            token: settings.fetching.token.clone(),
            token_header: settings.fetching.token_header.clone(),
            verify_ssl: settings.fetching.verifies_tls,
        }
    }
}

/// Days an issue may go unseen are asked for in hours; a year is enough.
const MAX_RESOLVE_AGE: i64 = 24 * 365;

/// Takes the settings among the members of the request, under today's names.
pub fn read_settings(fields: &mut Fields, settings: &mut ProjectSettings) {
    set(&mut settings.scrub_data, fields.flag("dataScrubber"));
    set(&mut settings.scrub_defaults, fields.flag("dataScrubberDefaults"));
    set(&mut settings.scrub_ip_address, fields.flag("scrubIPAddresses"));
    set(&mut settings.sensitive_fields, fields.texts("sensitiveFields"));
    set(&mut settings.safe_fields, fields.texts("safeFields"));
    set(&mut settings.resolve_age, hours(fields, "resolveAge"));
    let domains = fields.texts("allowedDomains");
    if domains.as_ref().is_some_and(Vec::is_empty) {
        fields.refuse("allowedDomains", "Name at least one domain; * stands for all.");
    }
    set(&mut settings.allowed_domains, domains);
    read_subject(fields, ("subjectPrefix", "subjectTemplate"), settings);
    read_environment(fields, "defaultEnvironment", settings);
    read_digests(fields, ("digestsMinDelay", "digestsMaxDelay"), settings);
    read_rules(fields, "fingerprintingRules", &mut settings.fingerprint_rules);
    let fetching = &mut settings.fetching;
    set(&mut fetching.is_on, fields.flag("scrapeJavaScript"));
    set(&mut fetching.verifies_tls, fields.flag("verifySSL"));
    read_token(fields, ("securityToken", "securityTokenHeader"), fetching);
}

fn read_subject(fields: &mut Fields, (prefix, template): (&'static str, &'static str), settings: &mut ProjectSettings) {
    set(&mut settings.subject_prefix, fields.text(prefix, ProjectSettings::MAX_SUBJECT));
    if let Some(text) = fields.text(template, ProjectSettings::MAX_SUBJECT) {
        settings.subject_template = if text.is_empty() { ProjectSettings::SUBJECT_TEMPLATE.to_owned() } else { text };
    }
}

fn read_environment(fields: &mut Fields, name: &'static str, settings: &mut ProjectSettings) {
    let Some(text) = fields.text(name, ProjectSettings::MAX_ENVIRONMENT) else { return };
    if !ProjectSettings::is_environment(&text) {
        fields.refuse(name, "Not the name of an environment.");
    }
    settings.default_environment = text;
}

/// Seconds, the least below the most.
fn read_digests(fields: &mut Fields, (least, most): (&'static str, &'static str), settings: &mut ProjectSettings) {
    let delay =
        |fields: &mut Fields, name| fields.number(name, 60..=3600).and_then(|seconds| u32::try_from(seconds).ok());
    let (wanted, longest) = (delay(fields, least), delay(fields, most));
    set(&mut settings.digests_min_delay, wanted);
    set(&mut settings.digests_max_delay, longest);
    if settings.digests_min_delay > settings.digests_max_delay {
        fields.refuse(least, "The least delay is above the most.");
    }
}

/// Fingerprint rules, if they are rules.
fn read_rules(fields: &mut Fields, name: &'static str, rules: &mut String) {
    let Some(text) = fields.text(name, rule_text::MAX_BYTES) else { return };
    match Rules::parse(&text) {
        Ok(_) => *rules = text,
        Err(error) => fields.refuse(name, error.to_string()),
    }
}

/// The token and the name of its header, both of which go into requests as they are.
fn read_token(fields: &mut Fields, (token, header): (&'static str, &'static str), fetching: &mut Fetching) {
    if let Some(value) = fields.text(token, Fetching::MAX_TOKEN) {
        if !Fetching::is_token(&value) {
            fields.refuse(token, "Visible ASCII characters only.");
        }
        fetching.token = value;
    }
    if let Some(name) = fields.text(header, Fetching::MAX_TOKEN) {
        if !Fetching::is_header(&name) {
            fields.refuse(header, "Not the name of a header.");
        }
        fetching.token_header = name;
    }
}

/// Takes the settings among `options`, under the old names; unknown ones are ignored.
pub fn read_options(options: &mut Fields, settings: &mut ProjectSettings) {
    set(&mut settings.allowed_domains, options.texts("sentry:origins"));
    set(&mut settings.resolve_age, hours(options, "sentry:resolve_age"));
    set(&mut settings.scrub_data, options.flag("sentry:scrub_data"));
    set(&mut settings.scrub_defaults, options.flag("sentry:scrub_defaults"));
    set(&mut settings.scrub_ip_address, options.flag("sentry:scrub_ip_address"));
    set(&mut settings.safe_fields, options.texts("sentry:safe_fields"));
    set(&mut settings.sensitive_fields, options.texts("sentry:sensitive_fields"));
    let filters = &mut settings.filters;
    set(&mut filters.csp_defaults, options.flag("sentry:csp_ignored_sources_defaults"));
    set(&mut filters.csp_ignored_sources, options.texts("sentry:csp_ignored_sources"));
    set(&mut filters.ip_addresses, options.texts("filters:blacklisted_ips"));
    set(&mut filters.releases, options.texts("filters:releases"));
    set(&mut filters.error_messages, options.texts("filters:error_messages"));
    read_subject(options, ("mail:subject_prefix", "mail:subject_template"), settings);
    read_environment(options, "sentry:default_environment", settings);
    let delays = ("digests:mail:minimum_delay", "digests:mail:maximum_delay");
    read_digests(options, delays, settings);
    read_rules(options, "sentry:fingerprinting_rules", &mut settings.fingerprint_rules);
    let fetching = &mut settings.fetching;
    set(&mut fetching.is_on, options.flag("sentry:scrape_javascript"));
    set(&mut fetching.verifies_tls, options.flag("sentry:verify_ssl"));
    read_token(options, ("sentry:token", "sentry:token_header"), fetching);
}

fn hours(fields: &mut Fields, name: &'static str) -> Option<u32> {
    fields.number(name, 0..=MAX_RESOLVE_AGE).and_then(|hours| u32::try_from(hours).ok())
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}
