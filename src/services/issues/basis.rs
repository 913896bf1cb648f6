//! What a person saw of an issue when they decided, so that a decision never passes over somebody else's.

use std::fmt;
use std::str::FromStr;

use crate::store::issues::Issue;
use crate::store::issues::state::IssueState;
use crate::types::ids::{TeamId, UserId};
use crate::types::lifecycle::Status;

/// Status and assignee; forms carry it as text: `resolved:user:7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    pub status: Status,
    pub user_id: Option<UserId>,
    pub team_id: Option<TeamId>,
}

impl Basis {
    pub fn of_issue(issue: &Issue) -> Self {
        Self { status: issue.status, user_id: issue.assignee_user_id, team_id: issue.assignee_team_id }
    }

    pub(super) fn of(state: &IssueState) -> Self {
        let status = Status::parse(&state.status).unwrap_or(Status::Unresolved);
        Self { status, user_id: state.assignee_user_id, team_id: state.assignee_team_id }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.user_id, self.team_id) {
            (Some(id), _) => write!(f, "{}:user:{id}", self.status),
            (None, Some(id)) => write!(f, "{}:team:{id}", self.status),
            (None, None) => write!(f, "{}:", self.status),
        }
    }
}

/// The text is no basis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not what a form carries")]
pub struct NotABasis;

impl FromStr for Basis {
    type Err = NotABasis;

    fn from_str(text: &str) -> Result<Self, NotABasis> {
        let (status, assignee) = text.split_once(':').ok_or(NotABasis)?;
        let status = Status::parse(status).ok_or(NotABasis)?;
        let none = Self { status, user_id: None, team_id: None };
        match assignee.split_once(':') {
            Some(("user", id)) => Ok(Self { user_id: Some(id.parse().map_err(|_| NotABasis)?), ..none }),
            Some(("team", id)) => Ok(Self { team_id: Some(id.parse().map_err(|_| NotABasis)?), ..none }),
            None if assignee.is_empty() => Ok(none),
            _ => Err(NotABasis),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Basis, NotABasis};

    #[test]
    fn forms_carry_it_there_and_back() {
        for text in ["unresolved:", "resolved:user:7", "ignored:team:12"] {
            assert_eq!(text.parse::<Basis>().map(|basis| basis.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "resolved", "nonsense:", "resolved:user:x", "resolved:robot:1", "resolved:x"] {
            assert_eq!(text.parse::<Basis>(), Err(NotABasis), "{text}");
        }
    }
}
