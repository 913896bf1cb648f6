//! The teams of an organization: the list, one team.

mod detail;
mod list;

use axum::Router;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::app::App;
use crate::store::teams::{self, Team};
use crate::web::error::{Error, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::Needs;

pub fn routes() -> Router<App> {
    let one = "/settings/{organization}/teams/{team}";
    Router::new()
        .route("/settings/{organization}/teams/", get(list::show).post(list::create))
        .route(&format!("{one}/"), get(detail::show).post(detail::save))
        .route(&format!("{one}/members/"), post(detail::change_members))
        .route(&format!("{one}/remove/"), post(detail::remove))
        .route(&format!("{one}/join/"), post(list::join))
        .route(&format!("{one}/leave/"), post(list::leave))
}

/// The team a path names.
#[derive(Deserialize)]
pub struct TeamPath {
    team: String,
}

fn list_path<N: Needs>(access: &OrganizationAccess<N>) -> String {
    format!("/settings/{}/teams/", access.organization.slug)
}

async fn find<N: Needs>(app: &App, access: &OrganizationAccess<N>, path: &TeamPath) -> Result<Team> {
    let slug = Some(path.team.as_str()).filter(|slug| !slug.contains('\0')).ok_or(Error::NotFound)?;
    teams::find_by_slug(&app.db, access.organization.id, slug).await?.ok_or(Error::NotFound)
}
