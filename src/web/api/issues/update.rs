//! `PUT /issues/{issue}/`.

use axum::Json;
use axum::extract::State;

use super::bulk::apply;
use super::mutation::Mutation;
use super::search::IssueScope;
use super::view::IssueView;
use crate::app::App;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventWrite;

/// Answers with the issue as it is now.
pub async fn update(
    State(app): State<App>,
    access: IssueAccess<EventWrite>,
    fields: Fields,
) -> Result<Json<IssueView>> {
    let mutation = Mutation::read(&app, access.within.organization().id, fields).await?;
    let id = access.issue.id;
    let scope = IssueScope::of_project(access.within);
    apply(&app, &scope, &[id], &mutation).await?;
    let views = IssueView::list(&app, &scope, &[id.0]).await?;
    Ok(Json(views.into_iter().next().ok_or(Error::NotFound)?))
}
