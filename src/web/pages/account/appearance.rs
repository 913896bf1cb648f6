//! How pages look to somebody: language, time, theme, density, stack traces, keys.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::store::preferences::{self, Preferences};
use crate::store::users::User;
use crate::types::language::Language;
use crate::types::wall_clock::{WallClock, parse_zone, zone_names};
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::render;

const PATH: &str = "/settings/account/appearance/";
pub const THEMES: [&str; 3] = ["auto", "light", "dark"];
pub const DENSITIES: [&str; 2] = ["cozy", "compact"];
const STACK_VIEWS: [&str; 3] = ["app", "full", "raw"];

#[derive(Template)]
#[template(path = "account/appearance.html")]
struct AppearancePage {
    layout: Layout,
    user: User,
    /// As typed.
    time_zone: String,
    errors: FieldErrors,
}

impl AppearancePage {
    fn t(&self) -> Messages {
        self.layout.t
    }

    fn language(&self) -> &str {
        self.user.language.as_deref().unwrap_or("")
    }

    fn languages(&self) -> [(&'static str, &'static str); 3] {
        [("", self.t().account_language_browser()), ("en", "English"), ("zh-CN", "简体中文")]
    }

    /// Every zone with its present distance from UTC.
    fn zones(&self) -> impl Iterator<Item = (&'static str, String)> {
        let offset =
            |name| parse_zone(name).map(|zone| WallClock { zone, ..WallClock::default() }.offset(self.layout.now));
        zone_names().map(move |name| (name, offset(name).unwrap_or_default()))
    }

    fn clocks(&self) -> [(&'static str, Cow<'static, str>); 2] {
        let sample = |is_24_hours| {
            let clock = WallClock { is_24_hours, ..self.t().clock };
            Cow::from(Messages { clock, ..self.t() }.hour(self.layout.now))
        };
        [("24", sample(true)), ("12", sample(false))]
    }

    fn clock(&self) -> &'static str {
        if self.user.clock_24_hours { "24" } else { "12" }
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

    fn stack_order(&self) -> &'static str {
        if self.user.stack_newest_first { "newest" } else { "oldest" }
    }

    fn stack_orders(&self) -> [(&'static str, &'static str); 2] {
        [("newest", self.t().account_stack_newest_first()), ("oldest", self.t().account_stack_oldest_first())]
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    let time_zone = user.time_zone.clone().unwrap_or_default();
    render(&AppearancePage { layout: Layout::new(&app, &viewer), user, time_zone, errors: FieldErrors::default() })
}

pub async fn save(State(app): State<App>, viewer: Viewer, posted: Posted) -> Result<Response> {
    let user = viewer.user.as_deref().cloned().ok_or(Error::Unauthorized)?;
    let time_zone = posted.text("time_zone");
    if !time_zone.is_empty() && parse_zone(time_zone).is_none() {
        let layout = Layout::new(&app, &viewer);
        let errors = FieldErrors::one("time_zone", layout.t.account_time_zone_unknown());
        let page = AppearancePage { layout, user, time_zone: time_zone.to_owned(), errors };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    let language = Language::parse(posted.text("language"));
    let chosen = Preferences {
        language: language.map(Language::tag),
        time_zone: Some(time_zone).filter(|name| !name.is_empty()),
        clock_24_hours: posted.text("clock") != "12",
        theme: one_of(&THEMES, posted.text("theme"), &user.theme),
        density: one_of(&DENSITIES, posted.text("density"), &user.density),
        stack_view: one_of(&STACK_VIEWS, posted.text("stack_view"), &user.stack_view),
        stack_newest_first: posted.text("stack_order") != "oldest",
        shortcuts_enabled: posted.is_on("shortcuts_enabled"),
    };
    preferences::update(&app.db, user.id, &chosen).await?;
    let t = Messages::new(language.unwrap_or(viewer.language));
    redirect_with(&app, &viewer, PATH, t.form_saved()).await
}

/// What was chosen, if it is one of the choices.
pub fn one_of<'a>(choices: &[&'a str], chosen: &str, present: &'a str) -> &'a str {
    choices.iter().copied().find(|choice| *choice == chosen).unwrap_or(present)
}
