//! Which issues a list shows. The only place where SQL is put together at run time: criteria, order and direction vary
//! independently, and only conditions that are asked for may cost anything.

mod conditions;
mod criteria;
pub mod numbers;

use chrono::DateTime;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

pub use criteria::{Assigned, Between, Column, Condition, Counter, Criteria, Moment, Pattern, Person, Term, Version};

use crate::types::ids::IssueId;

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

/// Issues in order, from `from` on, at most `limit`. Going back, they still come in the order of the list.
pub async fn list(
    db: &mut PgConnection,
    criteria: &Criteria,
    sort: Sort,
    from: From,
    limit: i64,
) -> sqlx::Result<Vec<Place>> {
    let direction = if matches!(from, From::Before(_)) { "ASC" } else { "DESC" };
    // Each project's newest are read off its index; then the lists are merged.
    let mut sql = QueryBuilder::new("SELECT page.id, page.key FROM UNNEST(");
    sql.push_bind(criteria.project_ids.clone()).push("::bigint[]) AS project (id), LATERAL (SELECT issues.id, ");
    sql.push(sort.key()).push(" AS key FROM issues WHERE issues.project_id = project.id");
    conditions::push(&mut sql, criteria);
    push_from(&mut sql, sort, from);
    sql.push(match sort {
        Sort::LastSeen => " ORDER BY issues.last_seen ",
        Sort::FirstSeen => " ORDER BY issues.first_seen ",
        Sort::Priority | Sort::Frequency | Sort::Users => " ORDER BY key ",
    });
    sql.push(direction).push(", issues.id ").push(direction).push(" LIMIT ").push_bind(limit);
    sql.push(") AS page ORDER BY page.key ").push(direction).push(", page.id ").push(direction);
    sql.push(" LIMIT ").push_bind(limit);
    let rows = sql.build().fetch_all(&mut *db).await?;
    let mut places = rows.iter().map(place).collect::<sqlx::Result<Vec<_>>>()?;
    if matches!(from, From::Before(_)) {
        places.reverse();
    }
    Ok(places)
}

/// How many issues there are, counted up to `limit`.
pub async fn count(db: &mut PgConnection, criteria: &Criteria, limit: i64) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT FROM UNNEST(");
    sql.push_bind(criteria.project_ids.clone());
    sql.push("::bigint[]) AS project (id), LATERAL (SELECT FROM issues WHERE issues.project_id = project.id");
    conditions::push(&mut sql, criteria);
    sql.push(" LIMIT ").push_bind(limit).push(") AS of_project LIMIT ").push_bind(limit).push(") AS counted");
    sql.build_query_scalar().fetch_one(&mut *db).await
}

fn place(row: &sqlx::postgres::PgRow) -> sqlx::Result<Place> {
    Ok(Place { key: row.try_get("key")?, id: IssueId(row.try_get("id")?) })
}

fn push_from(sql: &mut QueryBuilder<Postgres>, sort: Sort, from: From) {
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
