//! Anyone who looks at a page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::session;
use crate::app::App;
use crate::messages::Messages;
use crate::store::users::User;
use crate::store::{job_views, organizations};
use crate::types::language::Language;
use crate::types::wall_clock::WallClock;
use crate::volatile::sessions::Flash;
use crate::web::banner::Banner;
use crate::web::cookie::{self, Cookie};
use crate::web::error::{Error, Result};

/// The person in front of a page: perhaps signed in, always with a language. The pages' middleware loads it once.
#[derive(Clone)]
pub struct Viewer {
    pub user: Option<Arc<User>>,
    /// Id of the session, where there is one.
    pub session: Option<String>,
    /// Slug of the organization the person was in last: where the top bar leads on pages of no organization.
    pub home: Option<String>,
    pub flash: Option<Flash>,
    /// How many jobs of theirs wait or run.
    pub running_jobs: i64,
    pub language: Language,
    /// The zone they chose, else their browser's, else UTC.
    pub clock: WallClock,
    /// What an administrator should know.
    pub banner: Option<Banner>,
}

impl Viewer {
    pub fn messages(&self) -> Messages {
        Messages { language: self.language, clock: self.clock }
    }

    /// Someone unknown, for pages that need no store.
    pub fn anonymous(headers: &HeaderMap) -> Self {
        Self {
            user: None,
            session: None,
            home: None,
            flash: None,
            running_jobs: 0,
            language: browser_language(headers),
            clock: WallClock { zone: cookie::browser_zone(headers).unwrap_or_default(), ..WallClock::default() },
            banner: None,
        }
    }
}

/// Looks the session up. Without a store the viewer is anonymous, so that error pages can still be shown.
pub async fn load(app: &App, headers: &HeaderMap, query: Option<&str>) -> Result<Viewer> {
    let mut viewer = Viewer::anonymous(headers);
    if let Some(id) = Cookie::Session.id(headers) {
        let (session, flash) = app.redis.open_session(&id).await?;
        if let Some(session) = session
            && let Some(user) = session::user_of(app, &session).await?
        {
            viewer.language = user.language.as_deref().and_then(Language::parse).unwrap_or(viewer.language);
            viewer.clock = user.clock().unwrap_or(WallClock { is_24_hours: user.clock_24_hours, ..viewer.clock });
            if let Some(id) = user.last_organization_id {
                viewer.home = organizations::find(&app.db, id).await?.map(|organization| organization.slug);
            }
            viewer.running_jobs = job_views::count_running(&app.db, user.id).await?;
            viewer.user = Some(user);
            viewer.session = Some(id);
            viewer.flash = flash;
        }
    }
    if let Some(language) = asked_language(query) {
        viewer.language = language;
    }
    Ok(viewer)
}

/// `?lang=zh` on pages that can be reached without an account.
pub fn asked_language(query: Option<&str>) -> Option<Language> {
    let pairs = url::form_urlencoded::parse(query?.as_bytes());
    pairs.into_iter().find(|(key, _)| key == "lang").and_then(|(_, tag)| Language::parse(&tag))
}

/// What was chosen in the browser, or what it prefers.
fn browser_language(headers: &HeaderMap) -> Language {
    if let Some(chosen) = cookie::language(headers) {
        return chosen;
    }
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.and_then(Language::accepted).unwrap_or_default()
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(viewer) = parts.extensions.get::<Self>() {
            return Ok(viewer.clone());
        }
        load(app, &parts.headers, parts.uri.query()).await
    }
}
