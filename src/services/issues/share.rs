//! Public links to issues, and what of an event they show: what went wrong, never to whom.

use serde_json::json;
use uuid::Uuid;

use super::Error;
use crate::app::App;
use crate::store::activities::{self, NewActivity};
use crate::store::issues::{self, Issue};
use crate::store::{issue_moves, issue_shares, organizations, projects};
use crate::types::ids::UserId;
use crate::types::json::Json;
use crate::types::lifecycle::Status;

/// What of an event may be shown to anybody. Everything else may name its user, their machine or their data: user, tags,
/// request, breadcrumbs, contexts, extra, modules, server name, release, environment.
const SHOWN: [&str; 15] = [
    "event_id",
    "timestamp",
    "received",
    "platform",
    "level",
    "type",
    "message",
    "logentry",
    "exception",
    "stacktrace",
    "threads",
    "template",
    "culprit",
    "transaction",
    "metadata",
];

/// Parts of stack traces and exceptions that hold values of the moment: variables, what handlers noted.
const HIDDEN: [&str; 3] = ["vars", "data", "params"];

/// Makes a new link; the old one ends.
pub async fn share(app: &App, user_id: UserId, issue: &Issue) -> Result<Uuid, Error> {
    if !may_be_shared(app, issue).await? {
        return Err(Error::SharingOff);
    }
    let (token, now) = (Uuid::new_v4(), app.clock.now());
    let mut tx = app.db.begin().await?;
    issue_shares::upsert(&mut *tx, issue.id, token, user_id, now).await?;
    activities::insert(&mut *tx, &entry(issue, user_id, "set_public"), now).await?;
    tx.commit().await?;
    Ok(token)
}

/// Ends the link, if there is one.
pub async fn unshare(app: &App, user_id: UserId, issue: &Issue) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    if issue_shares::delete(&mut *tx, issue.id).await? {
        activities::insert(&mut *tx, &entry(issue, user_id, "set_private"), app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn entry(issue: &Issue, user_id: UserId, kind: &'static str) -> NewActivity<'static> {
    let (project_id, issue_id, user_id) = (issue.project_id, issue.id, Some(user_id));
    NewActivity { project_id, issue_id, user_id, kind, data: json!({}) }
}

/// The issue behind a link. `None`: the link is unknown, ended, or its issue is gone.
pub async fn find_shared(app: &App, token: &str) -> Result<Option<Issue>, Error> {
    let Some(token) = Uuid::try_parse(token).ok() else { return Ok(None) };
    let Some(id) = issue_shares::find(&app.db, token).await? else { return Ok(None) };
    let issue = issues::find(&app.db, id).await?;
    let Some(issue) = issue.filter(|issue| issue.status != Status::PendingDeletion) else { return Ok(None) };
    if issue.status != Status::PendingMerge {
        return Ok(Some(issue));
    }
    // While it is being merged, its link shows what it becomes.
    match issue_moves::find_redirect(&app.db, issue.id).await? {
        Some(target) => Ok(issues::find(&app.db, target).await?),
        None => Ok(None),
    }
}

/// Whether the organization lets issues be shared.
async fn may_be_shared(app: &App, issue: &Issue) -> Result<bool, Error> {
    let Some(project) = projects::find(&app.db, issue.project_id).await? else { return Ok(false) };
    let organization = organizations::find(&app.db, project.organization_id).await?;
    Ok(organization.is_some_and(|organization| organization.settings.allow_shared_issues))
}

/// Leaves of an event what may be shown to anybody.
pub fn without_user_data(event: &mut Json<'_>) {
    if let Some(event) = event.as_object_mut() {
        event.retain(|key, _| SHOWN.contains(&key));
    }
    hide(event);
}

fn hide(value: &mut Json<'_>) {
    if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(hide);
    } else if let Some(object) = value.as_object_mut() {
        object.retain(|key, _| !HIDDEN.contains(&key));
        object.iter_mut().for_each(|(_, member)| hide(member));
    }
}

#[cfg(test)]
mod tests {
    use super::without_user_data;
    use crate::types::json;

    #[test]
    fn what_may_name_the_user_is_left_out() {
        let event = br#"{"event_id": "1", "user": {"id": "secret"}, "tags": [["user", "secret"]], "server_name": "secret",
            "request": {"cookies": "secret"}, "contexts": {"device": {"name": "secret"}}, "extra": {"a": "secret"},
            "breadcrumbs": {"values": [{"message": "secret"}]}, "sdk": {"client_ip": "secret"}, "_meta": "secret",
            "logentry": {"formatted": "shown", "params": ["secret"]},
            "exception": {"values": [{"type": "E", "value": "shown", "mechanism": {"type": "t", "data": {"x": "secret"}},
                "stacktrace": {"frames": [{"function": "f", "vars": {"password": "secret"}}]}}]},
            "threads": {"values": [{"stacktrace": {"frames": [{"vars": ["secret"], "lineno": 1}]}}]}}"#;
        let mut event = json::parse(event).unwrap();
        without_user_data(&mut event);
        let text = event.to_string();
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(text.matches("shown").count(), 2, "{text}");
        assert!(text.contains("\"function\":\"f\"") && text.contains("\"lineno\":1"), "{text}");
    }
}
