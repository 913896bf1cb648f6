//! `PUT /projects/{organization}/{project}/`.

use axum::Json;
use axum::extract::State;

use super::detail_view::ProjectDetailView;
use super::get;
use super::options::{read_options, read_settings};
use crate::app::App;
use crate::pipeline::group;
use crate::services::project_changes::save_settings;
use crate::services::projects::{self as service, Identity};
use crate::store::projects;
use crate::types::project_settings::ProjectSettings;
use crate::types::scope::Scope;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};

/// What everyone may set for themselves.
const OWN: [&str; 2] = ["isBookmarked", "isSubscribed"];

pub async fn update(
    State(app): State<App>,
    mut access: ProjectAccess<ProjectRead>,
    mut fields: Fields,
) -> Result<Json<ProjectDetailView>> {
    let may_write = access.may(Scope::ProjectWrite) || access.may(Scope::ProjectAdmin);
    if !may_write && fields.names().any(|name| !OWN.contains(&name)) {
        return Err(Error::Forbidden(ProjectWrite::ANY_OF));
    }
    let is_bookmarked = fields.flag("isBookmarked");
    let (name, slug) = (fields.text("name", service::MAX_NAME), fields.slug("slug"));
    let platform = fields.text("platform", 64);
    let mut settings = copied(&app, &access, &mut fields).await?.unwrap_or_else(|| access.project.settings.0.clone());
    if fields.has("team") {
        fields.refuse("team", "Projects have several teams: use …/teams/{team}/.");
    }
    if fields.text("groupingConfig", 64).is_some_and(|name| name != group::STRATEGY) {
        fields.refuse("groupingConfig", format!("Events are grouped by {}.", group::STRATEGY));
    }
    read_settings(&mut fields, &mut settings);
    if let Some(mut options) = fields.object("options") {
        read_options(&mut options, &mut settings);
        fields.include("options", &options);
    }
    fields.finish()?;

    let identity = Identity { name: name.as_deref(), slug: slug.as_ref(), platform: platform.as_deref() };
    access.project =
        service::rename(&app.db, &access.actor().doer(), &access.project, &identity, app.clock.now()).await?;
    let mut db = app.db.begin().await?;
    save_settings(&mut db, &access.actor().doer(), &access.project, &settings, app.clock.now()).await?;
    db.commit().await?;
    access.project.settings.0 = settings;
    if let Some(is_bookmarked) = is_bookmarked {
        bookmark(&app, &access, is_bookmarked).await?;
    }
    Ok(Json(get::detail(&app, &access).await?))
}

/// The settings of the project that `copy_from_project` names by its id, without the token that it sends.
async fn copied(
    app: &App,
    access: &ProjectAccess<ProjectRead>,
    fields: &mut Fields,
) -> Result<Option<ProjectSettings>> {
    let Some(id) = fields.number("copy_from_project", 1..=i64::MAX) else { return Ok(None) };
    let seen = access.within.projects(app).await?;
    let source = seen.into_iter().find(|project| project.id.0 == id);
    let source = source.ok_or(Error::Conflict("Copy project settings failed.".into()))?;
    let token = access.project.settings.fetching.token.clone();
    let mut settings = source.settings.0;
    settings.fetching.token = token;
    Ok(Some(settings))
}

async fn bookmark(app: &App, access: &ProjectAccess<ProjectRead>, is_bookmarked: bool) -> Result<()> {
    let (project_id, user_id) = (access.project.id, access.actor().person()?.id);
    if is_bookmarked {
        projects::insert_bookmark(&app.db, project_id, user_id).await?;
    } else {
        projects::delete_bookmark(&app.db, project_id, user_id).await?;
    }
    Ok(())
}
