//! Name, short name, platform, and who may send.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::messages::Messages;
use crate::services::project_changes::save_settings;
use crate::services::projects::{self, Identity};
use crate::types::project_settings::ProjectSettings;
use crate::types::scope::Scope;
use crate::types::slug::Slug;
use crate::web::error::{FieldErrors, Result};
use crate::web::extract::needs::{Needs, ProjectRead, ProjectWrite};
use crate::web::extract::{ProjectAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::flash::redirect_with;
use crate::web::pages::onboarding::platforms;
use crate::web::pages::posted::Posted;
use crate::web::pages::refusals::Refusal;
use crate::web::{base_path, render};

#[derive(Template)]
#[template(path = "projects/general.html")]
struct GeneralPage {
    layout: Layout,
    action: String,
    platforms: Vec<(&'static str, &'static str)>,
    values: Values,
    may_write: bool,
    may_remove: bool,
    errors: FieldErrors,
}

/// The fields of the form.
struct Values {
    name: String,
    slug: String,
    platform: String,
    allowed_domains: String,
    resolve_age: String,
    rate_limit: String,
    default_environment: String,
    subject_prefix: String,
    subject_template: String,
}

impl Values {
    fn of<N>(access: &ProjectAccess<N>) -> Self {
        let (project, settings) = (&access.project, &access.project.settings);
        Self {
            name: project.name.clone(),
            slug: project.slug.clone(),
            platform: project.platform.as_deref().map_or(platforms::OTHER, |id| platforms::nearest(id).id).to_owned(),
            allowed_domains: settings.allowed_domains.join("\n"),
            resolve_age: settings.resolve_age.to_string(),
            rate_limit: settings.rate_limit_per_minute.to_string(),
            default_environment: settings.default_environment.clone(),
            subject_prefix: settings.subject_prefix.clone(),
            subject_template: settings.subject_template.clone(),
        }
    }

    fn posted(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            name: text("name"),
            slug: text("slug"),
            platform: text("platform"),
            allowed_domains: posted.raw("allowed_domains").to_owned(),
            resolve_age: text("resolve_age"),
            rate_limit: text("rate_limit"),
            default_environment: text("default_environment"),
            subject_prefix: text("subject_prefix"),
            subject_template: text("subject_template"),
        }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ProjectAccess<ProjectRead>) -> Result<Response> {
    let values = Values::of(&access);
    let may_write = access.may(Scope::ProjectWrite);
    render(&GeneralPage {
        action: action(&app, &access),
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        platforms: platforms::all().map(|platform| (platform.id, platform.name)).collect(),
        values,
        may_write,
        may_remove: access.may(Scope::ProjectAdmin),
        errors: FieldErrors::default(),
    })
}

pub async fn save(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<ProjectWrite>,
    posted: Posted,
) -> Result<Response> {
    let values = Values::posted(&posted);
    let errors = update(&app, viewer.messages(), &access, &values, &posted).await?;
    if errors.is_empty() {
        let path = format!("/settings/{}/projects/{}/", access.organization().slug, values.slug);
        return redirect_with(&app, &viewer, &path, viewer.messages().form_saved()).await;
    }
    let page = GeneralPage {
        action: action(&app, &access),
        layout: Layout::of_project(&app, &viewer, &access, Section::Settings),
        platforms: platforms::all().map(|platform| (platform.id, platform.name)).collect(),
        values,
        may_write: true,
        may_remove: access.may(Scope::ProjectAdmin),
        errors,
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

fn action<N: Needs>(app: &App, access: &ProjectAccess<N>) -> String {
    let base = base_path(app);
    format!("{base}/settings/{}/projects/{}/", access.organization().slug, access.project.slug)
}

async fn update(
    app: &App,
    t: Messages,
    access: &ProjectAccess<ProjectWrite>,
    values: &Values,
    posted: &Posted,
) -> Result<FieldErrors> {
    let errors = check(t, access, values);
    let (Ok(resolve_age), Ok(rate_limit)) = (values.resolve_age.parse(), values.rate_limit.parse()) else {
        return Ok(errors);
    };
    if !errors.is_empty() {
        return Ok(errors);
    }
    let slug = Slug::parse(&values.slug).ok();
    let (doer, now) = (access.actor().doer(), app.clock.now());
    let identity = Identity { name: Some(&values.name), slug: slug.as_ref(), platform: Some(&values.platform) };
    if let Err(error) = projects::rename(&app.db, &doer, &access.project, &identity, now).await {
        return error.field_errors(t);
    }
    let mut settings = access.project.settings.0.clone();
    settings.allowed_domains = posted.lines("allowed_domains");
    settings.resolve_age = resolve_age;
    settings.rate_limit_per_minute = rate_limit;
    settings.default_environment.clone_from(&values.default_environment);
    settings.subject_prefix.clone_from(&values.subject_prefix);
    let template = Some(values.subject_template.as_str()).filter(|text| !text.is_empty());
    template.unwrap_or(ProjectSettings::SUBJECT_TEMPLATE).clone_into(&mut settings.subject_template);
    let mut tx = app.db.begin().await?;
    save_settings(&mut tx, &doer, &access.project, &settings, now).await?;
    tx.commit().await?;
    Ok(errors)
}

fn check(t: Messages, access: &ProjectAccess<ProjectWrite>, values: &Values) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if values.slug != access.project.slug && Slug::parse(&values.slug).is_err() {
        errors.add("slug", t.form_invalid_slug());
    }
    if platforms::find(&values.platform).is_none() {
        errors.add("platform", t.form_platform());
    }
    for (field, value) in [("resolve_age", &values.resolve_age), ("rate_limit", &values.rate_limit)] {
        if value.parse::<u32>().is_err() {
            errors.add(field, t.form_whole_number());
        }
    }
    if !ProjectSettings::is_environment(&values.default_environment) {
        errors.add("default_environment", t.project_bad_environment(ProjectSettings::MAX_ENVIRONMENT));
    }
    for (field, value) in [("subject_prefix", &values.subject_prefix), ("subject_template", &values.subject_template)] {
        if value.chars().count() > ProjectSettings::MAX_SUBJECT {
            errors.add(field, t.project_subject_limit(ProjectSettings::MAX_SUBJECT));
        }
    }
    errors
}
