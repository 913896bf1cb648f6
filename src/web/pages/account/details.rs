//! Name, language, and how pages look.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::store::users::{self, Preferences, User};
use crate::types::language::Language;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

const MAX_NAME: usize = 200;
pub const THEMES: [&str; 3] = ["auto", "light", "dark"];
pub const DENSITIES: [&str; 2] = ["cozy", "compact"];
const STACK_VIEWS: [&str; 3] = ["app", "full", "raw"];

#[derive(Template)]
#[template(path = "account/details.html")]
struct DetailsPage {
    layout: Layout,
    user: User,
    name: String,
    errors: FieldErrors,
}

impl DetailsPage {
    fn t(&self) -> Messages {
        self.layout.t
    }

    fn language(&self) -> &str {
        self.user.language.as_deref().unwrap_or("")
    }

    fn languages(&self) -> [(&'static str, &'static str); 3] {
        [("", self.t().account_language_browser()), ("en", "English"), ("zh-CN", "简体中文")]
    }

    fn themes(&self) -> [(&'static str, &'static str); 3] {
        let t = self.t();
        [("auto", t.shell_theme_auto()), ("light", t.shell_theme_light()), ("dark", t.shell_theme_dark())]
    }

    fn densities(&self) -> [(&'static str, &'static str); 2] {
        [("cozy", self.t().account_density_cozy()), ("compact", self.t().account_density_compact())]
    }

    fn stack_views(&self) -> [(&'static str, &'static str); 3] {
        let t = self.t();
        [("app", t.account_stack_app()), ("full", t.account_stack_full()), ("raw", t.account_stack_raw())]
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    let name = user.name.clone();
    render(&DetailsPage { layout: Layout::new(&app, &viewer), user, name, errors: FieldErrors::default() })
}

pub async fn save(State(app): State<App>, viewer: Viewer, posted: Posted) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    let name = posted.text("name").to_owned();
    if name.chars().count() > MAX_NAME {
        let layout = Layout::new(&app, &viewer);
        let errors = FieldErrors::one("name", layout.t.account_too_long(MAX_NAME));
        let page = DetailsPage { layout, user, name, errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    // A directory keeps the names of managed accounts.
    let kept_name = if user.is_managed { &user.name } else { &name };
    let language = Language::parse(posted.text("language"));
    let chosen = Preferences {
        language: language.map(Language::tag),
        theme: one_of(&THEMES, posted.text("theme"), &user.theme),
        density: one_of(&DENSITIES, posted.text("density"), &user.density),
        stack_view: one_of(&STACK_VIEWS, posted.text("stack_view"), &user.stack_view),
        stack_newest_first: posted.is_on("stack_newest_first"),
        shortcuts_enabled: posted.is_on("shortcuts_enabled"),
    };
    users::update_profile(&app.db, user.id, kept_name, user.time_zone.as_deref()).await?;
    users::update_preferences(&app.db, user.id, &chosen).await?;
    let t = Messages { language: language.unwrap_or(viewer.language) };
    redirect_with(&app, &viewer, "/settings/account/details/", t.form_saved()).await
}

/// What was chosen, if it is one of the choices.
pub fn one_of<'a>(choices: &[&'a str], chosen: &str, present: &'a str) -> &'a str {
    choices.iter().copied().find(|choice| *choice == chosen).unwrap_or(present)
}
