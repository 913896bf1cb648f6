//! Who looked at an issue, and who follows it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::store::{issue_subscriptions, issue_views, users};
use crate::types::ids::IssueId;
use crate::web::api::date::Date;
use crate::web::api::users::UserView;
use crate::web::error::Result;
use crate::web::extract::IssueAccess;
use crate::web::extract::needs::EventRead;

/// A person, and when they last looked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenByView {
    #[serde(flatten)]
    user: UserView,
    last_seen: Date,
}

const MAX_PEOPLE: i64 = 100;

/// `GET /issues/{issue}/participants/`.
pub async fn participants(State(app): State<App>, access: IssueAccess<EventRead>) -> Result<Json<Vec<UserView>>> {
    Ok(Json(subscribers(&app, access.issue.id).await?))
}

/// Who follows an issue.
pub async fn subscribers(app: &App, issue_id: IssueId) -> Result<Vec<UserView>> {
    let ids = issue_subscriptions::list_subscribers(&app.db, issue_id, MAX_PEOPLE).await?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(users::list(&app.db, &ids).await?.iter().map(UserView::of).collect())
}

/// Who looked at an issue, the latest first.
pub async fn seen_by(app: &App, issue_id: IssueId) -> Result<Vec<SeenByView>> {
    let viewers = issue_views::list(&app.db, issue_id, MAX_PEOPLE).await?;
    let ids: Vec<i64> = viewers.iter().map(|viewer| viewer.user_id.0).collect();
    let people = users::list(&app.db, &ids).await?;
    let view = |viewer: issue_views::IssueViewer| {
        let user = people.iter().find(|user| user.id == viewer.user_id)?;
        Some(SeenByView { user: UserView::of(user), last_seen: viewer.seen_at.into() })
    };
    Ok(viewers.into_iter().filter_map(view).collect())
}
