//! Addresses of older versions, from mails, tickets and scripts: each leads to what there is today.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::web::base_path;
use crate::web::error::{Error, Result};
use crate::web::extract::Viewer;
use crate::web::pages::flash::redirect_with;

const TOKENS: &str = "/settings/account/api/auth-tokens/";

pub fn routes() -> Router<App> {
    let router = Router::new()
        .route("/settings/", get(|to: Redirect| async move { to.path("/settings/account/details/") }))
        .route("/settings/account/", get(|to: Redirect| async move { to.path("/settings/account/details/") }))
        .route("/organizations/{organization}/remove/", get(organization_removal))
        .route("/account/", get(|to: Redirect| async move { to.path("/settings/account/details/") }))
        .route("/account/settings/{*rest}", get(account))
        .route("/account/settings/", get(|to: Redirect| async move { to.path("/settings/account/details/") }))
        .route("/orgredirect/organizations/{organization}/{*rest}", get(of_last_organization))
        .route("/{organization}/{project}/settings/", get(project_settings))
        .route("/{organization}/{project}/settings/{*rest}", get(project_settings_below))
        .route("/settings/{organization}/projects/", get(projects))
        .route("/settings/{organization}/projects/{project}/install/", get(onboarding))
        .route("/settings/{organization}/projects/{project}/install/{*rest}", get(onboarding_below))
        .route("/organizations/{organization}/projects/{project}/getting-started/", get(onboarding))
        .route("/organizations/{organization}/projects/{project}/getting-started/{*rest}", get(onboarding_below))
        .route("/onboarding/{organization}/{project}/", get(onboarding))
        .route("/onboarding/{organization}/{project}/{*rest}", get(onboarding_below));
    let router = ["/api/", "/api/new-token/", "/api/applications/", "/settings/account/api/"]
        .into_iter()
        .fold(router, |router, old| router.route(old, get(|to: Redirect| async move { to.path(TOKENS) })));
    let router = ["members", "teams", "rate-limits", "repos", "api-keys", "auth"].into_iter().fold(
        router.route("/organizations/{organization}/settings/", get(organization_settings)),
        |router, page| {
            let to = move |to: Redirect, Path(organization): Path<String>| async move {
                to.path(&format!("/settings/{organization}/{page}/"))
            };
            router
                .route(&format!("/organizations/{{organization}}/{page}/"), get(to))
                .route(&format!("/organizations/{{organization}}/{page}/{{*rest}}"), get(settings_below))
        },
    );
    gone(router)
}

/// Pages that do not exist here lead to the nearest one, which says so.
fn gone(router: Router<App>) -> Router<App> {
    let router = ["dashboards", "discover", "events", "monitors"].into_iter().fold(router, |router, page| {
        router
            .route(&format!("/organizations/{{organization}}/{page}/"), get(gone_to_issues))
            .route(&format!("/organizations/{{organization}}/{page}/{{*rest}}"), get(gone_to_issues_below))
    });
    router
        .route("/organizations/{organization}/all-teams/", get(gone_to_teams))
        .route("/manage/buffer/", get(gone_to_overview))
        .route("/manage/relays/", get(gone_to_overview))
}

/// Answers with 302; the query string goes along.
struct Redirect {
    base: String,
    query: Option<String>,
}

impl Redirect {
    fn path(&self, path: &str) -> Response {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        match HeaderValue::try_from(format!("{}{path}{query}", self.base)) {
            Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
            Err(_) => Error::NotFound.into_response(),
        }
    }
}

impl axum::extract::FromRequestParts<App> for Redirect {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, app: &App) -> Result<Self, Self::Rejection> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, app).await?;
        Ok(Self { base: base_path(app).to_owned(), query })
    }
}

async fn account(to: Redirect, Path(rest): Path<String>) -> Response {
    let page = match rest.split('/').next().unwrap_or_default() {
        "security" | "password" => "security/",
        "api" => "api/auth-tokens/",
        "appearance" => "appearance/",
        "emails" => "emails/",
        "close-account" | "remove" => "close-account/",
        _ => "details/",
    };
    to.path(&format!("/settings/account/{page}"))
}

/// What sentry-cli opens to get a token (its placeholder for the organization is literal); tokens belong to people here.
async fn of_last_organization(to: Redirect) -> Response {
    to.path(TOKENS)
}

/// Pages of single members and teams lead to the list, which does what they did.
async fn settings_below(to: Redirect, uri: axum::extract::OriginalUri) -> Response {
    let mut parts = uri.path().split('/').skip_while(|part| *part != "organizations").skip(1);
    let (organization, page) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    to.path(&format!("/settings/{organization}/{page}/"))
}

async fn organization_settings(to: Redirect, Path(organization): Path<String>) -> Response {
    to.path(&format!("/settings/{organization}/"))
}

async fn organization_removal(to: Redirect, Path(organization): Path<String>) -> Response {
    to.path(&format!("/settings/{organization}/remove/"))
}

async fn projects(to: Redirect, Path(organization): Path<String>) -> Response {
    to.path(&format!("/organizations/{organization}/projects/"))
}

async fn project_settings(to: Redirect, Path((organization, project)): Path<(String, String)>) -> Response {
    to.path(&format!("/settings/{organization}/projects/{project}/"))
}

async fn project_settings_below(
    to: Redirect,
    Path((organization, project, rest)): Path<(String, String, String)>,
) -> Response {
    if rest.starts_with("install/") {
        return to.path(&format!("/{organization}/{project}/getting-started/"));
    }
    to.path(&format!("/settings/{organization}/projects/{project}/{rest}"))
}

async fn onboarding(to: Redirect, Path((organization, project)): Path<(String, String)>) -> Response {
    to.path(&format!("/{organization}/{project}/getting-started/"))
}

async fn onboarding_below(
    to: Redirect,
    Path((organization, project, rest)): Path<(String, String, String)>,
) -> Response {
    let platform = rest.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let known = super::onboarding::platforms::find(platform).map_or_else(String::new, |found| format!("{}/", found.id));
    to.path(&format!("/{organization}/{project}/getting-started/{known}"))
}

async fn gone_to_issues(State(app): State<App>, viewer: Viewer, Path(organization): Path<String>) -> Result<Response> {
    let path = format!("/organizations/{organization}/issues/");
    redirect_with(&app, &viewer, &path, viewer.messages().error_no_such_page()).await
}

async fn gone_to_issues_below(
    State(app): State<App>,
    viewer: Viewer,
    Path((organization, _)): Path<(String, String)>,
) -> Result<Response> {
    gone_to_issues(State(app), viewer, Path(organization)).await
}

async fn gone_to_teams(State(app): State<App>, viewer: Viewer, Path(organization): Path<String>) -> Result<Response> {
    let path = format!("/settings/{organization}/teams/");
    redirect_with(&app, &viewer, &path, viewer.messages().error_no_such_page()).await
}

async fn gone_to_overview(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    redirect_with(&app, &viewer, "/manage/", viewer.messages().error_no_such_page()).await
}
