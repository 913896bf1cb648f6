//! The environment a list or an issue is shown in: the one asked for, which is remembered, else the one looked at last,
//! else the project's default.

use crate::app::App;
use crate::store::chosen_environments::{self, Where};
use crate::store::environments;
use crate::store::projects::Project;
use crate::types::ids::UserId;
use crate::web::error::Result;
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::EventRead;

/// Fills in the parameter, and returns the names to choose from.
pub async fn choose(
    app: &App,
    user_id: UserId,
    place: Where,
    projects: &[Project],
    asked: &mut Option<String>,
) -> Result<Vec<String>> {
    let names = names(app, projects).await?;
    choose_among(app, user_id, place, &names, asked).await?;
    if asked.is_none()
        && let (Some(_), [project]) = (place.1, projects)
    {
        let default = &project.settings.default_environment;
        *asked = names.iter().find(|name| *name == default).cloned();
    }
    Ok(names)
}

/// Those of a project, and the one to show; empty: all of them.
pub async fn of_project(
    app: &App,
    access: &ProjectAccess<EventRead>,
    mut asked: Option<String>,
) -> Result<(Vec<String>, String)> {
    let place = (access.project.organization_id, Some(access.project.id));
    let projects = std::slice::from_ref(&access.project);
    let known = choose(app, access.within.actor.user.id, place, projects, &mut asked).await?;
    Ok((known, asked.unwrap_or_default()))
}

/// Where events of the projects came from, in order.
pub async fn names(app: &App, projects: &[Project]) -> Result<Vec<String>> {
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let known = environments::list_of_projects(&app.db, &ids).await?;
    let mut names: Vec<String> = known.into_iter().map(|(_, name)| name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Fills in the parameter, and remembers what was asked for.
pub async fn choose_among(
    app: &App,
    user_id: UserId,
    place: Where,
    names: &[String],
    asked: &mut Option<String>,
) -> Result<()> {
    let last = chosen_environments::find(&app.db, user_id, place).await?;
    match asked.as_deref() {
        // One that is gone would hide everything without saying so.
        None => *asked = last.filter(|last| names.contains(last)),
        Some("") if last.is_some() => chosen_environments::delete(&app.db, user_id, place).await?,
        Some(name) if names.iter().any(|known| known == name) && last.as_deref() != Some(name) => {
            chosen_environments::put(&app.db, user_id, place, name).await?;
        }
        Some(_) => {}
    }
    Ok(())
}
