//! Who should look at an issue and why, and who follows it: for the narrow column and the assign menu.

use crate::app::App;
use crate::messages::Messages;
use crate::services::ownership::{self, Reason, Suggested, Suggestions};
use crate::services::suspect_commits::Suspect;
use crate::store::issues::Issue;
use crate::store::projects::Project;
use crate::store::repositories::{self, Repository};
use crate::store::{issue_subscriptions, users};
use crate::types::json::Object;
use crate::web::error::Result;
use crate::web::visible;

/// Suspect commits, owners and participants that are shown.
const MAX_SUSPECTS: usize = 5;
const MAX_OWNERS: usize = 5;
const MAX_PARTICIPANTS: i64 = 20;
/// Characters of a commit's name.
const SHORT: usize = 7;

#[derive(Default)]
pub struct People {
    pub owners: Vec<OwnerView>,
    pub suspects: Vec<SuspectView>,
    /// How many suspects are not shown.
    pub more_suspects: Option<String>,
    pub participants: Vec<String>,
}

/// Somebody who is suggested.
#[derive(Clone)]
pub struct OwnerView {
    /// The value of the assign menu.
    pub action: String,
    pub name: String,
    pub reason: String,
}

pub struct SuspectView {
    pub key: String,
    pub message: String,
    pub author: String,
    pub repository: String,
    /// Where the commit can be read.
    pub link: Option<String>,
    pub path: String,
}

/// Reads them for an event, if one is stored.
pub async fn load(
    app: &App,
    project: &Project,
    issue: &Issue,
    event: Option<&Object<'_>>,
    t: Messages,
) -> Result<People> {
    let ids = issue_subscriptions::list_subscribers(&app.db, issue.id, MAX_PARTICIPANTS).await?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let followers = if ids.is_empty() { Vec::new() } else { users::list(&app.db, &ids).await? };
    let participants = followers.iter().map(|user| visible::text(user.display_name()).into_owned()).collect();
    let Some(event) = event else { return Ok(People { participants, ..People::default() }) };
    let Suggestions { owners, suspects } = ownership::suggest(app, project, issue, event).await?;
    let ids: Vec<i64> = suspects.iter().map(|suspect| suspect.commit.repository_id.0).collect();
    let repositories = if ids.is_empty() {
        Vec::new()
    } else {
        repositories::list_by_id(&app.db, project.organization_id, &ids).await?
    };
    let more = suspects.len().saturating_sub(MAX_SUSPECTS);
    Ok(People {
        owners: owners.iter().take(MAX_OWNERS).map(|owner| owner_view(owner, t)).collect(),
        suspects: suspects.iter().take(MAX_SUSPECTS).map(|suspect| suspect_view(suspect, &repositories)).collect(),
        more_suspects: (more > 0).then(|| t.ownership_more_suspects(more)),
        participants,
    })
}

fn owner_view(suggested: &Suggested, t: Messages) -> OwnerView {
    let reason = match suggested.reasons.first() {
        // The matcher alone: the owners that follow it are named already.
        Some(Reason::Rule(rule)) => t.ownership_by_rule(visible::text(rule.split_whitespace().next().unwrap_or(rule))),
        Some(Reason::Commit(key)) => t.ownership_by_commit(visible::string(shortened(key))),
        None => String::new(),
    };
    OwnerView { action: suggested.who.action(), name: visible::string(suggested.who.name()), reason }
}

fn suspect_view(suspect: &Suspect, repositories: &[Repository]) -> SuspectView {
    let commit = &suspect.commit;
    let repository = repositories.iter().find(|repository| repository.id == commit.repository_id);
    let name = commit.author_name.as_ref().filter(|name| !name.is_empty()).or(commit.author_email.as_ref());
    SuspectView {
        key: visible::string(shortened(&commit.key)),
        message: visible::text(commit.message.lines().next().unwrap_or_default()).into_owned(),
        author: visible::text(name.map_or("–", String::as_str)).into_owned(),
        repository: repository.map(|found| visible::text(&found.name).into_owned()).unwrap_or_default(),
        link: repository.and_then(|repository| link(repository, &commit.key)),
        path: visible::text(&suspect.path).into_owned(),
    }
}

fn shortened(key: &str) -> String {
    key.chars().take(SHORT).collect()
}

/// The page of a commit, as the hosts of repositories name it.
fn link(repository: &Repository, key: &str) -> Option<String> {
    let base = repository.url.as_deref()?.trim_end_matches('/').trim_end_matches(".git");
    let url = url::Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_plain =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let provider = repository.provider.as_deref().unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    let part = if provider.contains("bitbucket") || host.contains("bitbucket") { "commits" } else { "commit" };
    is_plain.then(|| format!("{base}/{part}/{key}"))
}
