//! Projects: making them with all that an SDK needs, and the addresses it is given.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::config::Config;
use crate::services::audit::{self, Doer, Entry};
use crate::services::job::promise_at;
use crate::services::keys;
use crate::services::members::Acting;
use crate::services::retention::DeleteProject;
use crate::store::constraint::OnConstraint;
use crate::store::project_keys::ProjectKey;
use crate::store::projects::{NewProject as Row, Project};
use crate::store::{old_slugs, projects, teams};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::{OrganizationId, ProjectId, TeamId};
use crate::types::project_settings::ProjectSettings;
use crate::types::slug::Slug;

/// Why a project could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a project has a name of 1 to {MAX_NAME} characters")]
    Name,
    #[error("this short name is taken")]
    SlugTaken,
    #[error("a platform is named by up to {MAX_PLATFORM} of the characters a-z, 0-9, - and .")]
    Platform,
    #[error("this project cannot be restored any more")]
    Gone,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// How long a removed project can be restored.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// Longest name, in characters.
pub const MAX_NAME: usize = 200;
const MAX_PLATFORM: usize = 64;

/// A project to make.
#[derive(Clone, Debug)]
pub struct NewProject<'a> {
    pub organization_id: OrganizationId,
    /// The team that owns it.
    pub team_id: Option<TeamId>,
    pub name: &'a str,
    /// `None`: made of the name, and numbered where taken.
    pub slug: Option<&'a Slug>,
    pub platform: Option<&'a str>,
}

/// Makes a project with its first key.
pub async fn create(
    db: &mut PgConnection,
    project: &NewProject<'_>,
    now: DateTime<Utc>,
) -> Result<(Project, ProjectKey), Error> {
    let name = project.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Error::Name);
    }
    check_platform(project.platform)?;
    let created = insert_first_free(db, project, name, now).await?.ok_or(Error::SlugTaken)?;
    if let Some(team_id) = project.team_id {
        teams::insert_project(&mut *db, team_id, created.id).await?;
    }
    let key = keys::create(db, created.id, keys::FIRST_LABEL, now).await?;
    Ok((created, key))
}

/// Makes a project for somebody.
pub async fn create_for(
    db: &mut PgConnection,
    acting: &Acting,
    project: &NewProject<'_>,
    now: DateTime<Utc>,
) -> Result<(Project, ProjectKey), Error> {
    let (project, key) = create(db, project, now).await?;
    record(db, &acting.doer, AuditEvent::ProjectCreate, &project, json!({"name": project.name}), now).await?;
    Ok((project, key))
}

async fn record(
    db: &mut PgConnection,
    doer: &Doer,
    event: AuditEvent,
    project: &Project,
    data: serde_json::Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let entry = Entry::of_organization(event, project.organization_id, &project.slug).target(project.id.0).data(data);
    audit::record(&mut *db, doer, &entry, now).await
}

/// What a project is called, and what it is made of; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity<'a> {
    pub name: Option<&'a str>,
    pub slug: Option<&'a Slug>,
    /// An empty platform is none.
    pub platform: Option<&'a str>,
}

/// Changes name, slug and platform. Addresses with the old slug lead to the new one.
pub async fn rename(
    db: &PgPool,
    doer: &Doer,
    project: &Project,
    to: &Identity<'_>,
    now: DateTime<Utc>,
) -> Result<Project, Error> {
    let mut renamed = project.clone();
    if let Some(name) = to.name.map(str::trim) {
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Error::Name);
        }
        name.clone_into(&mut renamed.name);
    }
    if let Some(slug) = to.slug {
        slug.as_str().clone_into(&mut renamed.slug);
    }
    if let Some(platform) = to.platform {
        renamed.platform = Some(platform.to_owned()).filter(|platform| !platform.is_empty());
        check_platform(renamed.platform.as_deref())?;
    }
    let is_same =
        (&renamed.name, &renamed.slug, &renamed.platform) == (&project.name, &project.slug, &project.platform);
    if is_same {
        return Ok(renamed);
    }
    let mut tx = db.begin().await?;
    projects::update_identity(&mut *tx, renamed.id, &renamed.slug, &renamed.name, renamed.platform.as_deref())
        .await
        .on_constraint("projects_organization_id_slug_key", || Error::SlugTaken)?;
    if renamed.slug != project.slug {
        old_slugs::insert_of_project(&mut *tx, project.organization_id, &project.slug, project.id).await?;
    }
    let data = json!({"name": renamed.name, "slug": renamed.slug, "platform": renamed.platform});
    record(&mut tx, doer, AuditEvent::ProjectEdit, &renamed, data, now).await?;
    tx.commit().await?;
    Ok(renamed)
}

/// Hides a project at once and frees its slug. Its events are refused from then on; an hour later, unless it is restored,
/// a job deletes its rows.
pub async fn delete(db: &PgPool, doer: &Doer, project: &Project, now: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    if projects::mark_for_deletion(&mut *tx, project.id, now + GRACE).await? {
        let job = DeleteProject { project_id: project.id };
        promise_at(&mut *tx, &job, doer.user_id, now + GRACE, now).await?;
        record(&mut tx, doer, AuditEvent::ProjectRemove, project, json!({"name": project.name}), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Brings a removed project back, with everything in it. Its slug is numbered where somebody took it meanwhile.
pub async fn restore(
    db: &PgPool,
    doer: &Doer,
    organization_id: OrganizationId,
    id: ProjectId,
    now: DateTime<Utc>,
) -> Result<Project, Error> {
    let mut tx = db.begin().await?;
    let removed = projects::list_removed(&mut *tx, organization_id, now).await?;
    let removed = removed.into_iter().find(|project| project.id == id).ok_or(Error::Gone)?;
    let slug = free_slug(&mut tx, organization_id, &removed.slug, &removed.name).await?;
    let is_back = projects::restore(&mut *tx, id, slug.as_str(), now)
        .await
        .on_constraint("projects_organization_id_slug_key", || Error::SlugTaken)?;
    let project = projects::find(&mut *tx, id).await?.filter(|_| is_back).ok_or(Error::Gone)?;
    record(&mut tx, doer, AuditEvent::ProjectEdit, &project, json!({"restored": true}), now).await?;
    tx.commit().await?;
    Ok(project)
}

/// The slug that a project gets back in an organization, numbered where it is taken there.
pub(super) async fn free_slug(
    db: &mut PgConnection,
    organization_id: OrganizationId,
    slug: &str,
    name: &str,
) -> Result<Slug, Error> {
    let wanted = Slug::parse(slug).unwrap_or_else(|_| Slug::from_name(name, "project"));
    for slug in wanted.candidates() {
        if projects::find_by_slug(&mut *db, organization_id, slug.as_str()).await?.is_none() {
            return Ok(slug);
        }
    }
    Err(Error::SlugTaken)
}

/// Where an SDK sends to, in every form that something asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    pub public: String,
    /// With the secret, as clients before 2018 want it.
    pub legacy: String,
    pub csp: String,
    pub security: String,
    pub minidump: String,
}

/// The root URL that a project's DSNs name: the one for events where there is one, unless the project keeps to the
/// other.
pub fn ingest_url<'a>(config: &'a Config, settings: &ProjectSettings) -> &'a str {
    let public = config.ingest.public_url.as_deref().filter(|_| !settings.keeps_dsn_inside);
    public.unwrap_or(&config.system.url_prefix)
}

/// The addresses of a key. `url_prefix` is what [`ingest_url`] gives.
pub fn dsn(url_prefix: &str, key: &ProjectKey, project_id: ProjectId) -> Dsn {
    let url_prefix = url_prefix.trim_end_matches('/');
    let (scheme, place) = url_prefix.split_once("://").unwrap_or(("http", url_prefix));
    let ProjectKey { public_key, secret_key, .. } = key;
    let api = |kind: &str| format!("{url_prefix}/api/{project_id}/{kind}/?sentry_key={public_key}");
    Dsn {
        public: format!("{scheme}://{public_key}@{place}/{project_id}"),
        legacy: format!("{scheme}://{public_key}:{secret_key}@{place}/{project_id}"),
        csp: api("csp-report"),
        security: api("security"),
        minidump: api("minidump"),
    }
}

fn check_platform(platform: Option<&str>) -> Result<(), Error> {
    let valid = platform.is_none_or(|name| {
        name.len() <= MAX_PLATFORM
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
    });
    if valid { Ok(()) } else { Err(Error::Platform) }
}

async fn insert_first_free(
    db: &mut PgConnection,
    project: &NewProject<'_>,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Project>> {
    let slug = project.slug.cloned().unwrap_or_else(|| Slug::from_name(name, "project"));
    let tries = if project.slug.is_some() { 1 } else { usize::MAX };
    for slug in slug.candidates().take(tries) {
        let organization_id = project.organization_id;
        let row = Row { organization_id, slug: slug.as_str(), name, platform: project.platform };
        if let Some(created) = projects::insert(&mut *db, &row, now).await? {
            return Ok(Some(created));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{ProjectKey, dsn};
    use crate::types::ids::{ProjectId, ProjectKeyId};

    #[test]
    fn dsns_keep_port_and_path_of_the_prefix() {
        let key = ProjectKey {
            id: ProjectKeyId(1),
            project_id: ProjectId(7),
            label: "Default".to_owned(),
            public_key: "aa".to_owned(),
            secret_key: "bb".to_owned(),
            is_active: true,
            rate_limit_count: None,
            rate_limit_window: None,
            last_used_at: None,
            created_at: DateTime::UNIX_EPOCH,
        };
        for (prefix, public, legacy) in [
            ("https://errors.example.com", "https://aa@errors.example.com/7", "https://aa:bb@errors.example.com/7"),
            ("http://localhost:9000/", "http://aa@localhost:9000/7", "http://aa:bb@localhost:9000/7"),
            ("https://example.com/picket", "https://aa@example.com/picket/7", "https://aa:bb@example.com/picket/7"),
        ] {
            let dsn = dsn(prefix, &key, ProjectId(7));
            assert_eq!((dsn.public.as_str(), dsn.legacy.as_str()), (public, legacy));
        }
        let dsn = dsn("http://h/p", &key, ProjectId(7));
        assert_eq!(dsn.security, "http://h/p/api/7/security/?sentry_key=aa");
    }
}
