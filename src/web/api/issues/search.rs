//! Which issues a request speaks of: those of a query, or those named by their ids.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::services::issues::query;
use crate::services::job::Owner;
use crate::store::projects::Project;
use crate::store::search::{self, Condition, Criteria, Pattern, Place, Sort};
use crate::types::ids::{IssueId, OrganizationId, UserId};
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::Needs;
use crate::web::extract::{NOBODY, OrganizationAccess, ProjectAccess};
use crate::web::issue_cursor::Mark;

/// The issues that are shown where nothing else was asked for.
const DEFAULT_QUERY: &str = "is:unresolved";

/// As many issues as a request without ids changes, and as lists are counted.
pub const MAX_ISSUES: i64 = 1000;

/// Where issues are looked for.
pub struct IssueScope {
    pub organization_id: OrganizationId,
    pub organization_slug: String,
    pub user_id: UserId,
    /// The projects that the caller sees and asks for.
    pub projects: Vec<Project>,
}

/// The parameters of a list of issues; they repeat, so the query is read pair by pair.
#[derive(Clone, Debug, Default)]
pub struct IssueParams {
    pub ids: Vec<IssueId>,
    /// Whether ids were named at all: then no query selects.
    pub names_ids: bool,
    pub query: Option<String>,
    pub status: Option<Status>,
    pub sort: Sort,
    pub stats_period: Option<String>,
    pub environments: Vec<String>,
    pub looks_up_short_id: bool,
    projects: Vec<String>,
}

impl IssueScope {
    pub fn of_project<N: Needs>(access: ProjectAccess<N>) -> Self {
        Self {
            organization_id: access.organization().id,
            organization_slug: access.organization().slug.clone(),
            user_id: access.actor().user.id,
            projects: vec![access.project],
        }
    }

    /// The projects that `project` parameters name, by slug or id; without any all that the caller sees.
    pub async fn of_organization<N: Needs>(
        app: &App,
        access: &OrganizationAccess<N>,
        params: &IssueParams,
    ) -> Result<Self> {
        let mut projects = access.projects(app).await?;
        let wanted = &params.projects;
        if !wanted.is_empty() && !wanted.iter().any(|name| name == "-1") {
            let is_wanted =
                |project: &Project| wanted.iter().any(|name| *name == project.slug || *name == project.id.to_string());
            projects.retain(is_wanted);
        }
        let (organization_slug, user_id) = (access.organization.slug.clone(), access.actor.user.id);
        Ok(Self { organization_id: access.organization.id, organization_slug, user_id, projects })
    }

    /// Who decides. A key of the organization cannot: decisions are people's.
    pub fn owner(&self) -> Result<Owner> {
        if self.user_id == NOBODY {
            return Err(Error::Forbidden(&[]));
        }
        Ok(Owner { user_id: self.user_id, organization_id: self.organization_id })
    }

    pub fn project_ids(&self) -> Vec<i64> {
        self.projects.iter().map(|project| project.id.0).collect()
    }
}

impl IssueParams {
    /// What the issues of the list have in common.
    pub fn criteria(&self, scope: &IssueScope, now: DateTime<Utc>) -> Result<Criteria> {
        let parsed = query::parse(self.text(), scope.user_id, now);
        let mut criteria = parsed.map_err(|error| Error::bad_request(error.to_string()))?;
        criteria.project_ids = scope.project_ids();
        if let Some(status) = self.status {
            criteria.require(Condition::Status(status));
        }
        if !self.environments.is_empty() {
            let patterns = self.environments.iter().map(|name| Pattern::Is(name.clone())).collect();
            criteria.require(Condition::Tag("environment".to_owned(), patterns));
        }
        Ok(criteria)
    }

    /// The query that counts.
    fn text(&self) -> &str {
        let default = if self.status.is_some() { "" } else { DEFAULT_QUERY };
        self.query.as_deref().unwrap_or(default)
    }

    /// What cursors of the list carry.
    pub fn mark(&self, scope: &IssueScope) -> Mark {
        let projects: Vec<String> = scope.projects.iter().map(|project| project.id.to_string()).collect();
        let status = self.status.map_or("", Status::as_str);
        let parts = [self.text(), status].into_iter().chain(self.environments.iter().map(String::as_str));
        Mark::of(self.sort, parts.chain(projects.iter().map(String::as_str)))
    }

    /// The issues to change: the named ones, else the first of the query.
    pub async fn selected(&self, app: &App, scope: &IssueScope) -> Result<Vec<IssueId>> {
        if self.names_ids {
            return Ok(self.ids.clone());
        }
        let mut criteria = self.criteria(scope, app.clock.now())?;
        let mut db = app.db.acquire().await?;
        let places = search::list(&mut db, &mut criteria, self.sort, search::From::Start, MAX_ISSUES).await?;
        Ok(places.iter().map(|place: &Place| place.id).collect())
    }

    fn read(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "id" => {
                self.names_ids = true;
                let id = value.parse().map_err(|_| Error::bad_request("id is a number"))?;
                self.ids.push(id);
            }
            "query" => self.query = Some(value.to_owned()),
            "status" if !value.is_empty() => {
                let name = if value == "muted" { "ignored" } else { value };
                self.status = Some(Status::parse(name).ok_or(Error::bad_request("this status does not exist"))?);
            }
            "sort" => self.sort = parse_sort(value)?,
            "statsPeriod" | "groupStatsPeriod" => self.stats_period = Some(value.to_owned()),
            "environment" if !value.is_empty() => self.environments.push(value.to_owned()),
            "shortIdLookup" => self.looks_up_short_id = value == "1" || value == "true",
            "project" if !value.is_empty() => self.projects.push(value.to_owned()),
            _ => {}
        }
        Ok(())
    }
}

impl FromRequestParts<App> for IssueParams {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let mut params = Self::default();
        for (key, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            params.read(&key, value.trim())?;
        }
        if params.ids.len() > usize::try_from(MAX_ISSUES).unwrap_or(usize::MAX) {
            return Err(Error::bad_request("at most 1000 issues at a time"));
        }
        Ok(params)
    }
}

fn parse_sort(name: &str) -> Result<Sort> {
    Ok(match name {
        "" | "date" => Sort::LastSeen,
        "new" => Sort::FirstSeen,
        "priority" => Sort::Priority,
        "freq" => Sort::Frequency,
        "user" => Sort::Users,
        _ => return Err(Error::bad_request("sort is date, new, priority, freq or user")),
    })
}
