//! `GET /projects/{organization}/{project}/source-maps/check/`: the steps of looking up a place in a script, for scripts
//! that check an upload.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::services::symbolication::{self, Checked, Place};
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::ReleaseRead;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Params {
    release: String,
    dist: String,
    /// `https://example.com/app.js:1:2345`.
    place: String,
}

pub async fn show(
    State(app): State<App>,
    access: ProjectAccess<ReleaseRead>,
    Query(params): Query<Params>,
) -> Result<Json<Checked>> {
    let place = Place::parse(&params.place).filter(|place| place.url.len() <= 2048).ok_or(Error::bad_request(
        "place must be a URL of up to 2048 bytes with line and column: https://…/app.js:1:23",
    ))?;
    let settings = access.organization().settings.applied_to(&access.project.settings);
    let project = (access.organization().id, access.project.id, &settings);
    Ok(Json(symbolication::check(&app, project, (&params.release, &params.dist), &place).await))
}
