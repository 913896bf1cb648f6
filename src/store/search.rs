//! Which issues a list shows. The only place where SQL is put together at run time: criteria, order and direction vary
//! independently, and only conditions that are asked for may cost anything.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

use crate::types::ids::{IssueId, ReleaseId, UserId};
use crate::types::level::Level;
use crate::types::lifecycle::Status;

/// What the issues of a list have in common. Empty criteria ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    pub project_ids: Vec<i64>,
    pub status: Option<Status>,
    pub assigned: Option<Assigned>,
    pub level: Option<Level>,
    pub is_regressed: bool,
    pub bookmarked_by: Option<UserId>,
    pub first_seen_after: Option<DateTime<Utc>>,
    /// The release that brought them.
    pub first_release: Option<ReleaseId>,
    /// Words that title, culprit or message contain, each.
    pub words: Vec<String>,
    /// Pairs of tag key and value that were seen, each.
    pub tags: Vec<(String, String)>,
}

/// Whose issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// The user's own and those of their teams.
    To(UserId),
    Nobody,
    Anybody,
}

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
    let Some(tag_values) = find_tag_values(&mut *db, criteria).await? else { return Ok(Vec::new()) };
    let direction = if matches!(from, From::Before(_)) { "ASC" } else { "DESC" };
    // Each project's newest are read off its index; then the lists are merged.
    let mut sql = QueryBuilder::new("SELECT page.id, page.key FROM UNNEST(");
    sql.push_bind(criteria.project_ids.clone()).push("::bigint[]) AS project (id), LATERAL (SELECT issues.id, ");
    sql.push(sort.key()).push(" AS key FROM issues WHERE issues.project_id = project.id");
    push_criteria(&mut sql, criteria, &tag_values);
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
    let Some(tag_values) = find_tag_values(&mut *db, criteria).await? else { return Ok(0) };
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT FROM issues WHERE issues.project_id = ANY(");
    sql.push_bind(criteria.project_ids.clone()).push(")");
    push_criteria(&mut sql, criteria, &tag_values);
    sql.push(" LIMIT ").push_bind(limit).push(") AS counted");
    sql.build_query_scalar().fetch_one(&mut *db).await
}

fn place(row: &sqlx::postgres::PgRow) -> sqlx::Result<Place> {
    Ok(Place { key: row.try_get("key")?, id: IssueId(row.try_get("id")?) })
}

/// For each tag the ids of its value in the projects; `None` where one was never seen, so that no issue can have it.
async fn find_tag_values(db: &mut PgConnection, criteria: &Criteria) -> sqlx::Result<Option<Vec<Vec<i64>>>> {
    let mut found = Vec::with_capacity(criteria.tags.len());
    for (key, value) in &criteria.tags {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM tag_values WHERE project_id = ANY($1) AND key = $2 AND value = $3",
            &criteria.project_ids,
            key,
            value,
        )
        .fetch_all(&mut *db)
        .await?;
        if ids.is_empty() {
            return Ok(None);
        }
        found.push(ids);
    }
    Ok(Some(found))
}

fn push_criteria(sql: &mut QueryBuilder<Postgres>, criteria: &Criteria, tag_values: &[Vec<i64>]) {
    match criteria.status {
        Some(status) => {
            sql.push(" AND issues.status = ").push_bind(status.as_str());
        }
        None => {
            sql.push(" AND issues.status IN ('unresolved', 'resolved', 'ignored')");
        }
    }
    if let Some(level) = criteria.level {
        sql.push(" AND issues.level = ").push_bind(level.as_str());
    }
    if criteria.is_regressed {
        sql.push(" AND issues.is_regressed");
    }
    if let Some(after) = criteria.first_seen_after {
        sql.push(" AND issues.first_seen >= ").push_bind(after);
    }
    if let Some(release) = criteria.first_release {
        sql.push(" AND issues.first_release_id = ").push_bind(release.0);
    }
    match criteria.assigned {
        Some(Assigned::To(user_id)) => push_assigned_to(sql, user_id),
        Some(Assigned::Nobody) => {
            sql.push(" AND issues.assignee_user_id IS NULL AND issues.assignee_team_id IS NULL");
        }
        Some(Assigned::Anybody) => {
            sql.push(" AND (issues.assignee_user_id IS NOT NULL OR issues.assignee_team_id IS NOT NULL)");
        }
        None => {}
    }
    if let Some(user_id) = criteria.bookmarked_by {
        sql.push(" AND EXISTS (SELECT FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = ");
        sql.push_bind(user_id.0).push(")");
    }
    for word in &criteria.words {
        let pattern = format!("%{}%", word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
        sql.push(" AND (issues.title ILIKE ").push_bind(pattern.clone());
        sql.push(" OR issues.culprit ILIKE ").push_bind(pattern.clone());
        sql.push(" OR issues.message ILIKE ").push_bind(pattern).push(")");
    }
    for ids in tag_values {
        sql.push(" AND EXISTS (SELECT FROM issue_tags WHERE issue_id = issues.id AND tag_value_id = ANY(");
        sql.push_bind(ids.clone()).push("))");
    }
}

fn push_assigned_to(sql: &mut QueryBuilder<Postgres>, user_id: UserId) {
    sql.push(" AND (issues.assignee_user_id = ").push_bind(user_id.0);
    sql.push(" OR issues.assignee_team_id IN (SELECT team_members.team_id FROM team_members");
    sql.push(" JOIN members ON members.id = team_members.member_id WHERE members.user_id = ");
    sql.push_bind(user_id.0).push("))");
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
