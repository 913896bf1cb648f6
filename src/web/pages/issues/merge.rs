//! The form that merges: several chosen issues, or the issue whose page it is with one that is named.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::asked::{self, Chosen, Named};
use super::bulk::Form;
use super::selection::Selection;
use crate::messages::Messages;
use crate::services::issues::{self, Error as Refusal};
use crate::store::issues::state;
use crate::store::{issue_lists, issues as issue_rows};
use crate::types::ids::IssueId;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::layout::Layout;
use crate::web::{redirect, render};

#[derive(Template)]
#[template(path = "issues/merge.html")]
struct MergePage {
    layout: Layout,
    t: Messages,
    of: Chosen,
    /// What would be merged; `None`: it is asked with what.
    plan: Option<Plan>,
    answer: String,
    problem: Option<String>,
    is_wrong: bool,
}

struct Plan {
    survivor: String,
    /// Whether all are of one project.
    is_possible: bool,
    named: Named,
}

pub async fn merge(form: &Form<'_>, mut selection: Selection) -> Result<Response> {
    let t = form.viewer.messages();
    if let Some(text) = form.fields.text("with").filter(|text| !text.is_empty()) {
        match find(form, text).await? {
            None => return ask(form, selection, Some(t.triage_merge_unknown().to_owned())).await,
            Some(id) if selection.ids.contains(&id) => {
                return ask(form, selection, Some(t.triage_merge_self().to_owned())).await;
            }
            Some(id) => selection.ids.push(id),
        }
    }
    if selection.ids.len() < 2 {
        return ask(form, selection, None).await;
    }
    if !form.is_confirmed(selection.ids.len()) {
        let is_wrong = form.fields.confirm.is_some();
        return confirm(form, selection, is_wrong, None).await;
    }
    let problem = match issues::merge(form.app, form.owner(), &selection.ids).await {
        Ok(merge) => return Ok(redirect(form.app, &format!("/jobs/{}/", merge.job_id))),
        Err(Refusal::SeveralProjects) => t.triage_merge_projects(),
        Err(Refusal::Gone) => t.triage_merge_gone(),
        Err(Refusal::Locked) => t.triage_unmerge_locked(),
        Err(error) => return Err(error.into()),
    };
    confirm(form, selection, false, Some(problem.to_owned())).await
}

/// Asks with what the one issue is to be merged.
async fn ask(form: &Form<'_>, selection: Selection, problem: Option<String>) -> Result<Response> {
    let page = MergePage {
        layout: asked::layout(form),
        t: form.viewer.messages(),
        of: Chosen::of(form, selection).await?,
        plan: None,
        answer: form.fields.text("with").unwrap_or_default().to_owned(),
        is_wrong: false,
        problem,
    };
    answer(&page)
}

/// Shows what would be merged, and asks for the number.
async fn confirm(form: &Form<'_>, selection: Selection, is_wrong: bool, problem: Option<String>) -> Result<Response> {
    let ids: Vec<i64> = selection.ids.iter().map(|id| id.0).collect();
    let mut rows = issue_lists::list(&form.app.db, &ids, form.owner().user_id).await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.times_seen, row.id)));
    let survivor = rows.first().map(|row| short_id::format(&row.project_slug, row.short_id)).unwrap_or_default();
    let is_possible = rows.iter().all(|row| row.project_id == rows[0].project_id);
    let problem = if is_possible { problem } else { Some(form.viewer.messages().triage_merge_projects().to_owned()) };
    let plan = Plan { survivor, is_possible, named: Named::of(&rows, rows.len()) };
    let page = MergePage {
        layout: asked::layout(form),
        t: form.viewer.messages(),
        of: Chosen::of(form, selection).await?,
        plan: Some(plan),
        answer: String::new(),
        is_wrong,
        problem,
    };
    answer(&page)
}

fn answer(page: &MergePage) -> Result<Response> {
    let is_refused = page.problem.is_some() || page.is_wrong;
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(page)?).into_response())
}

/// The issue that a text names: its id, its short id, or the address of its page.
async fn find(form: &Form<'_>, text: &str) -> Result<Option<IssueId>> {
    let projects = form.access.projects(form.app).await?;
    let named = address_part(text);
    let id = if let Ok(id) = named.parse::<IssueId>() {
        issue_rows::find_present(&form.app.db, id).await?
    } else {
        let known = short_id::parse(named);
        let known = known.and_then(|(slug, number)| Some((projects.iter().find(|p| p.slug == slug)?, number)));
        match known {
            Some((project, number)) => issue_rows::find_by_short_id(&form.app.db, project.id, number).await?,
            None => None,
        }
    };
    let Some(id) = id else { return Ok(None) };
    let project_ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let seen = state::list_in_projects(&form.app.db, &[id.0], &project_ids).await?;
    Ok(seen.into_iter().next())
}

/// What stands behind `/issues/` or `/group/` in an address; else the text itself.
fn address_part(text: &str) -> &str {
    let mut parts = text.split(['?', '#']).next().unwrap_or_default().split('/');
    let found = parts.find(|part| *part == "issues" || *part == "group" || *part == "groups");
    found.and_then(|_| parts.next()).filter(|part| !part.is_empty()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::address_part;

    #[test]
    fn addresses_of_issues_name_them() {
        for (text, expected) in [
            ("42", "42"),
            ("SHOP-1A", "SHOP-1A"),
            ("https://picket.example/organizations/acme/issues/42/", "42"),
            ("http://x/base/acme/shop/issues/42/events/latest/?a=b#exception", "42"),
            ("/acme/shop/group/7/", "7"),
            ("/acme/issues/SHOP-1A/", "SHOP-1A"),
            ("https://picket.example/organizations/acme/issues/", "https://picket.example/organizations/acme/issues/"),
            ("", ""),
        ] {
            assert_eq!(address_part(text), expected, "{text}");
        }
    }
}
