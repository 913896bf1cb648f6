//! What an owner may set for a whole organization; the column `organizations.settings`.

use serde::{Deserialize, Serialize};

use super::project_settings::ProjectSettings;

/// Absent fields are defaults, so that a new setting needs no migration.
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the settings page")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationSettings {
    /// Whether issues may be shared by public links.
    pub allow_shared_issues: bool,
    /// Scrubbing that no project can turn off.
    pub require_scrub_data: bool,
    pub require_scrub_defaults: bool,
    pub require_scrub_ip_address: bool,
    /// Scrubbed in every project, besides the project's own.
    pub sensitive_fields: Vec<String>,
    /// Never scrubbed in any project.
    pub safe_fields: Vec<String>,
    /// Whether projects may have scripts fetched from the web.
    pub scrape_javascript: bool,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            allow_shared_issues: true,
            require_scrub_data: false,
            require_scrub_defaults: false,
            require_scrub_ip_address: false,
            sensitive_fields: Vec::new(),
            safe_fields: Vec::new(),
            scrape_javascript: true,
        }
    }
}

impl OrganizationSettings {
    /// Names in each list of fields.
    pub const MAX_FIELDS: usize = 500;
    /// Characters of a name.
    pub const MAX_FIELD: usize = 200;

    /// Whether a list of names is short enough to be matched against every value of every event.
    pub fn is_field_list(names: &[String]) -> bool {
        names.len() <= Self::MAX_FIELDS && names.iter().all(|name| name.chars().count() <= Self::MAX_FIELD)
    }

    /// What is in effect for a project: the stricter of both.
    #[must_use]
    pub fn applied_to(&self, project: &ProjectSettings) -> ProjectSettings {
        let mut effective = project.clone();
        effective.scrub_data |= self.require_scrub_data;
        effective.scrub_defaults |= self.require_scrub_defaults;
        effective.scrub_ip_address |= self.require_scrub_ip_address;
        effective.fetching.is_on &= self.scrape_javascript;
        // A project cannot call safe what its organization calls sensitive.
        effective.safe_fields.retain(|name| !self.sensitive_fields.iter().any(|own| own.eq_ignore_ascii_case(name)));
        effective.sensitive_fields.extend_from_slice(&self.sensitive_fields);
        effective.safe_fields.extend_from_slice(&self.safe_fields);
        effective
    }
}

#[cfg(test)]
mod tests {
    use super::OrganizationSettings;
    use crate::types::project_settings::ProjectSettings;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_stricter_setting_is_in_effect() {
        let mut lax = ProjectSettings { scrub_data: false, scrub_ip_address: false, ..ProjectSettings::default() };
        (lax.sensitive_fields, lax.safe_fields) = (names(&["card"]), names(&["IBAN", "page"]));
        lax.fetching.is_on = true;
        assert_eq!(OrganizationSettings::default().applied_to(&lax), lax, "by default everything is the project's");
        let strict = OrganizationSettings {
            require_scrub_data: true,
            require_scrub_ip_address: true,
            sensitive_fields: names(&["iban"]),
            safe_fields: names(&["sku"]),
            scrape_javascript: false,
            ..OrganizationSettings::default()
        };
        let effective = strict.applied_to(&lax);
        assert!(effective.scrub_data && effective.scrub_ip_address && !effective.fetching.is_on);
        assert_eq!(effective.sensitive_fields, ["card", "iban"]);
        assert_eq!(effective.safe_fields, ["page", "sku"]);
        let strict_project = ProjectSettings::default();
        assert!(OrganizationSettings::default().applied_to(&strict_project).scrub_data, "a project may be stricter");
    }

    #[test]
    fn lists_of_fields_are_bounded() {
        assert!(OrganizationSettings::is_field_list(&names(&["iban"])));
        assert!(!OrganizationSettings::is_field_list(&vec!["a".to_owned(); 501]));
        assert!(!OrganizationSettings::is_field_list(&["ü".repeat(201)]));
    }
}
