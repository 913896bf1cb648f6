//! The public link of an issue: made, made anew, ended.

use axum::extract::{Path, State};
use axum::response::Response;

use super::frame;
use crate::app::App;
use crate::services::issues;
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventWrite;
use crate::web::extract::{Actor, Viewer};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;

/// `POST /organizations/{organization}/issues/{issue}/share/`.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    actor: Actor,
    Path((organization, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let user_id = actor.user.id;
    let opened = frame::open(&app, &viewer, actor, (&organization, &id), "details").await?;
    if !opened.access.may(Scope::EventWrite) {
        return Err(Error::Forbidden(<EventWrite as crate::web::extract::needs::Needs>::ANY_OF));
    }
    let t = viewer.messages();
    let text = match posted.text("action") {
        "share" => {
            issues::share(&app, user_id, &opened.issue).await?;
            t.triage_did_share()
        }
        "unshare" => {
            issues::unshare(&app, user_id, &opened.issue).await?;
            t.triage_did_unshare()
        }
        _ => return Err(Error::bad_request("the action is not known")),
    };
    redirect_with(&app, &viewer, &opened.frame.path, text).await
}
