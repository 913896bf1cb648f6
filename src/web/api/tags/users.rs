//! The users of a project's events.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use serde::Serialize;

use crate::app::App;
use crate::store::event_users::{self, EventUser, ProjectUser};
use crate::types::hex;
use crate::types::user_part::UserPart;
use crate::web::api::date::Date;
use crate::web::api::lists::Params;
use crate::web::error::Result;
use crate::web::extract::needs::EventRead;
use crate::web::extract::{Pagination, ProjectAccess};

/// A user of events (web-api.md 3.9). What nobody told is null.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventUserView {
    id: String,
    /// Of what identifies the user.
    hash: String,
    tag_value: String,
    identifier: Option<String>,
    username: Option<String>,
    email: Option<String>,
    name: String,
    ip_address: Option<String>,
    /// When the user was first seen.
    date_created: Option<Date>,
    /// Pictures would have to come from elsewhere.
    avatar_url: Option<String>,
}

impl EventUserView {
    pub fn of(id: i64, tag_value: &str, user: EventUser, first_seen: Option<DateTime<Utc>>) -> Self {
        let identity = UserPart::split(tag_value).map_or(tag_value, |(_, text)| text);
        Self {
            id: id.to_string(),
            hash: hex::encode(&Md5::digest(identity.as_bytes())),
            tag_value: tag_value.to_owned(),
            name: user.label().unwrap_or(identity).to_owned(),
            identifier: user.id,
            username: user.username,
            email: user.email,
            ip_address: user.ip,
            date_created: first_seen.map(Date::from),
            avatar_url: None,
        }
    }
}

/// `GET /projects/{organization}/{project}/users/`; `query=email:a@b.c` (`id`, `username`, `email`, `ip`) finds those
/// with exactly this. Another query finds nobody.
pub async fn list(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    params: Params,
    pagination: Pagination,
) -> Result<(HeaderMap, Json<Vec<EventUserView>>)> {
    let query = params.query.trim();
    // No text with U+0000 is stored.
    let named = UserPart::split(query).filter(|_| !query.contains('\0'));
    let page = (pagination.offset(), pagination.per_page + 1);
    let mut users = if named.is_none() && !query.is_empty() {
        Vec::new()
    } else {
        event_users::list_of_project(&app.db, access.project.id, named, page).await?
    };
    let page = pagination.cut_offset_page(&mut users);
    let view = |ProjectUser { id, tag_value, user, first_seen }| EventUserView::of(id, &tag_value, user, first_seen);
    Ok((pagination.headers(&page), Json(users.into_iter().map(view).collect())))
}
