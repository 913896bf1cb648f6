//! `GET /organizations/`: the caller's organizations, newest first.

use std::cmp::Reverse;
use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::view::OrganizationView;
use crate::app::App;
use crate::store::members;
use crate::store::organizations::{self, Organization};
use crate::types::role::Role;
use crate::web::api::lists::{Named, Params, Words, page_of};
use crate::web::error::Result;
use crate::web::extract::needs::OrgRead;
use crate::web::extract::{Actor, Pagination};

/// With `owner=1`: what one owns, and whether somebody else does too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnedView {
    organization: OrganizationView,
    single_owner: bool,
}

pub async fn list(State(app): State<App>, actor: Actor, params: Params, pagination: Pagination) -> Result<Response> {
    // Only the token counts here: everyone may see where they belong.
    actor.require::<OrgRead>(Some(Role::Owner))?;
    let is_own = params.member.as_deref() == Some("1");
    let mut found = actor.organizations(&app, params.show.as_deref() == Some("all") && !is_own).await?;
    let words = Words::parse(&params.query);
    found.retain(|organization| words.match_all(&named(organization)));
    found.sort_by_key(|organization| Reverse((organization.created_at, organization.id)));
    sort_by_size(&app, params.sort_by.as_deref(), &mut found).await?;
    if params.owner.as_deref() == Some("1") {
        return Ok(page_of(&pagination, owned(&app, &actor, found).await?).into_response());
    }
    Ok(page_of(&pagination, found.iter().map(OrganizationView::of).collect()).into_response())
}

/// The largest first, by `members` or `projects`; by anything else they stay as they are.
async fn sort_by_size(app: &App, sort_by: Option<&str>, found: &mut [Organization]) -> Result<()> {
    let by_members = match sort_by {
        Some("members") => true,
        Some("projects") => false,
        _ => return Ok(()),
    };
    let summaries = organizations::list_summaries(&app.db).await?.into_iter();
    let sizes: HashMap<String, i64> =
        summaries.map(|one| (one.slug, if by_members { one.members } else { one.projects })).collect();
    found.sort_by_key(|organization| Reverse(sizes.get(&organization.slug).copied().unwrap_or(0)));
    Ok(())
}

fn named(organization: &Organization) -> Named<'_> {
    Named { id: organization.id.0, slug: &organization.slug, name: &organization.name, teams: Vec::new() }
}

async fn owned(app: &App, actor: &Actor, organizations: Vec<Organization>) -> Result<Vec<OwnedView>> {
    let mut owned = Vec::new();
    for organization in organizations {
        let member = members::find(&app.db, organization.id, actor.user.id).await?;
        if member.is_some_and(|member| member.role == Role::Owner) {
            let single_owner = members::count_owners(&app.db, organization.id).await? == 1;
            owned.push(OwnedView { organization: OrganizationView::of(&organization), single_owner });
        }
    }
    Ok(owned)
}
