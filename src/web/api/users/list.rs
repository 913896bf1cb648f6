//! `GET /users/`: every account, for superusers who are signed in.

use axum::extract::State;

use super::view::UserView;
use crate::app::App;
use crate::store::user_lists::{self, Wanted};
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
    let is_active = match params.status.as_deref() {
        Some("active") => Some(true),
        Some("disabled") => Some(false),
        _ => None,
    };
    let wanted = Wanted { query: &query, is_active, ..Wanted::default() };
    let found = user_lists::search(&app.db, &wanted, LIMIT).await?;
    let ids: Vec<i64> = found.iter().map(|user| user.id.0).collect();
    let mut users = users::list(&app.db, &ids).await?;
    users.reverse();
    Ok(page_of(&pagination, users.iter().map(UserView::of).collect()))
}
