//! Every endpoint of the API with the scopes of which one suffices, method by method.

use picket::types::scope::Scope;

/// What a path needs, by method.
pub type Methods = &'static [(&'static str, &'static [Scope])];

const ORG_READ: &[Scope] = &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin];
const ORG_WRITE: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];
const ORG_ADMIN: &[Scope] = &[Scope::OrgAdmin];
const MEMBER_READ: &[Scope] = &[Scope::MemberRead, Scope::MemberWrite, Scope::MemberAdmin];
const MEMBER_WRITE: &[Scope] = &[Scope::MemberWrite, Scope::MemberAdmin];
const MEMBER_OR_ORG_READ: &[Scope] =
    &[Scope::MemberRead, Scope::MemberWrite, Scope::MemberAdmin, Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin];
const TEAM_READ: &[Scope] = &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin];
const TEAM_WRITE: &[Scope] = &[Scope::TeamWrite, Scope::TeamAdmin];
const TEAM_ADMIN: &[Scope] = &[Scope::TeamAdmin];
const ANY_ACCESS_READ: &[Scope] = &[
    Scope::OrgRead,
    Scope::OrgWrite,
    Scope::OrgAdmin,
    Scope::TeamRead,
    Scope::TeamWrite,
    Scope::TeamAdmin,
    Scope::MemberRead,
    Scope::MemberWrite,
    Scope::MemberAdmin,
];
const ANY_ACCESS_WRITE: &[Scope] =
    &[Scope::OrgWrite, Scope::OrgAdmin, Scope::TeamWrite, Scope::TeamAdmin, Scope::MemberWrite, Scope::MemberAdmin];
const TEAMS_READ: &[Scope] =
    &[Scope::TeamRead, Scope::TeamWrite, Scope::TeamAdmin, Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin];
const TEAMS_WRITE: &[Scope] = &[Scope::TeamWrite, Scope::TeamAdmin, Scope::OrgWrite, Scope::OrgAdmin];
const PROJECT_READ: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin];
const PROJECT_WRITE: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin];
const PROJECT_ADMIN: &[Scope] = &[Scope::ProjectAdmin];
const RELEASE_READ: &[Scope] = &[Scope::ProjectRead, Scope::ProjectWrite, Scope::ProjectAdmin, Scope::ProjectReleases];
const RELEASE_WRITE: &[Scope] = &[Scope::ProjectWrite, Scope::ProjectAdmin, Scope::ProjectReleases];
const RELEASE_ADMIN: &[Scope] = &[Scope::ProjectAdmin, Scope::ProjectReleases];
const REPOSITORY_READ: &[Scope] =
    &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations, Scope::ProjectReleases];
const REPOSITORY_WRITE: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations];
const EVENT_READ: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
const EVENT_WRITE: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];
const EVENT_ADMIN: &[Scope] = &[Scope::EventAdmin];
const FEEDBACK_READ: &[Scope] = &[
    Scope::EventRead,
    Scope::EventWrite,
    Scope::EventAdmin,
    Scope::ProjectRead,
    Scope::ProjectWrite,
    Scope::ProjectAdmin,
];
const FEEDBACK_WRITE: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin, Scope::ProjectWrite, Scope::ProjectAdmin];
const ANY: &[Scope] = &Scope::ALL;
/// No token opens these, whatever its scopes: they want somebody who is signed in.
const SESSION: &[Scope] = &[];
/// Takes a name and a password instead of whatever else came.
const NAME: &[Scope] = &[];

/// Paths as the router has them. Where both stand for the same, `PROJECT` and `LIST` are what follows `/projects/…` and
/// the two lists of releases, and `ISSUE` the three ways to an issue.
const ENDPOINTS: &[(&str, Methods)] = &[
    ("/", &[("GET", ANY)]),
    ("/api-tokens/", &[("GET", SESSION), ("POST", SESSION), ("DELETE", SESSION)]),
    ("/auth/", &[("GET", ANY), ("POST", NAME), ("PUT", SESSION), ("DELETE", SESSION)]),
    ("/internal/health/", &[("GET", ANY)]),
    ("/internal/options/", &[("GET", SESSION), ("PUT", SESSION)]),
    ("/users/", &[("GET", SESSION)]),
    ("/users/{user}/", &[("GET", ANY), ("PUT", SESSION), ("DELETE", SESSION)]),
    ("/users/{user}/authenticators/", &[("GET", SESSION)]),
    ("/users/{user}/authenticators/{authenticator}/", &[("DELETE", SESSION)]),
    ("/users/{user}/emails/", &[("GET", SESSION), ("POST", SESSION), ("PUT", SESSION), ("DELETE", SESSION)]),
    ("/users/{user}/emails/confirm/", &[("POST", SESSION)]),
    ("/users/{user}/password/", &[("PUT", SESSION)]),
    ("/shared/issues/{token}/", &[("GET", ANY)]),
    ("/shared/groups/{token}/", &[("GET", ANY)]),
    ("/projects/", &[("GET", PROJECT_READ)]),
    ("/events/{event}/", &[("GET", EVENT_READ)]),
    ("/organizations/", &[("GET", ORG_READ), ("POST", ORG_WRITE)]),
    // The first organization stays, so that this deletes nothing.
    ("/organizations/{organization}/", &[("GET", ORG_READ), ("PUT", ORG_WRITE), ("DELETE", ORG_ADMIN)]),
    ("/organizations/{organization}/access-requests/", &[("GET", ANY_ACCESS_READ)]),
    ("/organizations/{organization}/access-requests/{request}/", &[("PUT", ANY_ACCESS_WRITE)]),
    ("/organizations/{organization}/activity/", &[("GET", EVENT_READ)]),
    ("/organizations/{organization}/api-keys/", &[("GET", ORG_ADMIN), ("POST", ORG_ADMIN)]),
    ("/organizations/{organization}/api-keys/{key}/", &[("GET", ORG_ADMIN), ("PUT", ORG_ADMIN), ("DELETE", ORG_ADMIN)]),
    ("/organizations/{organization}/artifactbundle/assemble/", &[("POST", RELEASE_WRITE)]),
    ("/organizations/{organization}/audit-logs/", &[("GET", ORG_WRITE)]),
    ("/organizations/{organization}/chunk-upload/", &[("GET", RELEASE_READ), ("POST", RELEASE_WRITE)]),
    ("/organizations/{organization}/config/repos/", &[("GET", ORG_READ)]),
    ("/organizations/{organization}/eventids/{event}/", &[("GET", ORG_READ)]),
    ("/organizations/{organization}/events/{event}/json/", &[("GET", EVENT_READ)]),
    ("/organizations/{organization}/files/source-maps/", &[("DELETE", RELEASE_WRITE)]),
    ("/organizations/{organization}/issues/", &[("GET", EVENT_READ), ("PUT", EVENT_WRITE), ("DELETE", EVENT_ADMIN)]),
    ("/organizations/{organization}/members/", &[("GET", MEMBER_READ), ("POST", MEMBER_WRITE)]),
    // Whoever belongs to an organization may leave it.
    (
        "/organizations/{organization}/members/{member}/",
        &[("GET", MEMBER_READ), ("PUT", MEMBER_WRITE), ("DELETE", MEMBER_READ)],
    ),
    (
        "/organizations/{organization}/members/{member}/teams/{team}/",
        &[("POST", MEMBER_OR_ORG_READ), ("DELETE", MEMBER_OR_ORG_READ)],
    ),
    ("/organizations/{organization}/members/{member}/issues/assigned/", &[("GET", EVENT_READ)]),
    ("/organizations/{organization}/members/{member}/issues/bookmarked/", &[("GET", EVENT_READ)]),
    ("/organizations/{organization}/members/{member}/issues/viewed/", &[("GET", EVENT_READ)]),
    ("/organizations/{organization}/projects/", &[("GET", ORG_READ)]),
    ("/organizations/{organization}/releases/{version}/assemble/", &[("POST", RELEASE_WRITE)]),
    ("/organizations/{organization}/repos/", &[("GET", REPOSITORY_READ), ("POST", REPOSITORY_WRITE)]),
    ("/organizations/{organization}/repos/{repository}/", &[("PUT", ORG_WRITE)]),
    ("/organizations/{organization}/repos/{repository}/commits/", &[("GET", REPOSITORY_READ)]),
    ("/organizations/{organization}/searches/", &[("GET", ORG_READ), ("POST", ORG_READ)]),
    ("/organizations/{organization}/searches/{search}/", &[("GET", ORG_READ), ("PUT", ORG_READ), ("DELETE", ORG_READ)]),
    ("/organizations/{organization}/shortids/{short_id}/", &[("GET", ORG_READ)]),
    ("/organizations/{organization}/stats/", &[("GET", ORG_READ)]),
    ("/organizations/{organization}/teams/", &[("GET", TEAMS_READ), ("POST", TEAMS_WRITE)]),
    ("/organizations/{organization}/user-feedback/", &[("GET", FEEDBACK_READ)]),
    ("/organizations/{organization}/user-reports/", &[("GET", FEEDBACK_READ)]),
    ("/teams/{organization}/{team}/", &[("GET", TEAM_READ), ("PUT", TEAM_WRITE), ("DELETE", TEAM_ADMIN)]),
    ("/teams/{organization}/{team}/members/", &[("GET", TEAM_READ)]),
    ("/teams/{organization}/{team}/projects/", &[("GET", TEAM_READ), ("POST", PROJECT_WRITE)]),
    ("/teams/{organization}/{team}/stats/", &[("GET", TEAM_READ)]),
    ("PROJECT/events/", &[("GET", EVENT_READ)]),
    ("PROJECT/events/{event}/", &[("GET", EVENT_READ)]),
    ("PROJECT/events/{event}/committers/", &[("GET", EVENT_READ)]),
    ("PROJECT/events/{event}/grouping-info/", &[("GET", EVENT_READ)]),
    ("PROJECT/events/{event}/json/", &[("GET", EVENT_READ)]),
    ("PROJECT/events/{event}/owners/", &[("GET", EVENT_READ)]),
    ("PROJECT/files/difs/assemble/", &[("POST", RELEASE_WRITE)]),
    ("PROJECT/files/dsyms/", &[("GET", RELEASE_READ), ("POST", RELEASE_WRITE), ("DELETE", RELEASE_WRITE)]),
    ("PROJECT/files/dsyms/associate/", &[("POST", RELEASE_WRITE)]),
    ("PROJECT/files/dsyms/unknown/", &[("GET", RELEASE_READ)]),
    ("PROJECT/files/source-maps/", &[("DELETE", RELEASE_WRITE)]),
    ("PROJECT/groups/", &[("GET", EVENT_READ), ("PUT", EVENT_WRITE), ("DELETE", EVENT_ADMIN)]),
    ("PROJECT/issues/", &[("GET", EVENT_READ), ("PUT", EVENT_WRITE), ("DELETE", EVENT_ADMIN)]),
    ("PROJECT/keys/", &[("GET", PROJECT_READ), ("POST", PROJECT_WRITE)]),
    ("PROJECT/keys/{key}/", &[("GET", PROJECT_READ), ("PUT", PROJECT_WRITE), ("DELETE", PROJECT_ADMIN)]),
    ("PROJECT/ownership/", &[("GET", PROJECT_READ), ("PUT", PROJECT_WRITE)]),
    ("PROJECT/reprocessing/", &[("POST", RELEASE_WRITE)]),
    ("PROJECT/searches/", &[("GET", PROJECT_READ), ("POST", PROJECT_READ)]),
    ("PROJECT/searches/{search}/", &[("GET", PROJECT_READ), ("PUT", PROJECT_READ), ("DELETE", PROJECT_READ)]),
    ("PROJECT/source-maps/check/", &[("GET", RELEASE_READ)]),
    ("PROJECT/stats/", &[("GET", PROJECT_READ)]),
    ("PROJECT/tags/", &[("GET", EVENT_READ)]),
    ("PROJECT/tags/{key}/", &[("GET", EVENT_READ)]),
    ("PROJECT/tags/{key}/values/", &[("GET", EVENT_READ)]),
    ("PROJECT/transfer/", &[("POST", PROJECT_ADMIN)]),
    ("PROJECT/teams/", &[("GET", PROJECT_READ)]),
    ("PROJECT/teams/{team}/", &[("POST", PROJECT_WRITE), ("DELETE", PROJECT_WRITE)]),
    ("PROJECT/tombstones/", &[("GET", EVENT_READ)]),
    ("PROJECT/tombstones/{tombstone}/", &[("DELETE", EVENT_ADMIN)]),
    ("PROJECT/user-feedback/", &[("GET", FEEDBACK_READ), ("POST", FEEDBACK_WRITE)]),
    ("PROJECT/users/", &[("GET", EVENT_READ)]),
    ("PROJECT/user-reports/", &[("GET", FEEDBACK_READ), ("POST", FEEDBACK_WRITE)]),
    ("PROJECT/users/", &[("GET", EVENT_READ)]),
    ("LIST/", &[("GET", RELEASE_READ), ("POST", RELEASE_WRITE)]),
    ("LIST/{version}/commitfiles/", &[("GET", RELEASE_READ)]),
    ("LIST/{version}/commits/", &[("GET", RELEASE_READ)]),
    ("LIST/{version}/deploys/", &[("GET", RELEASE_READ), ("POST", RELEASE_WRITE)]),
    ("LIST/{version}/files/", &[("GET", RELEASE_READ), ("POST", RELEASE_WRITE)]),
    ("LIST/{version}/files/{file}/", &[("GET", RELEASE_READ), ("PUT", RELEASE_WRITE), ("DELETE", RELEASE_WRITE)]),
    ("LIST/{version}/previous-with-commits/", &[("GET", RELEASE_READ)]),
    ("LIST/{version}/resolved/", &[("GET", RELEASE_READ)]),
    ("ISSUE/activities/", &[("GET", EVENT_READ)]),
    ("ISSUE/comments/", &[("GET", EVENT_READ), ("POST", EVENT_WRITE)]),
    ("ISSUE/comments/{note}/", &[("PUT", EVENT_WRITE), ("DELETE", EVENT_WRITE)]),
    ("ISSUE/environments/{environment}/", &[("GET", EVENT_READ)]),
    ("ISSUE/events/", &[("GET", EVENT_READ)]),
    ("ISSUE/events/{event}/", &[("GET", EVENT_READ)]),
    ("ISSUE/hashes/", &[("GET", EVENT_READ), ("DELETE", EVENT_WRITE)]),
    ("ISSUE/notes/", &[("GET", EVENT_READ), ("POST", EVENT_WRITE)]),
    ("ISSUE/notes/{note}/", &[("PUT", EVENT_WRITE), ("DELETE", EVENT_WRITE)]),
    ("ISSUE/participants/", &[("GET", EVENT_READ)]),
    ("ISSUE/similar/", &[("GET", EVENT_READ)]),
    ("ISSUE/stats/", &[("GET", EVENT_READ)]),
    ("ISSUE/tags/", &[("GET", EVENT_READ)]),
    ("ISSUE/tags/{key}/", &[("GET", EVENT_READ)]),
    ("ISSUE/tags/{key}/values/", &[("GET", EVENT_READ)]),
    ("ISSUE/user-feedback/", &[("GET", EVENT_READ)]),
    ("ISSUE/user-reports/", &[("GET", EVENT_READ)]),
    // What takes others with it comes last.
    ("/organizations/{organization}/repos/{repository}/", &[("DELETE", ORG_ADMIN)]),
    ("ISSUE/", &[("GET", EVENT_READ), ("PUT", EVENT_WRITE), ("DELETE", EVENT_ADMIN)]),
    ("LIST/{version}/", &[("GET", RELEASE_READ), ("PUT", RELEASE_WRITE), ("DELETE", RELEASE_ADMIN)]),
    ("PROJECT/", &[("GET", PROJECT_READ), ("PUT", PROJECT_READ), ("DELETE", PROJECT_ADMIN)]),
];

const PLACES: &[(&str, &[&str])] = &[
    ("PROJECT", &["/projects/{organization}/{project}"]),
    ("LIST", &["/organizations/{organization}/releases", "/projects/{organization}/{project}/releases"]),
    ("ISSUE", &["/issues/{issue}", "/groups/{issue}", "/organizations/{organization}/issues/{issue}"]),
];

/// A path and a method, and the scopes of which one suffices.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub path: String,
    pub method: &'static str,
    pub scopes: &'static [Scope],
}

/// Who may come near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everybody, signed in or not.
    Open,
    /// Whoever has an account; only the token's scopes count.
    Account,
    /// Whoever is signed in; no token.
    Session,
    /// Whoever brings a name and a password.
    Name,
    Organization,
    /// Whoever sees the project.
    Project,
}

impl Endpoint {
    pub fn all() -> Vec<Self> {
        let mut endpoints = Vec::new();
        for (path, methods) in ENDPOINTS {
            let place = PLACES.iter().find(|(name, _)| path.starts_with(name));
            let paths: Vec<String> = match place {
                Some((name, prefixes)) => prefixes.iter().map(|prefix| path.replacen(name, prefix, 1)).collect(),
                None => vec![(*path).to_owned()],
            };
            for path in paths {
                let of_path = methods.iter().map(|(method, scopes)| Self { path: path.clone(), method, scopes });
                endpoints.extend(of_path);
            }
        }
        endpoints
    }

    pub fn place(&self) -> Place {
        let has = |name: &str| self.path.contains(name);
        let is_of_release = has("{version}") && !has("assemble");
        let names_less = ["{project}", "{issue}", "{event}", "{short_id}"].into_iter().any(has);
        if self.path == "/auth/" && self.method == "POST" {
            Place::Name
        } else if self.scopes.is_empty() {
            Place::Session
        } else if self.path == "/" || has("/shared/") {
            Place::Open
        } else if is_of_release || names_less {
            Place::Project
        } else if has("{organization}") {
            Place::Organization
        } else {
            Place::Account
        }
    }
}
