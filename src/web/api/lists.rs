//! Lists that are small enough to be cut into pages in memory, and the words that narrow them.

use axum::Json;
use axum::extract::Query;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::web::extract::Pagination;

/// What lists of the tenancy take.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    pub query: String,
    #[serde(rename = "statsPeriod")]
    pub stats_period: Option<String>,
    pub status: Option<String>,
    /// `all` shows superusers what is not theirs.
    pub show: Option<String>,
    pub owner: Option<String>,
    /// `1`: what the caller belongs to, whatever `show` says.
    pub member: Option<String>,
    #[serde(rename = "sortBy")]
    pub sort_by: Option<String>,
}

/// Parameters that cannot be read count as absent.
pub type Params = Query<ListParams>;

/// A page of a list, with its `Link` header.
pub type ListAnswer<T> = (HeaderMap, Json<Vec<T>>);

/// The page that was asked for.
pub fn page_of<T: Serialize>(pagination: &Pagination, all: Vec<T>) -> ListAnswer<T> {
    let (skipped, length) = (size(pagination.offset()), size(pagination.per_page));
    let has_next = all.len() > skipped.saturating_add(length);
    let page = all.into_iter().skip(skipped).take(length).collect();
    (pagination.headers(&pagination.offset_page(has_next)), Json(page))
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Words of a list's `query`: `id:7`, `slug:web`, `team:ops`, `!team:ops`, or a part of name or slug.
#[derive(Debug, Default)]
pub struct Words<'a>(Vec<&'a str>);

/// What the words are compared with.
pub struct Named<'a> {
    pub id: i64,
    pub slug: &'a str,
    pub name: &'a str,
    pub teams: Vec<&'a str>,
}

impl<'a> Words<'a> {
    pub fn parse(query: &'a str) -> Self {
        Self(query.split_whitespace().collect())
    }

    pub fn match_all(&self, named: &Named<'_>) -> bool {
        self.0.iter().all(|word| match word.split_once(':') {
            Some(("id", id)) => named.id.to_string() == id,
            Some(("slug", slug)) => named.slug == slug,
            Some(("team", team)) => named.teams.contains(&team.trim_start_matches('#')),
            Some(("!team", team)) => !named.teams.contains(&team.trim_start_matches('#')),
            _ => {
                let word = word.to_lowercase();
                named.slug.contains(&word) || named.name.to_lowercase().contains(&word)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Words};

    #[test]
    fn words_narrow_a_list() {
        for (query, expected) in [
            ("", true),
            ("web", true),
            ("WEB shop", true),
            ("api", false),
            ("id:7", true),
            ("id:8", false),
            ("slug:web", false),
            ("slug:web-shop", true),
            ("team:ops", true),
            ("!team:ops", false),
            ("!team:#none", true),
        ] {
            let named = Named { id: 7, slug: "web-shop", name: "Web Shop", teams: vec!["ops"] };
            assert_eq!(Words::parse(query).match_all(&named), expected, "{query}");
        }
    }
}
