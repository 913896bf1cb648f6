//! `POST /organizations/{organization}/artifactbundle/assemble/`.

use axum::Json;
use axum::extract::State;

use super::{ProgressView, read_file, read_projects, read_release};
use crate::app::App;
use crate::services::assemble::{self, Request, Target};
use crate::web::api::body::Fields;
use crate::web::api::upload::uploader;
use crate::web::error::{Error, FieldErrors, Result};
use crate::web::extract::OrganizationAccess;
use crate::web::extract::needs::ReleaseWrite;

pub async fn assemble(
    State(app): State<App>,
    access: OrganizationAccess<ReleaseWrite>,
    mut fields: Fields,
) -> Result<Json<ProgressView>> {
    let file = read_file(&mut fields);
    let (version, dist) = read_release(&mut fields);
    let project_ids = read_projects(&app, &access, &fields).await?;
    fields.finish()?;
    if project_ids.is_empty() {
        return Err(Error::Invalid(FieldErrors::one("projects", "At least one project.")));
    }
    let (checksum, chunks) = file.ok_or(Error::NotFound)?;
    let request = Request { target: Target::Bundle { project_ids, version, dist }, checksum, chunks };
    let by = uploader(&access.actor);
    let progress = assemble::assemble(&app, access.organization.id, &request, by).await?;
    Ok(Json(progress.into()))
}
