//! `…/releases/{version}/deploys/`: where a release was put into use.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::store::deploys::{self, Deploy, NewDeploy};
use crate::web::api::body::Fields;
use crate::web::api::date::Date;
use crate::web::api::lists::ListAnswer;
use crate::web::error::Result;
use crate::web::extract::needs::{ReleaseRead, ReleaseWrite};
use crate::web::extract::{Pagination, ReleaseAccess};

const MAX_NAME: usize = 64;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployView {
    id: String,
    environment: String,
    date_started: Option<Date>,
    date_finished: Option<Date>,
    name: Option<String>,
    url: Option<String>,
}

impl DeployView {
    pub fn of(deploy: &Deploy) -> Self {
        Self {
            id: deploy.id.to_string(),
            environment: deploy.environment.clone(),
            date_started: deploy.started_at.map(Date),
            date_finished: Some(deploy.finished_at.into()),
            name: deploy.name.clone(),
            url: deploy.url.clone(),
        }
    }
}

/// The last one first.
pub async fn list(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseRead>,
    pagination: Pagination,
) -> Result<ListAnswer<DeployView>> {
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut deploys = deploys::list(&app.db, access.release.id, range).await?;
    let page = pagination.cut_offset_page(&mut deploys);
    Ok((pagination.headers(&page), Json(deploys.iter().map(DeployView::of).collect())))
}

/// It finished now, unless it is said when.
pub async fn create(
    State(app): State<App>,
    access: ReleaseAccess<ReleaseWrite>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<DeployView>)> {
    let environment = fields.required_text("environment", MAX_NAME);
    if environment.contains(['\n', '\r', '\u{c}', '/']) {
        fields.refuse("environment", "No line breaks and slashes.");
    }
    let (name, url) = (fields.text("name", MAX_NAME), fields.web_address("url"));
    let (started_at, finished_at) = (fields.moment("dateStarted"), fields.moment("dateFinished"));
    fields.finish()?;
    let new = NewDeploy {
        release_id: access.release.id,
        environment: &environment,
        name: name.as_deref().filter(|name| !name.is_empty()),
        url: url.as_deref(),
        started_at,
        finished_at: finished_at.unwrap_or_else(|| app.clock.now()),
    };
    let deploy = deploys::insert(&app.db, &new).await?;
    Ok((StatusCode::CREATED, Json(DeployView::of(&deploy))))
}
