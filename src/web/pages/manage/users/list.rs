//! Every account, to search and to filter.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::store::user_lists::{self, UserSummary, Wanted};
use crate::types::ids::UserId;
use crate::web::error::Result;
use crate::web::extract::{SuperuserAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::render;

/// Accounts on a page.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "manage/users.html")]
struct UsersPage {
    layout: Layout,
    query: String,
    /// `active`, `disabled`, `superuser`; empty: everybody.
    status: String,
    statuses: Vec<(&'static str, &'static str)>,
    users: Vec<UserSummary>,
    /// Parameters of the next page.
    older: Option<String>,
}

#[derive(Deserialize)]
pub struct UsersParams {
    #[serde(default)]
    query: String,
    #[serde(default)]
    status: String,
    before: Option<i64>,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    _access: SuperuserAccess,
    Query(params): Query<UsersParams>,
) -> Result<Response> {
    let query = params.query.trim().replace('\0', "");
    let wanted = Wanted {
        query: &query,
        is_active: match params.status.as_str() {
            "active" => Some(true),
            "disabled" => Some(false),
            _ => None,
        },
        is_superuser: (params.status == "superuser").then_some(true),
        before: params.before.map(UserId),
    };
    let mut users = user_lists::search(&app.db, &wanted, i64::try_from(SHOWN + 1).unwrap_or(i64::MAX)).await?;
    let has_more = users.len() > SHOWN;
    users.truncate(SHOWN);
    let last = users.last().filter(|_| has_more);
    let older = last.map(|last| {
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        parameters.append_pair("query", &query).append_pair("status", &params.status);
        parameters.append_pair("before", &last.id.to_string()).finish()
    });
    let t = viewer.messages();
    render(&UsersPage {
        layout: Layout::in_section(&app, &viewer, Section::Admin),
        status: params.status,
        statuses: vec![
            ("", t.users_everybody()),
            ("active", t.users_active()),
            ("disabled", t.users_disabled()),
            ("superuser", t.users_superusers()),
        ],
        users,
        older,
        query,
    })
}
