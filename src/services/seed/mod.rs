//! Fills an installation with events that nobody sent: to try it out, and to measure it when much is stored.
//!
//! What is made follows from the plan alone. Each event goes through the pipeline and is saved as a worker saves it;
//! only ingest and the queue are left out.

mod dice;
mod events;

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::App;
use crate::pipeline::group::rules::Rules;
use crate::pipeline::symbolicate::Gathered;
use crate::pipeline::{self, Outcome, Receipt};
use crate::protocol::category::Category;
use crate::services::events::{Batch, BatchEvent, NewBody, Saver};
use crate::services::projects::{self, NewProject};
use crate::services::setup;
use crate::store::organizations::{self, Organization};
use crate::store::project_keys::ProjectKey;
use crate::store::projects::Project;
use crate::store::{project_keys, projects as project_rows, teams};
use crate::types::json::{self, Json};
use crate::types::slug::Slug;
use crate::types::stream_id::StreamId;
use dice::Dice;
use events::{Kind, Scene};

/// Events saved together.
const BATCH: u64 = 500;

/// Releases of each project in the time that is filled.
const RELEASES: u64 = 60;

/// What to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the organization; made if it is not there.
    pub organization: String,
    pub projects: u64,
    pub issues: u64,
    pub events: u64,
    /// The events are spread evenly over the days before `until`.
    pub days: u32,
    pub until: DateTime<Utc>,
    /// Other numbers give other events.
    pub seed: u64,
}

/// Why nothing was made, or not all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Plan(&'static str),
    #[error("{0} has events already: choose another organization")]
    Occupied(String),
    #[error("stopped after {0} events")]
    Stopped(u64),
    #[error(transparent)]
    Setup(#[from] setup::Error),
    #[error(transparent)]
    Project(#[from] projects::Error),
    #[error(transparent)]
    Save(#[from] crate::services::events::SaveError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

/// Makes what is planned; `progress` hears how many events are stored.
pub async fn run(app: &App, plan: Plan, mut progress: impl FnMut(u64)) -> Result<Organization, Error> {
    plan.check()?;
    let (organization, sources) = prepare(app, &plan).await?;
    let script = Arc::new(Script { weights: weights(plan.issues), sources, plan });
    let saver = Saver::new(app.db.clone());
    let mut ahead: VecDeque<JoinHandle<Batch>> = VecDeque::new();
    let (mut begun, mut stored) = (0, 0);
    while stored < script.plan.events {
        while begun < script.plan.events && ahead.len() < 4 {
            let (script, first) = (Arc::clone(&script), begun);
            ahead.push_back(tokio::task::spawn_blocking(move || script.batch(first)));
            begun += BATCH;
        }
        let Some(batch) = ahead.pop_front() else { break };
        let batch = batch.await?;
        let now = batch.events.last().map_or(script.plan.until, |event| event.received_at);
        saver.save(&batch, now).await?;
        stored += batch.events.len() as u64;
        progress(stored);
        if app.shutdown.is_cancelled() {
            return Err(Error::Stopped(stored));
        }
    }
    Ok(organization)
}

impl Plan {
    fn check(&self) -> Result<(), Error> {
        let is_possible = (1..=1_000).contains(&self.projects)
            && (self.projects..=1_000_000).contains(&self.issues)
            && (self.issues..=1_000_000_000).contains(&self.events)
            && (1..=365).contains(&self.days);
        if is_possible {
            return Ok(());
        }
        Err(Error::Plan(
            "1 to 1,000 projects, at least as many issues (at most 1,000,000), at least as many events, 1 to 365 days",
        ))
    }
}

/// A project that sends.
struct Source {
    project: Project,
    key: ProjectKey,
    kind: Kind,
}

async fn prepare(app: &App, plan: &Plan) -> Result<(Organization, Vec<Source>), Error> {
    let mut tx = app.db.begin().await?;
    let slug = Slug::from_name(&plan.organization, "organization");
    let organization = match organizations::find_by_slug(&mut *tx, slug.as_str()).await? {
        Some(organization) => organization,
        None => setup::create_organization(&mut tx, &plan.organization, plan.until).await?,
    };
    let team = teams::list(&mut *tx, organization.id).await?.into_iter().next();
    let mut sources = Vec::new();
    for number in 0..plan.projects {
        let name = events::project_name(number);
        let kind = Kind::ALL[usize::try_from(number % 4).unwrap_or_default()];
        let (project, key) = match project_rows::find_by_slug(&mut *tx, organization.id, &name).await? {
            Some(project) if project.first_event_at.is_some() => {
                return Err(Error::Occupied(format!("{}/{name}", organization.slug)));
            }
            Some(project) => {
                let key = project_keys::list(&mut *tx, project.id).await?.into_iter().next();
                (project, key.ok_or(Error::Plan("a project of the organization has no key"))?)
            }
            None => {
                let new = NewProject {
                    organization_id: organization.id,
                    team_id: team.as_ref().map(|team| team.id),
                    name: &name,
                    slug: None,
                    platform: Some(kind.platform()),
                };
                projects::create(&mut tx, &new, plan.until).await?
            }
        };
        sources.push(Source { project, key, kind });
    }
    tx.commit().await?;
    Ok((organization, sources))
}

/// The plan with everything that is the same for all events.
struct Script {
    plan: Plan,
    sources: Vec<Source>,
    /// Sums of Zipf's weights: few issues have most events.
    weights: Vec<f64>,
}

fn weights(issues: u64) -> Vec<f64> {
    let mut sum = 0.0;
    (1..=u32::try_from(issues).unwrap_or(u32::MAX))
        .map(|rank| {
            sum += 1.0 / f64::from(rank);
            sum
        })
        .collect()
}

impl Script {
    fn batch(&self, first: u64) -> Batch {
        let last = (first + BATCH).min(self.plan.events);
        Batch { events: (first..last).filter_map(|number| self.event(number)).collect(), refused: Vec::new() }
    }

    fn event(&self, number: u64) -> Option<BatchEvent> {
        let mut dice = Dice::of(self.plan.seed, number);
        let issue = self.issue(number, &mut dice);
        let source = &self.sources[usize::try_from(issue % self.plan.projects).ok()?];
        let at = self.time(number);
        let release = number * RELEASES / self.plan.events;
        let scene = Scene { project: &source.project.slug, kind: source.kind, issue, release, at };
        let body = events::body(&scene, &mut dice).to_string();
        let event_id = Uuid::from_u64_pair(dice.roll(), dice.roll());
        let receipt = Receipt {
            event_id,
            received_at: at,
            client_ip: None,
            client: "picket.seed/1".to_owned(),
            user_agent: String::new(),
            sent_at: None,
        };
        let Ok(Json::Object(event)) = json::parse(body.as_bytes()) else { return None };
        match pipeline::process(event, &receipt, (&source.project.settings.0, &Rules::default()), &|_| {
            Gathered::default()
        }) {
            Outcome::Ready(ready) => batch_event(source, &receipt, *ready),
            Outcome::Filtered(_) => None,
        }
    }

    /// Issues come one by one, evenly over the time; in between their elders come again.
    fn issue(&self, number: u64, dice: &mut Dice) -> u64 {
        let (issues, events) = (u128::from(self.plan.issues), u128::from(self.plan.events));
        let known = |number: u64| u64::try_from(u128::from(number) * issues / events).unwrap_or_default();
        let newest = known(number);
        if number == 0 || known(number - 1) < newest {
            return newest;
        }
        let wanted = self.weights[usize::try_from(newest).unwrap_or_default()] * dice.share();
        self.weights.partition_point(|sum| *sum < wanted) as u64
    }

    fn time(&self, number: u64) -> DateTime<Utc> {
        let span = i128::from(TimeDelta::days(i64::from(self.plan.days)).num_milliseconds());
        let left = i128::from(self.plan.events - number) * span / i128::from(self.plan.events);
        self.plan.until - TimeDelta::milliseconds(i64::try_from(left).unwrap_or_default())
    }
}

fn batch_event(source: &Source, receipt: &Receipt, ready: pipeline::ReadyEvent) -> Option<BatchEvent> {
    Some(BatchEvent {
        entry: StreamId::default(),
        project_id: source.project.id,
        key_id: source.key.id,
        event_id: receipt.event_id,
        received_at: receipt.received_at,
        hashes: ready.hashes,
        summary: ready.summary,
        size: i32::try_from(ready.json.len()).unwrap_or(i32::MAX),
        body: NewBody::of(ready.json).ok()?,
        attachments: Vec::new(),
        is_redelivered: false,
        category: Category::Error.as_str(),
    })
}
