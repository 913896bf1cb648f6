//! A project key with every address an SDK may want.

use serde::Serialize;

use crate::app::App;
use crate::services::projects;
use crate::store::project_keys::ProjectKey;
use crate::store::projects::Project;
use crate::web::api::date::Date;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// The public key: that is what paths name keys by.
    id: String,
    name: String,
    label: String,
    public: String,
    secret: String,
    project_id: i64,
    is_active: bool,
    rate_limit: Option<RateLimitView>,
    dsn: DsnView,
    browser_sdk_version: &'static str,
    browser_sdk: BrowserSdkView,
    date_created: Date,
}

#[derive(Serialize)]
struct RateLimitView {
    window: i32,
    count: i32,
}

#[derive(Serialize)]
struct DsnView {
    secret: String,
    public: String,
    csp: String,
    security: String,
    minidump: String,
    unreal: String,
    cdn: String,
}

#[derive(Serialize)]
struct BrowserSdkView {
    choices: [(&'static str, &'static str); 1],
}

impl KeyView {
    pub fn of(app: &App, project: &Project, key: &ProjectKey) -> Self {
        let limit = key.rate_limit_count.zip(key.rate_limit_window);
        Self {
            id: key.public_key.clone(),
            name: key.label.clone(),
            label: key.label.clone(),
            public: key.public_key.clone(),
            secret: key.secret_key.clone(),
            project_id: key.project_id.0,
            is_active: key.is_active,
            rate_limit: limit.map(|(count, window)| RateLimitView { window, count }),
            dsn: DsnView::of(app, project, key),
            browser_sdk_version: "latest",
            browser_sdk: BrowserSdkView { choices: [("latest", "latest")] },
            date_created: key.created_at.into(),
        }
    }
}

impl DsnView {
    fn of(app: &App, project: &Project, key: &ProjectKey) -> Self {
        let prefix = projects::ingest_url(&app.config, &project.settings);
        let dsn = projects::dsn(prefix, key, key.project_id);
        Self {
            secret: dsn.legacy,
            public: dsn.public,
            csp: dsn.csp,
            security: dsn.security,
            minidump: dsn.minidump,
            unreal: format!("{prefix}/api/{}/unreal/{}/", key.project_id, key.public_key),
            // Picket hosts no scripts of SDKs.
            cdn: String::new(),
        }
    }
}
