//! Which issues a list shows. The only place where SQL is put together at run time: criteria, order and direction vary
//! independently, and only conditions that are asked for may cost anything.

mod conditions;
mod criteria;
pub mod numbers;
mod users;

use chrono::DateTime;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

pub use criteria::{Assigned, Between, Column, Condition, Counter, Criteria, Moment, Pattern, Person, Term, Version};

use crate::store::release_projects;
use crate::types::ids::IssueId;

type Sql = QueryBuilder<Postgres>;

/// By what a list is ordered, the greatest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    LastSeen,
    FirstSeen,
    Priority,
    Frequency,
    Users,
}

/// An issue's place in the list: the pages before and after it are found by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: i64,
    pub id: IssueId,
}

/// Which page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    #[default]
    Start,
    After(Place),
    Before(Place),
}

impl Sort {
    /// An integer that orders like the column, so that one form of cursor serves all. Microseconds and the priority's
    /// thousandths are exact.
    fn key(self) -> &'static str {
        match self {
            Self::LastSeen => "(EXTRACT(EPOCH FROM issues.last_seen) * 1000000)::bigint",
            Self::FirstSeen => "(EXTRACT(EPOCH FROM issues.first_seen) * 1000000)::bigint",
            Self::Priority => {
                {
                    // In floats: numerics take twice the time of the whole query.
                    "(log(greatest(issues.times_seen, 1)::float8) * 600000 + EXTRACT(EPOCH FROM issues.last_seen)::float8 * 1000)::bigint"
                }
            }
            Self::Frequency => "issues.times_seen",
            Self::Users => "issues.users_seen",
        }
    }
}

/// Tags that fewer issues have are looked up by their values; the list of the others soon finds what it shows.
const FEW_ISSUES: i64 = 1_000;

/// Issues in order, from `from` on, at most `limit`. Going back, they still come in the order of the list.
///
/// Fills in the newest releases where the criteria ask for them.
pub async fn list(
    db: &mut PgConnection,
    criteria: &mut Criteria,
    sort: Sort,
    from: From,
    limit: i64,
) -> sqlx::Result<Vec<Place>> {
    let direction = if matches!(from, From::Before(_)) { "ASC" } else { "DESC" };
    let mut sql = QueryBuilder::new("SELECT issues.id, ");
    sql.push(sort.key()).push(" AS key");
    push_found(&mut *db, &mut sql, criteria).await?;
    push_from(&mut sql, sort, from);
    sql.push(match sort {
        Sort::LastSeen => " ORDER BY issues.last_seen ",
        Sort::FirstSeen => " ORDER BY issues.first_seen ",
        Sort::Priority | Sort::Frequency | Sort::Users => " ORDER BY key ",
    });
    sql.push(direction).push(", issues.id ").push(direction).push(" LIMIT ").push_bind(limit);
    let rows = planned_anew(sql.build()).fetch_all(&mut *db).await?;
    let mut places = rows.iter().map(place).collect::<sqlx::Result<Vec<_>>>()?;
    if matches!(from, From::Before(_)) {
        places.reverse();
    }
    Ok(places)
}

/// How many issues there are, counted up to `limit`. Fills in the newest releases, as [`list`] does.
pub async fn count(db: &mut PgConnection, criteria: &mut Criteria, limit: i64) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT");
    push_found(&mut *db, &mut sql, criteria).await?;
    sql.push(" LIMIT ").push_bind(limit).push(") AS counted");
    let row = planned_anew(sql.build()).fetch_one(&mut *db).await?;
    row.try_get(0)
}

/// Appends ` FROM issues WHERE …`: those that meet the criteria.
async fn push_found(db: &mut PgConnection, sql: &mut Sql, criteria: &mut Criteria) -> sqlx::Result<()> {
    find_latest_releases(&mut *db, criteria).await?;
    sql.push(" FROM issues WHERE issues.project_id = ANY(").push_bind(criteria.project_ids.clone()).push(")");
    match find_few(&mut *db, criteria).await? {
        None => conditions::push(sql, criteria),
        Some((place, ids)) => {
            let mut criteria = criteria.clone();
            criteria.terms[place].condition = Condition::Issues(ids);
            conditions::push(sql, &criteria);
        }
    }
    Ok(())
}

/// The place of a tag that few issues have, and they.
async fn find_few(db: &mut PgConnection, criteria: &Criteria) -> sqlx::Result<Option<(usize, Vec<i64>)>> {
    for (place, term) in criteria.terms.iter().enumerate().filter(|(_, term)| !term.is_negated) {
        if !matches!(term.condition, Condition::Tag(..) | Condition::User(..) | Condition::LatestRelease(_)) {
            continue;
        }
        let mut sql = QueryBuilder::new("");
        conditions::push_issues_of_tag(&mut sql, &term.condition, &criteria.project_ids, Some(FEW_ISSUES));
        let ids: Vec<i64> = sql.build_query_scalar().fetch_all(&mut *db).await?;
        if ids.len() < usize::try_from(FEW_ISSUES).unwrap_or(usize::MAX) {
            return Ok(Some((place, ids)));
        }
    }
    Ok(None)
}

async fn find_latest_releases(db: &mut PgConnection, criteria: &mut Criteria) -> sqlx::Result<()> {
    if criteria.latest_releases().next().is_none() {
        return Ok(());
    }
    let latest = release_projects::list_latest(&mut *db, &criteria.project_ids).await?;
    criteria.latest_releases().for_each(|place| place.clone_from(&latest));
    Ok(())
}

/// With a plan for these very values: one for any values would walk the whole order for a rare one.
fn planned_anew(query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
    query.persistent(false)
}

fn place(row: &sqlx::postgres::PgRow) -> sqlx::Result<Place> {
    Ok(Place { key: row.try_get("key")?, id: IssueId(row.try_get("id")?) })
}

fn push_from(sql: &mut Sql, sort: Sort, from: From) {
    let (place, comparison) = match from {
        From::Start => return,
        From::After(place) => (place, "<"),
        From::Before(place) => (place, ">"),
    };
    // By the column itself where an index has it.
    let time = DateTime::from_timestamp_micros(place.key).unwrap_or_default();
    match sort {
        Sort::LastSeen => sql.push(" AND (issues.last_seen, issues.id) ").push(comparison).push(" (").push_bind(time),
        Sort::FirstSeen => sql.push(" AND (issues.first_seen, issues.id) ").push(comparison).push(" (").push_bind(time),
        other => {
            sql.push(" AND (").push(other.key()).push(", issues.id) ").push(comparison).push(" (").push_bind(place.key)
        }
    };
    sql.push(", ").push_bind(place.id.0).push(")");
}
