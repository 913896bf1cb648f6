//! The libraries that this build is made of.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

#[derive(Template)]
#[template(path = "manage/packages.html")]
struct PackagesPage {
    layout: Layout,
    /// Name and version.
    packages: &'static [(&'static str, &'static str)],
}

pub async fn show(State(app): State<App>, viewer: Viewer, _access: SuperuserAccess) -> Result<Response> {
    render(&PackagesPage { layout: Layout::in_section(&app, &viewer, Section::Admin), packages: PACKAGES })
}
