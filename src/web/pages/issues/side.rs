//! The narrow column of an issue's page: graphs, first and last, how its events spread over tags.

use chrono::{DateTime, Utc};

use super::chart::{self, Bars, ReleaseMark, Stretch};
use super::frame::IssueFrame;
use super::meters::{self, Meter};
use crate::app::App;
use crate::messages::Messages;
use crate::store::issue_environments::{self, IssueEnvironment};
use crate::store::issue_lists::{self, IssueBucket};
use crate::store::issue_pages::IssueDetails;
use crate::store::issues::Issue;
use crate::store::projects::Project;
use crate::store::release_lists;
use crate::store::tag_counts::{self, IssueTagValue};
use crate::types::release::shown_version;
use crate::web::error::Result;
use crate::web::layout::Layout;
use crate::web::markup::Markup;
use crate::web::pages::releases::release_path;
use crate::web::{time, visible};

/// Releases that are marked in a graph.
const MAX_MARKS: i64 = 12;

/// The narrow column.
pub struct Side {
    pub day: Bars,
    pub month: Bars,
    pub first_seen: Markup,
    pub first_seen_at: Markup,
    pub first_release: Option<ReleaseLink>,
    pub last_seen: Markup,
    pub last_seen_at: Markup,
    pub last_release: Option<ReleaseLink>,
    pub meters: Vec<Meter>,
    /// In the chosen environment.
    pub there: Option<There>,
}

/// A release, and the path of its page.
pub struct ReleaseLink {
    pub shown: String,
    pub version: String,
    pub path: String,
}

/// What an environment has of the issue.
pub struct There {
    pub name: String,
    /// Number of events, and when the first and the last came; `None`: none ever did.
    pub seen: Option<(i64, Markup, Markup)>,
}

/// The environment that is looked at.
enum Chosen {
    /// None in particular.
    All,
    /// The issue was never seen there.
    Never,
    Seen(IssueEnvironment),
}

impl Chosen {
    async fn find(app: &App, issue: &Issue, environment: &str) -> Result<Self> {
        if environment.is_empty() {
            return Ok(Self::All);
        }
        let found = issue_environments::find(&app.db, issue.id, environment).await?;
        Ok(found.map_or(Self::Never, Self::Seen))
    }

    fn shown(&self, name: &str, t: Messages, now: DateTime<Utc>) -> Option<There> {
        let seen = match self {
            Self::All => return None,
            Self::Never => None,
            Self::Seen(found) => {
                Some((found.times_seen, time::ago(t, found.first_seen, now), time::ago(t, found.last_seen, now)))
            }
        };
        Some(There { name: visible::text(name).into_owned(), seen })
    }
}

/// Reads it; `environment` may be empty.
pub async fn load(
    app: &App,
    (project, issue, environment): (&Project, &Issue, &str),
    details: &IssueDetails,
    layout: &Layout,
    frame: &IssueFrame,
) -> Result<Side> {
    let (t, now) = (layout.t, layout.now);
    let (day, month) = (Stretch::day(now), Stretch::month(now));
    let chosen = Chosen::find(app, issue, environment).await?;
    let (of_day, of_month) = (buckets(app, issue, &chosen, &day).await?, buckets(app, issue, &chosen, &month).await?);
    let (tags, total) = tags(app, issue, &chosen).await?;
    let releases =
        release_lists::list_since(&app.db, (project.organization_id, project.id), month.since, MAX_MARKS).await?;
    let marks = |releases: &[(String, DateTime<Utc>)]| {
        let mark = |(version, at): &(String, DateTime<Utc>)| ReleaseMark {
            at: *at,
            shown: visible::string(shown_version(version).to_owned()),
            path: release_path(&frame.organization, Some(&frame.project), version),
        };
        releases.iter().map(mark).collect::<Vec<_>>()
    };
    let link = |version: &Option<String>| {
        version.as_deref().map(|version| ReleaseLink {
            shown: visible::string(shown_version(version).to_owned()),
            version: visible::text(version).into_owned(),
            path: release_path(&frame.organization, Some(&frame.project), version),
        })
    };
    Ok(Side {
        day: chart::bars(&day.counts(&of_day, issue.id), &day, t).with_marks(&day, marks(&releases), t),
        month: chart::bars(&month.counts(&of_month, issue.id), &month, t).with_marks(&month, marks(&releases), t),
        first_seen: time::ago(t, issue.first_seen, now),
        first_seen_at: time::absolute(t, issue.first_seen),
        first_release: link(&details.first_release),
        last_seen: time::ago(t, issue.last_seen, now),
        last_seen_at: time::absolute(t, issue.last_seen),
        last_release: link(&details.last_release),
        meters: meters::meters(&tags, total),
        there: chosen.shown(environment, t, now),
    })
}

async fn buckets(app: &App, issue: &Issue, chosen: &Chosen, stretch: &Stretch) -> Result<Vec<IssueBucket>> {
    let (since, step) = (stretch.since, stretch.step.num_seconds());
    Ok(match chosen {
        Chosen::All => issue_lists::list_buckets(&app.db, &[issue.id.0], since, step).await?,
        Chosen::Never => Vec::new(),
        Chosen::Seen(found) => issue_environments::list_buckets(&app.db, issue.id, found.id, (since, step)).await?,
    })
}

/// The values of tags, and of how many events they are shares.
async fn tags(app: &App, issue: &Issue, chosen: &Chosen) -> Result<(Vec<IssueTagValue>, i64)> {
    match chosen {
        Chosen::All => {
            let tags = tag_counts::list_most_seen_of_issue(&app.db, issue.id, meters::LOOKED_AT).await?;
            Ok((tags, issue.times_seen))
        }
        Chosen::Never => Ok((Vec::new(), 0)),
        Chosen::Seen(found) => {
            let tags = issue_environments::list_most_seen(&app.db, issue.id, found.id, meters::LOOKED_AT).await?;
            // Each of the events has the environment itself.
            let total = tags.iter().filter(|tag| tag.key == "environment").map(|tag| tag.events).sum();
            Ok((tags, total))
        }
    }
}
