//! One sentence for each kind of entry; the kinds have the API's names (inventory.md 15).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::app::App;
use crate::messages::Messages;
use crate::store::activities::Activity;
use crate::store::organizations::Organization;
use crate::store::{teams, users};
use crate::web::error::Result;
use crate::web::pages::issues::status::regression;
use crate::web::{time, visible};

/// Characters of a commit that tell it from others.
const SHORT_COMMIT: usize = 12;

/// The names behind ids in entries.
#[derive(Debug, Default)]
pub struct Directory {
    people: HashMap<i64, String>,
    teams: HashMap<i64, String>,
}

impl Directory {
    /// Those whom entries name as assignees.
    pub async fn of<'a>(
        app: &App,
        organization: &Organization,
        entries: impl Iterator<Item = &'a Activity>,
    ) -> Result<Self> {
        let (mut people, mut has_team) = (Vec::new(), false);
        for entry in entries.filter(|entry| entry.kind == "assigned") {
            match assignee(&entry.data) {
                Some(Assignee::Team(_)) => has_team = true,
                Some(Assignee::User(id)) => people.push(id),
                None => {}
            }
        }
        let teams = if has_team { teams::list(&app.db, organization.id).await? } else { Vec::new() };
        let people = users::list(&app.db, &people).await?;
        Ok(Self {
            people: people.into_iter().map(|user| (user.id.0, user.display_name().to_owned())).collect(),
            teams: teams.into_iter().map(|team| (team.id.0, format!("#{}", team.slug))).collect(),
        })
    }

    fn assignee(&self, data: &Value) -> String {
        let known = match assignee(data) {
            Some(Assignee::Team(id)) => self.teams.get(&id),
            Some(Assignee::User(id)) => self.people.get(&id),
            None => None,
        };
        let named = known.cloned().or_else(|| text(data, "assigneeEmail").map(str::to_owned));
        visible::string(named.unwrap_or_else(|| "?".to_owned()))
    }
}

enum Assignee {
    User(i64),
    Team(i64),
}

fn assignee(data: &Value) -> Option<Assignee> {
    let id = number(data, "assignee")?;
    Some(if text(data, "assigneeType") == Some("team") { Assignee::Team(id) } else { Assignee::User(id) })
}

/// Who did it: a person, one who is gone, or the program.
pub fn who(entry: &Activity, t: Messages) -> String {
    match &entry.user_name {
        Some(name) => visible::text(name).into_owned(),
        // Only people write.
        None if entry.kind == "note" => t.activity_somebody().to_owned(),
        None => t.activity_program().to_owned(),
    }
}

/// What happened.
pub fn words(entry: &Activity, directory: &Directory, t: Messages) -> String {
    let (who, data) = (who(entry, t), &entry.data);
    let version = shown(data, "version");
    match entry.kind.as_str() {
        kind if kind.starts_with("set_resolved") => resolved(kind, data, who, t),
        "set_unresolved" if entry.user_id.is_none() => t.activity_said_unresolved_by_itself().to_owned(),
        "set_unresolved" => t.activity_said_unresolved(who),
        "set_ignored" => ignored(data, who, t),
        "set_public" => t.activity_said_public(who),
        "set_private" => t.activity_said_private(who),
        // Releases were compared: with which, and how.
        "set_regression" if data.get("comparedBy").is_some() => regression(Some(data), t),
        "set_regression" => match version {
            Some(version) => t.activity_said_regression_in(version),
            None => t.activity_said_regression().to_owned(),
        },
        "create_issue" => t.activity_said_ticket(ticket(data), who),
        "release" => t.activity_said_release(version.unwrap_or_default()),
        "deploy" => t.activity_said_deploy(shown(data, "environment").unwrap_or_default(), version.unwrap_or_default()),
        "assigned" => {
            let is_self =
                matches!(assignee(data), Some(Assignee::User(id)) if entry.user_id.is_some_and(|own| own.0 == id));
            if is_self {
                t.activity_said_assigned_self(who)
            } else {
                t.activity_said_assigned(directory.assignee(data), who)
            }
        }
        "unassigned" => t.activity_said_unassigned(who),
        "merge" => t.activity_said_merged(length(data, "issues"), who),
        "unmerge_source" => t.activity_said_unmerged_to(length(data, "fingerprints"), who),
        "unmerge_destination" => t.activity_said_unmerged_from(length(data, "fingerprints"), who),
        "new_processing_issues" => t.activity_said_processing().to_owned(),
        "first_seen" => t.activity_said_first().to_owned(),
        "note" => t.activity_wrote(who),
        other => t.activity_said_other(visible::text(other), who),
    }
}

fn resolved(kind: &str, data: &Value, who: String, t: Messages) -> String {
    let version = shown(data, "version");
    match kind {
        "set_resolved_in_release" => match version {
            Some(version) => t.activity_said_resolved_in(version, who),
            None => t.activity_said_resolved_next(who),
        },
        "set_resolved_in_commit" => {
            let commit: String = shown(data, "commit").unwrap_or_default().chars().take(SHORT_COMMIT).collect();
            match version {
                Some(version) => t.activity_said_resolved_commit_in(commit, version, who),
                None => t.activity_said_resolved_commit(commit, who),
            }
        }
        "set_resolved_in_pull_request" => {
            t.activity_said_resolved_request(shown(data, "pull_request").unwrap_or_default(), who)
        }
        "set_resolved_by_age" => t.activity_said_resolved_age(number(data, "age").unwrap_or_default()),
        _ => t.activity_said_resolved(who),
    }
}

fn ignored(data: &Value, who: String, t: Messages) -> String {
    let until = text(data, "ignoreUntil").and_then(|at| at.parse::<DateTime<Utc>>().ok());
    if let Some(until) = until {
        return t.activity_said_ignored_until(time::absolute_text(t, until), who);
    }
    let minutes = |key: &str| number(data, key).filter(|minutes| *minutes > 0);
    match (number(data, "ignoreCount"), number(data, "ignoreUserCount")) {
        (Some(n), _) => match minutes("ignoreWindow") {
            Some(minutes) => t.activity_said_ignored_count_in(minutes, n, who),
            None => t.activity_said_ignored_count(n, who),
        },
        (None, Some(n)) => match minutes("ignoreUserWindow") {
            Some(minutes) => t.activity_said_ignored_users_in(minutes, n, who),
            None => t.activity_said_ignored_users(n, who),
        },
        (None, None) => t.activity_said_ignored(who),
    }
}

/// `JIRA PAY-7`, or whatever is known of a ticket.
fn ticket(data: &Value) -> String {
    let label = shown(data, "label").or_else(|| shown(data, "title")).or_else(|| shown(data, "location"));
    [shown(data, "provider"), label].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

pub fn text<'d>(data: &'d Value, key: &str) -> Option<&'d str> {
    data.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn shown(data: &Value, key: &str) -> Option<String> {
    text(data, key).map(|text| visible::text(text).into_owned())
}

/// A number, or a text that is one: imported entries have both.
pub fn number(data: &Value, key: &str) -> Option<i64> {
    let value = data.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn length(data: &Value, key: &str) -> usize {
    data.get(key).and_then(Value::as_array).map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::Value;

    use super::{Directory, words};
    use crate::messages::Messages;
    use crate::store::activities::Activity;
    use crate::types::ids::{ActivityId, UserId};
    use crate::types::language::Language;

    fn said(kind: &str, data: Value, language: Language) -> String {
        let entry = Activity {
            id: ActivityId(1),
            user_id: Some(UserId(7)),
            user_name: Some("Lin".to_owned()),
            kind: kind.to_owned(),
            data,
            created_at: DateTime::UNIX_EPOCH,
        };
        let directory = Directory { people: [(8, "Wei".to_owned())].into(), teams: [(3, "#pay".to_owned())].into() };
        words(&entry, &directory, Messages::new(language))
    }

    #[test]
    fn every_kind_of_entry_has_its_words() {
        for (kind, data, en, zh) in SAID {
            let data: Value = serde_json::from_str(data).unwrap();
            assert_eq!(said(kind, data.clone(), Language::English), *en, "{kind} {data}");
            assert_eq!(said(kind, data.clone(), Language::Chinese), *zh, "{kind} {data}");
        }
    }

    /// Kind and data, and the sentence in both languages.
    const SAID: &[(&str, &str, &str, &str)] = &[
        ("set_resolved", "{}", "Lin resolved this", "Lin 解决了此问题"),
        ("set_unresolved", "{}", "Lin reopened this", "Lin 重新打开了此问题"),
        ("set_ignored", "{}", "Lin ignored this", "Lin 忽略了此问题"),
        (
            "set_ignored",
            r#"{"ignoreUntil": "2026-11-20T18:27:03Z"}"#,
            "Lin ignored this until Nov 20, 2026, 18:27:03 UTC",
            "Lin 忽略了此问题，直至 2026年11月20日 18:27:03 UTC",
        ),
        (
            "set_ignored",
            r#"{"ignoreCount": 100, "ignoreWindow": 60}"#,
            "Lin ignored this until it is seen 100 times in 60 min",
            "Lin 忽略了此问题，直至 60 分钟内出现 100 次",
        ),
        (
            "set_ignored",
            r#"{"ignoreUserCount": 5}"#,
            "Lin ignored this until 5 more users are affected",
            "Lin 忽略了此问题，直至再影响 5 名用户",
        ),
        ("set_public", "{}", "Lin shared this", "Lin 公开分享了此问题"),
        ("set_private", "{}", "Lin stopped sharing this", "Lin 取消了公开分享"),
        ("set_regression", "{}", "Seen again after it was resolved", "解决后再次出现"),
        (
            "set_regression",
            r#"{"version": "2.0"}"#,
            "Seen again in 2.0 after it was resolved",
            "解决后在 2.0 中再次出现",
        ),
        ("create_issue", r#"{"provider": "JIRA", "label": "PAY-7"}"#, "Lin linked JIRA PAY-7", "Lin 关联了 JIRA PAY-7"),
        ("note", r#"{"text": "x"}"#, "Lin wrote:", "Lin 写道："),
        ("first_seen", "{}", "First seen", "首次出现"),
        ("release", r#"{"version": "2.0"}"#, "Seen in release 2.0", "出现于版本 2.0"),
        (
            "assigned",
            r#"{"assignee": "8", "assigneeType": "user"}"#,
            "Lin assigned this to Wei",
            "Lin 将此问题指派给 Wei",
        ),
        (
            "assigned",
            r#"{"assignee": "3", "assigneeType": "team"}"#,
            "Lin assigned this to #pay",
            "Lin 将此问题指派给 #pay",
        ),
        ("assigned", r#"{"assignee": "7"}"#, "Lin took this on", "Lin 认领了此问题"),
        (
            "assigned",
            r#"{"assignee": "9", "assigneeEmail": "x@y.z"}"#,
            "Lin assigned this to x@y.z",
            "Lin 将此问题指派给 x@y.z",
        ),
        ("unassigned", "{}", "Lin took the assignment away", "Lin 取消了指派"),
        ("set_resolved_in_release", r#"{"version": "2.0"}"#, "Lin resolved this in 2.0", "Lin 在 2.0 中解决了此问题"),
        (
            "set_resolved_in_release",
            r#"{"version": ""}"#,
            "Lin resolved this in the next release",
            "Lin 将此问题标记为在下个版本中解决",
        ),
        (
            "merge",
            r#"{"issues": [{"id": 1}, {"id": 2}]}"#,
            "Lin merged 2 issues into this",
            "Lin 将 2 个问题合并到此问题",
        ),
        (
            "set_resolved_by_age",
            r#"{"age": 168}"#,
            "Resolved by itself after 168 hours without events",
            "168 小时内无新事件，已自动解决",
        ),
        (
            "set_resolved_in_commit",
            r#"{"commit": "0123456789abcdef"}"#,
            "Lin resolved this with commit 0123456789ab",
            "Lin 通过提交 0123456789ab 解决了此问题",
        ),
        (
            "deploy",
            r#"{"version": "2.0", "environment": "production"}"#,
            "2.0 was deployed to production",
            "2.0 已部署到 production",
        ),
        ("new_processing_issues", "{}", "New problems with processing events were found", "发现新的事件处理问题"),
        (
            "unmerge_source",
            r#"{"destination_id": 5, "fingerprints": ["a"]}"#,
            "Lin split 1 group of events off to",
            "Lin 将 1 组事件拆分到",
        ),
        (
            "unmerge_destination",
            r#"{"source_id": 5, "fingerprints": ["a", "b"]}"#,
            "Lin split 2 groups of events off from",
            "Lin 拆分出 2 组事件，来自",
        ),
        (
            "set_resolved_in_pull_request",
            r##"{"pull_request": "#12"}"##,
            "Lin resolved this with pull request #12",
            "Lin 通过合并请求 #12 解决了此问题",
        ),
        ("something\u{202e}new", "{}", "Lin: something⟨U+202E⟩new", "Lin：something⟨U+202E⟩new"),
    ];
}
