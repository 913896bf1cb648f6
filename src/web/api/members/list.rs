//! `GET /organizations/{organization}/members/`: by address; `query` is a part of name or address, or `email:…`.

use axum::Json;
use axum::extract::State;

use super::MemberView;
use crate::app::App;
use crate::store::member_lists::{self, Wanted};
use crate::web::api::lists::{ListAnswer, Params};
use crate::web::error::Result;
use crate::web::extract::needs::MemberRead;
use crate::web::extract::{OrganizationAccess, Pagination};

pub async fn list(
    State(app): State<App>,
    access: OrganizationAccess<MemberRead>,
    params: Params,
    pagination: Pagination,
) -> Result<ListAnswer<MemberView>> {
    let query = params.query.replace('\0', "");
    let words = query.trim();
    let wanted = Wanted {
        query: words.strip_prefix("email:").unwrap_or(words),
        offset: pagination.offset(),
        limit: pagination.per_page + 1,
        ..Wanted::default()
    };
    let mut found = member_lists::list(&app.db, access.organization.id, &wanted).await?;
    let page = pagination.cut_offset_page(&mut found);
    Ok((pagination.headers(&page), Json(MemberView::list(&app, &found).await?)))
}
