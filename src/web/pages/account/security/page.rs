//! The page itself.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::app::App;
use crate::services::accounts::{MAX_PASSWORD, MIN_PASSWORD};
use crate::services::two_factor::{TOTP, security_keys};
use crate::store::authenticators::{self, Authenticator};
use crate::store::recovery_codes;
use crate::store::users::User;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::Viewer;
use crate::web::layout::Layout;
use crate::web::pages::session_rows::{self, SessionRow};
use crate::web::render;

#[expect(clippy::struct_excessive_bools, reason = "each shows or hides something of its own")]
#[derive(Template)]
#[template(path = "account/security.html")]
pub struct SecurityPage {
    layout: Layout,
    username: String,
    is_managed: bool,
    has_password: bool,
    /// An organization lets nobody in without a second factor.
    is_required: bool,
    factors: Vec<Authenticator>,
    codes_left: i64,
    keys_possible: bool,
    sessions: Vec<SessionRow>,
    pub errors: FieldErrors,
}

impl SecurityPage {
    fn rule(&self) -> String {
        self.layout.t.form_password_rule(MAX_PASSWORD, MIN_PASSWORD)
    }

    fn has_totp(&self) -> bool {
        self.factors.iter().any(|factor| factor.kind == TOTP)
    }

    fn factor_name<'a>(&self, factor: &'a Authenticator) -> &'a str {
        if factor.kind == TOTP { self.layout.t.account_totp() } else { &factor.name }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, RawQuery(query): RawQuery) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let mut page = page(&app, &viewer, &user).await?;
    page.is_required = query.as_deref() == Some("required");
    render(&page)
}

pub async fn page(app: &App, viewer: &Viewer, user: &User) -> Result<SecurityPage> {
    Ok(SecurityPage {
        layout: Layout::new(app, viewer),
        username: user.username.clone(),
        is_managed: user.is_managed,
        has_password: user.password_hash.is_some(),
        is_required: false,
        factors: authenticators::list(&app.db, user.id).await?,
        codes_left: recovery_codes::count(&app.db, user.id).await?,
        keys_possible: security_keys::is_possible(app),
        sessions: session_rows::list(app, viewer.messages(), user.id, viewer.session.as_deref()).await?,
        errors: FieldErrors::default(),
    })
}
