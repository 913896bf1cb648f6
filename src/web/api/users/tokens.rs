//! `/api-tokens/`: one's own tokens, for who is signed in. A token makes no others.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::services::tokens;
use crate::store::api_tokens::{self, ApiToken};
use crate::types::ids::ApiTokenId;
use crate::web::api::body::Fields;
use crate::web::api::date::Date;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::SessionAccess;

const MAX_NAME: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    id: String,
    name: String,
    scopes: Vec<String>,
    /// Only in the answer that makes it; afterwards nobody knows it.
    token: Option<String>,
    application: Option<()>,
    refresh_token: Option<()>,
    state: Option<()>,
    expires_at: Option<Date>,
    date_created: Date,
    last_used: Option<Date>,
}

impl TokenView {
    fn of(token: ApiToken, text: Option<String>) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            scopes: token.scopes,
            token: text,
            application: None,
            refresh_token: None,
            state: None,
            expires_at: token.expires_at.map(Date),
            date_created: token.created_at.into(),
            last_used: token.last_used_at.map(Date),
        }
    }
}

pub async fn list(State(app): State<App>, access: SessionAccess) -> Result<Json<Vec<TokenView>>> {
    let tokens = api_tokens::list(&app.db, access.actor.user.id).await?;
    Ok(Json(tokens.into_iter().map(|token| TokenView::of(token, None)).collect()))
}

pub async fn create(
    State(app): State<App>,
    access: SessionAccess,
    mut fields: Fields,
) -> Result<(StatusCode, Json<TokenView>)> {
    let name = fields.text("name", MAX_NAME).unwrap_or_default();
    let scopes = fields.scopes("scopes").unwrap_or_default();
    if scopes.is_empty() {
        fields.refuse("scopes", "This field is required.");
    }
    fields.finish()?;
    let actor = &access.actor;
    let (token, text) = tokens::create_own(&app, &actor.doer(), &actor.user, &name, &scopes).await?;
    Ok((StatusCode::CREATED, Json(TokenView::of(token, Some(text)))))
}

/// The body names the token by its text, as Sentry's clients do, or by `id`.
pub async fn revoke(State(app): State<App>, access: SessionAccess, mut fields: Fields) -> Result<StatusCode> {
    let (text, id) = (fields.text("token", 200), fields.number("id", 1..=i64::MAX));
    fields.finish()?;
    let own = api_tokens::list(&app.db, access.actor.user.id).await?;
    let named = match (text.filter(|text| !text.is_empty()), id) {
        (Some(text), _) => tokens::authenticate(&app.db, &text, app.clock.now()).await?.map(|token| token.id),
        (None, id) => id.map(ApiTokenId),
    };
    let found = own.into_iter().find(|token| Some(token.id) == named);
    let token = found.ok_or_else(|| Error::Invalid(FieldErrors::one("token", "")))?;
    tokens::revoke_own(&app, &access.actor.doer(), &access.actor.user, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
