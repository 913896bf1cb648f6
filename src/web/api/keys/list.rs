//! `GET /projects/{organization}/{project}/keys/`.

use axum::extract::State;

use super::view::KeyView;
use crate::app::App;
use crate::store::project_keys;
use crate::web::api::lists::{ListAnswer, Params, page_of};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ProjectRead;
use crate::web::extract::{Pagination, ProjectAccess};

/// `status=active` or `inactive` narrows the list.
pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<ProjectRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<KeyView>> {
    let wanted = match params.status.as_deref() {
        None | Some("") => None,
        Some("active") => Some(true),
        Some("inactive") => Some(false),
        Some(_) => return Err(Error::bad_request("status is active or inactive")),
    };
    let mut keys = project_keys::list(&app.db, access.project.id).await?;
    keys.retain(|key| wanted.is_none_or(|wanted| key.is_active == wanted));
    Ok(page_of(&pagination, keys.iter().map(|key| KeyView::of(&app, &access.project, key)).collect()))
}
