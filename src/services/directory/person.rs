//! A person as a directory or identity provider knows them, and what their groups make of them here.

use crate::config::Membership;
use crate::types::role::Role;

/// Longest full name that is kept, in characters.
const MAX_NAME: usize = 200;
/// Longest user name, in characters (inventory.md 4.1).
pub const MAX_USERNAME: usize = 128;

/// Somebody who has proved elsewhere who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// In lower case.
    pub username: String,
    /// `None`: unknown there; what is known here stays.
    pub name: Option<String>,
    pub email: Option<String>,
    pub groups: Vec<Group>,
}

/// A group they are in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// Where there are no DNs, the name.
    pub dn: String,
    pub name: String,
    /// They are in it by way of another.
    pub is_nested: bool,
}

/// What groups say. Teams are those named in the settings; all others are nobody's business here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// `None`: no group says anything.
    pub role: Option<Role>,
    /// Short names of the teams they are in.
    pub teams: Vec<String>,
    /// Short names of the teams that groups decide about, those among them.
    pub governed_teams: Vec<String>,
}

impl Group {
    /// Whether settings mean this group, by DN or by name.
    pub fn is(&self, named: &str) -> bool {
        same_dn(&self.dn, named) || (!named.contains('=') && self.name.eq_ignore_ascii_case(named.trim()))
    }
}

/// Whether two texts are the same DN, whatever case and blanks they are written with.
pub fn same_dn(a: &str, b: &str) -> bool {
    normal_dn(a) == normal_dn(b)
}

/// A DN in one of its many forms.
pub fn normal_dn(dn: &str) -> String {
    let mut normal = String::with_capacity(dn.len());
    let mut letters = dn.trim().chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => {
                normal.push(c);
                normal.extend(letters.next());
            }
            ',' | '=' | '+' => {
                normal.truncate(normal.trim_end_matches(' ').len());
                normal.push(c);
                while letters.peek() == Some(&' ') {
                    letters.next();
                }
            }
            c => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

/// What a person's groups make of them: the highest role, and all teams.
pub fn mapped(membership: &Membership, groups: &[Group]) -> Mapped {
    let is_in = |named: &str| groups.iter().any(|group| group.is(named));
    let roles = membership.group_roles.iter().filter(|(group, _)| is_in(group)).map(|(_, role)| *role);
    let teams = membership.group_teams.iter().filter(|(group, _)| is_in(group));
    Mapped {
        role: roles.max(),
        teams: unique(teams.flat_map(|(_, teams)| teams)),
        governed_teams: unique(membership.group_teams.iter().flat_map(|(_, teams)| teams)),
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    names
}

/// A name from outside, as long as names may be here; `None` if nothing of it is left.
pub fn clean_name(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A user name from outside in lower case; `None` if it cannot be one.
pub fn clean_username(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let length = name.chars().count();
    let is_name = (1..=MAX_USERNAME).contains(&length) && !name.chars().any(char::is_control);
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Group, clean_username, mapped, same_dn};
    use crate::config::Membership;
    use crate::types::role::Role;

    #[test]
    fn dns_are_compared_whatever_way_they_are_written() {
        for (a, b, expected) in [
            ("cn=Ops,dc=x", "CN=ops, DC=X", true),
            ("cn=a b,dc=x", "cn=a  b,dc=x", false),
            (r"cn=Lin\, Wei,dc=x", r"cn=lin\, wei, dc=x", true),
            ("cn=ops,dc=x", "cn=ops,dc=y", false),
        ] {
            assert_eq!(same_dn(a, b), expected, "{a} and {b}");
        }
    }

    #[test]
    fn the_highest_role_wins_and_teams_add_up() {
        let membership = Membership {
            organization: String::new(),
            role: Role::Member,
            has_global_access: false,
            group_roles: vec![("cn=devs,dc=x".to_owned(), Role::Admin), ("bosses".to_owned(), Role::Owner)],
            group_teams: vec![
                ("devs".to_owned(), vec!["shop".to_owned(), "api".to_owned()]),
                ("cn=ops,dc=x".to_owned(), vec!["ops".to_owned(), "api".to_owned()]),
            ],
            links_by_email: false,
        };
        let group = |name: &str| Group { dn: format!("CN={name},DC=x"), name: name.to_owned(), is_nested: false };
        let none = mapped(&membership, &[group("others")]);
        assert_eq!((none.role, none.teams.len()), (None, 0));
        assert_eq!(none.governed_teams, ["api", "ops", "shop"]);
        let all = mapped(&membership, &[group("devs"), group("Bosses"), group("ops")]);
        assert_eq!((all.role, all.teams.join(" ")), (Some(Role::Owner), "api ops shop".to_owned()));
    }

    #[test]
    fn user_names_are_short_texts_in_lower_case() {
        assert_eq!(clean_username(" Lin "), Some("lin".to_owned()));
        for wrong in ["", "  ", "a\0b", "a\nb", &"x".repeat(129)] {
            assert_eq!(clean_username(wrong), None, "{wrong:?}");
        }
    }
}
