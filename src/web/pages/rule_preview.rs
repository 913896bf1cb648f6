//! What fingerprint rules would do, for the pages that try them: `partials/rule_preview.html` reads it as `preview`.

use crate::app::App;
use crate::messages::{Messages, grouped};
use crate::pipeline::group::rules::Rules;
use crate::services::grouping::{self, IssueChange, Preview, Sample, Target, Tested};
use crate::store::issues::{self, NamedIssue};
use crate::store::projects::Project;
use crate::types::ids::IssueId;
use crate::types::short_id;
use crate::web::error::Result;
use crate::web::visible;

/// Issues that are shown, and others that each is shown together with.
const MAX_CHANGES: usize = 50;
const MAX_TOGETHER: usize = 5;

pub struct PreviewView {
    pub summary: String,
    pub is_empty: bool,
    pub is_cut: bool,
    pub hits: Vec<Hits>,
    pub changes: Vec<Change>,
    /// How many issues are not shown.
    pub more: Option<String>,
}

/// Events of a rule.
pub struct Hits {
    pub line: usize,
    pub text: String,
    pub events: String,
}

pub struct Change {
    pub issue: IssueLink,
    pub moved: String,
    pub groups: usize,
    pub together: Vec<IssueLink>,
    pub more: Option<String>,
}

pub struct IssueLink {
    pub path: String,
    pub short_id: String,
    pub title: String,
}

/// Tries rules on recent events, and says it in words.
pub async fn preview(
    app: &App,
    within: (&str, &Project),
    rules: Rules,
    sample: Sample,
    t: Messages,
) -> Result<PreviewView> {
    let found = grouping::preview(app, within.1, rules.clone(), sample).await?;
    view(app, within, &rules, found, t).await
}

/// What rules would do, in words.
pub async fn view(
    app: &App,
    within: (&str, &Project),
    rules: &Rules,
    found: Preview,
    t: Messages,
) -> Result<PreviewView> {
    let Preview { events, issues, is_cut, groups, new_groups, hits, changes } = found;
    let more = changes.len().saturating_sub(MAX_CHANGES);
    let changes = &changes[..changes.len() - more];
    let links = Links::of(app, within, changes).await?;
    let hits = rules.iter().zip(hits).map(|(rule, events)| Hits {
        line: rule.line,
        text: visible::text(&rule.text).into_owned(),
        events: number(events),
    });
    Ok(PreviewView {
        summary: t.grouping_preview_of(number(groups), number(issues), events, number(new_groups)),
        is_empty: events == 0,
        is_cut,
        hits: hits.collect(),
        changes: changes.iter().map(|change| links.change(change, t)).collect(),
        more: (more > 0).then(|| t.grouping_preview_more(more)),
    })
}

fn number(count: usize) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The names of issues of a project, to link to them.
pub struct Links<'p> {
    organization: &'p str,
    project: &'p Project,
    names: Vec<NamedIssue>,
}

impl<'p> Links<'p> {
    async fn of(app: &App, (organization, project): (&'p str, &'p Project), changes: &[IssueChange]) -> Result<Self> {
        let together = changes.iter().flat_map(|change| change.joined_with.iter().take(MAX_TOGETHER));
        let ids: Vec<i64> = changes.iter().map(|change| change.issue_id.0).chain(together.map(|id| id.0)).collect();
        let names = issues::list_names(&app.db, project.id, &ids).await?;
        Ok(Self { organization, project, names })
    }

    fn change(&self, change: &IssueChange, t: Messages) -> Change {
        let more = change.joined_with.len().saturating_sub(MAX_TOGETHER);
        Change {
            issue: self.link(change.issue_id),
            moved: t.grouping_moved_of(number(change.events), number(change.moved)),
            groups: change.groups,
            together: change.joined_with.iter().take(MAX_TOGETHER).map(|id| self.link(*id)).collect(),
            more: (more > 0).then(|| t.grouping_preview_more(more)),
        }
    }

    fn link(&self, id: IssueId) -> IssueLink {
        let named = self.names.iter().find(|issue| issue.id == id);
        IssueLink {
            path: format!("/organizations/{}/issues/{id}/", self.organization),
            short_id: named
                .map_or_else(|| id.to_string(), |issue| short_id::format(&self.project.slug, issue.short_id)),
            title: named.map(|issue| visible::text(&issue.title).into_owned()).unwrap_or_default(),
        }
    }
}

/// What rules do with one event, in words.
pub struct TestedView {
    pub heading: String,
    /// The rule, with a sentence on where it stands.
    pub rule: Option<(String, String)>,
    pub fingerprint: Vec<String>,
    pub hashes: Vec<String>,
    pub into: Option<IssueLink>,
    /// What happens where no issue takes it.
    pub instead: Option<&'static str>,
}

pub async fn tested(
    app: &App,
    within: (&str, &Project),
    (event_id, rules): (String, &Rules),
    tested: Tested,
    t: Messages,
) -> Result<TestedView> {
    let rule = tested.regrouped.rule.and_then(|place| rules.iter().nth(place));
    let into = match tested.target {
        Target::Issue(id) => {
            let change = IssueChange { issue_id: id, events: 1, moved: 0, groups: 1, joined_with: Vec::new() };
            Some(Links::of(app, within, &[change]).await?.link(id))
        }
        Target::New(_) | Target::Discarded => None,
    };
    Ok(TestedView {
        heading: t.grouping_tested(event_id),
        rule: rule.map(|rule| (t.grouping_tested_rule(rule.line), visible::text(&rule.text).into_owned())),
        fingerprint: tested.regrouped.fingerprint.into_iter().map(visible::string).collect(),
        hashes: tested.regrouped.hashes.iter().map(ToString::to_string).collect(),
        into,
        instead: match tested.target {
            Target::Issue(_) => None,
            Target::New(_) => Some(t.grouping_tested_new()),
            Target::Discarded => Some(t.grouping_tested_discarded()),
        },
    })
}
