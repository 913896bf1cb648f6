//! The organizations somebody belongs to: the switcher. Superusers see all; where there may be several, anybody makes one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::services::organizations;
use crate::store::organizations::{self as rows, Organization};
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Actor, Viewer};
use crate::web::layout::Layout;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "organizations/list.html")]
struct ListPage {
    layout: Layout,
    organizations: Vec<Organization>,
    /// Removed ones that are still there.
    removed: Vec<Organization>,
    may_create: bool,
    posted: Posted,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, actor: Actor) -> Result<Response> {
    render(&page(&app, &viewer, &actor, Posted::default(), FieldErrors::default()).await?)
}

/// Makes an organization, owned by who asks.
pub async fn create(State(app): State<App>, viewer: Viewer, actor: Actor, posted: Posted) -> Result<Response> {
    if !organizations::may_create(&app.config, &actor.user) {
        return Err(Error::Forbidden(&[]));
    }
    let mut tx = app.db.begin().await?;
    let created = organizations::create_for(&mut tx, &actor.doer(), posted.text("name"), None, app.clock.now()).await;
    match created {
        Ok(organization) => {
            tx.commit().await?;
            Ok(redirect(&app, &format!("/settings/{}/teams/", organization.slug)))
        }
        Err(error) => {
            let errors = error.field_errors(viewer.messages())?;
            let page = page(&app, &viewer, &actor, posted, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

async fn page(app: &App, viewer: &Viewer, actor: &Actor, posted: Posted, errors: FieldErrors) -> Result<ListPage> {
    let found = if actor.user.is_superuser {
        rows::list(&app.db).await?
    } else {
        rows::list_of_user(&app.db, actor.user.id).await?
    };
    let may_create = organizations::may_create(&app.config, &actor.user);
    let removed = rows::list_removed(&app.db, actor.user.id, actor.user.is_superuser).await?;
    Ok(ListPage { layout: Layout::new(app, viewer), organizations: found, removed, may_create, posted, errors })
}
