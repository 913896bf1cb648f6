//! An organization in lists, and with everything about it.

use serde::Serialize;

use crate::store::organizations::Organization;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::web::api::date::Date;
use crate::web::api::projects::ProjectSummaryView;
use crate::web::api::teams::TeamView;
use crate::web::api::users::AvatarView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct OrganizationView {
    id: String,
    slug: String,
    name: String,
    date_created: Date,
    status: StatusView,
    is_early_adopter: bool,
    disable_new_visibility_features: bool,
    #[serde(rename = "require2FA")]
    require_2fa: bool,
    require_email_verification: bool,
    avatar: AvatarView,
    features: Vec<&'static str>,
}

#[derive(Serialize)]
struct StatusView {
    id: &'static str,
    name: &'static str,
}

/// An organization with its teams, its projects, and what the caller may do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
pub struct OrganizationDetailView {
    #[serde(flatten)]
    organization: OrganizationView,
    is_default: bool,
    default_role: &'static str,
    available_roles: Vec<RoleView>,
    open_membership: bool,
    allow_shared_issues: bool,
    enhanced_privacy: bool,
    data_scrubber: bool,
    data_scrubber_defaults: bool,
    sensitive_fields: Vec<String>,
    safe_fields: Vec<String>,
    #[serde(rename = "scrubIPAddresses")]
    scrub_ip_addresses: bool,
    store_crash_reports: bool,
    scrape_java_script: bool,
    trusted_relays: [String; 0],
    quota: QuotaView,
    pub teams: Vec<TeamView>,
    pub projects: Vec<ProjectSummaryView>,
    pub access: Vec<&'static str>,
    pub pending_access_requests: usize,
    onboarding_tasks: [(); 0],
    experiments: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct RoleView {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuotaView {
    max_rate: Option<u32>,
    max_rate_interval: u32,
    account_limit: u32,
    project_limit: u32,
}

impl OrganizationView {
    pub fn of(organization: &Organization) -> Self {
        Self {
            id: organization.id.to_string(),
            slug: organization.slug.clone(),
            name: organization.name.clone(),
            date_created: organization.created_at.into(),
            status: StatusView { id: "active", name: "active" },
            is_early_adopter: false,
            disable_new_visibility_features: false,
            require_2fa: organization.requires_two_factor,
            require_email_verification: false,
            avatar: AvatarView::LETTERS,
            features: features(organization),
        }
    }
}

impl OrganizationDetailView {
    /// Without teams, projects, access and requests.
    pub fn of(organization: &Organization, is_default: bool) -> Self {
        let settings = &organization.settings;
        Self {
            organization: OrganizationView::of(organization),
            is_default,
            default_role: organization.default_role.as_str(),
            available_roles: Role::ALL.map(|role| RoleView { id: role.as_str(), name: role_name(role) }).into(),
            open_membership: organization.has_open_membership,
            allow_shared_issues: settings.allow_shared_issues,
            enhanced_privacy: false,
            data_scrubber: settings.require_scrub_data,
            data_scrubber_defaults: settings.require_scrub_defaults,
            sensitive_fields: settings.sensitive_fields.clone(),
            safe_fields: settings.safe_fields.clone(),
            scrub_ip_addresses: settings.require_scrub_ip_address,
            store_crash_reports: false,
            scrape_java_script: settings.scrape_javascript,
            trusted_relays: [],
            quota: QuotaView { max_rate: None, max_rate_interval: 60, account_limit: 0, project_limit: 100 },
            teams: Vec::new(),
            projects: Vec::new(),
            access: Vec::new(),
            pending_access_requests: 0,
            onboarding_tasks: [],
            experiments: serde_json::Map::new(),
        }
    }

    /// As it is once it was removed.
    #[must_use]
    pub fn pending_deletion(mut self) -> Self {
        self.organization.status = StatusView { id: "pending_deletion", name: "pending deletion" };
        self
    }
}

fn features(organization: &Organization) -> Vec<&'static str> {
    let all = [
        ("api-keys", true),
        ("legacy-rate-limits", true),
        ("open-membership", organization.has_open_membership),
        ("require-2fa", organization.requires_two_factor),
        ("shared-issues", organization.settings.allow_shared_issues),
    ];
    all.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect()
}

/// The names of the scopes that `allowed` takes.
pub fn scope_names(allowed: impl Fn(Scope) -> bool) -> Vec<&'static str> {
    Scope::ALL.into_iter().filter(|scope| allowed(*scope)).map(Scope::as_str).collect()
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Admin",
        Role::Manager => "Manager",
        Role::Owner => "Owner",
    }
}
