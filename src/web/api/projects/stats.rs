//! Accepted events of projects over time.

use std::collections::HashMap;

use super::ProjectSummaryView;
use crate::app::App;
use crate::store::outcomes;
use crate::store::projects::Project;
use crate::types::ids::ProjectId;
use crate::web::api::series::Period;
use crate::web::error::Result;

/// Adds the counts of a period to a list of projects.
pub async fn add_stats(
    app: &App,
    views: &mut [ProjectSummaryView],
    projects: &[Project],
    period: Period,
) -> Result<()> {
    let now = app.clock.now();
    let ids: Vec<i64> = projects.iter().map(|project| project.id.0).collect();
    let mut hours: HashMap<ProjectId, Vec<_>> = HashMap::new();
    for (id, hour, events) in outcomes::list_accepted(&app.db, &ids, period.start(now)).await? {
        hours.entry(id).or_default().push((hour, events));
    }
    for (view, project) in views.iter_mut().zip(projects) {
        view.stats = Some(period.sum(now, hours.remove(&project.id).unwrap_or_default()));
    }
    Ok(())
}
