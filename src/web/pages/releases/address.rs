//! Addresses of releases; every legal version can stand in them.

use crate::web::pages::issues::address::encode;

/// Path of a list of releases, of a project or of the whole organization.
pub fn list_path(organization: &str, project: Option<&str>) -> String {
    match project {
        Some(project) => format!("/{organization}/{project}/releases/"),
        None => format!("/organizations/{organization}/releases/"),
    }
}

/// Path of a release's page.
pub fn release_path(organization: &str, project: Option<&str>, version: &str) -> String {
    format!("{}{}/", list_path(organization, project), encode(version))
}

#[cfg(test)]
mod tests {
    use super::release_path;

    #[test]
    fn versions_are_encoded_whole() {
        assert_eq!(release_path("acme", Some("shop"), "a/b %2F@1+2"), "/acme/shop/releases/a%2Fb%20%252F%401%2B2/");
        assert_eq!(release_path("acme", None, "版"), "/organizations/acme/releases/%E7%89%88/");
    }
}
