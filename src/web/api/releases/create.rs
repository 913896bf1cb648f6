//! `POST …/releases/`: makes a release, or adds to one that is there.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::input;
use super::view::ReleaseView;
use crate::app::App;
use crate::services::releases;
use crate::store::projects::Project;
use crate::store::{release_projects, releases as releases_store};
use crate::types::ids::OrganizationId;
use crate::types::release::{MAX_VERSION, parse_version};
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ReleaseWrite;
use crate::web::extract::{OrganizationAccess, ProjectAccess};

/// Projects of one release that a body may name.
const MAX_PROJECTS: usize = 1_000;

/// 201: new to one of the projects; 208: all of them have it. Either way what the body says is taken.
type Answer = (StatusCode, Json<ReleaseView>);

/// `POST /organizations/{organization}/releases/`.
pub async fn in_organization(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseWrite>,
    mut fields: Fields,
) -> Result<Answer> {
    let visible = access.projects(&app).await?;
    let project_ids = match read_projects(&visible, &mut fields) {
        Some(named) => named,
        None => projects_of_release(&app, &access, &visible, &mut fields).await?,
    };
    create(&app, access.organization.id, (&visible, &project_ids), fields).await
}

/// `POST /projects/{organization}/{project}/releases/`.
pub async fn in_project(State(app): State<App>, access: ProjectAccess<ReleaseWrite>, fields: Fields) -> Result<Answer> {
    let project_ids = [access.project.id.0];
    create(&app, access.within.organization.id, (&[access.project], &project_ids), fields).await
}

/// `visible` are the projects that the answer may show.
async fn create(
    app: &App,
    organization_id: OrganizationId,
    (visible, project_ids): (&[Project], &[i64]),
    mut fields: Fields,
) -> Result<Answer> {
    // Twice the limit, so that what is too long is told by the rule of versions.
    let version = fields.text("version", 2 * MAX_VERSION).unwrap_or_default();
    if let Err(error) = parse_version(&version) {
        fields.refuse("version", error.to_string());
    }
    let changes = input::read(app, organization_id, &mut fields).await?;
    fields.finish()?;
    let (release, is_new) = releases::create(app, organization_id, &version, project_ids, changes).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::ALREADY_REPORTED };
    let views = ReleaseView::list(app, organization_id, &[release], visible).await?;
    Ok((status, Json(views.into_iter().next().ok_or(Error::NotFound)?)))
}

/// sentry-cli archives and restores by creating again, without naming projects: then those of a release that the caller
/// sees are meant.
async fn projects_of_release(
    app: &App,
    access: &OrganizationAccess<ReleaseWrite>,
    visible: &[Project],
    fields: &mut Fields,
) -> Result<Vec<i64>> {
    let version = fields.value("version").and_then(|version| version.as_str()).unwrap_or_default().trim();
    let release = match parse_version(version) {
        Ok(_) => releases_store::find_by_version(&app.db, access.organization.id, version).await?,
        Err(_) => None,
    };
    let of_release = match release {
        Some(release) => release_projects::list_project_ids(&app.db, release.id).await?,
        None => Vec::new(),
    };
    let seen = visible.iter().filter(|project| of_release.contains(&project.id)).map(|project| project.id.0);
    let project_ids: Vec<i64> = seen.collect();
    if project_ids.is_empty() {
        fields.refuse("projects", "This field is required: a list of slugs or ids.");
    }
    Ok(project_ids)
}

/// Ids of projects by slug or id; those that the caller does not see count as unknown. `None`: no project is named.
/// The first fault is enough: a body has room for a million of them.
fn read_projects(visible: &[Project], fields: &mut Fields) -> Option<Vec<i64>> {
    let items = fields.value("projects")?.as_array().filter(|items| !items.is_empty())?;
    let name = |item: &serde_json::Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    let wanted: Vec<String> = items.iter().take(MAX_PROJECTS + 1).map(name).collect();
    let mut found = Vec::new();
    if wanted.len() > MAX_PROJECTS {
        fields.refuse("projects", format!("At most {MAX_PROJECTS} projects."));
        return Some(found);
    }
    for name in wanted {
        let is_it = |project: &&Project| project.slug == name || project.id.to_string() == name;
        if let Some(project) = visible.iter().find(is_it) {
            found.push(project.id.0);
        } else {
            let shown: String = name.chars().take(100).collect();
            fields.refuse("projects", format!("Unknown project: {shown}"));
            break;
        }
    }
    Some(found)
}
