//! The body that makes or changes a release (web-api.md 7.1).

use crate::app::App;
use crate::services::releases::{CommitInput, FileChange, HeadInput, ReleaseChanges};
use crate::store::releases::ReleaseStatus;
use crate::store::{members, users};
use crate::types::ids::{OrganizationId, UserId};
use crate::web::api::body::Fields;
use crate::web::error::Result;

const MAX_REF: usize = 250;
const MAX_COMMIT_KEY: usize = 64;
const MAX_REPOSITORY: usize = 200;
/// The body's limit stands before this one.
const MAX_MESSAGE: usize = 1 << 20;
const MAX_AUTHOR_NAME: usize = 128;
const MAX_EMAIL: usize = 254;
const MAX_PATH: usize = 510;

/// What the body says beyond version and projects; what it does not know it leaves alone. The caller finishes the fields.
pub async fn read(app: &App, organization_id: OrganizationId, fields: &mut Fields) -> Result<ReleaseChanges> {
    let mut heads = fields.objects("refs", |head| read_head(head, "commit")).unwrap_or_default();
    heads.extend(fields.objects("headCommits", |head| read_head(head, "currentId")).unwrap_or_default());
    Ok(ReleaseChanges {
        status: read_status(fields),
        reference: fields.text("ref", MAX_REF).filter(|text| !text.is_empty()),
        url: fields.web_address("url"),
        owner_user_id: read_owner(app, organization_id, fields).await?,
        started_at: fields.moment("dateStarted"),
        released_at: fields.moment("dateReleased"),
        commits: fields.objects("commits", read_commit),
        heads,
    })
}

fn read_status(fields: &mut Fields) -> Option<ReleaseStatus> {
    match fields.text("status", 64)?.as_str() {
        "open" => Some(ReleaseStatus::Open),
        "archived" => Some(ReleaseStatus::Archived),
        _ => {
            fields.refuse("status", "One of open, archived.");
            None
        }
    }
}

/// A member by user name, address or id.
async fn read_owner(app: &App, organization_id: OrganizationId, fields: &mut Fields) -> Result<Option<UserId>> {
    let Some(name) = fields.text("owner", MAX_EMAIL).filter(|name| !name.is_empty()) else { return Ok(None) };
    let user = match name.parse() {
        Ok(id) => users::find(&app.db, id).await?,
        Err(_) => users::find_by_login(&app.db, &name).await?,
    };
    if let Some(user) = user.filter(|user| user.is_active)
        && members::find(&app.db, organization_id, user.id).await?.is_some()
    {
        return Ok(Some(user.id));
    }
    fields.refuse("owner", "Nobody of this name belongs to the organization.");
    Ok(None)
}

/// `previousCommit` is not read: Picket asks no provider for what lies between.
fn read_head(head: &mut Fields, key: &'static str) -> HeadInput {
    HeadInput {
        repository: head.required_text("repository", MAX_REPOSITORY),
        key: head.required_text(key, MAX_COMMIT_KEY),
    }
}

fn read_commit(commit: &mut Fields) -> CommitInput {
    let mut text = |name, max| commit.text(name, max).filter(|text| !text.is_empty());
    CommitInput {
        repository: text("repository", MAX_REPOSITORY),
        message: text("message", MAX_MESSAGE).unwrap_or_default(),
        author_name: text("author_name", MAX_AUTHOR_NAME),
        author_email: text("author_email", MAX_EMAIL),
        key: commit.required_text("id", MAX_COMMIT_KEY),
        committed_at: commit.moment("timestamp"),
        files: commit.objects("patch_set", read_file).unwrap_or_default(),
    }
}

fn read_file(file: &mut Fields) -> FileChange {
    let kind = match file.required_text("type", 1).as_str() {
        "A" => "A",
        "D" => "D",
        "M" | "" => "M",
        _ => {
            file.refuse("type", "One of A, M, D.");
            "M"
        }
    };
    FileChange { path: file.required_text("path", MAX_PATH), kind }
}
