//! Who asks to join a team, and the answer.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::list_path;
use crate::app::App;
use crate::services::access_requests;
use crate::store::access_requests::AccessRequest;
use crate::store::member_lists::{self, ListedMember};
use crate::web::acting::{acting, decides_about};
use crate::web::avatar::Avatar;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::AccessRequestWrite;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

type Access = OrganizationAccess<AccessRequestWrite>;

#[derive(Template)]
#[template(path = "members/requests.html")]
struct RequestsPage {
    layout: Layout,
    root: String,
    requests: Vec<(AccessRequest, ListedMember, Avatar)>,
}

#[derive(Deserialize)]
pub struct RequestPath {
    request: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    let mut requests = Vec::new();
    for request in waiting(&app, &access).await? {
        if let Some(member) = member_lists::find(&app.db, access.organization.id, request.member_id).await? {
            let avatar = Avatar::of(member.display_name());
            requests.push((request, member, avatar));
        }
    }
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    let root = format!("{}{}requests/", layout.base, list_path(&access));
    render(&RequestsPage { layout, root, requests })
}

/// `action` is `approve` or `deny`.
pub async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    access: Access,
    Path(path): Path<RequestPath>,
    posted: Posted,
) -> Result<Response> {
    let waiting = waiting(&app, &access).await?;
    let request = waiting.iter().find(|request| request.id.to_string() == path.request).ok_or(Error::NotFound)?;
    let is_approved = match posted.text("action") {
        "approve" => true,
        "deny" => false,
        _ => return Err(Error::bad_request("action is approve or deny")),
    };
    let mut tx = app.db.begin().await?;
    access_requests::decide(&mut tx, &app, &acting(&access), request, is_approved).await?;
    tx.commit().await?;
    let t = viewer.messages();
    let text = if is_approved { t.people_approved() } else { t.people_denied() };
    redirect_with(&app, &viewer, &format!("{}requests/", list_path(&access)), text).await
}

async fn waiting(app: &App, access: &Access) -> Result<Vec<AccessRequest>> {
    let teams = decides_about(app, access).await?;
    let mut db = app.db.acquire().await?;
    Ok(access_requests::list(&mut db, &acting(access), teams.as_deref()).await?)
}
