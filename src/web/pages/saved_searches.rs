//! The saved searches of a project or an organization: what there is, whose, and which is shown at first.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::issues::searches::{name, told};
use crate::app::App;
use crate::messages::Messages;
use crate::services::saved_searches::{self, Search};
use crate::store::saved_searches::{self as rows, Place};
use crate::types::ids::UserId;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::{render, visible};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/{organization}/saved-searches/", get(of_organization).post(change_in_organization))
        .route("/settings/{organization}/projects/{project}/saved-searches/", get(of_project).post(change_in_project))
}

#[derive(Template)]
#[template(path = "projects/saved_searches.html")]
struct SavedSearchesPage {
    layout: Layout,
    t: Messages,
    rows: Vec<Row>,
    /// The list that shows them.
    list: String,
    may_share: bool,
}

struct Row {
    search: Search,
    name: String,
    query: String,
    may_change: bool,
}

/// Who looks, where, and what they may.
struct Visit {
    place: Place,
    user_id: UserId,
    needs: &'static [Scope],
    may_share: bool,
    /// Path of the page.
    page: String,
    list: String,
}

impl Visit {
    fn in_project(access: &ProjectAccess<EventRead>) -> Self {
        let (organization, project) = (&access.organization().slug, &access.project.slug);
        Self {
            place: (access.organization().id, Some(access.project.id)),
            user_id: access.actor().user.id,
            needs: &[Scope::ProjectWrite],
            may_share: access.may(Scope::ProjectWrite),
            page: format!("/settings/{organization}/projects/{project}/saved-searches/"),
            list: format!("/{organization}/{project}/"),
        }
    }

    fn in_organization(access: &OrganizationAccess<EventRead>) -> Self {
        let organization = &access.organization.slug;
        Self {
            place: (access.organization.id, None),
            user_id: access.actor.user.id,
            needs: &[Scope::OrgWrite],
            may_share: access.may(Scope::OrgWrite),
            page: format!("/settings/{organization}/saved-searches/"),
            list: format!("/organizations/{organization}/issues/"),
        }
    }

    async fn show(self, app: &App, layout: Layout) -> Result<Response> {
        let t = layout.t;
        let row = |search: Search| Row {
            name: name(&search, t),
            query: visible::string(search.query.clone()),
            may_change: !search.is_built_in && (search.is_own || self.may_share),
            search,
        };
        let searches = saved_searches::list(app, self.place, self.user_id).await?;
        let rows = searches.into_iter().map(row).collect();
        render(&SavedSearchesPage { layout, t, rows, list: self.list, may_share: self.may_share })
    }

    async fn change(&self, app: &App, viewer: &Viewer, posted: &Posted) -> Result<Response> {
        let t = viewer.messages();
        let searches = saved_searches::list(app, self.place, self.user_id).await?;
        let wanted = posted.text("id");
        let search = searches.into_iter().find(|search| search.id.to_string() == wanted).ok_or(Error::NotFound)?;
        let own = Some(self.user_id);
        match posted.text("action") {
            "mine" => rows::put_default(&app.db, self.place, own, search.id).await?,
            "not-mine" => rows::delete_default(&app.db, self.place, own, search.id).await?,
            "pin" => rows::pin(&app.db, self.place, self.user_id, search.id).await?,
            "unpin" => rows::unpin(&app.db, self.place, self.user_id, search.id).await?,
            "everybodys" if self.may_share => rows::put_default(&app.db, self.place, None, search.id).await?,
            "everybodys" => return Err(Error::Forbidden(self.needs)),
            action @ ("delete" | "save") => {
                self.check_change(&search)?;
                if action == "delete" {
                    rows::delete(&app.db, search.id).await?;
                    return redirect_with(app, viewer, &self.page, t.search_deleted(&search.name)).await;
                }
                let new = (posted.text("name"), posted.text("query"));
                if let Err(error) = saved_searches::update(app, self.user_id, search.id, new).await {
                    return redirect_with(app, viewer, &self.page, told(error, t)?).await;
                }
            }
            _ => return Err(Error::bad_request("the action is not known")),
        }
        redirect_with(app, viewer, &self.page, t.form_saved()).await
    }

    fn check_change(&self, search: &Search) -> Result<()> {
        let may_change = !search.is_built_in && (search.is_own || self.may_share);
        if may_change { Ok(()) } else { Err(Error::Forbidden(self.needs)) }
    }
}

async fn of_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
) -> Result<Response> {
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    Visit::in_organization(&access).show(&app, layout).await
}

async fn of_project(State(app): State<App>, viewer: Viewer, access: ProjectAccess<EventRead>) -> Result<Response> {
    let layout = Layout::of_project(&app, &viewer, &access, Section::Settings);
    Visit::in_project(&access).show(&app, layout).await
}

async fn change_in_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    posted: Posted,
) -> Result<Response> {
    Visit::in_organization(&access).change(&app, &viewer, &posted).await
}

async fn change_in_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    posted: Posted,
) -> Result<Response> {
    Visit::in_project(&access).change(&app, &viewer, &posted).await
}
