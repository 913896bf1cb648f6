//! `GET /organizations/{organization}/repos/`, by name.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::store::repositories::{self, RepositoryStatus};
use crate::web::api::lists::{ListAnswer, Params};
use crate::web::api::releases::RepositoryView;
use crate::web::error::Result;
use crate::web::extract::needs::{OrgRead, RepositoryRead};
use crate::web::extract::{OrganizationAccess, Pagination};

/// `status=active` or `hidden` narrows the list. Nothing is ever `deleted` or `unmigratable` here.
pub async fn list(
    State(app): State<App>,
    access: OrganizationAccess<RepositoryRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<RepositoryView>> {
    let status = match params.status.as_deref() {
        None | Some("") => None,
        Some("active") => Some(RepositoryStatus::Active),
        Some("hidden" | "disabled") => Some(RepositoryStatus::Hidden),
        Some(_) => return Ok((pagination.headers(&pagination.offset_page(false)), Json(Vec::new()))),
    };
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut found = repositories::list(&app.db, access.organization.id, status, range).await?;
    let page = pagination.cut_offset_page(&mut found);
    Ok((pagination.headers(&page), Json(found.iter().map(RepositoryView::of).collect())))
}

/// `GET /organizations/{organization}/config/repos/`: the providers Picket can connect to, which are none.
pub async fn providers(_: OrganizationAccess<OrgRead>) -> Json<Value> {
    Json(json!({ "providers": [] }))
}
