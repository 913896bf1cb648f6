//! Accepting an invitation: with the account one is signed in with, or by making one.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::members::role_name;
use crate::app::App;
use crate::messages::Messages;
use crate::services::accounts::{MAX_PASSWORD, MIN_PASSWORD};
use crate::services::audit::Doer;
use crate::services::members::{self, Error as MemberError, Opened};
use crate::store::invitations::Invitation;
use crate::store::organizations::{self, Organization};
use crate::store::users;
use crate::types::ids::MemberId;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::auth::{Way, enter};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

#[derive(Template)]
#[template(path = "members/accept.html")]
struct AcceptPage {
    layout: Layout,
    organization: Organization,
    invitation: Invitation,
    /// Path of this page.
    path: String,
    /// Who is signed in, and whether it is whom the invitation was sent to.
    account: Option<(String, bool)>,
    name: String,
    errors: FieldErrors,
}

impl AcceptPage {
    fn role(&self) -> &'static str {
        role_name(self.layout.t, self.invitation.role)
    }

    fn rule(&self) -> String {
        self.layout.t.form_password_rule(MAX_PASSWORD, MIN_PASSWORD)
    }

    fn next(&self) -> String {
        url::form_urlencoded::byte_serialize(self.path.as_bytes()).collect()
    }
}

/// An invitation that opens nothing.
#[derive(Template)]
#[template(path = "members/dead.html")]
struct DeadPage {
    layout: Layout,
    text: &'static str,
}

#[derive(Deserialize)]
pub struct AcceptPath {
    member: String,
    token: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, Path(path): Path<AcceptPath>) -> Result<Response> {
    match open(&app, &path).await? {
        Ok((opened, organization)) => {
            let page = page(&app, &viewer, &path, opened.invitation, organization);
            render(&page)
        }
        Err(error) => dead(&app, &viewer, &error),
    }
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<AcceptPath>,
    visitor: Visitor,
    posted: Posted,
) -> Result<Response> {
    let (opened, organization) = match open(&app, &path).await? {
        Ok(found) => found,
        Err(error) => return dead(&app, &viewer, &error),
    };
    let (t, ip) = (viewer.messages(), visitor.ip);
    if let Some(user) = &viewer.user {
        return match members::accept(&app, &opened, &Doer::user(user, ip), user.id).await {
            Ok(()) => {
                let home = format!("/organizations/{}/issues/", organization.slug);
                redirect_with(&app, &viewer, &home, t.people_welcome(organization.name)).await
            }
            Err(error) => dead(&app, &viewer, &error),
        };
    }
    let (name, errors) = (posted.text("name").to_owned(), check(t, &posted));
    if !errors.is_empty() {
        return refused(&app, &viewer, &path, (opened.invitation, organization), name, errors);
    }
    match members::accept_as_new(&app, &opened, (&name, posted.raw("password")), ip).await {
        Ok(user_id) => {
            let user = users::find(&app.db, user_id).await?.ok_or(Error::NotFound)?;
            let home = format!("/organizations/{}/issues/", organization.slug);
            enter(&app, &visitor, &user, Way { next: &home, is_kept: false }).await
        }
        Err(MemberError::Account(error)) => {
            let errors = error.field_errors(t)?;
            refused(&app, &viewer, &path, (opened.invitation, organization), name, errors)
        }
        Err(error) => dead(&app, &viewer, &error),
    }
}

fn check(t: Messages, posted: &Posted) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if !(1..=200).contains(&posted.text("name").chars().count()) {
        errors.add("name", t.form_name_length(200));
    }
    if posted.raw("password") != posted.raw("repeated") {
        errors.add("repeated", t.form_passwords_differ());
    }
    errors
}

fn refused(
    app: &App,
    viewer: &Viewer,
    path: &AcceptPath,
    (invitation, organization): (Invitation, Organization),
    name: String,
    errors: FieldErrors,
) -> Result<Response> {
    let page = AcceptPage { name, errors, ..page(app, viewer, path, invitation, organization) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

type Found = std::result::Result<(Opened, Organization), MemberError>;

async fn open(app: &App, path: &AcceptPath) -> Result<Found> {
    let Ok(id) = path.member.parse() else { return Ok(Err(MemberError::NoInvitation)) };
    match members::find_invitation(app, MemberId(id), &path.token).await {
        Ok(opened) => {
            let organization = organizations::find(&app.db, opened.invitation.organization_id).await?;
            Ok(Ok((opened, organization.ok_or(Error::NotFound)?)))
        }
        Err(MemberError::Database(error)) => Err(error.into()),
        Err(error) => Ok(Err(error)),
    }
}

/// One text for wrong, used and withdrawn ones, so that nobody learns which of them it was.
fn dead(app: &App, viewer: &Viewer, error: &MemberError) -> Result<Response> {
    let t = viewer.messages();
    let text =
        if matches!(error, MemberError::Expired) { t.people_invitation_expired() } else { t.people_invitation_dead() };
    let page = DeadPage { layout: Layout::new(app, viewer), text };
    Ok((StatusCode::NOT_FOUND, render(&page)?).into_response())
}

fn page(
    app: &App,
    viewer: &Viewer,
    path: &AcceptPath,
    invitation: Invitation,
    organization: Organization,
) -> AcceptPage {
    let account = viewer.user.as_ref().map(|user| {
        let is_same = user.email.eq_ignore_ascii_case(&invitation.email);
        (user.display_name().to_owned(), is_same)
    });
    AcceptPage {
        layout: Layout::new(app, viewer),
        organization,
        path: format!("/accept/{}/{}/", invitation.id, path.token),
        invitation,
        account,
        name: String::new(),
        errors: FieldErrors::default(),
    }
}
