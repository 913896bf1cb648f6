//! The step after the password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::{Asked, proof_of};
use super::enter::{Way, begin_session};
use super::pending::{Waiting, waiting};
use super::waiting::with_wait;
use crate::app::App;
use crate::services::sign_in::{self, Proof};
use crate::volatile::pending_sign_ins::Step;
use crate::web::error::Result;
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::posted::Posted;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "auth/second_factor.html")]
struct SecondFactorPage {
    layout: Layout,
    asked: Asked,
    error: Option<String>,
}

pub async fn show(State(app): State<App>, viewer: Viewer, visitor: Visitor) -> Result<Response> {
    let Some(Waiting { id, user, .. }) = waiting(&app, &visitor, Step::SecondFactor).await? else {
        return Ok(redirect(&app, "/auth/login/"));
    };
    let asked = Asked::second_factor(&app, &user, &id).await?;
    render(&SecondFactorPage { layout: Layout::new(&app, &viewer), asked, error: None })
}

/// Codes and keys are limited as passwords are.
pub async fn check(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let Some(Waiting { id, sign_in: pending, user }) = waiting(&app, &visitor, Step::SecondFactor).await? else {
        return Ok(redirect(&app, "/auth/login/"));
    };
    let t = viewer.messages();
    let proof = proof_of(&app, &posted, &id).await?.filter(|proof| !matches!(proof, Proof::Password(_)));
    let checked = match proof {
        Some(proof) => sign_in::prove(&app, visitor.ip, &user, proof).await,
        None => Ok(false),
    };
    if let Ok(true) = checked {
        app.redis.delete_pending_sign_in(&id).await?;
        let way = Way { next: &pending.next, is_kept: pending.is_kept };
        return begin_session(&app, &visitor, &user, way).await;
    }
    let asked = Asked::second_factor(&app, &user, &id).await?;
    let refused = |status, error| {
        let page = SecondFactorPage { layout: Layout::new(&app, &viewer), asked, error: Some(error) };
        render(&page).map(|mut page| {
            *page.status_mut() = status;
            page
        })
    };
    match checked {
        Ok(_) => refused(StatusCode::UNPROCESSABLE_ENTITY, t.auth_wrong_proof().to_owned()),
        Err(error) => with_wait(t, error, refused),
    }
}
