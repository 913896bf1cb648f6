//! `cleanup`: delete old events now.

use clap::Args;

use super::context::Context;

#[derive(Args)]
pub struct Arguments {
    /// Delete events received more than this many days ago
    #[arg(long, value_name = "N")]
    days: u32,
}

pub async fn run(_context: &Context, _arguments: &Arguments) -> anyhow::Result<()> {
    Ok(())
}
