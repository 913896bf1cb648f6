//! What is asked of issues.

use std::ops::Bound;

use chrono::{DateTime, Utc};

use crate::store::release_projects::LatestRelease;
use crate::types::ids::{ReleaseId, UserId};
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::types::user_part::UserPart;

/// What the issues of a list have in common. Empty criteria ask for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Criteria {
    pub project_ids: Vec<i64>,
    pub terms: Vec<Term>,
}

/// One condition, or its contrary.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub is_negated: bool,
    pub condition: Condition,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Status(Status),
    /// It came back after it was resolved.
    Regressed,
    /// It is linked with a ticket elsewhere.
    Linked,
    Assigned(Assigned),
    BookmarkedBy(Person),
    SubscribedBy(Person),
    Level(Level),
    /// Words that its text holds: message, type, value, culprit, functions, files.
    Text(Pattern),
    Column(Column, Pattern),
    Number(Counter, Between<i64>),
    Time(Moment, Between<DateTime<Utc>>),
    /// The release that brought it.
    FirstRelease(ReleaseId),
    FirstVersion(Version),
    /// An event of it has one of these values of a tag.
    Tag(String, Vec<Pattern>),
    /// An event of it is of a user who has one of these texts as one of these parts.
    User(Vec<UserPart>, Vec<Pattern>),
    /// An event of it came from the newest release of its project: one of these, which [`super::list`] fills in.
    LatestRelease(Vec<LatestRelease>),
    /// It was seen with the tag; `user.email`: with a user whose mail address was known.
    HasTag(String),
    /// Slug of its project.
    Project(Pattern),
    ShortId(String, i64),
    /// One of these.
    Issues(Vec<i64>),
}

/// Whose issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    Anybody,
    /// The person's own and those of their teams.
    To(Person),
    /// Slug of the team.
    ToTeam(String),
}

/// Names are those of members of the projects' organizations; whom nobody is called so, nothing is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    Id(UserId),
    /// User name or mail address, in lower case.
    Named(String),
}

/// Texts compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Is(String),
    Contains(String),
    /// What stands between the wildcards, of the whole text.
    Like(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Title,
    Culprit,
    Platform,
    /// `error`, `default`, `csp`, …
    EventType,
    ErrorType,
    ErrorValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    Events,
    Users,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    FirstSeen,
    LastSeen,
    /// When it last became unresolved.
    ActiveAt,
    /// Any of its events.
    Event,
}

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between<T> {
    pub from: Bound<T>,
    pub until: Bound<T>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Filled in as for [`Condition::LatestRelease`].
    Latest(Vec<LatestRelease>),
    Matching(Pattern),
}

impl Criteria {
    /// Issues of these projects that meet one condition.
    pub fn of(project_ids: Vec<i64>, condition: Condition) -> Self {
        let mut criteria = Self { project_ids, terms: Vec::new() };
        criteria.require(condition);
        criteria
    }

    pub fn require(&mut self, condition: Condition) {
        self.terms.push(Term { is_negated: false, condition });
    }

    /// An event in the environment.
    pub fn require_environment(&mut self, name: &str) {
        self.require(Condition::Tag("environment".to_owned(), vec![Pattern::Is(name.to_owned())]));
    }

    /// The status that is asked for, if one is.
    pub fn status(&self) -> Option<Status> {
        self.terms.iter().find_map(|term| match term.condition {
            Condition::Status(status) if !term.is_negated => Some(status),
            _ => None,
        })
    }

    /// What choosing issues by tags says of their events: they have a value of each of these tags.
    pub fn tags(&self) -> Vec<Condition> {
        let mut tags: Vec<Condition> = Vec::new();
        for term in self.terms.iter().filter(|term| !term.is_negated) {
            match &term.condition {
                // Two values of one tag are never those of one event.
                Condition::Tag(_, more) | Condition::User(_, more) => {
                    match tags.iter_mut().find_map(|tag| tag.patterns_beside(&term.condition)) {
                        Some(patterns) => patterns.extend(more.iter().cloned()),
                        None => tags.push(term.condition.clone()),
                    }
                }
                Condition::LatestRelease(_) => tags.push(term.condition.clone()),
                _ => {}
            }
        }
        tags
    }

    /// The places where the newest releases of the projects are asked for.
    pub fn latest_releases(&mut self) -> impl Iterator<Item = &mut Vec<LatestRelease>> {
        self.terms.iter_mut().filter_map(|term| match &mut term.condition {
            Condition::LatestRelease(latest) | Condition::FirstVersion(Version::Latest(latest)) => Some(latest),
            _ => None,
        })
    }

    /// Whether finding out costs more than a look at the issue's row.
    pub fn is_costly(&self) -> bool {
        let is_costly = |condition: &Condition| {
            matches!(
                condition,
                Condition::Text(_)
                    | Condition::Tag(..)
                    | Condition::User(..)
                    | Condition::LatestRelease(_)
                    | Condition::Time(Moment::Event, _)
            )
        };
        self.terms.iter().any(|term| is_costly(&term.condition))
    }
}

impl Condition {
    /// The texts of a condition on the same tag, or on the same parts of users.
    fn patterns_beside(&mut self, other: &Self) -> Option<&mut Vec<Pattern>> {
        match (self, other) {
            (Self::Tag(key, patterns), Self::Tag(wanted, _)) if key == wanted => Some(patterns),
            (Self::User(parts, patterns), Self::User(wanted, _)) if parts == wanted => Some(patterns),
            _ => None,
        }
    }
}

impl<T> Between<T> {
    pub fn from(from: Bound<T>) -> Self {
        Self { from, until: Bound::Unbounded }
    }

    pub fn until(until: Bound<T>) -> Self {
        Self { from: Bound::Unbounded, until }
    }
}

impl Pattern {
    /// The same with a text before it.
    #[must_use]
    pub fn after(&self, prefix: &str) -> Self {
        match self {
            Self::Is(text) => Self::Is(format!("{prefix}{text}")),
            Self::Contains(text) => Self::Like(vec![prefix.to_owned(), text.clone(), String::new()]),
            Self::Like(parts) => {
                let mut parts = parts.clone();
                parts[0].insert_str(0, prefix);
                Self::Like(parts)
            }
        }
    }

    /// For `LIKE`, with `\` before what it takes as special.
    pub fn like(&self) -> String {
        match self {
            Self::Is(text) => escape(text),
            Self::Contains(text) => format!("%{}%", escape(text)),
            Self::Like(parts) => parts.iter().map(|part| escape(part)).collect::<Vec<_>>().join("%"),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_escape_what_is_meant_as_it_stands() {
        let text = |text: &str| text.to_owned();
        assert_eq!(Pattern::Is(text(r"a\b")).like(), r"a\\b");
        assert_eq!(Pattern::Contains(text("50%_")).like(), r"%50\%\_%");
        assert_eq!(Pattern::Like(vec![text("Fire"), text("_x"), text("")]).like(), r"Fire%\_x%");
    }
}
