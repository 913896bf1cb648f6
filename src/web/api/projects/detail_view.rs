//! A project with its settings.

use serde::Serialize;

use super::ProjectView;
use super::options::OptionsView;
use super::view::VersionView;
use crate::pipeline::group;
use crate::store::organizations::Organization;
use crate::store::projects::Project;
use crate::web::api::organizations::OrganizationView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct ProjectDetailView {
    #[serde(flatten)]
    project: ProjectView,
    organization: OrganizationView,
    pub latest_release: Option<VersionView>,
    options: OptionsView,
    digests_min_delay: u32,
    digests_max_delay: u32,
    subject_prefix: String,
    subject_template: String,
    plugins: [(); 0],
    platforms: Vec<String>,
    processing_issues: u32,
    default_environment: Option<String>,
    allowed_domains: Vec<String>,
    resolve_age: u32,
    data_scrubber: bool,
    data_scrubber_defaults: bool,
    safe_fields: Vec<String>,
    sensitive_fields: Vec<String>,
    store_crash_reports: bool,
    security_token: Option<String>,
    security_token_header: Option<String>,
    #[serde(rename = "verifySSL")]
    verify_ssl: bool,
    #[serde(rename = "scrubIPAddresses")]
    scrub_ip_addresses: bool,
    scrape_java_script: bool,
    grouping_config: &'static str,
    fingerprinting_rules: String,
    relay_pii_config: Option<String>,
    is_subscribed: bool,
}

impl ProjectDetailView {
    pub fn of(organization: &Organization, project: &Project, view: ProjectView) -> Self {
        let settings = &project.settings.0;
        Self {
            project: view,
            organization: OrganizationView::of(organization),
            latest_release: None,
            options: OptionsView::of(settings),
            digests_min_delay: settings.digests_min_delay,
            digests_max_delay: settings.digests_max_delay,
            subject_prefix: settings.subject_prefix.clone(),
            subject_template: settings.subject_template.clone(),
            plugins: [],
            platforms: project.platform.iter().cloned().collect(),
            processing_issues: 0,
            default_environment: Some(settings.default_environment.clone()).filter(|name| !name.is_empty()),
            allowed_domains: settings.allowed_domains.clone(),
            resolve_age: settings.resolve_age,
            data_scrubber: settings.scrub_data,
            data_scrubber_defaults: settings.scrub_defaults,
            safe_fields: settings.safe_fields.clone(),
            sensitive_fields: settings.sensitive_fields.clone(),
            store_crash_reports: false,
            security_token: Some(settings.fetching.token.clone()),
            security_token_header: Some(settings.fetching.token_header.clone()),
            verify_ssl: settings.fetching.verifies_tls,
            scrub_ip_addresses: settings.scrub_ip_address,
            scrape_java_script: settings.fetching.is_on,
            grouping_config: group::STRATEGY,
            fingerprinting_rules: settings.fingerprint_rules.clone(),
            relay_pii_config: None,
            is_subscribed: true,
        }
    }
}
