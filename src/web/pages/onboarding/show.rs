//! The page: pick a platform, three steps, and the live box.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;

use super::live::LiveBox;
use super::platforms::{self, OTHER, Platform, Upload};
use crate::app::App;
use crate::services::projects;
use crate::store::project_keys::{self, ProjectKey};
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

#[derive(Template)]
#[template(path = "onboarding/show.html")]
struct OnboardingPage {
    layout: Layout,
    /// Path of the instructions, before the platform.
    root: String,
    organization: String,
    project: String,
    platform: &'static Platform,
    family: Vec<&'static Platform>,
    picker: Vec<&'static Platform>,
    /// `None`: the project has no key that works.
    snippets: Option<Snippets>,
    url_prefix: String,
    /// The host programs must reach, where this visit came by another.
    other_host: Option<String>,
    live: LiveBox,
}

/// The code with the project's own addresses.
struct Snippets {
    dsn: String,
    install: String,
    start: String,
    test: String,
}

impl Snippets {
    /// The steps are numbered by what there is to do.
    fn step_of_start(&self) -> u8 {
        if self.install.is_empty() { 1 } else { 2 }
    }

    fn step_of_test(&self) -> u8 {
        self.step_of_start() + u8::from(!self.start.is_empty())
    }
}

impl OnboardingPage {
    fn upload_command(&self) -> String {
        let prefix = format!("sentry-cli --url {} ", self.public_url());
        let (organization, project) = (&self.organization, &self.project);
        match self.platform.upload {
            Upload::SourceMaps => format!(
                "{prefix}sourcemaps inject ./dist\n\
                 {prefix}sourcemaps upload --org {organization} --project {project} --release my-app@1.0.0 ./dist"
            ),
            Upload::Symbols => format!("{prefix}debug-files upload --org {organization} --project {project} ./build"),
            Upload::None => String::new(),
        }
    }

    fn public_url(&self) -> &str {
        &self.url_prefix
    }
}

#[derive(Deserialize)]
pub struct PlatformPath {
    platform: String,
}

/// The instructions for the platform the project names.
pub async fn of_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    headers: HeaderMap,
) -> Result<Response> {
    let platform = platforms::nearest(access.project.platform.as_deref().unwrap_or(OTHER));
    show(&app, &viewer, &access, &headers, platform).await
}

pub async fn of_platform(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    Path(path): Path<PlatformPath>,
    headers: HeaderMap,
) -> Result<Response> {
    let platform = platforms::find(&path.platform).ok_or(Error::NotFound)?;
    show(&app, &viewer, &access, &headers, platform).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    access: &ProjectAccess<EventRead>,
    headers: &HeaderMap,
    platform: &'static Platform,
) -> Result<Response> {
    let keys = project_keys::list(&app.db, access.project.id).await?;
    let key = keys.into_iter().find(|key| key.is_active);
    let layout = Layout::of_project(app, viewer, access, Section::Projects);
    let (organization, project) = (access.organization().slug.clone(), access.project.slug.clone());
    render(&OnboardingPage {
        root: format!("{}/{organization}/{project}/getting-started/", layout.base),
        layout,
        organization,
        project,
        platform,
        family: platforms::family_of(platform),
        picker: platforms::all().collect(),
        snippets: key.map(|key| snippets(app, access, &key, platform)),
        url_prefix: app.config.system.url_prefix.clone(),
        other_host: other_host(&app.config.system.url_prefix, headers),
        live: LiveBox::of(app, viewer, access).await?,
    })
}

fn snippets(app: &App, access: &ProjectAccess<EventRead>, key: &ProjectKey, platform: &Platform) -> Snippets {
    let prefix = projects::ingest_url(&app.config, &access.project.settings);
    let dsn = projects::dsn(prefix, key, access.project.id);
    let fill = |snippet| platforms::fill(snippet, prefix, &dsn, key, access.project.id);
    Snippets {
        install: fill(platform.install),
        start: fill(platform.start),
        test: fill(platform.test),
        dsn: dsn.public,
    }
}

/// The public host, where the browser used another.
fn other_host(url_prefix: &str, headers: &HeaderMap) -> Option<String> {
    let public = url::Url::parse(url_prefix).ok()?;
    let port = public.port().map_or_else(String::new, |port| format!(":{port}"));
    let public_host = format!("{}{port}", public.host_str()?);
    let used = headers.get(header::HOST).and_then(|value| value.to_str().ok())?;
    (used != public_host).then_some(public_host)
}
