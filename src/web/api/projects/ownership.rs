//! `/projects/{organization}/{project}/ownership/`: whose code is whose (web-api.md 12).

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::pipeline::rule_text;
use crate::services::ownership;
use crate::store::project_ownership::{self, ProjectOwnership};
use crate::web::api::body::Fields;
use crate::web::api::date::Date;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::{ProjectRead, ProjectWrite};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnershipView {
    /// `null`: none were ever written.
    raw: Option<String>,
    fallthrough: bool,
    date_created: Option<Date>,
    last_updated: Option<Date>,
    is_active: bool,
    auto_assignment: bool,
}

impl OwnershipView {
    fn of(ownership: Option<ProjectOwnership>) -> Self {
        Self {
            fallthrough: ownership.as_ref().is_none_or(|ownership| ownership.fallthrough),
            date_created: ownership.as_ref().map(|ownership| ownership.created_at.into()),
            last_updated: ownership.as_ref().map(|ownership| ownership.updated_at.into()),
            is_active: true,
            auto_assignment: false,
            raw: ownership.map(|ownership| ownership.raw),
        }
    }
}

pub async fn show(State(app): State<App>, access: ProjectAccess<ProjectRead>) -> Result<Json<OwnershipView>> {
    Ok(Json(OwnershipView::of(project_ownership::find(&app.db, access.project.id).await?)))
}

pub async fn update(
    State(app): State<App>,
    access: ProjectAccess<ProjectWrite>,
    mut fields: Fields,
) -> Result<Json<OwnershipView>> {
    let (raw, fallthrough) = (fields.text("raw", rule_text::MAX_BYTES), fields.flag("fallthrough"));
    fields.finish()?;
    let before = project_ownership::find(&app.db, access.project.id).await?;
    let raw = raw.unwrap_or_else(|| before.as_ref().map(|before| before.raw.clone()).unwrap_or_default());
    let fallthrough = fallthrough.unwrap_or_else(|| before.is_none_or(|before| before.fallthrough));
    let saved = ownership::save(&app, &access.actor().doer(), &access.project, &raw, fallthrough).await?;
    Ok(Json(OwnershipView::of(Some(saved))))
}
