//! Adding an authenticator app: a secret to scan, and a code to prove that the app has it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::PATH;
use super::factors::finish;
use crate::app::App;
use crate::services::audit::Doer;
use crate::services::sign_in::limits;
use crate::services::two_factor::{self, Error as TwoFactorError, NewFactor, totp};
use crate::store::users::User;
use crate::volatile::Kept;
use crate::web::error::{Error, Result};
use crate::web::extract::{Viewer, Visitor};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::confirmed::Confirmed;
use crate::web::pages::posted::Posted;
use crate::web::qr_code::qr_code;
use crate::web::{redirect, render};

const SHOWN_AT: &str = "/settings/account/security/totp/";

#[derive(Template)]
#[template(path = "account/totp.html")]
struct TotpPage {
    layout: Layout,
    picture: Markup,
    /// For apps that cannot scan, in groups of four.
    secret: String,
    error: Option<String>,
}

/// Makes a secret. It is the account's once a code has proved it.
pub async fn begin(State(app): State<App>, viewer: Viewer, _posted: Confirmed) -> Result<Response> {
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    app.redis.keep(Kept::TotpSecret, session, &totp::encode(&totp::new_secret())).await?;
    Ok(redirect(&app, SHOWN_AT))
}

pub async fn show(State(app): State<App>, viewer: Viewer) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    match secret(&app, &viewer).await? {
        Some(secret) => render(&page(&app, &viewer, &user, &secret, None)),
        None => Ok(redirect(&app, PATH)),
    }
}

pub async fn confirm(State(app): State<App>, viewer: Viewer, visitor: Visitor, posted: Posted) -> Result<Response> {
    let user = viewer.user.clone().ok_or(Error::Unauthorized)?;
    let Some(secret) = secret(&app, &viewer).await? else { return Ok(redirect(&app, PATH)) };
    let counted = limits::count_proof(&app, visitor.ip, user.id).await?;
    let (t, by) = (viewer.messages(), Doer::user(&user, visitor.ip));
    let new = NewFactor::Totp { secret: &secret, code: posted.text("code") };
    let error = match two_factor::enroll(&app, &by, &user, new).await {
        Ok(changed) => {
            counted.forgive(&app).await?;
            let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
            app.redis.take_kept(Kept::TotpSecret, session).await?;
            return finish(&app, &viewer, &user, changed, t.account_factor_added()).await;
        }
        Err(TwoFactorError::WrongCode) => t.account_wrong_code(),
        Err(TwoFactorError::Taken) => t.account_factor_taken(),
        Err(error) => return Err(error.into()),
    };
    let page = page(&app, &viewer, &user, &secret, Some(error.to_owned()));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn secret(app: &App, viewer: &Viewer) -> Result<Option<Vec<u8>>> {
    let session = viewer.session.as_deref().ok_or(Error::Unauthorized)?;
    let kept = app.redis.kept_text(Kept::TotpSecret, session).await?;
    Ok(kept.and_then(|text| totp::decode(&text)))
}

fn page(app: &App, viewer: &Viewer, user: &User, secret: &[u8], error: Option<String>) -> TotpPage {
    let uri = totp::uri(&app.config.system.site_name, &user.username, secret);
    let layout = Layout::new(app, viewer);
    let picture = qr_code(&uri, layout.t.account_qr_code());
    let text = totp::encode(secret);
    let groups: Vec<&str> = text.as_bytes().chunks(4).filter_map(|part| std::str::from_utf8(part).ok()).collect();
    TotpPage { layout, picture, secret: groups.join(" "), error }
}
