//! The projects of an organization, with what happened in them lately.

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::sparkline;
use crate::app::App;
use crate::messages::grouped;
use crate::services::project_activity::{self, ProjectActivity};
use crate::services::projects as service;
use crate::store::projects::{self, Project, RemovedProject};
use crate::types::ids::ProjectId;
use crate::types::scope::Scope;
use crate::web::acting::manages_all;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{OrgRead, ProjectAdmin, ProjectRead};
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::home::remember_organization;
use crate::web::pages::onboarding::platforms;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "projects/list.html")]
struct ListPage {
    layout: Layout,
    slug: String,
    query: String,
    rows: Vec<Row>,
    /// Whether there are projects at all, found or not.
    any: bool,
    may_create: bool,
    /// What was removed lately, and until when it can be restored.
    removed: Vec<RemovedProject>,
}

/// A project in the list.
struct Row {
    project: Project,
    activity: ProjectActivity,
    is_starred: bool,
}

impl Row {
    fn platform_name(&self) -> &'static str {
        self.project.platform.as_deref().map_or("", |id| platforms::nearest(id).name)
    }

    fn mark(&self) -> &'static str {
        self.project.platform.as_deref().map_or("··", |id| platforms::nearest(id).mark)
    }

    fn star(&self) -> &'static str {
        if self.is_starred { "star-on" } else { "star" }
    }

    fn bars(&self) -> String {
        sparkline::path(&self.activity.hours)
    }

    fn events(&self) -> String {
        grouped(self.activity.events())
    }

    fn width(&self) -> usize {
        sparkline::width(self.activity.hours.len())
    }

    fn peak(&self) -> String {
        grouped(self.activity.hours.iter().copied().max().unwrap_or(0))
    }
}

#[derive(Deserialize)]
pub struct ListParams {
    #[serde(default)]
    query: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    remember_organization(&app, &access.actor, access.organization.id).await?;
    let all = access.projects(&app).await?;
    let any = !all.is_empty();
    let found = all.into_iter().filter(|project| matches(project, &params.query)).collect();
    let starred = projects::list_bookmarks(&app.db, access.actor.user.id).await?;
    let removed = if access.may(Scope::ProjectAdmin) && manages_all(&access) {
        projects::list_removed(&app.db, access.organization.id, app.clock.now()).await?
    } else {
        Vec::new()
    };
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Projects);
    render(&ListPage {
        slug: access.organization.slug.clone(),
        rows: rows(&app, found, &starred.into_iter().collect()).await?,
        query: params.query,
        any,
        may_create: layout.organization.as_ref().is_some_and(|organization| organization.may_write_projects),
        layout,
        removed,
    })
}

#[derive(Deserialize)]
pub struct RemovedPath {
    /// Its id: the slug may be another project's by now.
    project: String,
}

/// Brings a removed project back.
pub async fn restore(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<ProjectAdmin>,
    Path(path): Path<RemovedPath>,
) -> Result<Response> {
    if !manages_all(&access) {
        return Err(Error::Forbidden(&[]));
    }
    let id = path.project.parse().map(ProjectId).map_err(|_| Error::NotFound)?;
    let organization = &access.organization;
    let back = service::restore(&app.db, &access.actor.doer(), organization.id, id, app.clock.now()).await?;
    let path = format!("/settings/{}/projects/{}/", organization.slug, back.slug);
    redirect_with(&app, &viewer, &path, viewer.messages().project_restored(back.name)).await
}

/// Stars a project, or takes the star away.
pub async fn bookmark(State(app): State<App>, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    let (id, user_id) = (access.project.id, access.actor().user.id);
    if projects::list_bookmarks(&app.db, user_id).await?.contains(&id) {
        projects::delete_bookmark(&app.db, id, user_id).await?;
    } else {
        projects::insert_bookmark(&app.db, id, user_id).await?;
    }
    Ok(redirect(&app, &format!("/organizations/{}/projects/", access.organization().slug)))
}

/// Starred ones first.
async fn rows(app: &App, projects: Vec<Project>, starred: &HashSet<ProjectId>) -> Result<Vec<Row>> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let activities = project_activity::list(&app.db, &ids, app.clock.now()).await?;
    let pairs = projects.into_iter().zip(activities);
    let mut rows: Vec<Row> =
        pairs.map(|(project, activity)| Row { is_starred: starred.contains(&project.id), project, activity }).collect();
    rows.sort_by_key(|row| !row.is_starred);
    Ok(rows)
}

fn matches(project: &Project, query: &str) -> bool {
    let wanted = query.trim().to_lowercase();
    project.slug.contains(&wanted) || project.name.to_lowercase().contains(&wanted)
}
