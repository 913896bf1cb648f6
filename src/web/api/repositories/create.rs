//! `POST /organizations/{organization}/repos/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::store::constraint::violated;
use crate::store::repositories::{self, NewRepository};
use crate::web::api::body::Fields;
use crate::web::api::releases::RepositoryView;
use crate::web::error::Result;
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::RepositoryWrite;

const MAX_NAME: usize = 200;
const MAX_PROVIDER: usize = 64;

/// The name is what `refs` and commits call the repository; a provider is only a word.
pub async fn create(
    State(app): State<App>,
    access: OrganizationAccess<RepositoryWrite>,
    mut fields: Fields,
) -> Result<Response> {
    let name = fields.required_text("name", MAX_NAME);
    let provider = fields.text("provider", MAX_PROVIDER).filter(|provider| !provider.is_empty());
    let url = fields.web_address("url");
    fields.finish()?;
    let organization_id = access.organization.id;
    let new = NewRepository { organization_id, name: &name, url: url.as_deref(), provider: provider.as_deref() };
    match repositories::insert(&app.db, &new, app.clock.now()).await {
        Ok(repository) => Ok((StatusCode::CREATED, Json(RepositoryView::of(&repository))).into_response()),
        Err(error) if violated(&error) == Some("repositories_organization_id_name_key") => {
            let errors = json!({ "name": ["A repository of this name is there already."] });
            let body = json!({ "error_type": "validation", "errors": errors });
            Ok((StatusCode::BAD_REQUEST, Json(body)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
