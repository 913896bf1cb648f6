//! `GET /teams/{organization}/{team}/members/`: by name.

use axum::Json;
use axum::extract::State;

use super::TeamAccess;
use crate::app::App;
use crate::store::member_lists::{self, Wanted};
use crate::web::api::members::MemberView;
use crate::web::error::Result;
use crate::web::extract::needs::TeamRead;

/// Members that are told; the list has no pages.
const SHOWN: i64 = 1000;

pub async fn list(State(app): State<App>, access: TeamAccess<TeamRead>) -> Result<Json<Vec<MemberView>>> {
    let wanted = Wanted { team_id: Some(access.team.id), limit: SHOWN, ..Wanted::default() };
    let mut found = member_lists::list(&app.db, access.within.organization.id, &wanted).await?;
    found.sort_by_key(|member| member.display_name().to_lowercase());
    Ok(Json(MemberView::list(&app, &found).await?))
}
