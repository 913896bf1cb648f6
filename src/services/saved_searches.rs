//! Queries with a name: a person's own, everybody's, and five that are built in (inventory.md 7.3).

use chrono::{DateTime, Utc};

use super::issues::query::{self, InvalidToken};
use crate::app::App;
use crate::store::constraint::violated;
use crate::store::saved_searches::{self, Place};
use crate::types::ids::UserId;

/// Longest name, in characters.
pub const MAX_NAME: usize = 128;
/// As many of one owner in one place.
pub const MAX_SEARCHES: i64 = 200;

/// The searches everybody has: id, name and query. The first is the default where nobody chose one.
const BUILT_IN: [(i64, &str, &str); 5] = [
    (1, "Unresolved Issues", "is:unresolved"),
    (2, "Needs Triage", "is:unresolved is:unassigned"),
    (3, "Assigned To Me", "is:unresolved assigned:me"),
    (4, "My Bookmarks", "is:unresolved bookmarks:me"),
    (5, "New Today", "is:unresolved age:-24h"),
];

/// A search as a person sees it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Search {
    pub id: i64,
    pub name: String,
    pub query: String,
    pub is_built_in: bool,
    /// The person's own; others are everybody's.
    pub is_own: bool,
    /// Everybody's.
    pub is_default: bool,
    /// The person's.
    pub is_user_default: bool,
    pub is_pinned: bool,
    pub created_at: Option<DateTime<Utc>>,
}

/// Why a search is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a search has a name of 1 to {MAX_NAME} characters")]
    Name,
    #[error("a search of this name exists already")]
    NameUsed,
    #[error(transparent)]
    Query(#[from] InvalidToken),
    #[error("there are {MAX_SEARCHES} searches already; delete one first")]
    TooMany,
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if violated(&error) == Some("saved_searches_name_key") { Self::NameUsed } else { Self::Database(error) }
    }
}

/// What a person may choose from, the pinned ones first.
pub async fn list(app: &App, place: Place, user_id: UserId) -> sqlx::Result<Vec<Search>> {
    let rows = saved_searches::list(&app.db, place, user_id).await?;
    let (of_user, of_all) = saved_searches::defaults(&app.db, place, user_id).await?;
    let pinned = saved_searches::list_pinned(&app.db, place, user_id).await?;
    let search = |id: i64, name: &str, query: &str, is_own: bool, created_at: Option<DateTime<Utc>>| Search {
        id,
        name: name.to_owned(),
        query: query.to_owned(),
        is_built_in: created_at.is_none(),
        is_own,
        is_default: of_all.unwrap_or(BUILT_IN[0].0) == id,
        is_user_default: of_user == Some(id),
        is_pinned: pinned.contains(&id),
        created_at,
    };
    let built_in = BUILT_IN.iter().map(|(id, name, query)| search(*id, name, query, false, None));
    let saved =
        rows.iter().map(|row| search(row.id, &row.name, &row.query, row.user_id.is_some(), Some(row.created_at)));
    let mut searches: Vec<Search> = built_in.chain(saved).collect();
    searches.sort_by_key(|search| !search.is_pinned);
    Ok(searches)
}

/// The query of a list that is asked for none.
pub fn default_query(searches: &[Search]) -> &str {
    let of_user = searches.iter().find(|search| search.is_user_default);
    let chosen = of_user.or_else(|| searches.iter().find(|search| search.is_default));
    chosen.map_or(BUILT_IN[0].2, |search| &search.query)
}

/// Saves a search: everybody's, or the person's own.
pub async fn create(
    app: &App,
    place: Place,
    (user_id, is_shared): (UserId, bool),
    (name, query): (&str, &str),
) -> Result<i64, Error> {
    let (name, query) = checked(app, user_id, name, query)?;
    let owner = Some(user_id).filter(|_| !is_shared);
    if saved_searches::count(&app.db, place, owner).await? >= MAX_SEARCHES {
        return Err(Error::TooMany);
    }
    Ok(saved_searches::insert(&app.db, place, owner, (name, query), app.clock.now()).await?)
}

/// Gives a search another name or query.
pub async fn update(app: &App, user_id: UserId, id: i64, (name, query): (&str, &str)) -> Result<(), Error> {
    let (name, query) = checked(app, user_id, name, query)?;
    Ok(saved_searches::update(&app.db, id, name, query).await?)
}

fn checked<'t>(app: &App, user_id: UserId, name: &'t str, query: &'t str) -> Result<(&'t str, &'t str), Error> {
    let (name, query) = (name.trim(), query.trim());
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains('\0') || query.contains('\0') {
        return Err(Error::Name);
    }
    query::parse(query, user_id, app.clock.now())?;
    Ok((name, query))
}
