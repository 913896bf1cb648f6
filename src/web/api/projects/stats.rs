//! Accepted events of projects over time.

use super::ProjectSummaryView;
use crate::app::App;
use crate::store::projects::Project;
use crate::web::error::Result;

/// Adds the counts of `24h`, `14d` or `30d` to a list of projects.
pub async fn add_stats(
    _app: &App,
    _views: &mut [ProjectSummaryView],
    _projects: &[Project],
    _period: &str,
) -> Result<()> {
    Ok(())
}
