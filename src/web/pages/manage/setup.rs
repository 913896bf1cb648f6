//! The first visit to a fresh installation. There is no sign-in yet, so the page exists only until there is an
//! administrator.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::services::accounts::{self, MAX_PASSWORD, MIN_PASSWORD, NewAccount};
use crate::services::first_run::{self, FirstRun, Installed};
use crate::services::{settings, setup};
use crate::store::{organizations, superusers};
use crate::web::arrived::Arrived;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::pages::auth::{Way, enter};
use crate::web::pages::onboarding::platforms;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::{base_path, redirect, render};

#[derive(Template)]
#[template(path = "manage/setup.html")]
struct SetupPage {
    layout: Layout,
    public_url: PublicUrl,
    platforms: Vec<(&'static str, &'static str)>,
    organization: String,
    posted: Posted,
    errors: FieldErrors,
}

/// The address that was configured, beside the one this visit came by.
struct PublicUrl {
    configured: String,
    seen: String,
    /// It can only be changed where it was configured.
    is_fixed: bool,
    /// What stands in the field.
    chosen: String,
}

impl SetupPage {
    fn password_rule(&self) -> String {
        self.layout.t.form_password_rule(MAX_PASSWORD, MIN_PASSWORD)
    }

    /// What was typed, or a first suggestion.
    fn project(&self) -> &str {
        if self.posted.text("email").is_empty() { "backend" } else { self.posted.text("project") }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, arrived: Arrived) -> Result<Response> {
    if superusers::exists(&app.db).await? {
        return Ok(redirect(&app, "/manage/"));
    }
    let existing = organizations::find_default(&app.db).await?;
    let organization = existing.map_or_else(String::new, |organization| organization.name);
    let form = Form { organization, posted: Posted::default(), errors: FieldErrors::default() };
    form.show(&app, &viewer, &arrived)
}

/// Makes everything at once; the new administrator is signed in and led to the first project's instructions.
pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    visitor: Visitor,
    arrived: Arrived,
    posted: Posted,
) -> Result<Response> {
    match set_up(&app, viewer.messages(), &posted).await? {
        Ok(Installed { user, organization, project }) => {
            let path = format!("/{}/{}/getting-started/", organization.slug, project.slug);
            enter(&app, &visitor, &user, Way { next: &path, is_kept: true }).await
        }
        Err(errors) => {
            let form = Form { organization: posted.text("organization").to_owned(), posted, errors };
            let page = form.show(&app, &viewer, &arrived)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// A form as it is shown, empty or with what was typed.
struct Form {
    organization: String,
    posted: Posted,
    errors: FieldErrors,
}

impl Form {
    fn show(self, app: &App, viewer: &Viewer, arrived: &Arrived) -> Result<Response> {
        let system = &app.config.system;
        let origin = arrived.seen_origin().unwrap_or_default();
        let seen = format!("{origin}{}", base_path(app));
        // An empty form suggests what the browser used.
        let typed = self.posted.text("url");
        let chosen = if typed.is_empty() && self.errors.is_empty() { &seen } else { typed }.to_owned();
        render(&SetupPage {
            layout: Layout::new(app, viewer),
            public_url: PublicUrl {
                configured: system.url_prefix.clone(),
                is_fixed: system.url_prefix_is_fixed,
                chosen,
                seen,
            },
            platforms: platforms::all().map(|platform| (platform.id, platform.name)).collect(),
            organization: self.organization,
            posted: self.posted,
            errors: self.errors,
        })
    }
}

async fn set_up(app: &App, t: Messages, posted: &Posted) -> Result<Result<Installed, FieldErrors>> {
    if superusers::exists(&app.db).await? {
        return Err(Error::Forbidden(&[]));
    }
    if posted.raw("password") != posted.raw("repeated") {
        return Ok(Err(FieldErrors::one("repeated", t.form_passwords_differ())));
    }
    let configured = &app.config.system.url_prefix;
    let public_url = match public_url(app, posted) {
        Ok(url) => url.filter(|url| url != configured),
        Err(error) => return Ok(Err(field_errors(error, t)?)),
    };
    let hash = match accounts::hash_password(&app.config.auth, posted.raw("password")).await {
        Ok(hash) => hash,
        Err(error) => return Ok(Err(error.field_errors(t)?)),
    };
    let platform = posted.text("platform");
    let chosen = FirstRun {
        account: NewAccount {
            email: posted.text("email"),
            name: posted.text("name"),
            password_hash: Some(&hash),
            is_superuser: true,
        },
        organization_name: posted.text("organization"),
        project_name: posted.text("project"),
        platform: Some(platform).filter(|id| platforms::find(id).is_some()),
        public_url: public_url.as_deref(),
    };
    match first_run::set_up(&app.db, &chosen, app.clock.now()).await {
        Ok(installed) => {
            settings::refresh(app).await?;
            Ok(Ok(installed))
        }
        Err(error) => Ok(Err(field_errors(error, t)?)),
    }
}

/// The address in the form, where one can be chosen.
fn public_url(app: &App, posted: &Posted) -> Result<Option<String>, first_run::Error> {
    let system = &app.config.system;
    if system.url_prefix_is_fixed {
        return Ok(None);
    }
    first_run::read_public_url(posted.text("url"), &system.url_prefix).map(Some)
}

/// The form has three names, so each error goes to its own field.
fn field_errors(error: first_run::Error, t: Messages) -> Result<FieldErrors> {
    let renamed = |errors: FieldErrors, field| {
        let message = errors.iter().next().map_or_else(String::new, |(_, message)| message.to_owned());
        FieldErrors::one(field, message)
    };
    match error {
        first_run::Error::Done => Err(Error::Forbidden(&[])),
        first_run::Error::PublicUrl => Ok(FieldErrors::one("url", t.setup_url_wrong())),
        first_run::Error::PublicPath(path) => Ok(FieldErrors::one("url", t.setup_url_path(path))),
        first_run::Error::Setup(setup::Error::Account(error)) => error.field_errors(t),
        first_run::Error::Setup(setup::Error::Organization(error)) => {
            Ok(renamed(error.field_errors(t)?, "organization"))
        }
        first_run::Error::Setup(setup::Error::Team(error)) => Ok(renamed(error.field_errors(t)?, "organization")),
        first_run::Error::Setup(setup::Error::Project(error)) | first_run::Error::Project(error) => {
            Ok(renamed(error.field_errors(t)?, "project"))
        }
        first_run::Error::Setup(setup::Error::Database(error)) | first_run::Error::Database(error) => Err(error.into()),
    }
}
