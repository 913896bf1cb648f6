//! Conditions as SQL, on a row with the `id` and `project_id` of an issue under the name `issues`.
//!
//! What needs a look into another table is a scalar subquery: it is asked row by row, so that a list in the order of an
//! index stops at its last row. The planner would turn `EXISTS` into a join of everything that fits.

use std::ops::Bound;

use sqlx::{Encode, Postgres, QueryBuilder, Type};

use super::criteria::{
    Assigned, Between, Column, Condition, Counter, Criteria, Moment, Pattern, Person, Term, Version,
};
use super::users;
use crate::store::release_projects::LatestRelease;
use crate::types::lifecycle::Status;

type Sql = QueryBuilder<Postgres>;

/// Appends ` AND …` for each term. Issues that are being deleted or merged are never found.
pub fn push(sql: &mut Sql, criteria: &Criteria) {
    if !matches!(criteria.status(), Some(Status::Unresolved | Status::Resolved | Status::Ignored)) {
        sql.push(" AND issues.status IN ('unresolved', 'resolved', 'ignored')");
    }
    let (texts, others): (Vec<&Term>, Vec<&Term>) =
        criteria.terms.iter().partition(|term| matches!(term.condition, Condition::Text(_)));
    for term in others {
        sql.push(" AND (");
        push_condition(sql, &term.condition, &criteria.project_ids);
        sql.push(if term.is_negated { ") IS NOT TRUE" } else { ")" });
    }
    push_texts(sql, &texts);
}

/// All words are looked for in one look at the text.
fn push_texts(sql: &mut Sql, terms: &[&Term]) {
    if terms.is_empty() {
        return;
    }
    sql.push(" AND (SELECT TRUE");
    for term in terms {
        let Condition::Text(pattern) = &term.condition else { continue };
        sql.push(if term.is_negated { " AND NOT (" } else { " AND (" });
        push_text(sql, pattern);
        sql.push(")");
    }
    sql.push(" FROM issue_texts WHERE issue_texts.issue_id = issues.id)");
}

/// The text is in lower case already; to look for the words first is many times faster than `LIKE`.
fn push_text(sql: &mut Sql, pattern: &Pattern) {
    let words: Vec<&String> = match pattern {
        Pattern::Is(word) | Pattern::Contains(word) => vec![word],
        Pattern::Like(parts) => parts.iter().filter(|part| !part.is_empty()).collect(),
    };
    sql.push("TRUE");
    for word in &words {
        sql.push(" AND strpos(issue_texts.text, ").push_bind(word.to_lowercase()).push(") > 0");
    }
    if words.len() > 1 {
        sql.push(" AND issue_texts.text LIKE ").push_bind(format!("%{}%", pattern.like().to_lowercase()));
    }
}

fn push_condition(sql: &mut Sql, condition: &Condition, projects: &[i64]) {
    match condition {
        Condition::Status(status) => _ = sql.push("issues.status = ").push_bind(status.as_str()),
        Condition::Regressed => _ = sql.push("issues.is_regressed"),
        // Nothing links issues with tickets yet.
        Condition::Linked => _ = sql.push("FALSE"),
        Condition::Assigned(assigned) => push_assigned(sql, assigned, projects),
        Condition::BookmarkedBy(person) => {
            sql.push("EXISTS (SELECT FROM issue_bookmarks WHERE issue_id = issues.id AND user_id = ANY(");
            push_person(sql, person, projects);
            sql.push("))");
        }
        Condition::SubscribedBy(person) => {
            sql.push("EXISTS (SELECT FROM issue_subscriptions WHERE issue_id = issues.id AND is_active");
            sql.push(" AND user_id = ANY(");
            push_person(sql, person, projects);
            sql.push("))");
        }
        Condition::Level(level) => _ = sql.push("issues.level = ").push_bind(level.as_str()),
        Condition::Text(_) => _ = sql.push("TRUE"),
        Condition::Column(column, pattern) => {
            sql.push(column_sql(*column)).push(" ILIKE ").push_bind(pattern.like());
        }
        Condition::Number(counter, between) => push_between(sql, counter_sql(*counter), between),
        Condition::Time(moment, between) => push_time(sql, *moment, between),
        Condition::FirstRelease(id) => _ = sql.push("issues.first_release_id = ").push_bind(id.0),
        Condition::FirstVersion(version) => push_first_version(sql, version, projects),
        Condition::Tag(..) | Condition::User(..) | Condition::LatestRelease(_) => push_tag(sql, condition, projects),
        Condition::HasTag(key) => _ = sql.push_bind(key.clone()).push(" = ANY(issues.tag_keys)"),
        Condition::Project(pattern) => {
            sql.push("issues.project_id = ANY(ARRAY(SELECT projects.id FROM projects WHERE projects.id = ANY(");
            sql.push_bind(projects.to_vec()).push(") AND projects.slug ILIKE ").push_bind(pattern.like()).push("))");
        }
        Condition::ShortId(slug, number) => {
            sql.push("issues.short_id = ").push_bind(*number);
            sql.push(" AND issues.project_id = ANY(ARRAY(SELECT projects.id FROM projects WHERE projects.id = ANY(");
            sql.push_bind(projects.to_vec()).push(") AND projects.slug = ").push_bind(slug.clone()).push("))");
        }
        Condition::Issues(ids) => _ = sql.push("issues.id = ANY(").push_bind(ids.clone()).push(")"),
    }
}

fn push_assigned(sql: &mut Sql, assigned: &Assigned, projects: &[i64]) {
    match assigned {
        Assigned::Anybody => {
            sql.push("issues.assignee_user_id IS NOT NULL OR issues.assignee_team_id IS NOT NULL");
        }
        Assigned::To(person) => {
            sql.push("issues.assignee_user_id = ANY(");
            push_person(sql, person, projects);
            sql.push(") OR issues.assignee_team_id = ANY(ARRAY(SELECT team_members.team_id FROM team_members");
            sql.push(" JOIN members ON members.id = team_members.member_id WHERE members.user_id = ANY(");
            push_person(sql, person, projects);
            sql.push(")))");
        }
        Assigned::ToTeam(slug) => {
            sql.push("issues.assignee_team_id = ANY(ARRAY(SELECT teams.id FROM teams WHERE teams.slug = ");
            sql.push_bind(slug.clone()).push(" AND teams.organization_id IN ");
            push_organizations(sql, projects);
            sql.push("))");
        }
    }
}

/// An array of user ids.
fn push_person(sql: &mut Sql, person: &Person, projects: &[i64]) {
    match person {
        Person::Id(id) => _ = sql.push_bind(vec![id.0]).push("::bigint[]"),
        Person::Named(name) => {
            sql.push("ARRAY(SELECT users.id FROM users JOIN members ON members.user_id = users.id");
            sql.push(" WHERE (lower(users.username) = ").push_bind(name.clone());
            sql.push(" OR lower(users.email) = ").push_bind(name.clone());
            sql.push(") AND members.organization_id IN ");
            push_organizations(sql, projects);
            sql.push(")");
        }
    }
}

fn push_organizations(sql: &mut Sql, projects: &[i64]) {
    sql.push("(SELECT projects.organization_id FROM projects WHERE projects.id = ANY(");
    sql.push_bind(projects.to_vec()).push("))");
}

fn column_sql(column: Column) -> &'static str {
    match column {
        Column::Title => "issues.title",
        Column::Culprit => "issues.culprit",
        Column::Platform => "issues.platform",
        Column::EventType => "issues.event_type",
        Column::ErrorType => "(issues.metadata ->> 'type')",
        Column::ErrorValue => "(issues.metadata ->> 'value')",
    }
}

fn counter_sql(counter: Counter) -> &'static str {
    match counter {
        Counter::Events => "issues.times_seen",
        Counter::Users => "issues.users_seen",
    }
}

fn push_time(sql: &mut Sql, moment: Moment, between: &Between<chrono::DateTime<chrono::Utc>>) {
    match moment {
        Moment::FirstSeen => push_between(sql, "issues.first_seen", between),
        Moment::LastSeen => push_between(sql, "issues.last_seen", between),
        Moment::ActiveAt => push_between(sql, "issues.active_at", between),
        Moment::Event => push_event_time(sql, between),
    }
}

/// An hour that lies inside answers by itself; only where the hours at the ends decide are events looked at.
fn push_event_time(sql: &mut Sql, between: &Between<chrono::DateTime<chrono::Utc>>) {
    let early = Between { from: Bound::Unbounded, until: between.until };
    let late = Between { from: between.from, until: Bound::Unbounded };
    push_between(sql, "issues.first_seen", &early);
    sql.push(" AND ");
    push_between(sql, "issues.last_seen", &late);
    sql.push(" AND EXISTS (SELECT FROM issue_hours WHERE issue_hours.issue_id = issues.id AND ");
    push_between(sql, "issue_hours.hour", &early);
    sql.push(" AND ");
    push_between(sql, "issue_hours.hour + interval '1 hour'", &late);
    sql.push(" AND (");
    push_between(sql, "issue_hours.hour", &late);
    sql.push(" AND ");
    push_between(sql, "issue_hours.hour + interval '1 hour'", &early);
    sql.push(" OR EXISTS (SELECT FROM events WHERE events.issue_id = issues.id AND ");
    push_between(sql, "events.occurred_at", between);
    sql.push(")))");
}

fn push_between<T>(sql: &mut Sql, column: &str, between: &Between<T>)
where
    T: Copy + Send + 'static + Type<Postgres>,
    for<'e> T: Encode<'e, Postgres>,
{
    sql.push(column);
    let from = match between.from {
        Bound::Included(from) => Some((" >= ", from)),
        Bound::Excluded(from) => Some((" > ", from)),
        Bound::Unbounded => None,
    };
    let until = match between.until {
        Bound::Included(until) => Some((" <= ", until)),
        Bound::Excluded(until) => Some((" < ", until)),
        Bound::Unbounded => None,
    };
    match (from, until) {
        (None, None) => _ = sql.push(" IS NOT NULL"),
        (Some((comparison, value)), None) | (None, Some((comparison, value))) => {
            sql.push(comparison).push_bind(value);
        }
        (Some((after, from)), Some((before, until))) => {
            sql.push(after).push_bind(from).push(" AND ").push(column).push(before).push_bind(until);
        }
    }
}

fn push_first_version(sql: &mut Sql, version: &Version, projects: &[i64]) {
    match version {
        Version::Latest(latest) => {
            sql.push("(issues.project_id, issues.first_release_id) IN (SELECT * FROM UNNEST(");
            sql.push_bind(latest.iter().map(|latest| latest.project_id.0).collect::<Vec<_>>()).push("::bigint[], ");
            sql.push_bind(latest.iter().map(|latest| latest.release_id.0).collect::<Vec<_>>()).push("::bigint[]))");
        }
        Version::Matching(pattern) => {
            sql.push("issues.first_release_id IN (SELECT releases.id FROM releases WHERE releases.organization_id IN ");
            push_organizations(sql, projects);
            match pattern {
                Pattern::Is(version) => sql.push(" AND releases.version = ").push_bind(version.clone()),
                other => sql.push(" AND releases.version ILIKE ").push_bind(other.like()),
            };
            sql.push(")");
        }
    }
}

fn push_tag(sql: &mut Sql, condition: &Condition, projects: &[i64]) {
    match condition {
        // From the values to the issues: there may be thousands of values.
        Condition::Tag(key, patterns) if !is_exact(condition) => {
            sql.push("issues.id IN (SELECT issue_tags.issue_id FROM issue_tags JOIN tag_values");
            sql.push(" ON tag_values.id = issue_tags.tag_value_id WHERE tag_values.project_id = ANY(");
            sql.push_bind(projects.to_vec()).push(") AND ");
            push_tag_value(sql, key, patterns);
            sql.push(")");
        }
        Condition::User(..) if !is_exact(condition) => {
            sql.push("issues.id IN (");
            push_issues_of_tag(sql, condition, projects, None);
            sql.push(")");
        }
        _ => {
            sql.push("(SELECT TRUE FROM (");
            push_tag_values(sql, condition);
            sql.push(") AS wanted JOIN issue_tags ON issue_tags.tag_value_id = wanted.id");
            sql.push(" AND issue_tags.issue_id = issues.id LIMIT 1)");
        }
    }
}

/// Selects ids of issues that have the tag, at most `limit` if there is one. They are found by its values, not by the
/// issues.
pub fn push_issues_of_tag(sql: &mut Sql, condition: &Condition, projects: &[i64], limit: Option<i64>) {
    sql.push("SELECT issue_tags.issue_id FROM issue_tags WHERE issue_tags.tag_value_id = ANY(ARRAY(");
    sql.push("SELECT wanted.id FROM UNNEST(").push_bind(projects.to_vec()).push("::bigint[]) AS issues (project_id),");
    sql.push(" LATERAL (");
    push_tag_values(sql, condition);
    sql.push(") AS wanted))");
    if let Some(limit) = limit {
        sql.push(" LIMIT ").push_bind(limit);
    }
}

/// Whether few values of a tag are meant.
pub fn is_exact(condition: &Condition) -> bool {
    match condition {
        Condition::Tag(_, patterns) | Condition::User(_, patterns) => {
            patterns.iter().all(|pattern| exact(pattern).is_some())
        }
        _ => true,
    }
}

/// Selects the ids of the values of a tag that are meant, in the project of the issue.
pub fn push_tag_values(sql: &mut Sql, condition: &Condition) {
    match condition {
        Condition::Tag(key, patterns) => {
            sql.push("SELECT tag_values.id FROM tag_values WHERE tag_values.project_id = issues.project_id AND ");
            push_tag_value(sql, key, patterns);
        }
        Condition::User(parts, patterns) => users::push_values(sql, parts, patterns),
        Condition::LatestRelease(latest) => {
            let seen =
                || latest.iter().filter_map(|latest: &LatestRelease| Some((latest.project_id, latest.tag_value_id?)));
            sql.push("SELECT latest.id FROM UNNEST(")
                .push_bind(seen().map(|(project, _)| project.0).collect::<Vec<_>>());
            sql.push("::bigint[], ").push_bind(seen().map(|(_, value)| value).collect::<Vec<i64>>());
            sql.push("::bigint[]) AS latest (project_id, id) WHERE latest.project_id = issues.project_id");
        }
        _ => {}
    }
}

pub fn push_tag_value(sql: &mut Sql, key: &str, patterns: &[Pattern]) {
    sql.push("tag_values.key = ").push_bind(key.to_owned()).push(" AND tag_values.value");
    push_patterns(sql, patterns);
}

/// Compares a column with patterns: any of them will do.
pub fn push_patterns(sql: &mut Sql, patterns: &[Pattern]) {
    let texts: Vec<String> = patterns.iter().filter_map(exact).collect();
    if texts.len() == patterns.len() {
        sql.push(" = ANY(").push_bind(texts).push(")");
    } else {
        let likes: Vec<String> = patterns.iter().map(Pattern::like).collect();
        sql.push(" ILIKE ANY(").push_bind(likes).push(")");
    }
}

fn exact(pattern: &Pattern) -> Option<String> {
    match pattern {
        Pattern::Is(value) => Some(value.clone()),
        Pattern::Contains(_) | Pattern::Like(_) => None,
    }
}
