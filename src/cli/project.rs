//! `project create`: a project with its DSN, for scripts.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use sqlx::{Connection, PgConnection};

use super::context::Context;
use super::stores;
use crate::services::projects::{self, NewProject, dsn};
use crate::services::{keys, setup};
use crate::store::organizations::{self, Organization};
use crate::store::project_keys::ProjectKey;
use crate::store::projects::Project;
use crate::store::{project_keys, projects as rows, teams};
use crate::types::clock::Clock;
use crate::types::slug::Slug;

#[derive(Subcommand)]
pub enum Command {
    /// Make a project and print its DSN; one of that name that is there is left as it is
    Create(Create),
}

#[derive(Args)]
pub struct Create {
    /// Name or short name of the organization; made if it is not there
    #[arg(long, visible_alias = "org")]
    organization: String,
    /// Name of the project
    #[arg(long)]
    name: String,
    /// For instance python or javascript-react
    #[arg(long)]
    platform: Option<String>,
}

pub async fn run(context: &Context, command: &Command) -> anyhow::Result<()> {
    let Command::Create(create) = command;
    let mut db = stores::connect_database(context).await?;
    let mut tx = db.begin().await?;
    let organization = find_or_create_organization(&mut tx, &create.organization).await?;
    let (project, key) = find_or_create_project(&mut tx, &organization, create).await?;
    tx.commit().await?;
    println!("{}", dsn(&context.config().system.url_prefix, &key, project.id).public);
    Ok(())
}

async fn find_or_create_organization(db: &mut PgConnection, name: &str) -> anyhow::Result<Organization> {
    let slug = Slug::from_name(name, "organization");
    match organizations::find_by_slug(&mut *db, slug.as_str()).await? {
        Some(organization) => Ok(organization),
        None => Ok(setup::create_organization(db, name, Clock::default().now()).await?),
    }
}

async fn find_or_create_project(
    db: &mut PgConnection,
    organization: &Organization,
    create: &Create,
) -> anyhow::Result<(Project, ProjectKey)> {
    let slug = Slug::from_name(&create.name, "project");
    let now = Clock::default().now();
    let Some(project) = rows::find_by_slug(&mut *db, organization.id, slug.as_str()).await? else {
        let teams = teams::list(&mut *db, organization.id).await?;
        let team = teams.first().context("the organization has no team: make one on its page")?;
        let new = NewProject {
            organization_id: organization.id,
            team_id: Some(team.id),
            name: &create.name,
            slug: None,
            platform: create.platform.as_deref(),
        };
        return Ok(projects::create(db, &new, now).await?);
    };
    eprintln!("{}/{} is there already.", organization.slug, project.slug);
    let keys = project_keys::list(&mut *db, project.id).await?;
    let key = match keys.into_iter().find(|key| key.is_active) {
        Some(key) => key,
        None => keys::create(db, project.id, "", now).await?,
    };
    Ok((project, key))
}
