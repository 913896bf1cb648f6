//! Every page and form with whom it is for and the scope that opens it, route by route.
//!
//! Columns: method, place, scope, path. Places:
//!
//! - `open`: anybody, signed in or not.
//! - `signed`: anybody who is signed in.
//! - `own`: anybody who is signed in; the path names what belongs to somebody else, so it is not there.
//! - `closed`: nobody, once the installation is set up.
//! - `super`: administrators of the installation.
//! - `within`: administrators of the installation, at an address inside an organization; `within?` where there is
//!   nothing set up that it could be about.
//! - `org`: members of the organization; `org?` where the path, or the form that is not filled in, names what is
//!   not there.
//! - `project`: those of them who see the project; `project?` where the path, or the form that is not filled in, names
//!   what is not there.
//!
//! What takes others with it comes last.

use picket::types::scope::Scope;

/// Whom a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Open,
    Signed,
    Own,
    Closed,
    Super,
    Within,
    Organization,
    Project,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub method: &'static str,
    pub place: Place,
    /// Whether the path names something that does not exist.
    pub names_nothing: bool,
    pub scope: Option<Scope>,
    pub path: &'static str,
}

impl Page {
    pub fn all() -> Vec<Page> {
        TABLE.lines().map(str::trim).filter(|line| !line.is_empty()).map(Page::read).collect()
    }

    fn read(line: &'static str) -> Page {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, place, scope, path] = words[..] else { panic!("{line}: four words are needed") };
        let scope = (scope != "-").then(|| Scope::parse(scope).unwrap_or_else(|| panic!("{line}: no such scope")));
        let names_nothing = place.ends_with('?');
        let place = match place.trim_end_matches('?') {
            "open" => Place::Open,
            "signed" => Place::Signed,
            "own" => Place::Own,
            "closed" => Place::Closed,
            "super" => Place::Super,
            "within" => Place::Within,
            "org" => Place::Organization,
            "project" => Place::Project,
            _ => panic!("{line}: no such place"),
        };
        Page { method, place, names_nothing, scope, path }
    }
}

const TABLE: &str = "
GET  open    -                /
GET  open    -                /docs/
GET  open    -                /out/
GET  open    -                /favicon.ico
GET  open    -                /robots.txt
GET  open    -                /_health/
POST open    -                /_health/probe/{secret}/
GET  open    -                /_static/{hash}/{*name}
GET  open    -                /auth/login/
POST open    -                /auth/login/
GET  open    -                /auth/login/{organization}/
POST open    -                /auth/login/{organization}/
GET  open    -                /auth/2fa/
POST open    -                /auth/2fa/
GET  open    -                /auth/reactivate/
POST open    -                /auth/reactivate/
GET  open    -                /auth/sso/
GET  open    -                /auth/sso/callback/
GET  open    -                /account/recover/
POST open    -                /account/recover/
GET  open    -                /account/recover/confirm/{user}/{token}/
POST open    -                /account/recover/confirm/{user}/{token}/
GET  open    -                /account/password/confirm/{user}/{token}/
POST open    -                /account/password/confirm/{user}/{token}/
GET  open    -                /account/confirm-email/{user}/{token}/
POST open    -                /account/confirm-email/{user}/{token}/
GET  open    -                /accept/{member}/{token}/
POST open    -                /accept/{member}/{token}/
GET  open    -                /manage/setup/
POST closed  -                /manage/setup/
GET  open    -                /share/issue/{token}/
GET  open    -                /share/issue/{token}/part/exception/
GET  open    -                /share/issue/{token}/json/
GET  open    -                /share/group/{token}/
GET  open    -                /settings/
GET  open    -                /settings/account/
GET  open    -                /settings/account/api/
GET  open    -                /settings/{organization}/projects/
GET  open    -                /settings/{organization}/projects/{project}/install/
GET  open    -                /settings/{organization}/projects/{project}/install/{*rest}
GET  open    -                /account/
GET  open    -                /account/settings/
GET  open    -                /account/settings/{*rest}
GET  open    -                /api/
GET  open    -                /api/new-token/
GET  open    -                /api/applications/
GET  open    -                /orgredirect/organizations/{organization}/{*rest}
GET  open    -                /onboarding/{organization}/{project}/
GET  open    -                /onboarding/{organization}/{project}/{*rest}
GET  open    -                /organizations/{organization}/
GET  open    -                /organizations/{organization}/settings/
GET  open    -                /organizations/{organization}/members/
GET  open    -                /organizations/{organization}/members/{*rest}
GET  open    -                /organizations/{organization}/teams/
GET  open    -                /organizations/{organization}/teams/{*rest}
GET  open    -                /organizations/{organization}/all-teams/
GET  open    -                /organizations/{organization}/remove/
GET  open    -                /organizations/{organization}/rate-limits/
GET  open    -                /organizations/{organization}/rate-limits/{*rest}
GET  open    -                /organizations/{organization}/repos/
GET  open    -                /organizations/{organization}/repos/{*rest}
GET  open    -                /organizations/{organization}/api-keys/
GET  open    -                /organizations/{organization}/api-keys/{*rest}
GET  open    -                /organizations/{organization}/auth/
GET  open    -                /organizations/{organization}/auth/{*rest}
GET  open    -                /organizations/{organization}/dashboards/
GET  open    -                /organizations/{organization}/dashboards/{*rest}
GET  open    -                /organizations/{organization}/discover/
GET  open    -                /organizations/{organization}/discover/{*rest}
GET  open    -                /organizations/{organization}/events/
GET  open    -                /organizations/{organization}/events/{*rest}
GET  open    -                /organizations/{organization}/monitors/
GET  open    -                /organizations/{organization}/monitors/{*rest}
GET  open    -                /organizations/{organization}/projects/{project}/getting-started/
GET  open    -                /organizations/{organization}/projects/{project}/getting-started/{*rest}
GET  open    -                /organizations/{organization}/projects/{project}/events/{event}/
GET  open    -                /manage/buffer/
GET  open    -                /manage/relays/
GET  open    -                /{organization}/
GET  open    -                /{organization}/issues/{short_id}/
GET  open    -                /{organization}/{project}/issues/
GET  open    -                /{organization}/{project}/issues/{issue}/
GET  open    -                /{organization}/{project}/issues/{issue}/{*rest}
GET  open    -                /{organization}/{project}/group/{issue}/
GET  open    -                /{organization}/{project}/group/{issue}/{*rest}
GET  open    -                /{organization}/{project}/events/{event}/
GET  open    -                /{organization}/{project}/settings/
GET  open    -                /{organization}/{project}/settings/{*rest}

GET  signed  -                /settings/account/details/
POST signed  -                /settings/account/details/
GET  signed  -                /settings/account/appearance/
POST signed  -                /settings/account/appearance/
POST signed  -                /settings/account/look/
GET  signed  -                /settings/account/emails/
POST signed  -                /settings/account/emails/
POST own     -                /settings/account/emails/{email}/resend/
POST own     -                /settings/account/emails/{email}/primary/
POST own     -                /settings/account/emails/{email}/remove/
GET  signed  -                /settings/account/close-account/
POST signed  -                /settings/account/close-account/
GET  signed  -                /settings/account/api/auth-tokens/
POST signed  -                /settings/account/api/auth-tokens/
POST own     -                /settings/account/api/auth-tokens/{token}/delete/
GET  signed  -                /settings/account/security/
POST signed  -                /settings/account/security/
GET  signed  -                /settings/account/security/totp/
POST signed  -                /settings/account/security/totp/
POST signed  -                /settings/account/security/totp/confirm/
GET  signed  -                /settings/account/security/keys/
POST signed  -                /settings/account/security/keys/
POST signed  -                /settings/account/security/keys/confirm/
POST own     -                /settings/account/security/factors/{factor}/remove/
GET  signed  -                /settings/account/security/codes/
POST signed  -                /settings/account/security/codes/
POST own     -                /settings/account/security/sessions/{session}/end/
POST signed  -                /settings/account/security/sessions/end-others/
GET  signed  -                /account/sudo/
POST signed  -                /account/sudo/
GET  signed  -                /organizations/
POST signed  -                /organizations/
POST signed  -                /undo/{token}/
GET  signed  -                /jobs/
GET  own     -                /accept-transfer/
POST own     -                /accept-transfer/
GET  own     -                /jobs/{id}/
GET  own     -                /jobs/{id}/status/
POST own     -                /jobs/{id}/cancel/
POST own     -                /jobs/{id}/retry/
POST own     -                /jobs/{id}/undo/

GET  super   -                /manage/
GET  super   -                /manage/settings/
POST super   -                /manage/settings/
POST super   -                /manage/public-url/
POST super   -                /manage/banner/{banner}/dismiss/
GET  super   -                /manage/checks/
POST super   -                /manage/checks/
POST super   -                /manage/checks/{check}/
GET  super   -                /manage/mail/
POST super   -                /manage/mail/test/
POST super?  -                /manage/mail/{mail}/retry/
GET  super   -                /manage/queue/
POST super?  -                /manage/queue/{event}/replay/
POST super?  -                /manage/queue/{event}/drop/
GET  super   -                /manage/users/
GET  super?  -                /manage/users/{user}/
POST super?  -                /manage/users/{user}/active/
POST super?  -                /manage/users/{user}/factors/reset/
POST super?  -                /manage/users/{user}/password-link/
POST super?  -                /manage/users/{user}/remove/
POST super?  -                /manage/users/{user}/superuser/
GET  super   -                /manage/organizations/
GET  super   -                /manage/projects/
GET  super   -                /manage/status/environment/
GET  super   -                /manage/status/packages/
GET  super   -                /manage/status/warnings/
GET  super   -                /manage/status/mail/

GET  org     event:read       /organizations/{organization}/activity/
GET  org     event:read       /organizations/{organization}/user-feedback/
POST org     event:write      /organizations/{organization}/user-feedback/
GET  org     event:read       /organizations/{organization}/issues/
POST org     event:write      /organizations/{organization}/issues/
GET  org     event:read       /organizations/{organization}/issues/live/
GET  org     event:read       /organizations/{organization}/issues/assigned/
GET  org     event:read       /organizations/{organization}/issues/bookmarks/
GET  org     event:read       /organizations/{organization}/issues/history/
GET  org     event:read       /organizations/{organization}/issues/complete/
POST org     event:read       /organizations/{organization}/issues/searches/
GET  org?    event:read       /organizations/{organization}/issues/searches/{search}/
GET  org     project:releases /organizations/{organization}/releases/
GET  org     project:read     /organizations/{organization}/stats/
GET  org     project:read     /organizations/{organization}/stats/export/
GET  org     org:read         /organizations/{organization}/projects/
GET  org     project:write    /organizations/{organization}/projects/new/
POST org     project:write    /organizations/{organization}/projects/new/
GET  org     org:read         /settings/{organization}/
POST org     org:write        /settings/{organization}/
GET  org     org:admin        /settings/{organization}/remove/
POST org     org:admin        /settings/{organization}/remove/
GET  org?    org:read         /organizations/{organization}/restore/
POST org?    org:admin        /organizations/{organization}/restore/
GET  org     org:admin        /settings/{organization}/api-keys/
POST org     org:admin        /settings/{organization}/api-keys/
GET  org?    org:admin        /settings/{organization}/api-keys/{key}/
POST org?    org:admin        /settings/{organization}/api-keys/{key}/
POST org?    org:admin        /settings/{organization}/api-keys/{key}/delete/
GET  org     org:admin        /settings/{organization}/auth/
POST within? -                /settings/{organization}/auth/ldap/
POST within? -                /settings/{organization}/auth/oidc/
GET  org     org:write        /settings/{organization}/audit-log/
GET  org     org:write        /settings/{organization}/audit-log/export/
GET  org     member:read      /settings/{organization}/members/
GET  org     member:write     /settings/{organization}/members/new/
POST org     member:write     /settings/{organization}/members/new/
GET  org     team:write       /settings/{organization}/members/requests/
POST org?    team:write       /settings/{organization}/members/requests/{request}/
GET  org     member:read      /settings/{organization}/members/{member}/
POST org     member:write     /settings/{organization}/members/{member}/
POST org     member:write     /settings/{organization}/members/{member}/invite/
POST org     member:write     /settings/{organization}/members/{member}/remove/
GET  org     event:read       /settings/{organization}/saved-searches/
POST org?    event:read       /settings/{organization}/saved-searches/
GET  org     team:read        /settings/{organization}/teams/
POST org     team:write       /settings/{organization}/teams/
GET  org     team:read        /settings/{organization}/teams/{team}/
POST org     team:write       /settings/{organization}/teams/{team}/
POST org?    team:write       /settings/{organization}/teams/{team}/members/
POST org     team:read        /settings/{organization}/teams/{team}/join/
POST org     team:read        /settings/{organization}/teams/{team}/leave/

GET  project event:read       /{organization}/{project}/
GET  project event:read       /{organization}/{project}/dashboard/
GET  project event:read       /{organization}/{project}/getting-started/
GET  project event:read       /{organization}/{project}/getting-started/status/
GET  project event:read       /{organization}/{project}/getting-started/{platform}/
POST project event:read       /{organization}/{project}/searches/
GET  project event:read       /{organization}/{project}/searches/{search}/
GET  project project:read     /{organization}/{project}/stats/
GET  project project:read     /{organization}/{project}/stats/export/
GET  project event:read       /{organization}/{project}/user-feedback/
GET  project project:releases /{organization}/{project}/releases/
GET  project project:releases /{organization}/{project}/releases/{version}/
GET  project project:releases /{organization}/{project}/releases/{version}/new-events/
GET  project project:releases /{organization}/{project}/releases/{version}/all-events/
GET  project project:releases /{organization}/{project}/releases/{version}/commits/
GET  project project:releases /{organization}/{project}/releases/{version}/artifacts/
POST project project:releases /{organization}/{project}/releases/{version}/artifacts/
POST project project:releases /{organization}/{project}/releases/{version}/archive/
GET  project project:releases /{organization}/{project}/releases/{version}/delete/
GET  project project:releases /organizations/{organization}/releases/{version}/
GET  project project:releases /organizations/{organization}/releases/{version}/new-events/
GET  project project:releases /organizations/{organization}/releases/{version}/all-events/
GET  project project:releases /organizations/{organization}/releases/{version}/commits/
GET  project project:releases /organizations/{organization}/releases/{version}/artifacts/
POST project project:releases /organizations/{organization}/releases/{version}/artifacts/
POST project project:releases /organizations/{organization}/releases/{version}/archive/
GET  project project:releases /organizations/{organization}/releases/{version}/delete/
GET  project event:read       /organizations/{organization}/issues/{issue}/
GET  project event:read       /organizations/{organization}/issues/{issue}/events/
GET  project event:read       /organizations/{organization}/issues/{issue}/events/{event}/
GET  project event:read       /organizations/{organization}/issues/{issue}/events/{event}
GET  project event:read       /organizations/{organization}/issues/{issue}/events/{event}/json/
GET  project event:read       /organizations/{organization}/issues/{issue}/events/{event}/part/{name}/
GET  project event:read       /organizations/{organization}/issues/{issue}/activity/
POST project event:write      /organizations/{organization}/issues/{issue}/activity/
GET  project event:read       /organizations/{organization}/issues/{issue}/activity/mentions/
POST project event:write      /organizations/{organization}/issues/{issue}/activity/{note}/
GET  project event:read       /organizations/{organization}/issues/{issue}/tags/
GET  project event:read       /organizations/{organization}/issues/{issue}/tags/{key}/
GET  project event:read       /organizations/{organization}/issues/{issue}/tags/{key}/export/
GET  project event:read       /organizations/{organization}/issues/{issue}/feedback/
GET  project event:read       /organizations/{organization}/issues/{issue}/live/
GET  project event:read       /organizations/{organization}/issues/{issue}/grouping/
GET  project project:write    /organizations/{organization}/issues/{issue}/grouping/rule/
POST project project:write    /organizations/{organization}/issues/{issue}/grouping/rule/
GET  project event:read       /organizations/{organization}/issues/{issue}/similar/
GET  project event:read       /organizations/{organization}/issues/{issue}/merged/
POST project event:write      /organizations/{organization}/issues/{issue}/merged/
POST project event:write      /organizations/{organization}/issues/{issue}/share/
POST project project:read     /organizations/{organization}/projects/{project}/bookmark/
GET  project project:read     /settings/{organization}/projects/{project}/
POST project project:write    /settings/{organization}/projects/{project}/
GET  project project:read     /settings/{organization}/projects/{project}/teams/
GET  project project:admin    /settings/{organization}/projects/{project}/remove/
GET  project project:admin    /settings/{organization}/projects/{project}/transfer/
POST project project:admin    /settings/{organization}/projects/{project}/transfer/
GET  project project:read     /settings/{organization}/projects/{project}/filters/
POST project project:write    /settings/{organization}/projects/{project}/filters/
GET  project project:read     /settings/{organization}/projects/{project}/filters/discarded-groups/
POST project event:admin      /settings/{organization}/projects/{project}/filters/discarded-groups/
GET  project project:read     /settings/{organization}/projects/{project}/data-privacy/
POST project project:write    /settings/{organization}/projects/{project}/data-privacy/
GET  project project:read     /settings/{organization}/projects/{project}/grouping/
POST project project:write    /settings/{organization}/projects/{project}/grouping/
GET  project project:read     /settings/{organization}/projects/{project}/ownership/
POST project project:write    /settings/{organization}/projects/{project}/ownership/
GET  project project:releases /settings/{organization}/projects/{project}/source-maps/
GET  project project:read     /settings/{organization}/projects/{project}/source-maps/check/
GET  project project:read     /settings/{organization}/projects/{project}/source-maps/fetching/
POST project project:write    /settings/{organization}/projects/{project}/source-maps/fetching/
POST project project:releases /settings/{organization}/projects/{project}/source-maps/{bundle}/delete/
GET  project event:read       /settings/{organization}/projects/{project}/saved-searches/
POST project? event:read      /settings/{organization}/projects/{project}/saved-searches/
GET  project project:read     /settings/{organization}/projects/{project}/keys/
POST project project:write    /settings/{organization}/projects/{project}/keys/
POST project project:write    /settings/{organization}/projects/{project}/keys/endpoint/
GET  project project:read     /settings/{organization}/projects/{project}/keys/{key}/
POST project project:write    /settings/{organization}/projects/{project}/keys/{key}/
POST project project:write    /settings/{organization}/projects/{project}/keys/{key}/disable/
POST project project:write    /settings/{organization}/projects/{project}/keys/{key}/enable/
POST project project:write    /settings/{organization}/projects/{project}/keys/{key}/rotate/
GET  project project:write    /settings/{organization}/projects/{project}/keys/{key}/delete/

POST project project:write    /settings/{organization}/projects/{project}/keys/{key}/delete/
POST project project:releases /{organization}/{project}/releases/{version}/delete/
POST project project:releases /organizations/{organization}/releases/{version}/delete/
POST project? project:write   /settings/{organization}/projects/{project}/teams/
POST project project:admin    /settings/{organization}/projects/{project}/remove/
POST org?    org:write        /organizations/{organization}/projects/{project}/restore/
POST org     team:admin       /settings/{organization}/teams/{team}/remove/
POST open    -                /auth/logout/
";
