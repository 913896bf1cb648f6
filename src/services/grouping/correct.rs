//! Correcting the grouping of an issue: a rule written for it, put before the others of its project.

use super::preview::{Preview, known_hashes, preview_with};
use super::sample::{self, Sample};
use crate::app::App;
use crate::pipeline::group::rules::{Rules, Suggestion, regroup, suggest};
use crate::pipeline::rule_text::RuleError;
use crate::services::audit::Doer;
use crate::services::project_changes;
use crate::store::projects::Project;
use crate::store::{event_lists, issue_events, issue_hashes};
use crate::types::hash::EventHash;
use crate::types::ids::IssueId;

/// Why a correction is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error("one rule is expected")]
    NotOne,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The rules of a project with one more, and what leads to the issue it was written for.
#[derive(Debug)]
pub struct Correction {
    issue_id: IssueId,
    rules: Rules,
    text: String,
    /// The hash that the issue takes on, so that what is grouped together from now on comes to it.
    adopted: Option<EventHash>,
}

/// The rule that would do it; `None`: there is no event, or nothing in it that a rule could be about.
pub async fn suggestion(app: &App, issue_id: IssueId, kind: Suggestion) -> sqlx::Result<Option<String>> {
    Ok(of_newest(app, issue_id, |event| suggest(event, kind)).await?.flatten())
}

/// Puts a rule before those of the project.
pub async fn plan(
    app: &App,
    project: &Project,
    (issue_id, kind): (IssueId, Suggestion),
    rule: &str,
) -> Result<Correction, Error> {
    let rule = rule.trim();
    if Rules::parse(rule)?.iter().len() != 1 {
        return Err(Error::NotOne);
    }
    let text = [rule, &project.settings.fingerprint_rules].join("\n");
    let rules = Rules::parse(&text)?;
    let adopted = match kind {
        Suggestion::Split => None,
        Suggestion::Join => adopted(app, project, issue_id, &rules).await?,
    };
    Ok(Correction { issue_id, rules, text, adopted })
}

/// The hash of the newest event by the new rule, unless it leads to some issue already.
async fn adopted(app: &App, project: &Project, issue_id: IssueId, rules: &Rules) -> sqlx::Result<Option<EventHash>> {
    let regrouped = of_newest(app, issue_id, |event| regroup(event, &project.settings.0, rules)).await?;
    let Some(regrouped) = regrouped.filter(|regrouped| regrouped.rule == Some(0)) else { return Ok(None) };
    let Some(hash) = regrouped.hashes.first().copied() else { return Ok(None) };
    let known = known_hashes(app, project.id, [&hash].into_iter()).await?;
    Ok(known.is_empty().then_some(hash))
}

async fn of_newest<T>(
    app: &App,
    issue_id: IssueId,
    look: impl Fn(&mut crate::types::json::Object<'_>) -> T,
) -> sqlx::Result<Option<T>> {
    let Some(place) = event_lists::find_latest(&app.db, issue_id).await? else { return Ok(None) };
    let event = issue_events::find(&app.db, issue_id, place).await?;
    Ok(event.and_then(|event| sample::look_at(&event, &|_, object| look(object))))
}

/// What a correction would do to recent events of the issue and of its project.
pub async fn preview(app: &App, project: &Project, correction: &Correction) -> anyhow::Result<Preview> {
    let adopted = correction.adopted.map(|hash| (hash, correction.issue_id));
    let sample = Sample::Issue(correction.issue_id);
    preview_with(app, project, correction.rules.clone(), (sample, adopted)).await
}

impl Correction {
    /// The rules it makes.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// Uses the rule for events from now on.
pub async fn apply(app: &App, doer: &Doer, project: &Project, correction: Correction) -> sqlx::Result<()> {
    let mut settings = project.settings.0.clone();
    settings.fingerprint_rules = correction.text;
    let mut tx = app.db.begin().await?;
    // No event has the hash before the rule is in use, so nobody else gives it to an issue meanwhile.
    if let Some(hash) = correction.adopted {
        issue_hashes::attach(&mut *tx, &[project.id.0], &[hash.0], &[correction.issue_id.0]).await?;
    }
    project_changes::save_settings(&mut tx, doer, project, &settings, app.clock.now()).await?;
    tx.commit().await
}
