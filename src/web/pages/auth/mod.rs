//! Entering and leaving. Every way to sign in ends in [`mod@enter`].

mod asked;
mod by_header;
mod confirm_email;
mod enter;
mod login;
mod logout;
mod pending;
mod reactivate;
mod recover;
mod second_factor;
mod single_sign_on;
mod sudo;
mod waiting;

use axum::Router;
use axum::routing::{get, post};

pub use asked::{Asked, FIELDS, proof_of};
pub use enter::{Way, enter};
pub use waiting::with_wait;

use crate::app::App;

pub fn routes() -> Router<App> {
    let set_password = || get(recover::show_link).post(recover::set);
    Router::new()
        .route("/auth/login/", get(login::show).post(login::sign_in))
        .route("/auth/login/{organization}/", get(login::show).post(login::sign_in))
        .route("/auth/2fa/", get(second_factor::show).post(second_factor::check))
        .route("/auth/reactivate/", get(reactivate::show).post(reactivate::reopen))
        .route("/auth/sso/", get(single_sign_on::start))
        .route("/auth/sso/callback/", get(single_sign_on::finish))
        .route("/auth/logout/", post(logout::sign_out))
        .route("/account/recover/", get(recover::show).post(recover::ask))
        .route("/account/recover/confirm/{user}/{token}/", set_password())
        .route("/account/password/confirm/{user}/{token}/", set_password())
        .route("/account/confirm-email/{user}/{token}/", get(confirm_email::show).post(confirm_email::confirm))
        .route("/account/sudo/", get(sudo::show).post(sudo::go_on))
}
