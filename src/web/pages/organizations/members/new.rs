//! Inviting people, and making accounts for those whom no mail reaches.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{RoleChoice, list_path, refusal, roles};
use crate::app::App;
use crate::messages::Messages;
use crate::services::mail;
use crate::services::members::{self, Error as MemberError, NewMember};
use crate::store::teams::{self, Team};
use crate::types::role::Role;
use crate::volatile::Kept;
use crate::web::acting::acting;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::MemberWrite;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::render;

/// Addresses that are invited at once.
const MAX_ADDRESSES: usize = 50;

type Access = OrganizationAccess<MemberWrite>;

#[derive(Template)]
#[template(path = "members/new.html")]
struct NewPage {
    layout: Layout,
    root: String,
    roles: Vec<RoleChoice>,
    /// The role that is chosen.
    role: String,
    teams: Vec<(Team, bool)>,
    /// Whether letters leave this server.
    has_mail: bool,
    may_create: bool,
    posted: Posted,
    errors: FieldErrors,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: Access) -> Result<Response> {
    render(&page(&app, &viewer, &access, Posted::default(), FieldErrors::default()).await?)
}

/// Invites, or with `action` `create` makes an account. The list shows what is shown once.
pub async fn save(State(app): State<App>, viewer: Viewer, access: Access, posted: Posted) -> Result<Response> {
    let t = viewer.messages();
    let is_account = posted.text("action") == "create" && may_create(&app, &access);
    let done = if is_account {
        create(&app, &access, &posted).await
    } else {
        match addresses(t, &posted) {
            Ok(emails) => invite(&app, &viewer, &access, &posted, &emails).await,
            Err(errors) => return refused(&app, &viewer, &access, posted, errors).await,
        }
    };
    let shown = match done {
        Ok(shown) => shown,
        Err(error) => {
            let errors = field_errors(t, error, is_account)?;
            return refused(&app, &viewer, &access, posted, errors).await;
        }
    };
    let lines: Vec<String> = shown.iter().map(|(email, secret)| format!("{email}\t{secret}")).collect();
    if let Some(session) = &viewer.session {
        app.redis.keep(Kept::MemberSecrets, session, &lines.join("\n")).await?;
    }
    let text = if is_account { t.people_account_made().to_owned() } else { t.people_invited_count(shown.len()) };
    redirect_with(&app, &viewer, &list_path(&access), text).await
}

fn field_errors(t: Messages, error: MemberError, is_account: bool) -> Result<FieldErrors> {
    if let MemberError::Account(error) = error {
        return error.field_errors(t);
    }
    let (field, text) = refusal(t, error)?;
    Ok(FieldErrors::one(if is_account && field == "emails" { "email" } else { field }, text))
}

async fn refused(app: &App, viewer: &Viewer, access: &Access, posted: Posted, errors: FieldErrors) -> Result<Response> {
    let page = page(app, viewer, access, posted, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn addresses(t: Messages, posted: &Posted) -> Result<Vec<String>, FieldErrors> {
    let mut emails: Vec<String> = Vec::new();
    for text in posted.raw("emails").split(|c: char| c.is_whitespace() || c == ',' || c == ';') {
        let is_new = !emails.iter().any(|email| email.eq_ignore_ascii_case(text));
        if !text.is_empty() && is_new {
            emails.push(text.to_owned());
        }
    }
    if emails.is_empty() || emails.len() > MAX_ADDRESSES {
        return Err(FieldErrors::one("emails", t.people_address_count(MAX_ADDRESSES)));
    }
    Ok(emails)
}

async fn invite(
    app: &App,
    viewer: &Viewer,
    access: &Access,
    posted: &Posted,
    emails: &[String],
) -> Result<Vec<(String, String)>, MemberError> {
    let (acting, role, teams) = (acting(access), chosen_role(access, posted), chosen_teams(posted));
    let mut tx = app.db.begin().await?;
    let mut shown = Vec::new();
    for email in emails {
        let new = NewMember { email, role, teams: &teams };
        let invited = members::invite(&mut tx, app, &acting, &new, viewer.language).await?;
        shown.push((invited.email, format!("{}{}", app.config.system.url_prefix, invited.path)));
    }
    tx.commit().await?;
    Ok(shown)
}

async fn create(app: &App, access: &Access, posted: &Posted) -> Result<Vec<(String, String)>, MemberError> {
    let teams = chosen_teams(posted);
    let new = NewMember { email: posted.text("email"), role: chosen_role(access, posted), teams: &teams };
    let mut tx = app.db.begin().await?;
    let name: String = posted.text("name").chars().take(200).collect();
    let made = members::create_user(&mut tx, app, &acting(access), &new, &name).await?;
    tx.commit().await?;
    Ok(vec![(made.email, made.password)])
}

/// What cannot be read is the organization's default, which invites nobody to more than its owners decided, nor to more
/// than who invites.
fn chosen_role(access: &Access, posted: &Posted) -> Role {
    let default = || access.organization.default_role.min(acting(access).role);
    Role::parse(posted.text("role")).unwrap_or_else(default)
}

fn chosen_teams(posted: &Posted) -> Vec<String> {
    posted.all("team").map(str::to_owned).collect()
}

/// Where there are several organizations, accounts belong to none of them alone.
fn may_create(app: &App, access: &Access) -> bool {
    access.actor.user.is_superuser || app.config.system.single_organization
}

async fn page(app: &App, viewer: &Viewer, access: &Access, posted: Posted, errors: FieldErrors) -> Result<NewPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let chosen = chosen_teams(&posted);
    let teams = teams::list(&app.db, access.organization.id).await?;
    let is_only = teams.len() == 1 && !posted.is_on("role");
    let with_choice = |team: Team| {
        let is_chosen = is_only || chosen.contains(&team.slug);
        (team, is_chosen)
    };
    Ok(NewPage {
        root: format!("{}{}", layout.base, list_path(access)),
        roles: roles(layout.t, &acting(access)),
        role: chosen_role(access, &posted).as_str().to_owned(),
        teams: teams.into_iter().map(with_choice).collect(),
        has_mail: mail::obstacle(&app.config).is_none(),
        may_create: may_create(app, access),
        layout,
        posted,
        errors,
    })
}
