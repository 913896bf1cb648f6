//! Who should look at an issue: those whom the project's ownership rules name, and those whose commits are suspect.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::App;
use crate::pipeline::ownership::{Owner, Ownership};
use crate::pipeline::rule_text::RuleError;
use crate::services::audit::Doer;
use crate::services::grouping::{self, Sample};
use crate::services::project_changes;
use crate::services::suspect_commits::{self, Suspect};
use crate::store::issues::Issue;
use crate::store::members::{self, ProjectMember};
use crate::store::project_ownership::{self, ProjectOwnership};
use crate::store::projects::Project;
use crate::store::teams::{self, Team};
use crate::types::ids::ProjectId;
use crate::types::json::Object;

/// Why rules are refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Nobody of that name sees the project.
    #[error("no member or team of the project: {}", .0.join(", "))]
    UnknownOwners(Vec<String>),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// How many of the newest events there are up to `limit`, and how many of them each rule matches.
pub async fn try_rules(
    app: &App,
    project_id: ProjectId,
    rules: Ownership,
    limit: i64,
) -> anyhow::Result<(usize, Vec<usize>)> {
    let mut counts = vec![0; rules.iter().len()];
    let rules = Arc::new(rules);
    let looked =
        grouping::look(app, (project_id, Sample::Newest(limit)), move |_, event| rules.matching(event)).await?;
    for place in looked.found.iter().flatten() {
        counts[*place] += 1;
    }
    Ok((looked.found.len(), counts))
}

/// Who an issue may be given to.
#[derive(Clone, Debug)]
pub enum Candidate {
    Person(ProjectMember),
    Team(Team),
}

/// Why somebody is suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A rule names them.
    Rule(String),
    /// They made a suspect commit.
    Commit(String),
}

/// Somebody who should look, the likeliest first.
#[derive(Clone, Debug)]
pub struct Suggested {
    pub who: Candidate,
    pub reasons: Vec<Reason>,
}

/// The people and teams who see a project: nobody else can own anything in it.
#[derive(Debug, Default)]
pub struct Directory {
    people: Vec<ProjectMember>,
    teams: Vec<Team>,
}

impl Directory {
    pub async fn load(app: &App, project: &Project) -> sqlx::Result<Self> {
        let people = members::list_of_project(&app.db, project.organization_id, project.id).await?;
        Ok(Self { people, teams: teams::list_of_project(&app.db, project.id).await? })
    }

    pub fn find(&self, owner: &Owner) -> Option<Candidate> {
        match owner {
            Owner::Team(slug) => self.teams.iter().find(|team| team.slug == *slug).cloned().map(Candidate::Team),
            Owner::Person(name) => {
                let is_named = |person: &&ProjectMember| {
                    person.email.eq_ignore_ascii_case(name) || person.username.eq_ignore_ascii_case(name)
                };
                self.people.iter().find(is_named).cloned().map(Candidate::Person)
            }
        }
    }

    /// The owners that are nobody here.
    pub fn unknown(&self, rules: &Ownership) -> Vec<String> {
        let owners: BTreeSet<&Owner> = rules.iter().flat_map(|rule| &rule.owners).collect();
        owners.into_iter().filter(|owner| self.find(owner).is_none()).map(ToString::to_string).collect()
    }
}

/// Saves the rules of a project, if they are rules and name nobody but its people and teams.
pub async fn save(
    app: &App,
    doer: &Doer,
    project: &Project,
    raw: &str,
    fallthrough: bool,
) -> Result<ProjectOwnership, Error> {
    let rules = Ownership::parse(raw)?;
    let unknown = Directory::load(app, project).await?.unknown(&rules);
    if !unknown.is_empty() {
        return Err(Error::UnknownOwners(unknown));
    }
    let (now, mut tx) = (app.clock.now(), app.db.begin().await?);
    let saved = project_ownership::upsert(&mut *tx, project.id, (raw, fallthrough), now).await?;
    project_changes::record(&mut tx, doer, project, vec!["ownership".to_owned()], now).await?;
    tx.commit().await?;
    Ok(saved)
}

/// The rules of a project; those that cannot be read, of a newer version perhaps, are none.
pub async fn rules(app: &App, project: &Project) -> sqlx::Result<Ownership> {
    let found = project_ownership::find(&app.db, project.id).await?;
    Ok(found.and_then(|found| Ownership::parse(&found.raw).ok()).unwrap_or_default())
}

/// Who should look at an event's issue, and the commits that may have brought it in.
#[derive(Debug, Default)]
pub struct Suggestions {
    pub owners: Vec<Suggested>,
    pub suspects: Vec<Suspect>,
}

/// Suggests owners: by rules, the last that matches first, then the authors of suspect commits.
pub async fn suggest(app: &App, project: &Project, issue: &Issue, event: &Object<'_>) -> sqlx::Result<Suggestions> {
    let rules = rules(app, project).await?;
    let matching = rules.matching(event);
    let suspects = suspect_commits::find(app, project.organization_id, issue, event).await?;
    let mut suggestions = Suggestions { owners: Vec::new(), suspects };
    if matching.is_empty() && suggestions.suspects.is_empty() {
        return Ok(suggestions);
    }
    let directory = Directory::load(app, project).await?;
    for rule in matching.into_iter().filter_map(|place| rules.iter().nth(place)) {
        for owner in &rule.owners {
            add(&mut suggestions.owners, directory.find(owner), Reason::Rule(rule.text.clone()));
        }
    }
    for suspect in &suggestions.suspects {
        let Some(email) = suspect.commit.author_email.clone() else { continue };
        let author = directory.find(&Owner::Person(email));
        add(&mut suggestions.owners, author, Reason::Commit(suspect.commit.key.clone()));
    }
    Ok(suggestions)
}

fn add(owners: &mut Vec<Suggested>, who: Option<Candidate>, reason: Reason) {
    let Some(who) = who else { return };
    match owners.iter_mut().find(|known| known.who.is_same(&who)) {
        Some(known) => known.reasons.push(reason),
        None => owners.push(Suggested { who, reasons: vec![reason] }),
    }
}

impl Candidate {
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Person(a), Self::Person(b)) => a.user_id == b.user_id,
            (Self::Team(a), Self::Team(b)) => a.id == b.id,
            _ => false,
        }
    }

    /// As people read it.
    pub fn name(&self) -> String {
        match self {
            Self::Person(person) if person.name.is_empty() => person.email.clone(),
            Self::Person(person) => person.name.clone(),
            Self::Team(team) => format!("#{}", team.slug),
        }
    }

    /// The value of the assign menu.
    pub fn action(&self) -> String {
        match self {
            Self::Person(person) => format!("assign-user-{}", person.user_id),
            Self::Team(team) => format!("assign-team-{}", team.id),
        }
    }
}
