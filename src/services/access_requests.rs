//! Asking to join a team, where the organization does not let everybody join, and deciding about it.

use sqlx::PgConnection;

use crate::app::App;
use crate::messages::Messages;
use crate::services::mail::{self, Button, Letter};
use crate::services::members::{self, Acting, Error};
use crate::store::access_requests::{self, AccessRequest};
use crate::store::member_lists::{self, ListedMember};
use crate::store::teams::{self, Team};
use crate::types::language::Language;
use crate::types::role::Role;

/// Whether somebody has to ask: where membership is not open, everybody below a manager.
pub fn must_ask(acting: &Acting) -> bool {
    !acting.organization.has_open_membership && acting.role < Role::Manager
}

/// Notes the wish, and writes to those who decide. Asking twice changes nothing.
pub async fn ask(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    member: &ListedMember,
    team: &Team,
) -> Result<(), Error> {
    let now = app.clock.now();
    if !access_requests::insert(&mut *db, team.id, member.id, now).await? {
        return Ok(());
    }
    let deciders = member_lists::list_deciders(&mut *db, acting.organization.id, Role::Manager, Some(team.id)).await?;
    for decider in deciders {
        let language = decider.language.as_deref().and_then(Language::parse).unwrap_or_default();
        let t = Messages::new(language);
        let letter = Letter {
            kind: "access-request".to_owned(),
            subject: t.people_mail_request_subject(member.display_name(), &team.name),
            paragraphs: vec![t.people_mail_request_text(member.display_name(), &team.name, &acting.organization.name)],
            button: Some(Button {
                label: t.people_requests().to_owned(),
                path: format!("/settings/{}/members/requests/", acting.organization.slug),
            }),
            reason: t.people_mail_request_reason().to_owned(),
        };
        mail::send(db, app, language, &decider.email, &letter, now).await?;
    }
    Ok(())
}

/// The requests about which somebody may decide: `teams` are theirs, `None` all.
pub async fn list(
    db: &mut PgConnection,
    acting: &Acting,
    own_teams: Option<&[crate::types::ids::TeamId]>,
) -> sqlx::Result<Vec<AccessRequest>> {
    let mut found = access_requests::list(&mut *db, acting.organization.id).await?;
    found.retain(|request| own_teams.is_none_or(|own| own.contains(&request.team_id)));
    Ok(found)
}

/// Lets the person in, or not. `false`: somebody else has decided meanwhile.
pub async fn decide(
    db: &mut PgConnection,
    app: &App,
    acting: &Acting,
    request: &AccessRequest,
    is_approved: bool,
) -> Result<bool, Error> {
    if !access_requests::delete(&mut *db, request.id).await? {
        return Ok(false);
    }
    if !is_approved {
        return Ok(true);
    }
    let organization_id = acting.organization.id;
    let member = member_lists::find(&mut *db, organization_id, request.member_id).await?;
    let team = teams::find_by_slug(&mut *db, organization_id, &request.team_slug).await?;
    if let (Some(member), Some(team)) = (member, team) {
        members::join_team(db, acting, &member, &team, app.clock.now()).await?;
    }
    Ok(true)
}
