//! Fingerprint rules: writing them, trying them on one event, and seeing what they would do to recent ones.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::save_settings;
use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::group::rules::Rules;
use crate::protocol::event_id;
use crate::services::grouping::{self, Sample};
use crate::store::{event_lists, events};
use crate::types::json;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::posted::Posted;
use crate::web::pages::rule_preview::{self, PreviewView, TestedView};
use crate::web::{render, rule_errors, visible};

/// Events to choose from.
const NEWEST: i64 = 20;

#[derive(Template)]
#[template(path = "projects/grouping.html")]
struct GroupingPage {
    layout: Layout,
    t: Messages,
    rules: String,
    may_write: bool,
    errors: FieldErrors,
    /// The event that is tested.
    event: String,
    /// Ids and titles of the newest events.
    newest: Vec<(String, String)>,
    preview: Option<PreviewView>,
    tested: Option<TestedView>,
}

impl GroupingPage {
    async fn new<N: Needs>(app: &App, viewer: &Viewer, access: &ProjectAccess<N>) -> Result<Self> {
        let may_write = access.may(Scope::ProjectWrite);
        Ok(Self {
            layout: Layout::of_project(app, viewer, access, Section::Settings),
            t: viewer.messages(),
            rules: access.project.settings.fingerprint_rules.clone(),
            may_write,
            errors: FieldErrors::default(),
            event: String::new(),
            newest: if may_write { newest(app, access).await? } else { Vec::new() },
            preview: None,
            tested: None,
        })
    }

    fn refused(self) -> Result<Response> {
        Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&self)?).into_response())
    }
}

async fn newest<N: Needs>(app: &App, access: &ProjectAccess<N>) -> Result<Vec<(String, String)>> {
    let places = grouping::newest(app, access.project.id, NEWEST).await?;
    let ids: Vec<_> = places.iter().map(|place| place.event_id).collect();
    let found = event_lists::list(&app.db, access.project.id, &ids).await?;
    let choice = |event: &events::Event| {
        let id = event.event_id.as_simple().to_string();
        let bytes = event.json().unwrap_or_default();
        let title = json::parse(&bytes).ok().and_then(|tree| tree.get("title")?.as_str().map(str::to_owned));
        let title: String = visible::string(title.unwrap_or_default()).chars().take(80).collect();
        (id.clone(), format!("{} {title}", &id[..8]))
    };
    Ok(found.iter().map(choice).collect())
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    render(&GroupingPage::new(&app, &viewer, &access).await?)
}

/// Saves the rules, or tries them: `action` is `save`, `preview` or `test`.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    let text = posted.raw("rules").replace("\r\n", "\n");
    let rules = Rules::parse(&text);
    if posted.text("action") == "save" && rules.is_ok() {
        let mut settings = access.project.settings.0.clone();
        settings.fingerprint_rules = text;
        return save_settings(&app, &viewer, &access, &settings, "grouping/").await;
    }
    let mut page = GroupingPage::new(&app, &viewer, &access).await?;
    page.rules = text;
    let rules = match rules {
        Ok(rules) => rules,
        Err(error) => {
            page.errors = FieldErrors::one("rules", rule_errors::text(t, &error, "type:\"ValueError\""));
            return page.refused();
        }
    };
    let within = (access.organization().slug.as_str(), &access.project);
    if posted.text("action") != "test" {
        page.preview = Some(rule_preview::preview(&app, within, rules, Sample::Project, t).await?);
        return render(&page);
    }
    page.event = [posted.text("event"), posted.text("newest")]
        .into_iter()
        .find(|id| !id.is_empty())
        .unwrap_or_default()
        .to_owned();
    let Some(id) = event_id::parse(&page.event) else {
        page.errors = FieldErrors::one("event", t.grouping_test_no_id());
        return page.refused();
    };
    let Some(found) = grouping::test(&app, &access.project, &rules, id).await? else {
        page.errors = FieldErrors::one("event", t.grouping_test_unknown());
        return page.refused();
    };
    let event = id.as_simple().to_string();
    page.tested = Some(rule_preview::tested(&app, within, (event, &rules), found, t).await?);
    render(&page)
}
