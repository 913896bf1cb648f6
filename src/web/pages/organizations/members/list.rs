//! The list of members and invitations.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{list_path, role_name};
use crate::app::App;
use crate::store::member_lists::{self, ListedMember, Wanted};
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::volatile::Kept;
use crate::web::avatar::Avatar;
use crate::web::error::Result;
use crate::web::extract::needs::MemberRead;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::numbered::Page;
use crate::web::render;

const ROWS: u16 = 50;

#[derive(Template)]
#[template(path = "members/list.html")]
struct ListPage {
    layout: Layout,
    /// Path of this page, before the paths of members.
    root: String,
    query: String,
    members: Vec<ListedMember>,
    previous: Option<String>,
    next: Option<String>,
    may_write: bool,
    /// Ids of fields, and addresses with what is shown once: a link or a password.
    once: Vec<(String, String, String)>,
}

impl ListPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn role(&self, role: &Role) -> &'static str {
        role_name(self.layout.t, *role)
    }

    fn is_expired(&self, member: &ListedMember) -> bool {
        member.is_expired(self.layout.now)
    }

    fn avatar(member: &ListedMember) -> Avatar {
        Avatar::of(member.display_name())
    }
}

#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    query: String,
    #[serde(default)]
    page: String,
}

pub async fn show(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<MemberRead>,
    Query(params): Query<Params>,
) -> Result<Response> {
    let page = Page::parse(&params.page, ROWS);
    let (offset, limit) = page.range();
    let query = params.query.replace('\0', "");
    let wanted = Wanted { query: query.trim(), offset, limit, ..Wanted::default() };
    let mut members = member_lists::list(&app.db, access.organization.id, &wanted).await?;
    let layout = Layout::of_organization(&app, &viewer, &access, Section::Settings);
    let root = format!("{}{}", layout.base, list_path(&access));
    let words: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let (previous, next) = page.cut(&mut members, |number| format!("{root}?query={words}&page={number}"));
    let once = match &viewer.session {
        Some(session) => app.redis.take_kept(Kept::MemberSecrets, session).await?.unwrap_or_default(),
        None => String::new(),
    };
    let lines = once.lines().filter_map(|line| line.split_once('\t')).enumerate();
    render(&ListPage {
        layout,
        root,
        query,
        members,
        previous,
        next,
        may_write: access.may(Scope::MemberWrite),
        once: lines
            .map(|(place, (email, secret))| (format!("once-{place}"), email.to_owned(), secret.to_owned()))
            .collect(),
    })
}
