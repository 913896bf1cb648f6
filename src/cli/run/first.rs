//! The first minutes of `run all` without settings: an administrator and a project to send to.

use sqlx::{Connection as _, PgConnection};

use crate::config::Config;
use crate::services::accounts::{self, NewAccount};
use crate::services::projects::dsn;
use crate::services::setup;
use crate::store::superusers;
use crate::types::clock::Clock;

const EMAIL: &str = "admin@localhost";
const PASSWORD_LENGTH: usize = 16;

/// What a new person needs to know.
pub struct Welcome {
    url: String,
    /// Address and password of the account made just now.
    account: Option<(&'static str, String)>,
    dsn: Option<String>,
}

/// Makes what is missing.
pub async fn prepare(db: &mut PgConnection, config: &Config) -> anyhow::Result<Welcome> {
    let now = Clock::default().now();
    let account = if superusers::exists(&mut *db).await? { None } else { Some((EMAIL, random_password())) };
    let hash = match &account {
        Some((_, password)) => Some(accounts::hash_password(&config.auth, password).await?),
        None => None,
    };
    let mut tx = db.begin().await?;
    let organization = setup::ensure_organization(&mut tx, &config.system.site_name, now).await?;
    if hash.is_some() {
        let new = NewAccount { email: EMAIL, name: "", password_hash: hash.as_deref(), is_superuser: true };
        setup::create_first_user(&mut tx, &new, &organization.name, now).await?;
    }
    let project = setup::ensure_project(&mut tx, &organization, "First project", now).await?;
    tx.commit().await?;
    let url = config.system.url_prefix.clone();
    let dsn = project.map(|(project, key)| dsn(&url, &key, project.id).public);
    Ok(Welcome { url, account, dsn })
}

impl Welcome {
    pub fn print(&self) {
        println!("Picket is ready at {}", self.url);
        if let Some((email, password)) = &self.account {
            println!("  sign in as  {email}");
            println!("  password    {password}   (shown this once; change it under Account)");
        }
        if let Some(dsn) = &self.dsn {
            println!("  send to     {dsn}");
        }
        println!("Ctrl-C stops it.");
    }
}

/// About 80 random bits, of characters that are not mistaken for each other.
fn random_password() -> String {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..PASSWORD_LENGTH).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect()
}
