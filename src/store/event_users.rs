//! Users of events: what is known of them beside the value of the tag `user` that identifies them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::tag_counts::TagValue;
use crate::types::ids::{IssueId, ProjectId};
use crate::types::user_part::UserPart;

/// Users of one issue that share a part (a whole company behind one address) and are told apart.
const MAX_SHARING: i64 = 1_000;

/// Everything that is known of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventUser {
    pub id: Option<String>,
    pub username: Option<String>,
    pub email: Option<String>,
    pub ip: Option<String>,
    pub name: Option<String>,
}

impl EventUser {
    /// What people call him.
    pub fn label(&self) -> Option<&str> {
        [&self.name, &self.email, &self.username, &self.id, &self.ip].into_iter().flatten().next().map(String::as_str)
    }

    pub fn part(&self, part: UserPart) -> Option<&str> {
        match part {
            UserPart::Id => self.id.as_deref(),
            UserPart::Username => self.username.as_deref(),
            UserPart::Email => self.email.as_deref(),
            UserPart::Ip => self.ip.as_deref(),
        }
    }

    /// Adds what the value of the tag says.
    fn identify(&mut self, tag_value: &str) {
        let Some((part, text)) = UserPart::split(tag_value) else { return };
        let place = match part {
            UserPart::Id => &mut self.id,
            UserPart::Username => &mut self.username,
            UserPart::Email => &mut self.email,
            UserPart::Ip => &mut self.ip,
        };
        *place = Some(text.to_owned());
    }
}

/// Parts to save, as columns.
#[derive(Clone, Debug, Default)]
pub struct NewParts<'p> {
    pub tag_value_ids: Vec<i64>,
    pub project_ids: Vec<i64>,
    pub usernames: Vec<Option<&'p str>>,
    pub emails: Vec<Option<&'p str>>,
    pub ips: Vec<Option<&'p str>>,
    pub names: Vec<Option<&'p str>>,
}

/// Adds parts: the newest name holds, and the first address.
pub async fn save(db: impl PgExecutor<'_>, new: &NewParts<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO event_users (tag_value_id, project_id, username, email, ip, name)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
        ON CONFLICT ON CONSTRAINT event_users_pkey DO UPDATE SET
            username = COALESCE(EXCLUDED.username, event_users.username),
            email = COALESCE(EXCLUDED.email, event_users.email),
            ip = COALESCE(event_users.ip, EXCLUDED.ip),
            name = COALESCE(EXCLUDED.name, event_users.name)"#,
        &new.tag_value_ids,
        &new.project_ids,
        &new.usernames as _,
        &new.emails as _,
        &new.ips as _,
        &new.names as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The parts of users, by the ids of the tags' values.
pub async fn list_parts(db: impl PgExecutor<'_>, tag_value_ids: &[i64]) -> sqlx::Result<HashMap<i64, EventUser>> {
    let rows = sqlx::query!(
        "SELECT tag_value_id, username, email, ip, name FROM event_users WHERE tag_value_id = ANY($1)",
        tag_value_ids,
    )
    .fetch_all(db)
    .await?;
    let users = rows.into_iter().map(|row| {
        let user = EventUser { id: None, username: row.username, email: row.email, ip: row.ip, name: row.name };
        (row.tag_value_id, user)
    });
    Ok(users.collect())
}

/// What is known of the users among values of tags, by the values' ids.
pub async fn list(db: impl PgExecutor<'_>, values: &[TagValue]) -> sqlx::Result<HashMap<i64, EventUser>> {
    let of_users: Vec<&TagValue> = values.iter().filter(|value| value.key == "user").collect();
    if of_users.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = of_users.iter().map(|value| value.id).collect();
    let mut users = list_parts(db, &ids).await?;
    for value in of_users {
        users.entry(value.id).or_default().identify(&value.value);
    }
    Ok(users)
}

/// A user of a project.
#[derive(Clone, Debug)]
pub struct ProjectUser {
    pub id: i64,
    pub tag_value: String,
    pub user: EventUser,
    /// When the first event of an issue that is still there came.
    pub first_seen: Option<DateTime<Utc>>,
}

/// The users of a project, by what identifies them; `named`: only those with this text as this part.
pub async fn list_of_project(
    db: impl PgExecutor<'_>,
    project_id: ProjectId,
    named: Option<(UserPart, &str)>,
    (offset, limit): (i64, i64),
) -> sqlx::Result<Vec<ProjectUser>> {
    let (part, text) = named.map_or(("", ""), |(part, text)| (part.as_str(), text));
    let rows = sqlx::query!(
        r#"
        SELECT v.id, v.value, u.username AS "username?", u.email AS "email?", u.ip AS "ip?", u.name AS "name?",
            (SELECT min(first_seen) FROM issue_tags WHERE issue_tags.tag_value_id = v.id) AS first_seen
        FROM tag_values v
        LEFT JOIN event_users u ON u.tag_value_id = v.id
        WHERE v.project_id = $1 AND v.key = 'user' AND ($2 = '' OR v.id IN (
            SELECT id FROM tag_values WHERE project_id = $1 AND key = 'user' AND value = $2 || ':' || $3
            UNION ALL SELECT tag_value_id FROM event_users WHERE $2 = 'username' AND project_id = $1 AND username = $3
            UNION ALL SELECT tag_value_id FROM event_users WHERE $2 = 'email' AND project_id = $1 AND email = $3
            UNION ALL SELECT tag_value_id FROM event_users WHERE $2 = 'ip' AND project_id = $1 AND ip = $3
        ))
        ORDER BY v.value
        OFFSET $4
        LIMIT $5"#,
        project_id.0,
        part,
        text,
        offset,
        limit,
    )
    .fetch_all(db)
    .await?;
    let users = rows.into_iter().map(|row| {
        let mut user = EventUser { id: None, username: row.username, email: row.email, ip: row.ip, name: row.name };
        user.identify(&row.value);
        ProjectUser { id: row.id, tag_value: row.value, user, first_seen: row.first_seen }
    });
    Ok(users.collect())
}

/// The users of an issue who have a text as one of some parts without being identified by it: the ids of the tag's
/// values, and when the issue was seen with them first and last.
pub async fn list_named_of_issue(
    db: impl PgExecutor<'_>,
    (issue_id, project_id): (IssueId, ProjectId),
    parts: &[UserPart],
    text: &str,
) -> sqlx::Result<Vec<(i64, DateTime<Utc>, DateTime<Utc>)>> {
    let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT t.tag_value_id, t.first_seen, t.last_seen
        FROM (
            SELECT tag_value_id FROM event_users
            WHERE 'username' = ANY($3::text[]) AND project_id = $2 AND username = $4
            UNION SELECT tag_value_id FROM event_users WHERE 'email' = ANY($3) AND project_id = $2 AND email = $4
            UNION SELECT tag_value_id FROM event_users WHERE 'ip' = ANY($3) AND project_id = $2 AND ip = $4
        ) AS named
        JOIN issue_tags t ON t.issue_id = $1 AND t.tag_value_id = named.tag_value_id
        LIMIT $5"#,
        issue_id.0,
        project_id.0,
        &parts as _,
        text,
        MAX_SHARING,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tag_value_id, row.first_seen, row.last_seen)).collect())
}

/// The address that most users of events have, how many have it, and how many have any; `None`: nobody has one.
pub async fn count_by_commonest_ip(db: impl PgExecutor<'_>) -> sqlx::Result<Option<(String, i64, i64)>> {
    let row = sqlx::query!(
        r#"
        SELECT ip AS "ip!", count(*) AS "of_it!", sum(count(*)) OVER ()::bigint AS "all!"
        FROM event_users
        WHERE ip IS NOT NULL
        GROUP BY ip
        ORDER BY count(*) DESC
        LIMIT 1"#,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.ip, row.of_it, row.all)))
}
