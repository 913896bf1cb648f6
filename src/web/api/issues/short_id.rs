//! `GET /organizations/{organization}/shortids/{short id}/`: where a short id leads.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

use super::search::{IssueParams, IssueScope};
use super::view::IssueView;
use crate::app::App;
use crate::store::issues;
use crate::types::short_id;
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::OrgRead;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortIdView {
    organization_slug: String,
    project_slug: String,
    group_id: String,
    group: IssueView,
    short_id: String,
}

pub async fn show(
    State(app): State<App>,
    access: OrganizationAccess<OrgRead>,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Json<ShortIdView>> {
    let text = path.get("short_id").ok_or(Error::NotFound)?;
    let (slug, number) = short_id::parse(text).ok_or(Error::NotFound)?;
    let scope = IssueScope::of_organization(&app, &access, &IssueParams::default()).await?;
    let project = scope.projects.iter().find(|project| project.slug == slug).ok_or(Error::NotFound)?;
    let id = issues::find_by_short_id(&app.db, project.id, number).await?.ok_or(Error::NotFound)?;
    let views = IssueView::list(&app, &scope, &[id.0]).await?;
    let group = views.into_iter().next().ok_or(Error::NotFound)?;
    Ok(Json(ShortIdView {
        organization_slug: access.organization.slug.clone(),
        project_slug: slug.clone(),
        group_id: id.to_string(),
        group,
        short_id: short_id::format(&slug, number),
    }))
}
