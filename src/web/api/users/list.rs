//! `GET /users/`: every account, for superusers who are signed in.

use axum::extract::State;

use super::view::UserView;
use crate::app::App;
use crate::store::users;
use crate::web::api::lists::{ListAnswer, Params, page_of};
use crate::web::error::Result;
use crate::web::extract::{Pagination, SuperuserAccess};

/// More than these nobody looks through.
const LIMIT: i64 = 1000;

/// `query` is part of a name or address; `status` is `active` or `disabled`.
pub async fn list(
    State(app): State<App>,
    _access: SuperuserAccess,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<UserView>> {
    let query = params.query.trim().replace('\0', "");
    let found = users::search(&app.db, &query, LIMIT).await?;
    let wanted = found.iter().filter(|user| match params.status.as_deref() {
        Some("active") => user.is_active,
        Some("disabled") => !user.is_active,
        _ => true,
    });
    let ids: Vec<i64> = wanted.map(|user| user.id.0).collect();
    let mut users = users::list(&app.db, &ids).await?;
    users.reverse();
    Ok(page_of(&pagination, users.iter().map(UserView::of).collect()))
}
