//! `cleanup`: delete old events now.

use anyhow::Context as _;
use clap::Args;

use super::context::Context;
use super::stores;
use crate::app::App;
use crate::services::retention::{self, Report, Scope};
use crate::store::{organizations, projects};
use crate::types::ids::ProjectId;

#[derive(Args)]
pub struct Arguments {
    /// Delete events received, and issues last seen, more than this many days ago [default: events.retention-days]
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    /// Of one project only: its id, or ORGANIZATION/PROJECT
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Only count
    #[arg(long)]
    dry_run: bool,
    /// Print nothing
    #[arg(short = 'q', long, visible_alias = "quiet")]
    silent: bool,
    /// Accepted for old scripts
    #[arg(long, hide = true)]
    concurrency: Option<u32>,
}

pub async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let app = stores::connect_app(context, context.settings.clone()).await?;
    let project_id = match &arguments.project {
        Some(name) => Some(find_project(&app, name).await?),
        None => None,
    };
    let days = arguments.days.unwrap_or(app.config.events.retention_days);
    let scope = Scope { days, project_id };
    let report = if arguments.dry_run {
        retention::preview(&app, scope).await?
    } else {
        retention::clean_up(&app, scope).await?
    };
    if !arguments.silent {
        print(&report, arguments.dry_run);
    }
    Ok(())
}

async fn find_project(app: &App, name: &str) -> anyhow::Result<ProjectId> {
    let project = match (name.parse::<ProjectId>(), name.split_once('/')) {
        (Ok(id), _) => projects::find(&app.db, id).await?,
        (_, Some((organization, project))) => {
            let organization = organizations::find_by_slug(&app.db, organization).await?;
            let organization = organization.with_context(|| format!("there is no organization of {name}"))?;
            projects::find_by_slug(&app.db, organization.id, project).await?
        }
        _ => None,
    };
    Ok(project.with_context(|| format!("there is no project {name}: name its id, or ORGANIZATION/PROJECT"))?.id)
}

fn print(report: &Report, only_counted: bool) {
    let Report { partitions, events, issues, tag_values, attachments } = report;
    if only_counted {
        println!("Would delete {events} events, of them {partitions} whole weeks, and {issues} issues.");
    } else {
        println!(
            "Deleted {partitions} whole weeks of events, {events} more events, {issues} issues, {tag_values} tag values, \
             {attachments} attachments."
        );
    }
}
