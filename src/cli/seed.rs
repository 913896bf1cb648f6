//! `seed`: events that nobody sent, to try Picket out or to measure it.

use std::time::Instant;

use chrono::{DateTime, Utc};
use clap::Args;

use super::context::Context;
use super::stores;
use crate::services::seed::{self, Plan};

#[derive(Args)]
pub struct Arguments {
    /// Name of the organization to fill; made if it is not there
    #[arg(long, visible_alias = "org", default_value = "Demo")]
    organization: String,
    #[arg(long, value_name = "N", default_value_t = 10)]
    projects: u64,
    /// In all projects together
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    issues: u64,
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    events: u64,
    /// Spread the events over so many days
    #[arg(long, value_name = "N", default_value_t = 14)]
    days: u32,
    /// When the last event came [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// The same number makes the same events again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print nothing
    #[arg(short, long)]
    quiet: bool,
}

pub async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let app = stores::connect_app(context, context.settings.clone()).await?;
    let plan = Plan {
        organization: arguments.organization.clone(),
        projects: arguments.projects,
        issues: arguments.issues,
        events: arguments.events,
        days: arguments.days,
        until: arguments.until.unwrap_or_else(|| app.clock.now()),
        seed: arguments.seed,
    };
    let begun = Instant::now();
    let mut told = begun;
    let organization = seed::run(&app, plan, |stored| {
        if !arguments.quiet && told.elapsed().as_secs() >= 5 {
            told = Instant::now();
            eprintln!("{stored} of {} events", arguments.events);
        }
    })
    .await?;
    if !arguments.quiet {
        let Arguments { projects, issues, events, .. } = arguments;
        let seconds = begun.elapsed().as_secs_f64();
        println!("{events} events of {issues} issues in {projects} projects of {}: {seconds:.0} s.", organization.slug);
    }
    Ok(())
}
