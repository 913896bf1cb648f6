//! What a list shows of issues that were chosen by tags: the numbers of those events, not of all.
//!
//! Of one tag the counts are known. Users, and events that have several tags, are counted in the newest events of an
//! issue; where there are more, the numbers say so.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

use super::conditions::{is_exact, push_tag_value, push_tag_values};
use super::criteria::Condition;
use super::users;
use crate::store::issue_lists::{IssueBucket, ListedIssue};
use crate::types::ids::IssueId;

type Sql = QueryBuilder<Postgres>;

/// Events of an issue that are looked at.
const MAX_EVENTS: usize = 1_000;
/// Events of all issues of a page: a short list is counted more exactly than a long one.
const MAX_EVENTS_OF_PAGE: usize = 5_000;
/// Each event costs more where tags are compared with patterns.
const PATTERNS_COST: usize = 10;

/// Numbers of an issue within a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The newest events, so many, were looked at.
    pub looked_at: i64,
    pub events: i64,
    /// There may be more events than were counted.
    pub has_more_events: bool,
    pub users: i64,
    pub has_more_users: bool,
    pub first_seen: Option<DateTime<Utc>>,
    pub last_seen: Option<DateTime<Utc>>,
}

/// The numbers of issues within tags ([`super::Criteria::tags`]); none where no tag chooses.
pub async fn list(
    db: &mut PgConnection,
    tags: &[Condition],
    issues: &[ListedIssue],
) -> sqlx::Result<HashMap<IssueId, Numbers>> {
    let mut found = HashMap::new();
    if tags.is_empty() || issues.is_empty() {
        return Ok(found);
    }
    if let [tag] = tags {
        found = counted(&mut *db, tag, issues).await?;
    }
    let is_open = |issue: &&ListedIssue| found.get(&issue.id).is_none_or(|numbers| numbers.events != issue.times_seen);
    let open: Vec<&ListedIssue> = issues.iter().filter(is_open).collect();
    let seen = if open.is_empty() { HashMap::new() } else { scanned(&mut *db, tags, &open).await? };
    for issue in issues {
        let numbers = found.entry(issue.id).or_default();
        let Some(seen) = seen.get(&issue.id) else {
            numbers.users = issue.users_seen;
            continue;
        };
        let is_part = seen.looked_at < issue.times_seen;
        if tags.len() > 1 {
            *numbers = Numbers { has_more_events: is_part, ..*seen };
        }
        (numbers.looked_at, numbers.users) = (seen.looked_at, seen.users);
        let most = if numbers.has_more_events { issue.users_seen } else { issue.users_seen.min(numbers.events) };
        numbers.has_more_users = is_part && seen.users < most;
    }
    Ok(found)
}

/// Events within tags since a time, in steps.
pub async fn list_buckets(
    db: &mut PgConnection,
    tags: &[Condition],
    issues: &[ListedIssue],
    (since, step_seconds): (DateTime<Utc>, i64),
) -> sqlx::Result<Vec<IssueBucket>> {
    let mut sql = Sql::new("SELECT issues.id AS issue_id, steps.bucket, steps.events ");
    push_issues(&mut sql, issues.iter());
    match tags {
        [tag @ Condition::Tag(key, _)] if key == "environment" => {
            sql.push("(SELECT EXTRACT(EPOCH FROM hour - ").push_bind(since).push(")::bigint / ");
            sql.push_bind(step_seconds).push(" AS bucket, sum(events)::bigint AS events FROM issue_hours");
            sql.push(" WHERE issue_hours.issue_id = issues.id AND hour >= ").push_bind(since);
            sql.push(" AND environment_id = ANY(ARRAY(");
            push_tag_values(&mut sql, tag);
            sql.push("))");
        }
        _ => {
            sql.push("(SELECT floor(EXTRACT(EPOCH FROM occurred_at - ").push_bind(since).push("))::bigint / ");
            sql.push_bind(step_seconds).push(" AS bucket, count(*) AS events FROM (");
            push_newest(&mut sql, tags, limit(tags, issues.len()), Some(since));
            sql.push(") AS newest WHERE fits");
        }
    }
    sql.push(" GROUP BY 1) AS steps");
    let rows = sql.build().fetch_all(db).await?;
    let bucket = |row: &sqlx::postgres::PgRow| {
        let issue_id = IssueId(row.try_get("issue_id")?);
        Ok(IssueBucket { issue_id, bucket: row.try_get("bucket")?, events: row.try_get("events")? })
    };
    rows.iter().map(bucket).collect()
}

async fn counted(
    db: &mut PgConnection,
    tag: &Condition,
    issues: &[ListedIssue],
) -> sqlx::Result<HashMap<IssueId, Numbers>> {
    let mut sql = Sql::new("SELECT issues.id AS issue_id, counted.* ");
    push_issues(&mut sql, issues.iter());
    sql.push("(SELECT COALESCE(sum(times_seen), 0)::bigint AS events, min(first_seen) AS first_seen,");
    sql.push(" max(last_seen) AS last_seen FROM issue_tags");
    sql.push(" WHERE issue_tags.issue_id = issues.id AND issue_tags.tag_value_id = ANY(ARRAY(");
    push_tag_values(&mut sql, tag);
    sql.push("))) AS counted");
    let rows = sql.build().fetch_all(db).await?;
    let numbers = |row: &sqlx::postgres::PgRow| {
        let numbers = Numbers {
            events: row.try_get("events")?,
            first_seen: row.try_get("first_seen")?,
            last_seen: row.try_get("last_seen")?,
            ..Numbers::default()
        };
        Ok((IssueId(row.try_get("issue_id")?), numbers))
    };
    rows.iter().map(numbers).collect()
}

/// What the newest events tell.
async fn scanned(
    db: &mut PgConnection,
    tags: &[Condition],
    issues: &[&ListedIssue],
) -> sqlx::Result<HashMap<IssueId, Numbers>> {
    let mut sql = Sql::new("SELECT issues.id AS issue_id, scanned.* ");
    push_issues(&mut sql, issues.iter().copied());
    sql.push("(SELECT count(*) AS looked_at, count(*) FILTER (WHERE fits) AS events,");
    sql.push(" count(DISTINCT user_id) FILTER (WHERE fits AND user_id > 0) AS users,");
    sql.push(" min(occurred_at) FILTER (WHERE fits) AS first_seen, max(occurred_at) FILTER (WHERE fits) AS last_seen");
    sql.push(" FROM (");
    push_newest(&mut sql, tags, limit(tags, issues.len()), None);
    sql.push(") AS newest) AS scanned");
    let rows = sql.build().fetch_all(db).await?;
    let numbers = |row: &sqlx::postgres::PgRow| {
        let numbers = Numbers {
            looked_at: row.try_get("looked_at")?,
            events: row.try_get("events")?,
            users: row.try_get("users")?,
            first_seen: row.try_get("first_seen")?,
            last_seen: row.try_get("last_seen")?,
            ..Numbers::default()
        };
        Ok((IssueId(row.try_get("issue_id")?), numbers))
    };
    rows.iter().map(numbers).collect()
}

/// ` FROM` the issues, under the names that conditions use, and `LATERAL`.
fn push_issues<'i>(sql: &mut Sql, issues: impl Iterator<Item = &'i ListedIssue>) {
    let (ids, project_ids): (Vec<i64>, Vec<i64>) = issues.map(|issue| (issue.id.0, issue.project_id.0)).unzip();
    sql.push("FROM UNNEST(").push_bind(ids).push("::bigint[], ").push_bind(project_ids);
    sql.push("::bigint[]) AS issues (id, project_id), LATERAL ");
}

/// How many events of each issue are looked at.
fn limit(tags: &[Condition], issues: usize) -> i64 {
    let cost = if tags.iter().all(is_exact) { 1 } else { PATTERNS_COST };
    let events = (MAX_EVENTS_OF_PAGE / issues.max(1)).min(MAX_EVENTS) / cost;
    i64::try_from(events.max(1)).unwrap_or(i64::MAX)
}

/// The newest events of the issue: when, whose, and whether they have the tags.
fn push_newest(sql: &mut Sql, tags: &[Condition], limit: i64, since: Option<DateTime<Utc>>) {
    sql.push("SELECT events.occurred_at, events.tag_value_ids[1] AS user_id, (TRUE");
    for tag in tags {
        match tag {
            Condition::Tag(key, patterns) if !is_exact(tag) => {
                sql.push(" AND EXISTS (SELECT FROM tag_values WHERE tag_values.id = ANY(events.tag_value_ids) AND ");
                push_tag_value(sql, key, patterns);
                sql.push(")");
            }
            Condition::User(parts, patterns) if !is_exact(tag) => {
                sql.push(" AND ");
                users::push_fits(sql, parts, patterns);
            }
            Condition::User(..) => {
                sql.push(" AND events.tag_value_ids[1] = ANY(ARRAY(");
                push_tag_values(sql, tag);
                sql.push("))");
            }
            _ => {
                sql.push(" AND events.tag_value_ids && ARRAY(");
                push_tag_values(sql, tag);
                sql.push(")");
            }
        }
    }
    sql.push(") AS fits FROM events WHERE events.issue_id = issues.id");
    if let Some(since) = since {
        sql.push(" AND events.occurred_at >= ").push_bind(since);
    }
    sql.push(" ORDER BY events.occurred_at DESC LIMIT ").push_bind(limit);
}
