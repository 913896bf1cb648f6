//! Issues of a release, as rows.

use crate::app::App;
use crate::store::issue_lists::{self, ListedIssue};
use crate::store::search::{self, Criteria, From, Place, Sort, numbers};
use crate::types::ids::UserId;
use crate::web::error::Result;
use crate::web::layout::Layout;
use crate::web::pages::issues::chart::Stretch;
use crate::web::pages::issues::rows::{self, RowView};

/// Reads rows from a place on; also returns where the next ones begin, if there are more.
pub async fn read(
    app: &App,
    layout: &Layout,
    user_id: UserId,
    mut criteria: Criteria,
    (sort, from, length): (Sort, From, usize),
) -> Result<(Vec<RowView>, Option<Place>)> {
    if criteria.project_ids.is_empty() {
        return Ok((Vec::new(), None));
    }
    let mut db = app.db.acquire().await?;
    let limit = i64::try_from(length + 1).unwrap_or(i64::MAX);
    let mut places = search::list(&mut db, &mut criteria, sort, from, limit).await?;
    let has_more = places.len() > length;
    places.truncate(length);
    let ids: Vec<i64> = places.iter().map(|place| place.id.0).collect();
    let issues = issue_lists::list(&mut *db, &ids, user_id).await?;
    let day = Stretch::day(layout.now);
    let tags = criteria.tags();
    let numbers = numbers::list(&mut db, &tags, &issues).await?;
    let buckets = if tags.is_empty() {
        issue_lists::list_buckets(&mut *db, &ids, day.since, day.step.num_seconds()).await?
    } else {
        numbers::list_buckets(&mut db, &tags, &issues, (day.since, day.step.num_seconds())).await?
    };
    let view = |issue: ListedIssue| {
        let numbers = numbers.get(&issue.id);
        rows::view(issue, numbers, &buckets, &day, layout.t, layout.now)
    };
    let rows = issues.into_iter().map(view).collect();
    Ok((rows, places.last().copied().filter(|_| has_more)))
}
