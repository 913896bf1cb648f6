//! `PUT /issues/{issue}/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::bulk::apply;
use super::mutation::Mutation;
use super::search::IssueScope;
use super::view::IssueView;
use crate::app::App;
use crate::services::issues;
use crate::types::scope::Scope;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventWrite;

/// Answers with the issue as it is now; with nothing if it was discarded.
pub async fn update(State(app): State<App>, access: IssueAccess<EventWrite>, fields: Fields) -> Result<Response> {
    let may_delete = access.within.may(Scope::EventAdmin);
    let mut mutation = Mutation::read(&app, access.within.organization().id, fields).await?;
    let id = access.issue.id;
    let scope = IssueScope::of_project(access.within);
    if mutation.is_discard {
        if !may_delete {
            return Err(Error::Forbidden(&[Scope::EventAdmin]));
        }
        issues::delete(&app, scope.owner()?, &[id], true).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    apply(&app, &scope, &[id], &mut mutation).await?;
    let views = IssueView::list(&app, &scope, &[id.0]).await?;
    Ok(Json(views.into_iter().next().ok_or(Error::NotFound)?).into_response())
}
