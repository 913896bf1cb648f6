//! `GET /organizations/{organization}/repos/{repository}/commits/`, the newest first.

use axum::Json;
use axum::extract::State;

use super::access::RepositoryAccess;
use crate::app::App;
use crate::store::commits;
use crate::web::api::lists::ListAnswer;
use crate::web::api::releases::CommitView;
use crate::web::error::Result;
use crate::web::extract::Pagination;
use crate::web::extract::needs::RepositoryRead;

pub async fn list(
    State(app): State<App>,
    access: RepositoryAccess<RepositoryRead>,
    pagination: Pagination,
) -> Result<ListAnswer<CommitView>> {
    let range = (pagination.offset(), pagination.per_page + 1);
    let mut commits = commits::list_of_repository(&app.db, access.repository.id, range).await?;
    let page = pagination.cut_offset_page(&mut commits);
    let views = CommitView::list(&app, access.repository.organization_id, commits).await?;
    Ok((pagination.headers(&page), Json(views)))
}
