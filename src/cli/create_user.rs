//! `createuser`: accounts from the command line.

use anyhow::{Context as _, bail};
use clap::Args;
use sqlx::{Connection, PgConnection};

use super::context::Context;
use super::{prompt, stores};
use crate::config::Config;
use crate::services::accounts::{self, NewAccount, recovery};
use crate::store::users;
use crate::types::clock::Clock;
use crate::types::ids::UserId;

#[expect(clippy::struct_excessive_bools, reason = "each is one flag")]
#[derive(Args)]
pub struct Arguments {
    /// Address, which is also the user name; asked for if it is not given
    #[arg(long)]
    email: Option<String>,
    /// 6 to 256 characters; asked for if it is not given
    #[arg(long, conflicts_with = "no_password")]
    password: Option<String>,
    /// An account that cannot sign in with a password
    #[arg(long)]
    no_password: bool,
    /// Print a link by which they choose their password; it works once, within 48 hours
    #[arg(long, conflicts_with_all = ["password", "no_password"])]
    link: bool,
    /// May administer the installation; asked for if neither is given
    #[arg(long, overrides_with = "no_superuser")]
    superuser: bool,
    /// May not
    #[arg(long)]
    no_superuser: bool,
    /// If the account is there, set its password and rights instead of failing
    #[arg(long)]
    force_update: bool,
    /// Ask nothing; what is missing is an error
    #[arg(long, visible_alias = "noinput")]
    no_input: bool,
}

/// An account as the command line describes it.
pub struct NewUser {
    pub email: String,
    pub password: Option<String>,
    pub is_superuser: bool,
}

pub async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let new =
        NewUser { email: email(arguments)?, password: password(arguments)?, is_superuser: is_superuser(arguments)? };
    let config = context.config();
    let mut db = stores::connect_database(context).await?;
    match users::find_by_login(&mut db, &new.email).await?.filter(|_| arguments.force_update) {
        Some(user) => new.update(&mut db, &config, user.id).await?,
        None => new.create(&mut db, &config).await?,
    }
    if arguments.link { print_link(&mut db, &config, &new.email).await } else { Ok(()) }
}

async fn print_link(db: &mut PgConnection, config: &Config, email: &str) -> anyhow::Result<()> {
    let user = users::find_by_login(&mut *db, email).await?.context("the account is gone")?;
    let path = recovery::make_link(db, user.id, Clock::default().now()).await?;
    println!("Password link: {}{path}", config.system.url_prefix);
    Ok(())
}

impl NewUser {
    /// Makes the account; in a single-organization installation it joins at once. Prints who and where.
    pub async fn create(&self, db: &mut PgConnection, config: &Config) -> anyhow::Result<()> {
        let password_hash = self.password_hash(config).await?;
        let mut tx = db.begin().await?;
        let account = NewAccount {
            email: &self.email,
            name: "",
            password_hash: password_hash.as_deref(),
            is_superuser: self.is_superuser,
        };
        let now = Clock::default().now();
        let user_id = accounts::create(&mut tx, &account, now).await?;
        if config.system.single_organization {
            accounts::join_default_organization(&mut tx, user_id, self.is_superuser, now).await?;
        }
        tx.commit().await?;
        println!("User created: {}", self.email);
        Ok(())
    }

    async fn update(&self, db: &mut PgConnection, config: &Config, id: UserId) -> anyhow::Result<()> {
        let password_hash = self.password_hash(config).await?;
        users::update_sign_in(db, id, password_hash.as_deref(), self.is_superuser).await?;
        println!("User updated: {}", self.email);
        Ok(())
    }

    async fn password_hash(&self, config: &Config) -> anyhow::Result<Option<String>> {
        Ok(match &self.password {
            Some(password) => Some(accounts::hash_password(&config.auth, password).await?),
            None => None,
        })
    }
}

fn email(arguments: &Arguments) -> anyhow::Result<String> {
    let email = match &arguments.email {
        Some(email) => email.trim().to_owned(),
        None if arguments.no_input => bail!("the address is not given: use --email"),
        None => prompt::line("Email", "--email")?,
    };
    accounts::check_email(&email)?;
    Ok(email)
}

fn password(arguments: &Arguments) -> anyhow::Result<Option<String>> {
    match &arguments.password {
        Some(password) => Ok(Some(password.clone())),
        None if arguments.no_password || arguments.link => Ok(None),
        None if arguments.no_input => bail!("the password is not given: use --password or --no-password"),
        None => prompt::new_password().map(Some),
    }
}

fn is_superuser(arguments: &Arguments) -> anyhow::Result<bool> {
    if arguments.superuser || arguments.no_superuser || arguments.no_input {
        return Ok(arguments.superuser);
    }
    // Scripts that give the password mean what they say.
    if arguments.password.is_some() || arguments.no_password || arguments.link {
        return Ok(false);
    }
    prompt::confirm("Should this user be a superuser?", "--superuser or --no-superuser", false)
}
