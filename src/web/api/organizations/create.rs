//! `POST /organizations/`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::view::OrganizationView;
use crate::app::App;
use crate::services::organizations;
use crate::services::teams::{self, NewTeam};
use crate::store::members;
use crate::types::role::Role;
use crate::web::api::body::Fields;
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;
use crate::web::extract::needs::OrgWrite;

/// The creator becomes the owner. On an installation with a single organization only superusers make another.
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    mut fields: Fields,
) -> Result<(StatusCode, Json<OrganizationView>)> {
    actor.require::<OrgWrite>(Some(Role::Owner))?;
    actor.person()?;
    if !organizations::may_create(&app.config, &actor.user) {
        return Err(Error::Forbidden(&[]));
    }
    let name = fields.required_text("name", organizations::MAX_NAME);
    let slug = fields.slug("slug");
    let with_team = fields.flag("defaultTeam").unwrap_or(false);
    fields.finish()?;

    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let created = organizations::create_for(&mut tx, &actor.doer(), &name, slug.as_ref(), now).await;
    let organization = created.map_err(|error| match error {
        organizations::Error::SlugTaken => Error::Conflict(error.to_string().into()),
        other => other.into(),
    })?;
    if with_team {
        let first_member = members::find(&mut *tx, organization.id, actor.user.id).await?.map(|member| member.id);
        let team = NewTeam { organization_id: organization.id, name: &name, slug: None, first_member };
        teams::create(&mut tx, &team, now).await?;
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(OrganizationView::of(&organization))))
}
