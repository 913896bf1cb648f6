//! `GET …/releases/`: of an organization, of a project; the newest first.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use super::view::ReleaseView;
use crate::app::App;
use crate::protocol::timestamp;
use crate::store::projects::Project;
use crate::store::release_lists::{self, ReleaseCriteria};
use crate::store::releases::ReleaseStatus;
use crate::types::ids::OrganizationId;
use crate::web::api::lists::ListAnswer;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{OrganizationAccess, Pagination, ProjectAccess};

/// What narrows the list; some parameters repeat.
#[derive(Debug, Default)]
pub struct ReleaseParams {
    query: Option<String>,
    environments: Option<Vec<String>>,
    projects: Vec<String>,
    status: Option<ReleaseStatus>,
    by_version: bool,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

/// `GET /organizations/{organization}/releases/`.
pub async fn of_organization(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseRead>,
    params: ReleaseParams,
    pagination: Pagination,
) -> Result<ListAnswer<ReleaseView>> {
    let mut projects = access.projects(&app).await?;
    projects.retain(|project| params.wants(project));
    list(&app, access.organization.id, &projects, params, &pagination).await
}

/// `GET /projects/{organization}/{project}/releases/`.
pub async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ReleaseRead>,
    params: ReleaseParams,
    pagination: Pagination,
) -> Result<ListAnswer<ReleaseView>> {
    list(&app, access.within.organization.id, &[access.project], params, &pagination).await
}

async fn list(
    app: &App,
    organization_id: OrganizationId,
    projects: &[Project],
    params: ReleaseParams,
    pagination: &Pagination,
) -> Result<ListAnswer<ReleaseView>> {
    let criteria = ReleaseCriteria {
        organization_id,
        project_ids: projects.iter().map(|project| project.id.0).collect(),
        query: params.query,
        environments: params.environments,
        status: params.status,
        since: params.since,
        until: params.until,
    };
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut releases = if params.by_version {
        release_lists::list_by_version(&app.db, &criteria, range).await?
    } else {
        release_lists::list_by_date(&app.db, &criteria, range).await?
    };
    let page = pagination.cut_offset_page(&mut releases);
    let views = ReleaseView::list(app, organization_id, &releases, projects).await?;
    Ok((pagination.headers(&page), Json(views)))
}

impl ReleaseParams {
    /// Whether `project` parameters name the project, by slug or id; without any, all are wanted.
    fn wants(&self, project: &Project) -> bool {
        let is_it = |name: &String| name == "-1" || *name == project.slug || *name == project.id.to_string();
        self.projects.is_empty() || self.projects.iter().any(is_it)
    }

    fn read(&mut self, key: &str, value: &str) -> Result<()> {
        let moment =
            || timestamp::parse_text(value).map(Some).ok_or_else(|| Error::bad_request(format!("{key} is no date")));
        match key {
            "query" => self.query = Some(value.to_owned()),
            "environment" => self.environments.get_or_insert_default().push(value.to_owned()),
            "project" => self.projects.push(value.to_owned()),
            "status" => {
                self.status = match value {
                    "open" => Some(ReleaseStatus::Open),
                    "archived" => Some(ReleaseStatus::Archived),
                    _ => return Err(Error::bad_request("status is open or archived")),
                }
            }
            "sort" => match value {
                "date" => self.by_version = false,
                "semver" | "version" => self.by_version = true,
                _ => return Err(Error::bad_request("sort is date or semver")),
            },
            "start" => self.since = moment()?,
            "end" => self.until = moment()?,
            _ => {}
        }
        Ok(())
    }
}

impl FromRequestParts<App> for ReleaseParams {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let mut params = Self::default();
        for (key, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            let value = value.trim().replace('\0', "");
            if !value.is_empty() {
                params.read(&key, &value)?;
            }
        }
        Ok(params)
    }
}
