//! `token create`: an API token, for scripts.

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::context::Context;
use super::stores;
use crate::services::tokens;
use crate::store::users;
use crate::types::clock::Clock;

#[derive(Subcommand)]
pub enum Command {
    /// Make an API token and print it; it is not shown again
    Create(Create),
}

#[derive(Args)]
pub struct Create {
    /// Whose token: address or user name
    #[arg(long)]
    user: String,
    /// `all`, or a list such as org:read,project:read,project:releases
    #[arg(long)]
    scopes: String,
    /// What it is for
    #[arg(long, default_value = "")]
    name: String,
}

pub async fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Create(create) = command;
    let scopes = tokens::parse_scopes(&create.scopes)?;
    let mut db = stores::connect_database(context).await?;
    let user = users::find_by_login(&mut db, &create.user).await?;
    let user = user.with_context(|| format!("there is no user {}: make one with `picket createuser`", create.user))?;
    let (_, token) = tokens::create(&mut db, user.id, &create.name, &scopes, Clock::default().now()).await?;
    println!("{token}");
    Ok(())
}
