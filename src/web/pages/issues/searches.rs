//! Saved searches in lists of issues: the menu beside the heading, saving what is shown, and old addresses.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::address::encode;
use crate::app::App;
use crate::messages::Messages;
use crate::services::saved_searches::{self, Error as SearchError, Search};
use crate::store::saved_searches::{Place, put_default};
use crate::types::scope::Scope;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::EventRead;
use crate::web::extract::{OrganizationAccess, ProjectAccess, Viewer};
use crate::web::pages::flash::redirect_with;
use crate::web::redirect;

/// The menu of a list.
pub struct SearchMenu {
    pub entries: Vec<Entry>,
    /// Where the form and the page of all of them are.
    pub save: String,
    pub manage: String,
    /// A search may be made for everybody.
    pub may_share: bool,
    /// The name of the search that is shown, if it has one.
    pub current: Option<String>,
}

pub struct Entry {
    pub name: String,
    pub query: String,
    pub href: String,
    pub is_own: bool,
    pub is_pinned: bool,
    pub is_current: bool,
}

impl SearchMenu {
    /// `link` makes the address of the list with a query.
    pub fn of(
        searches: &[Search],
        (query, path, settings): (&str, &str, String),
        may_share: bool,
        t: Messages,
        link: impl Fn(&str) -> String,
    ) -> Self {
        let mut entries: Vec<Entry> = searches
            .iter()
            .map(|search| Entry {
                name: name(search, t),
                query: search.query.clone(),
                href: link(&search.query),
                is_own: search.is_own,
                is_pinned: search.is_pinned,
                is_current: search.query == query.trim(),
            })
            .collect();
        // Two may have the same query.
        let mut is_first = true;
        for entry in entries.iter_mut().filter(|entry| entry.is_current) {
            entry.is_current = std::mem::take(&mut is_first);
        }
        let current = entries.iter().find(|entry| entry.is_current).map(|entry| entry.name.clone());
        Self { entries, save: format!("{path}searches/"), manage: settings, may_share, current }
    }
}

/// The name, in the reader's language if it is ours.
pub fn name(search: &Search, t: Messages) -> String {
    match search.id {
        1 => t.search_built_in_unresolved().to_owned(),
        2 => t.search_built_in_triage().to_owned(),
        3 => t.search_built_in_mine().to_owned(),
        4 => t.search_built_in_bookmarks().to_owned(),
        5 => t.search_built_in_today().to_owned(),
        _ => crate::web::visible::string(search.name.clone()),
    }
}

/// What of a refusal is told.
pub fn told(error: SearchError, t: Messages) -> Result<String> {
    Ok(match error {
        SearchError::Name => t.search_wrong_name().to_owned(),
        SearchError::NameUsed => t.search_name_used().to_owned(),
        SearchError::Query(wrong) => t.search_wrong_query(wrong.token.chars().take(120).collect::<String>()),
        SearchError::TooMany => t.search_too_many().to_owned(),
        SearchError::Database(error) => return Err(error.into()),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewSearch {
    name: String,
    query: String,
    /// Everybody's.
    shared: Option<String>,
    /// Shown at first from now on.
    default: Option<String>,
}

/// `POST /organizations/{organization}/issues/searches/`.
pub async fn save_in_organization(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<EventRead>,
    Form(new): Form<NewSearch>,
) -> Result<Response> {
    let place = (access.organization.id, None);
    let list = format!("/organizations/{}/issues/", access.organization.slug);
    save(&app, &viewer, &access, (place, Scope::OrgWrite), new, &list).await
}

/// `POST /{organization}/{project}/searches/`.
pub async fn save_in_project(
    State(app): State<App>,
    viewer: Viewer,
    access: ProjectAccess<EventRead>,
    Form(new): Form<NewSearch>,
) -> Result<Response> {
    let place = (access.organization().id, Some(access.project.id));
    let list = format!("/{}/{}/", access.organization().slug, access.project.slug);
    save(&app, &viewer, &access.within, (place, Scope::ProjectWrite), new, &list).await
}

async fn save(
    app: &App,
    viewer: &Viewer,
    access: &OrganizationAccess<EventRead>,
    (place, needed): (Place, Scope),
    new: NewSearch,
    list: &str,
) -> Result<Response> {
    let t = viewer.messages();
    let user_id = access.actor.user.id;
    let is_shared = new.shared.is_some();
    if is_shared && !access.may(needed) {
        return Err(Error::Forbidden(if needed == Scope::OrgWrite {
            &[Scope::OrgWrite]
        } else {
            &[Scope::ProjectWrite]
        }));
    }
    let back = format!("{list}?query={}", encode(&new.query));
    let id = match saved_searches::create(app, place, (user_id, is_shared), (&new.name, &new.query)).await {
        Ok(id) => id,
        Err(error) => return redirect_with(app, viewer, &back, told(error, t)?).await,
    };
    if new.default.is_some() {
        let owner = Some(user_id).filter(|_| !is_shared);
        put_default(&app.db, place, owner, id).await?;
    }
    redirect_with(app, viewer, &back, t.search_saved(new.name.trim())).await
}

/// `GET /organizations/{organization}/issues/searches/{search}/`.
pub async fn open_in_organization(
    State(app): State<App>,
    access: OrganizationAccess<EventRead>,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    let place = (access.organization.id, None);
    open(&app, &access, place, &id, &format!("/organizations/{organization}/issues/")).await
}

/// `GET /{organization}/{project}/searches/{search}/`.
pub async fn open_in_project(
    State(app): State<App>,
    access: ProjectAccess<EventRead>,
    Path((organization, project, id)): Path<(String, String, String)>,
) -> Result<Response> {
    let place = (access.organization().id, Some(access.project.id));
    open(&app, &access.within, place, &id, &format!("/{organization}/{project}/")).await
}

async fn open(
    app: &App,
    access: &OrganizationAccess<EventRead>,
    place: Place,
    id: &str,
    list: &str,
) -> Result<Response> {
    let searches = saved_searches::list(app, place, access.actor.user.id).await?;
    let search = searches.iter().find(|search| search.id.to_string() == id).ok_or(Error::NotFound)?;
    Ok(redirect(app, &format!("{list}?query={}", encode(&search.query))))
}
