//! The first visit to a fresh installation: one person becomes its administrator and gets a project to send to.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use url::Url;

use crate::services::accounts::NewAccount;
use crate::services::organizations;
use crate::services::projects::{self, NewProject};
use crate::services::setup;
use crate::store;
use crate::store::organizations::Organization;
use crate::store::projects::Project;
use crate::store::users::User;
use crate::store::{options, superusers, teams, users};

/// Why the installation could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("somebody set this installation up already")]
    Done,
    #[error("not the address of a web server")]
    PublicUrl,
    #[error("the address must have the path `{0}`")]
    PublicPath(String),
    #[error(transparent)]
    Setup(#[from] setup::Error),
    #[error(transparent)]
    Project(#[from] projects::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What the person chose.
#[derive(Clone, Debug)]
pub struct FirstRun<'a> {
    pub account: NewAccount<'a>,
    pub organization_name: &'a str,
    pub project_name: &'a str,
    pub platform: Option<&'a str>,
    /// What [`read_public_url`] made of the address that was chosen, if that is not the configured one.
    pub public_url: Option<&'a str>,
}

/// What there is afterwards.
#[derive(Clone, Debug)]
pub struct Installed {
    pub user: User,
    pub organization: Organization,
    pub project: Project,
}

const MAX_PUBLIC_URL: usize = 200;

/// The public URL without the slash at its end. Its path is where the server listens already, so it stays.
pub fn read_public_url(text: &str, configured: &str) -> Result<String, Error> {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let url = parse_root(text.trim()).filter(|_| text.len() <= MAX_PUBLIC_URL).ok_or(Error::PublicUrl)?;
    let expected = Url::parse(configured).map(|url| path(&url)).unwrap_or_default();
    if path(&url) != expected {
        return Err(Error::PublicPath(format!("{expected}/")));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A URL that others can begin with: with scheme and host, and nothing that does not belong into a root.
pub fn parse_root(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain
    })
}

/// Makes the administrator, and the first project in the first organization. Two people who come at once do not both
/// become administrators.
pub async fn set_up(db: &PgPool, chosen: &FirstRun<'_>, now: DateTime<Utc>) -> Result<Installed, Error> {
    let mut tx = db.begin().await?;
    superusers::lock_first_run(&mut *tx).await?;
    if superusers::exists(&mut *tx).await? {
        return Err(Error::Done);
    }
    let name = chosen.organization_name;
    let user_id = setup::create_first_user(&mut tx, &chosen.account, name, now).await?;
    let mut organization = setup::ensure_organization(&mut tx, name, now).await?;
    // `upgrade` has made one already, under a name that nobody chose.
    if organization.name != name.trim() {
        organization = rename(&mut tx, organization, name.trim()).await?;
    }
    let team = teams::list(&mut *tx, organization.id).await?.into_iter().next();
    let project = NewProject {
        organization_id: organization.id,
        team_id: team.map(|team| team.id),
        name: chosen.project_name,
        slug: None,
        platform: chosen.platform,
    };
    let (project, _key) = projects::create(&mut tx, &project, now).await?;
    if let Some(url) = chosen.public_url {
        options::upsert(&mut *tx, "system.url-prefix", &url.into(), now).await?;
    }
    let user = users::find(&mut *tx, user_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    tx.commit().await?;
    Ok(Installed { user, organization, project })
}

async fn rename(db: &mut PgConnection, mut organization: Organization, name: &str) -> Result<Organization, Error> {
    if name.is_empty() || name.chars().count() > organizations::MAX_NAME {
        return Err(setup::Error::from(organizations::Error::Name).into());
    }
    store::organizations::update_name(&mut *db, organization.id, name).await?;
    name.clone_into(&mut organization.name);
    Ok(organization)
}

#[cfg(test)]
mod tests {
    use super::{parse_root, read_public_url};

    #[test]
    fn public_urls_are_addresses_of_servers() {
        for (text, configured, expected) in [
            (" https://errors.example.com/ ", "http://localhost:9000", Some("https://errors.example.com")),
            ("http://10.0.0.5:9000", "http://localhost:9000", Some("http://10.0.0.5:9000")),
            ("https://x.example/errors/", "http://localhost:9000/errors", Some("https://x.example/errors")),
            ("https://x.example/", "http://localhost:9000/errors", None),
            ("https://x.example/other", "http://localhost:9000", None),
            ("https://user@x.example", "http://localhost:9000", None),
            ("https://x.example/?a=b", "http://localhost:9000", None),
            ("javascript:alert(1)", "http://localhost:9000", None),
            ("errors.example.com", "http://localhost:9000", None),
            ("", "http://localhost:9000", None),
        ] {
            assert_eq!(read_public_url(text, configured).ok().as_deref(), expected, "{text}");
        }
    }
    #[test]
    fn roots_have_scheme_and_host_and_nothing_else() {
        for (text, expected) in [
            ("https://errors.example", true),
            ("http://10.0.0.1:9000/errors", true),
            ("errors.example", false),
            ("ftp://errors.example", false),
            ("https://user@errors.example", false),
            ("https://errors.example/?a", false),
            ("https://errors.example/#a", false),
        ] {
            assert_eq!(parse_root(text).is_some(), expected, "{text}");
        }
    }
}
