//! Ownership rules: writing them, and seeing how many of the last events each matches.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::pipeline::ownership::Ownership;
use crate::services::ownership;
use crate::store::project_ownership;
use crate::types::scope::Scope;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::posted::Posted;
use crate::web::{render, rule_errors, visible};

/// Events that rules are tried on.
const TRIED: i64 = 100;
/// A matcher, for messages.
const EXAMPLE: &str = "path:src/payments/*";

#[derive(Template)]
#[template(path = "projects/ownership.html")]
struct OwnershipPage {
    layout: Layout,
    t: Messages,
    rules: String,
    fallthrough: bool,
    may_write: bool,
    errors: FieldErrors,
    /// How many events were tried, in words, and how many of them each rule matches.
    tried: Option<(String, Vec<Hits>)>,
}

struct Hits {
    line: usize,
    text: String,
    events: usize,
}

impl OwnershipPage {
    fn new<N: Needs>(app: &App, viewer: &Viewer, access: &ProjectAccess<N>) -> Self {
        Self {
            layout: Layout::of_project(app, viewer, access, Section::Settings),
            t: viewer.messages(),
            rules: String::new(),
            fallthrough: true,
            may_write: access.may(Scope::ProjectWrite),
            errors: FieldErrors::default(),
            tried: None,
        }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    let mut page = OwnershipPage::new(&app, &viewer, &access);
    if let Some(saved) = project_ownership::find(&app.db, access.project.id).await? {
        page.rules = saved.raw;
        page.fallthrough = saved.fallthrough;
    }
    render(&page)
}

/// Saves the rules, or tries them: `action` is `save` or `test`.
pub async fn act(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let t = viewer.messages();
    let mut page = OwnershipPage::new(&app, &viewer, &access);
    page.rules = posted.raw("rules").replace("\r\n", "\n");
    page.fallthrough = posted.is_on("fallthrough");
    let refusal = if posted.text("action") == "test" {
        test(&app, &access, &mut page).await?
    } else {
        match ownership::save(&app, &access.actor().doer(), &access.project, &page.rules, page.fallthrough).await {
            Ok(_) => {
                let path =
                    format!("/settings/{}/projects/{}/ownership/", access.organization().slug, access.project.slug);
                return redirect_with(&app, &viewer, &path, t.form_saved()).await;
            }
            Err(error) => refusal(t, error)?,
        }
    };
    let Some(refusal) = refusal else { return render(&page) };
    page.errors = FieldErrors::one("rules", refusal);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn refusal(t: Messages, error: ownership::Error) -> Result<Option<String>> {
    match error {
        ownership::Error::Rule(error) => Ok(Some(rule_errors::text(t, &error, EXAMPLE))),
        ownership::Error::UnknownOwners(names) => Ok(Some(t.ownership_unknown(visible::string(names.join(", "))))),
        ownership::Error::Database(error) => Err(error.into()),
    }
}

async fn test(app: &App, access: &ProjectAccess<ProjectWrite>, page: &mut OwnershipPage) -> Result<Option<String>> {
    let rules = match Ownership::parse(&page.rules) {
        Ok(rules) => rules,
        Err(error) => return Ok(Some(rule_errors::text(page.t, &error, EXAMPLE))),
    };
    let unknown = ownership::Directory::load(app, &access.project).await?.unknown(&rules);
    let written: Vec<(usize, String)> =
        rules.iter().map(|rule| (rule.line, visible::text(&rule.text).into_owned())).collect();
    let (tried, counts) = ownership::try_rules(app, access.project.id, rules, TRIED).await?;
    let hits = written.into_iter().zip(counts).map(|((line, text), events)| Hits { line, text, events });
    page.tried = Some((page.t.ownership_tried(tried), if tried == 0 { Vec::new() } else { hits.collect() }));
    Ok((!unknown.is_empty()).then(|| page.t.ownership_unknown(visible::string(unknown.join(", ")))))
}
