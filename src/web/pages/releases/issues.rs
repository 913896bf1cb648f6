//! The issues that a release brought, and all that it had.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::frame::{self, ReleaseFrame};
use super::issue_rows;
use crate::app::App;
use crate::messages::Messages;
use crate::store::releases::Release;
use crate::store::search::{Condition, Criteria, From, Pattern, Place, Sort};
use crate::types::cursor::Cursor;
use crate::types::ids::IssueId;
use crate::types::lifecycle::Status;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::ReleaseRead;
use crate::web::extract::{ReleaseAccess, Viewer};
use crate::web::layout::Layout;
use crate::web::pages::issues::rows::RowView;
use crate::web::render;

const PER_PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    cursor: String,
}

#[derive(Template)]
#[template(path = "releases/issues.html")]
struct IssuesPage {
    layout: Layout,
    t: Messages,
    frame: ReleaseFrame,
    organization: String,
    rows: Vec<RowView>,
    /// Where the rest goes on.
    next: Option<String>,
    /// The same in the list of issues, where they can be changed.
    list: Option<String>,
}

/// First seen in this release.
pub fn new_issues(release: &Release, project_ids: Vec<i64>) -> Criteria {
    Criteria::of(project_ids, Condition::FirstRelease(release.id))
}

/// Ever seen in this release.
pub fn all_issues(release: &Release, project_ids: Vec<i64>) -> Criteria {
    Criteria::of(project_ids, Condition::Tag("release".to_owned(), vec![Pattern::Is(release.version.clone())]))
}

pub async fn new(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let criteria = new_issues(&access.release, access.project_ids());
    show(&app, &viewer, &access, (criteria, "new-events"), &params).await
}

pub async fn all(
    State(app): State<App>,
    viewer: Viewer,
    access: ReleaseAccess<ReleaseRead>,
    Query(params): Query<ListParams>,
) -> Result<Response> {
    let criteria = all_issues(&access.release, access.project_ids());
    show(&app, &viewer, &access, (criteria, "all-events"), &params).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    access: &ReleaseAccess<ReleaseRead>,
    (criteria, tab): (Criteria, &'static str),
    params: &ListParams,
) -> Result<Response> {
    let (layout, frame) = frame::open(app, viewer, access, tab).await?;
    let from = match params.cursor.as_str() {
        "" => From::Start,
        text => {
            let cursor: Cursor = text.parse().map_err(|_| Error::bad_request("the cursor is not valid"))?;
            From::After(Place { key: cursor.value, id: IssueId(cursor.offset) })
        }
    };
    let user_id = access.within.actor.user.id;
    let (rows, next) = issue_rows::read(app, &layout, user_id, criteria, (Sort::LastSeen, from, PER_PAGE)).await?;
    let next = next.map(|place| {
        let cursor = Cursor { value: place.key, offset: place.id.0, is_previous: false };
        format!("{}{}{tab}/?cursor={cursor}", layout.base, frame.path)
    });
    render(&IssuesPage {
        t: layout.t,
        organization: frame.organization.clone(),
        list: (tab == "all-events").then(|| in_issue_list(&frame, &access.release)),
        rows,
        next,
        frame,
        layout,
    })
}

/// Path of the list of issues that were seen in a release.
pub fn in_issue_list(frame: &ReleaseFrame, release: &Release) -> String {
    let quoted = release.version.replace('\\', "\\\\").replace('"', "\\\"");
    let query = url::form_urlencoded::byte_serialize(format!("release:\"{quoted}\"").as_bytes()).collect::<String>();
    match &frame.project {
        Some(project) => format!("/{}/{project}/?query={query}", frame.organization),
        None => format!("/organizations/{}/issues/?query={query}", frame.organization),
    }
}
