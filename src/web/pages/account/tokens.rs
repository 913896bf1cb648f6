//! One's API tokens. The text of a new one is shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::services::audit::Doer;
use crate::services::tokens;
use crate::store::api_tokens::{self, ApiToken};
use crate::store::users::User;
use crate::types::ids::ApiTokenId;
use crate::types::scope::Scope;
use crate::volatile::Kept;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render};

const PATH: &str = "/settings/account/api/auth-tokens/";
const MAX_NAME: usize = 100;
/// What sentry-cli needs to make releases and upload files.
const SUGGESTED: [Scope; 3] = [Scope::OrgRead, Scope::ProjectRead, Scope::ProjectReleases];

#[derive(Template)]
#[template(path = "account/tokens.html")]
struct TokensPage {
    layout: Layout,
    tokens: Vec<ApiToken>,
    /// The text of the token that was just made.
    made: Option<String>,
    url_prefix: String,
    name: String,
    scopes: Vec<(&'static str, bool)>,
    errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct TokenPath {
    token: i64,
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let mut page = page(&app, &viewer, &user, &SUGGESTED).await?;
    if let Some(session) = &viewer.session {
        page.made = app.redis.take_kept(Kept::NewToken, session).await?;
    }
    render(&page)
}

pub async fn create(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let session = viewer.session.as_ref().ok_or(Error::Unauthorized)?;
    let t = viewer.messages();
    let scopes: Vec<Scope> =
        Scope::ALL.into_iter().filter(|scope| posted.all("scope").any(|name| name == scope.as_str())).collect();
    let name = posted.text("name");
    let mut errors = FieldErrors::default();
    if scopes.is_empty() {
        errors.add("scopes", t.account_token_choose());
    }
    if name.chars().count() > MAX_NAME {
        errors.add("name", t.account_too_long(MAX_NAME));
    }
    if !errors.is_empty() {
        let mut page = page(&app, &viewer, &user, &scopes).await?;
        (page.name, page.errors) = (name.to_owned(), errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let (_, text) = tokens::create_own(&app, &Doer::user(&user, visitor.ip), &user, name, &scopes).await?;
    app.redis.keep(Kept::NewToken, session, &text).await?;
    Ok(redirect(&app, PATH))
}

pub async fn delete(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    Path(path): Path<TokenPath>,
) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let id = ApiTokenId(path.token);
    let own = api_tokens::list(&app.db, user.id).await?;
    let token = own.into_iter().find(|token| token.id == id).ok_or(Error::NotFound)?;
    tokens::revoke_own(&app, &Doer::user(&user, visitor.ip), &user, &token).await?;
    redirect_with(&app, &viewer, PATH, viewer.messages().account_token_deleted(token.name)).await
}

async fn page(app: &App, viewer: &Viewer, user: &User, chosen: &[Scope]) -> Result<TokensPage> {
    Ok(TokensPage {
        layout: Layout::new(app, viewer),
        tokens: api_tokens::list(&app.db, user.id).await?,
        made: None,
        url_prefix: app.config.system.url_prefix.clone(),
        name: String::new(),
        scopes: Scope::ALL.into_iter().map(|scope| (scope.as_str(), chosen.contains(&scope))).collect(),
        errors: FieldErrors::default(),
    })
}
