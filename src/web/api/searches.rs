//! Saved searches of projects and organizations (web-api.md 12).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::date::Date;
use crate::app::App;
use crate::services::issues::query::MAX_LENGTH;
use crate::services::saved_searches::{self, MAX_NAME, Search};
use crate::store::saved_searches::{self as rows, Place};
use crate::types::ids::UserId;
use crate::types::scope::Scope;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::{OrgRead, ProjectRead};
use crate::web::extract::{OrganizationAccess, ProjectAccess};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/projects/{organization}/{project}/searches/", get(list_of_project).post(create_in_project))
        .route(
            "/projects/{organization}/{project}/searches/{search}/",
            get(show_in_project).put(update_in_project).delete(delete_in_project),
        )
        .route("/organizations/{organization}/searches/", get(list_of_organization).post(create_in_organization))
        .route(
            "/organizations/{organization}/searches/{search}/",
            get(show_in_organization).put(update_in_organization).delete(delete_in_organization),
        )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published shape")]
struct SearchView {
    id: String,
    #[serde(rename = "type")]
    kind: u8,
    name: String,
    query: String,
    is_default: bool,
    is_user_default: bool,
    is_private: bool,
    is_global: bool,
    is_pinned: bool,
    date_created: Option<Date>,
}

impl From<Search> for SearchView {
    fn from(search: Search) -> Self {
        Self {
            id: search.id.to_string(),
            kind: 0,
            name: search.name,
            query: search.query,
            is_default: search.is_default,
            is_user_default: search.is_user_default,
            is_private: search.is_own,
            is_global: search.is_built_in,
            is_pinned: search.is_pinned,
            date_created: search.created_at.map(Date),
        }
    }
}

/// Who asks, and where.
struct Asker {
    place: Place,
    /// Whether it is a person: others have no searches.
    is_person: bool,
    user_id: UserId,
    /// What changing everybody's needs, and whether the asker has it.
    needs: &'static [Scope],
    may_write: bool,
}

impl Asker {
    fn in_project(access: &InProject) -> Self {
        let place = (access.organization().id, Some(access.project.id));
        let (user_id, may_write) = (access.actor().user.id, access.may(Scope::ProjectWrite));
        Self { place, is_person: access.actor().key.is_none(), user_id, needs: &[Scope::ProjectWrite], may_write }
    }

    fn in_organization(access: &InOrganization) -> Self {
        let place = (access.organization.id, None);
        let (user_id, may_write) = (access.actor.user.id, access.may(Scope::OrgWrite));
        Self { place, is_person: access.actor.key.is_none(), user_id, needs: &[Scope::OrgWrite], may_write }
    }

    async fn list(&self, app: &App) -> Result<Json<Vec<SearchView>>> {
        let searches = saved_searches::list(app, self.place, self.user_id).await?;
        Ok(Json(searches.into_iter().map(SearchView::from).collect()))
    }

    async fn find(&self, app: &App, id: &str) -> Result<Search> {
        let searches = saved_searches::list(app, self.place, self.user_id).await?;
        searches.into_iter().find(|search| search.id.to_string() == id).ok_or(Error::NotFound)
    }

    async fn show(&self, app: &App, id: &str) -> Result<Json<SearchView>> {
        Ok(Json(self.find(app, id).await?.into()))
    }

    /// Who may write makes searches for everybody, others for themselves.
    async fn create(&self, app: &App, mut fields: Fields) -> Result<(StatusCode, Json<SearchView>)> {
        self.check_person()?;
        let name = fields.required_text("name", MAX_NAME);
        let query = fields.required_text("query", MAX_LENGTH);
        let defaults = (fields.flag("isDefault"), fields.flag("isUserDefault"));
        fields.finish()?;
        if defaults.0 == Some(true) && !self.may_write {
            return Err(Error::bad_request("you may not make a search everybody's default"));
        }
        let id = saved_searches::create(app, self.place, (self.user_id, self.may_write), (&name, &query)).await?;
        self.set_defaults(app, id, defaults).await?;
        Ok((StatusCode::CREATED, self.show(app, &id.to_string()).await?))
    }

    async fn update(&self, app: &App, id: &str, mut fields: Fields) -> Result<Json<SearchView>> {
        self.check_person()?;
        let search = self.find(app, id).await?;
        let (name, query) = (fields.text("name", MAX_NAME), fields.text("query", MAX_LENGTH));
        let defaults = (fields.flag("isDefault"), fields.flag("isUserDefault"));
        fields.finish()?;
        if defaults.0.is_some() && !self.may_write {
            return Err(Error::Forbidden(self.needs));
        }
        let id = search.id;
        if name.is_some() || query.is_some() {
            self.check_change(&search)?;
            let (name, query) = (name.unwrap_or(search.name), query.unwrap_or(search.query));
            saved_searches::update(app, self.user_id, id, (&name, &query)).await?;
        }
        self.set_defaults(app, id, defaults).await?;
        self.show(app, &id.to_string()).await
    }

    async fn delete(&self, app: &App, id: &str) -> Result<StatusCode> {
        self.check_person()?;
        let search = self.find(app, id).await?;
        self.check_change(&search)?;
        rows::delete(&app.db, search.id).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    fn check_person(&self) -> Result<()> {
        if self.is_person { Ok(()) } else { Err(Error::Forbidden(&[])) }
    }

    fn check_change(&self, search: &Search) -> Result<()> {
        if search.is_built_in {
            return Err(Error::bad_request("this search is built in"));
        }
        if search.is_own || self.may_write { Ok(()) } else { Err(Error::Forbidden(self.needs)) }
    }

    async fn set_defaults(&self, app: &App, id: i64, (of_all, of_user): (Option<bool>, Option<bool>)) -> Result<()> {
        for (owner, wish) in [(None, of_all), (Some(self.user_id), of_user)] {
            match wish {
                Some(true) => rows::put_default(&app.db, self.place, owner, id).await?,
                Some(false) => rows::delete_default(&app.db, self.place, owner, id).await?,
                None => {}
            }
        }
        Ok(())
    }
}

type InProject = ProjectAccess<ProjectRead>;
type InOrganization = OrganizationAccess<OrgRead>;
type OfProject = Path<(String, String, String)>;
type OfOrganization = Path<(String, String)>;

async fn list_of_project(State(app): State<App>, access: InProject) -> Result<Json<Vec<SearchView>>> {
    Asker::in_project(&access).list(&app).await
}

async fn create_in_project(
    State(app): State<App>,
    access: InProject,
    fields: Fields,
) -> Result<(StatusCode, Json<SearchView>)> {
    Asker::in_project(&access).create(&app, fields).await
}

async fn show_in_project(State(app): State<App>, access: InProject, path: OfProject) -> Result<Json<SearchView>> {
    Asker::in_project(&access).show(&app, &path.2).await
}

async fn update_in_project(
    State(app): State<App>,
    access: InProject,
    path: OfProject,
    fields: Fields,
) -> Result<Json<SearchView>> {
    Asker::in_project(&access).update(&app, &path.2, fields).await
}

async fn delete_in_project(State(app): State<App>, access: InProject, path: OfProject) -> Result<StatusCode> {
    Asker::in_project(&access).delete(&app, &path.2).await
}

async fn list_of_organization(State(app): State<App>, access: InOrganization) -> Result<Json<Vec<SearchView>>> {
    Asker::in_organization(&access).list(&app).await
}

async fn create_in_organization(
    State(app): State<App>,
    access: InOrganization,
    fields: Fields,
) -> Result<(StatusCode, Json<SearchView>)> {
    Asker::in_organization(&access).create(&app, fields).await
}

async fn show_in_organization(
    State(app): State<App>,
    access: InOrganization,
    path: OfOrganization,
) -> Result<Json<SearchView>> {
    Asker::in_organization(&access).show(&app, &path.1).await
}

async fn update_in_organization(
    State(app): State<App>,
    access: InOrganization,
    path: OfOrganization,
    fields: Fields,
) -> Result<Json<SearchView>> {
    Asker::in_organization(&access).update(&app, &path.1, fields).await
}

async fn delete_in_organization(
    State(app): State<App>,
    access: InOrganization,
    path: OfOrganization,
) -> Result<StatusCode> {
    Asker::in_organization(&access).delete(&app, &path.1).await
}
