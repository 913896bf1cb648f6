//! A release at a glance: what it broke, how far it has spread, where it runs.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::address::release_path;
use super::adoption::{self, Adoption, Series};
use super::frame::{self, ReleaseFrame};
use super::issue_rows;
use super::issues::{all_issues, new_issues};
use crate::app::App;
use crate::messages::Messages;
use crate::store::search::{From, Sort};
use crate::store::{commit_authors, deploys, release_heads, release_hours, release_lists, release_projects};
use crate::types::lifecycle::Status;
use crate::types::release::shown_version;
use crate::web::error::Result;
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::issues::chart::{self, Bars, Stretch};
use crate::web::pages::issues::rows::RowView;
use crate::web::{render, time, visible};

/// Issues of each kind.
const ISSUES: usize = 5;
const DEPLOYS: i64 = 20;

#[derive(Template)]
#[template(path = "releases/overview.html")]
struct OverviewPage {
    layout: Layout,
    t: Messages,
    frame: ReleaseFrame,
    organization: String,
    new_issues: Vec<RowView>,
    top_issues: Vec<RowView>,
    chart: Bars,
    adoption: Option<Adoption>,
    deploys: Vec<DeployView>,
    first_event: Option<Markup>,
    last_event: Option<Markup>,
    older: Option<Neighbour>,
    newer: Option<Neighbour>,
    authors: Vec<String>,
    /// Names of repositories and where they stood.
    heads: Vec<(String, String)>,
}

struct DeployView {
    environment: String,
    name: Option<String>,
    url: Option<String>,
    finished: Markup,
}

struct Neighbour {
    shown: String,
    href: String,
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: ReleaseAccess<ReleaseRead>) -> Result<Response> {
    let (layout, frame) = frame::open(&app, &viewer, &access, "overview").await?;
    let (t, release, ids) = (layout.t, &access.release, access.project_ids());
    let user_id = access.within.actor.user.id;
    let first = (Sort::Frequency, From::Start, ISSUES);
    let (new, _) = issue_rows::read(&app, &layout, user_id, new_issues(release, ids.clone()), first).await?;
    let (top, _) = issue_rows::read(&app, &layout, user_id, all_issues(release, ids.clone()), first).await?;
    let neighbours = release_lists::find_neighbours(&app.db, release, &ids).await?;
    let neighbour = |version: Option<String>| {
        version.map(|version| Neighbour {
            href: release_path(&frame.organization, frame.project.as_deref(), &version),
            shown: visible::string(shown_version(&version).to_owned()),
        })
    };
    let (older, newer) = (neighbour(neighbours.older), neighbour(neighbours.newer));
    let seen = release_projects::list(&app.db, &[release.id.0], &ids).await?;
    let (chart, adoption) = graphs(&app, &access, &layout).await?;
    let authors = commit_authors::list_of_releases(&app.db, &[release.id.0]).await?;
    render(&OverviewPage {
        t,
        organization: frame.organization.clone(),
        new_issues: new,
        top_issues: top,
        chart,
        adoption,
        deploys: list_deploys(&app, &access, &layout).await?,
        first_event: seen.iter().filter_map(|row| row.first_event_at).min().map(|at| time::ago(t, at, layout.now)),
        last_event: seen.iter().filter_map(|row| row.last_event_at).max().map(|at| time::ago(t, at, layout.now)),
        older,
        newer,
        authors: authors
            .into_iter()
            .map(|(_, author)| visible::string(if author.name.is_empty() { author.email } else { author.name }))
            .collect(),
        heads: release_heads::list(&app.db, release.id)
            .await?
            .into_iter()
            .map(|(name, key)| (visible::string(name), visible::string(key)))
            .collect(),
        frame,
        layout,
    })
}

/// Events per day of the last month, and their share of all events.
async fn graphs(app: &App, access: &ReleaseAccess<ReleaseRead>, layout: &Layout) -> Result<(Bars, Option<Adoption>)> {
    let month = Stretch::month(layout.now);
    let seconds = month.step.num_seconds();
    let buckets = release_hours::list_buckets(&app.db, &access.project_ids(), month.since, seconds).await?;
    let mut counts = vec![0; month.steps];
    for bucket in buckets.iter().filter(|bucket| bucket.release_id == access.release.id) {
        let step = usize::try_from(bucket.bucket).ok().and_then(|step| counts.get_mut(step));
        if let Some(step) = step {
            *step += bucket.events;
        }
    }
    let name = visible::string(shown_version(&access.release.version).to_owned());
    let series = vec![Series { id: access.release.id, name, href: None }];
    let adoption = adoption::adoption(&month, &buckets, series, layout.t);
    Ok((chart::bars(&counts, &month, layout.t), adoption))
}

async fn list_deploys(app: &App, access: &ReleaseAccess<ReleaseRead>, layout: &Layout) -> Result<Vec<DeployView>> {
    let found = deploys::list(&app.db, access.release.id, (0, DEPLOYS)).await?;
    let view = |deploy: deploys::Deploy| DeployView {
        environment: visible::string(deploy.environment),
        name: deploy.name.map(visible::string),
        url: deploy.url,
        finished: time::ago(layout.t, deploy.finished_at, layout.now),
    };
    Ok(found.into_iter().map(view).collect())
}
