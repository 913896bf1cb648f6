//! Which issues a form speaks of: those ticked, or all that match a query, written down at that moment.

use axum::Form;
use axum::extract::{FromRequest, Request};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::services::issues::{MAX_ISSUES, query};
use crate::store::issues::state;
use crate::store::search::{self, From, Sort};
use crate::types::hex;
use crate::types::ids::{IssueId, ProjectId, UserId};
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

/// The fields of the form. `id` repeats, so they are read as pairs.
#[derive(Debug, Default)]
pub struct Fields {
    pub ids: Vec<IssueId>,
    pub action: String,
    pub next: String,
    /// The number that was typed to confirm.
    pub confirm: Option<String>,
    /// The script asks and shows nothing.
    pub is_quiet: bool,
    /// The query of "all matching", among these projects (by id; none named: all), in this environment.
    pub all: Option<String>,
    projects: Vec<ProjectId>,
    environment: Option<String>,
    /// Issues chosen before, while something was asked.
    pub selection: Option<String>,
    /// What the person saw (`services::issues::Basis`).
    pub basis: Option<String>,
    /// When the list was read that the person saw, in milliseconds.
    pub since: Option<i64>,
    others: Vec<(String, String)>,
}

impl Fields {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Self::default();
        let (mut query, mut wants_all) = (None, false);
        for (name, value) in pairs {
            match name.as_str() {
                "id" => fields.ids.extend(value.parse::<IssueId>().ok()),
                // A menu left alone is empty; the button decides.
                "action" if !value.is_empty() => fields.action = value,
                "next" => fields.next = value,
                "quiet" => fields.is_quiet = value == "1",
                "confirm" => fields.confirm = Some(value),
                "query" => query = Some(value),
                "project" => fields.projects.extend(value.parse::<ProjectId>().ok()),
                "environment" if !value.is_empty() => fields.environment = Some(value),
                "all" => wants_all = value == "1",
                "selection" => fields.selection = Some(value),
                "basis" => fields.basis = Some(value),
                "since" => fields.since = value.parse().ok(),
                _ => fields.others.push((name, value)),
            }
        }
        fields.ids.sort_unstable();
        fields.ids.dedup();
        fields.all = query.filter(|_| wants_all);
        fields
    }

    /// A field that only some actions have, without the blanks around it; `None`: it was not asked for yet.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim())
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        form.map(|Form(pairs)| Self::read(pairs)).map_err(|rejection| Error::bad_request(rejection.body_text()))
    }
}

/// The chosen issues that are in projects the actor sees.
#[derive(Debug, Default)]
pub struct Selection {
    pub ids: Vec<IssueId>,
    /// Where they are written down, if they are.
    pub token: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    user_id: UserId,
    ids: Vec<IssueId>,
}

impl Selection {
    pub async fn read<N: Needs>(app: &App, access: &OrganizationAccess<N>, fields: &Fields) -> Result<Self> {
        let projects: Vec<i64> = access.projects(app).await?.iter().map(|project| project.id.0).collect();
        let (wanted, token) = match (&fields.selection, &fields.all) {
            (Some(token), _) => (written_down(app, access.actor.user.id, token).await?, Some(token.clone())),
            (None, Some(text)) => {
                let is_listed = |id: &i64| fields.projects.is_empty() || fields.projects.contains(&ProjectId(*id));
                let listed = projects.iter().copied().filter(is_listed).collect();
                let environment = fields.environment.as_deref();
                (matching(app, access.actor.user.id, (text, environment), listed).await?, None)
            }
            (None, None) => (fields.ids.clone(), None),
        };
        let wanted: Vec<i64> = wanted.iter().map(|id| id.0).collect();
        let ids = state::list_in_projects(&app.db, &wanted, &projects).await?;
        Ok(Self { ids, token })
    }

    /// Writes the issues down until an answer comes; returns the token that forms carry.
    pub async fn keep(&mut self, app: &App, user_id: UserId) -> Result<String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let token = hex::encode(&rand::random::<[u8; 16]>());
        let record = serde_json::to_string(&Record { user_id, ids: self.ids.clone() })?;
        app.redis.put_selection(&token, &record).await?;
        self.token = Some(token.clone());
        Ok(token)
    }
}

async fn written_down(app: &App, user_id: UserId, token: &str) -> Result<Vec<IssueId>> {
    let text = app.redis.selection_of(token).await?;
    let record = text.and_then(|text| serde_json::from_str::<Record>(&text).ok());
    let own = record.filter(|record| record.user_id == user_id);
    own.map(|record| record.ids).ok_or(Error::Conflict("the selection has expired; choose the issues again".into()))
}

async fn matching(
    app: &App,
    user_id: UserId,
    (text, environment): (&str, Option<&str>),
    project_ids: Vec<i64>,
) -> Result<Vec<IssueId>> {
    let parsed = query::parse(text, user_id, app.clock.now());
    let mut criteria = parsed.map_err(|error| Error::bad_request(error.to_string()))?;
    criteria.project_ids = project_ids;
    if let Some(environment) = environment {
        criteria.require_environment(environment);
    }
    let mut db = app.db.acquire().await?;
    let places = search::list(&mut db, &mut criteria, Sort::LastSeen, From::Start, MAX_ISSUES).await?;
    Ok(places.into_iter().map(|place| place.id).collect())
}
