//! `GET /organizations/{organization}/audit-logs/`: who did what, newest first; `event` is the exact name of a kind.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::date::Date;
use super::lists::ListAnswer;
use super::users::UserView;
use crate::app::App;
use crate::store::audit_entries::{self, AuditEntry, Wanted};
use crate::store::users::{self, User};
use crate::types::audit_event::AuditEvent;
use crate::types::ids::UserId;
use crate::web::error::Result;
use crate::web::extract::needs::OrgAudit;
use crate::web::extract::{OrganizationAccess, Pagination};

pub fn routes() -> Router<App> {
    Router::new().route("/organizations/{organization}/audit-logs/", get(list))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntryView {
    id: String,
    /// An account, or only the name that it had.
    actor: Value,
    event: String,
    ip_address: Option<String>,
    note: String,
    target_object: Option<i64>,
    target_user: Option<UserView>,
    data: Value,
    date_created: Date,
}

#[derive(Deserialize)]
pub struct Params {
    event: Option<String>,
}

/// A name that is no event's is that of none that happened.
async fn list(
    State(app): State<App>,
    access: OrganizationAccess<OrgAudit>,
    Query(params): Query<Params>,
    pagination: Pagination,
) -> Result<ListAnswer<AuditEntryView>> {
    let event = params.event.filter(|name| !name.is_empty());
    let wanted = Wanted {
        event: event.map(|name| AuditEvent::parse(&name).map_or(-1, AuditEvent::number)),
        person: "",
        offset: pagination.offset(),
        limit: pagination.per_page + 1,
    };
    let mut found = audit_entries::list(&app.db, access.organization.id, &wanted).await?;
    let page = pagination.cut_offset_page(&mut found);
    let mut ids: Vec<i64> =
        found.iter().flat_map(|entry| [entry.actor_user_id, entry.target_user_id]).flatten().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = users::list(&app.db, &ids).await?;
    let people: HashMap<UserId, User> = people.into_iter().map(|user| (user.id, user)).collect();
    let views = found.into_iter().map(|entry| view(entry, &people)).collect::<Result<Vec<_>>>()?;
    Ok((pagination.headers(&page), Json(views)))
}

fn view(entry: AuditEntry, people: &HashMap<UserId, User>) -> Result<AuditEntryView> {
    let person = |id: Option<UserId>| id.and_then(|id| people.get(&id)).map(UserView::of);
    let event = AuditEvent::of_number(entry.event).map_or("unknown", AuditEvent::name);
    Ok(AuditEntryView {
        id: entry.id.to_string(),
        actor: match person(entry.actor_user_id) {
            Some(user) => serde_json::to_value(user)?,
            None => json!({"name": entry.actor_label}),
        },
        event: event.to_owned(),
        ip_address: entry.ip_address,
        note: format!("{event} {}", entry.target_label).trim_end().to_owned(),
        target_object: entry.target_id,
        target_user: person(entry.target_user_id),
        data: entry.data,
        date_created: entry.created_at.into(),
    })
}
