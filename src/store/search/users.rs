//! Users of events: what identifies them is the value of the tag `user`, what else is known of them lies in `event_users`.

use sqlx::{Postgres, QueryBuilder};

use super::conditions::push_patterns;
use super::criteria::Pattern;
use crate::types::user_part::UserPart;

type Sql = QueryBuilder<Postgres>;

/// Selects the ids of the values of the tag whose users have a text that is meant, in the project of the issue.
pub fn push_values(sql: &mut Sql, parts: &[UserPart], patterns: &[Pattern]) {
    sql.push("SELECT tag_values.id FROM tag_values WHERE tag_values.project_id = issues.project_id");
    sql.push(" AND tag_values.key = 'user' AND tag_values.value");
    push_patterns(sql, &identities(parts, patterns));
    for column in parts.iter().filter_map(|part| column(*part)) {
        sql.push(" UNION ALL SELECT event_users.tag_value_id FROM event_users");
        sql.push(" WHERE event_users.project_id = issues.project_id AND ").push(column);
        push_patterns(sql, patterns);
    }
}

/// Whether the user of an event has a text that is meant, by one look at him.
pub fn push_fits(sql: &mut Sql, parts: &[UserPart], patterns: &[Pattern]) {
    sql.push("EXISTS (SELECT FROM tag_values LEFT JOIN event_users ON event_users.tag_value_id = tag_values.id");
    sql.push(" WHERE tag_values.id = events.tag_value_ids[1] AND (tag_values.value");
    push_patterns(sql, &identities(parts, patterns));
    for column in parts.iter().filter_map(|part| column(*part)) {
        sql.push(" OR ").push(column);
        push_patterns(sql, patterns);
    }
    sql.push("))");
}

/// The patterns as the tag's values are written.
fn identities(parts: &[UserPart], patterns: &[Pattern]) -> Vec<Pattern> {
    let of = |part: &UserPart| {
        let part = *part;
        patterns.iter().map(move |pattern| pattern.after(&part.tag_value("")))
    };
    parts.iter().flat_map(of).collect()
}

/// Where it is kept; an id always identifies.
fn column(part: UserPart) -> Option<&'static str> {
    match part {
        UserPart::Id => None,
        UserPart::Username => Some("event_users.username"),
        UserPart::Email => Some("event_users.email"),
        UserPart::Ip => Some("event_users.ip"),
    }
}
