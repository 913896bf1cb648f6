//! `upgrade`: migrations, then on a new database the first organization and the first superuser.

use anyhow::Context as _;
use clap::Args;
use sqlx::{Connection, PgConnection};

use super::context::Context;
use super::create_user::NewUser;
use super::{prompt, stores};
use crate::services::setup;
use crate::store::{self, schema, superusers};
use crate::types::clock::Clock;

#[derive(Args)]
pub struct Arguments {
    /// Ask nothing; the first account is then made with `picket createuser`
    #[arg(long, visible_alias = "no-input")]
    noinput: bool,
    /// Accepted for old scripts: upgrades always take a lock, and a second one waits
    #[arg(long, hide = true)]
    lock: bool,
}

pub async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let mut db = stores::connect(&stores::database_url(context)?).await?;
    apply_migrations(&mut db).await?;
    let config = context.config();
    let mut tx = db.begin().await?;
    setup::ensure_organization(&mut tx, &config.system.site_name, Clock::default().now()).await?;
    tx.commit().await?;
    if arguments.noinput || superusers::exists(&mut db).await? {
        return Ok(());
    }
    if prompt::confirm("Nobody administers this installation. Make an account now?", "--noinput", true)? {
        let email = prompt::line("Email", "--noinput")?;
        let password = Some(prompt::new_password()?);
        NewUser { email, password, is_superuser: true }.create(&mut db, &config).await?;
    }
    Ok(())
}

/// Brings the schema up to date; does nothing on one that is.
pub async fn apply_migrations(db: &mut PgConnection) -> anyhow::Result<()> {
    let missing = schema::compare(db).await?.missing;
    store::migrator().run(&mut *db).await.context("the migrations could not be applied")?;
    if missing > 0 {
        tracing::info!("{missing} migration(s) applied");
    }
    Ok(())
}
