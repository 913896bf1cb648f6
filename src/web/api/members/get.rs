//! `GET /organizations/{organization}/members/{member}/`.

use axum::Json;
use axum::extract::State;

use super::access::MemberAccess;
use super::view::MemberDetailView;
use crate::app::App;
use crate::web::error::Result;
use crate::web::extract::needs::MemberRead;

pub async fn show(State(app): State<App>, access: MemberAccess<MemberRead>) -> Result<Json<MemberDetailView>> {
    Ok(Json(MemberDetailView::of(&app, &access.within, &access.member, None).await?))
}
