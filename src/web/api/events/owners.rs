//! Who should look at an event: `…/events/{event}/owners/` by ownership rules, `…/events/{event}/committers/` by the
//! commits of its release.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

use super::stored::{EventPath, StoredEvent, parse_id};
use crate::app::App;
use crate::pipeline::ownership::{Owner, OwnershipRule};
use crate::services::ownership::{self, Candidate, Directory};
use crate::services::suspect_commits;
use crate::store::commits::Commit;
use crate::store::issues;
use crate::web::api::issues::ActorView;
use crate::web::api::releases::{CommitView, People, PersonView};
use crate::web::error::{Error, Result};
use crate::web::extract::ProjectAccess;
use crate::web::extract::needs::EventRead;

#[derive(Serialize)]
pub struct OwnersView {
    owners: Vec<ActorView>,
    /// Of the last rule that matches.
    rule: Option<MatcherView>,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct RuleView {
    matcher: MatcherView,
    owners: Vec<OwnerView>,
}

#[derive(Clone, Serialize)]
struct MatcherView {
    /// `path`, `url`, `tags.KEY`.
    #[serde(rename = "type")]
    field: String,
    pattern: String,
}

#[derive(Serialize)]
struct OwnerView {
    /// `user` or `team`.
    #[serde(rename = "type")]
    kind: &'static str,
    identifier: String,
}

impl MatcherView {
    fn of(rule: &OwnershipRule) -> Self {
        Self { field: rule.field.clone(), pattern: rule.pattern.clone() }
    }
}

impl OwnerView {
    fn of(owner: &Owner) -> Self {
        match owner {
            Owner::Team(slug) => Self { kind: "team", identifier: slug.clone() },
            Owner::Person(name) => Self { kind: "user", identifier: name.clone() },
        }
    }
}

pub async fn owners(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Json<OwnersView>> {
    let stored = StoredEvent::find(&app, access.project.id, parse_id(&path)?).await?;
    let rules = ownership::rules(&app, &access.project).await?;
    let tree = stored.tree()?;
    let matching = tree.as_object().map(|event| rules.matching(event)).unwrap_or_default();
    let matching: Vec<&OwnershipRule> = matching.into_iter().filter_map(|place| rules.iter().nth(place)).collect();
    let directory =
        if matching.is_empty() { Directory::default() } else { Directory::load(&app, &access.project).await? };
    let mut owners: Vec<Candidate> = Vec::new();
    for owner in matching.iter().flat_map(|rule| &rule.owners).filter_map(|owner| directory.find(owner)) {
        if !owners.iter().any(|known| known.is_same(&owner)) {
            owners.push(owner);
        }
    }
    let rule = |rule: &&OwnershipRule| RuleView {
        matcher: MatcherView::of(rule),
        owners: rule.owners.iter().map(OwnerView::of).collect(),
    };
    Ok(Json(OwnersView {
        owners: owners.iter().map(ActorView::candidate).collect(),
        rule: matching.first().map(|rule| MatcherView::of(rule)),
        rules: matching.iter().map(rule).collect(),
    }))
}

#[derive(Serialize)]
pub struct CommittersView {
    committers: Vec<CommitterView>,
}

#[derive(Serialize)]
struct CommitterView {
    author: PersonView,
    commits: Vec<SuspectView>,
}

#[derive(Serialize)]
struct SuspectView {
    #[serde(flatten)]
    commit: CommitView,
    /// Components of a path that are those of a frame.
    score: usize,
}

pub async fn committers(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    path: Path<EventPath>,
) -> Result<Json<CommittersView>> {
    let stored = StoredEvent::find(&app, access.project.id, parse_id(&path)?).await?;
    let issue = issues::find(&app.db, stored.row.issue_id).await?.ok_or(Error::NotFound)?;
    let tree = stored.tree()?;
    let event = tree.as_object().ok_or(Error::NotFound)?;
    let organization_id = access.organization().id;
    let suspects = suspect_commits::find(&app, organization_id, &issue, event).await?;
    let scores: Vec<usize> = suspects.iter().map(|suspect| suspect.score).collect();
    let commits: Vec<Commit> = suspects.into_iter().map(|suspect| suspect.commit).collect();
    let author = |commit: &Commit| commit.author_email.clone().zip(commit.author_name.clone());
    let authors: Vec<Option<(String, String)>> = commits.iter().map(author).collect();
    let people = People::load(&app, organization_id, authors.iter().flatten().map(|(email, _)| email.clone())).await?;
    let views = CommitView::list(&app, organization_id, commits).await?;
    let mut committers: Vec<(String, CommitterView)> = Vec::new();
    for ((commit, score), author) in views.into_iter().zip(scores).zip(authors) {
        let Some((email, name)) = author else { continue };
        let suspect = SuspectView { commit, score };
        if let Some((_, known)) = committers.iter_mut().find(|(known, _)| *known == email) {
            known.commits.push(suspect);
        } else {
            let author = people.view(&email, &name);
            committers.push((email, CommitterView { author, commits: vec![suspect] }));
        }
    }
    if committers.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(Json(CommittersView { committers: committers.into_iter().map(|(_, committer)| committer).collect() }))
}
