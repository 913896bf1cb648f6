//! One account: who it is, what it may, where it is signed in, and what an administrator can do.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{UserAccess, path_of};
use crate::app::App;
use crate::services::mail;
use crate::store::api_tokens;
use crate::store::authenticators::{self, Authenticator};
use crate::store::members::{self, SolelyOwned};
use crate::store::user_emails::{self, UserEmail};
use crate::store::user_lists::{self, Membership};
use crate::store::users::User;
use crate::volatile::Kept;
use crate::web::avatar::Avatar;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::{Layout, Section};
use crate::web::pages::organizations::role_name;
use crate::web::pages::session_rows::{self, SessionRow};
use crate::web::render;

#[derive(Template)]
#[template(path = "manage/user.html")]
pub struct UserPage {
    layout: Layout,
    /// URL of the page.
    root: String,
    user: User,
    avatar: Avatar,
    emails: Vec<UserEmail>,
    memberships: Vec<Membership>,
    /// Organizations that have no other owner.
    owned: Vec<SolelyOwned>,
    providers: Vec<String>,
    factors: Vec<Authenticator>,
    sessions: Vec<SessionRow>,
    tokens: usize,
    is_self: bool,
    /// Whether letters leave, and there is an address.
    has_mail: bool,
    /// The link that was just made, where no letter can leave.
    link: Option<String>,
    pub errors: FieldErrors,
}

impl UserPage {
    fn role(&self, membership: &Membership) -> &'static str {
        role_name(self.layout.t, membership.role)
    }

    fn is_primary(&self, email: &UserEmail) -> bool {
        email.email.eq_ignore_ascii_case(&self.user.email)
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: UserAccess) -> Result<Response> {
    let mut page = page(&app, &viewer, access).await?;
    if let Some(session) = &viewer.session {
        let kept = app.redis.take_kept(Kept::PasswordLink, session).await?;
        page.link = kept.map(|path| format!("{}{path}", app.config.system.url_prefix));
    }
    render(&page)
}

pub async fn page(app: &App, viewer: &Viewer, access: UserAccess) -> Result<UserPage> {
    let UserAccess { superuser, user } = access;
    let layout = Layout::in_section(app, viewer, Section::Admin);
    Ok(UserPage {
        root: format!("{}{}", layout.base, path_of(&user)),
        avatar: Avatar::of(user.display_name()),
        emails: user_emails::list(&app.db, user.id).await?,
        memberships: user_lists::list_memberships(&app.db, user.id).await?,
        owned: members::list_solely_owned(&app.db, user.id).await?,
        providers: user_lists::list_providers(&app.db, user.id).await?,
        factors: authenticators::list(&app.db, user.id).await?,
        sessions: session_rows::list(app, layout.t, user.id, viewer.session.as_deref()).await?,
        tokens: api_tokens::list(&app.db, user.id).await?.len(),
        is_self: superuser.actor.user.id == user.id,
        has_mail: !user.email.is_empty() && mail::obstacle(&app.config).is_none(),
        link: None,
        errors: FieldErrors::default(),
        layout,
        user,
    })
}
