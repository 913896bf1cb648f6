//! Issues of a release or of a project's overview, as rows.

use crate::app::App;
use crate::store::search::{self, Criteria, From, Place, Sort};
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
    let viewer = (user_id, layout.t, layout.now);
    let rows = rows::read(&mut db, &criteria, &places, &Stretch::day(layout.now), viewer).await?;
    Ok((rows, places.last().copied().filter(|_| has_more)))
}
