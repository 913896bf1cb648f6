//! `@lin` and `#payments` in comments: the people who see the project, and the teams it belongs to.

use std::fmt;

use crate::app::App;
use crate::store::members::{self, ProjectMember};
use crate::store::projects::Project;
use crate::store::teams::{self, Team};
use crate::types::ids::{TeamId, UserId};

/// Somebody a comment calls; written as the API does: `user:7`, `team:3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention {
    User(UserId),
    Team(TeamId),
}

impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Team(id) => write!(f, "team:{id}"),
        }
    }
}

/// Somebody who may be mentioned.
#[derive(Clone, Debug)]
pub struct Person {
    pub mention: Mention,
    /// What is typed: `@lin`, `#payments`.
    pub handle: String,
    pub name: String,
    username: String,
    email: String,
}

/// Everybody who may be mentioned in a project.
#[derive(Clone, Debug, Default)]
pub struct People(Vec<Person>);

impl People {
    /// Nobody is called to what they may not see.
    pub async fn of_project(app: &App, project: &Project) -> sqlx::Result<Self> {
        let people = members::list_of_project(&app.db, project.organization_id, project.id).await?;
        let teams = teams::list_of_project(&app.db, project.id).await?;
        Ok(Self::new(&people, teams))
    }

    fn new(people: &[ProjectMember], teams: Vec<Team>) -> Self {
        let locals: Vec<String> = people.iter().map(|person| local_part(&person.email)).collect();
        let is_unique = |local: &String| locals.iter().filter(|other| *other == local).count() == 1;
        let person = |(person, local): (&ProjectMember, &String)| Person {
            mention: Mention::User(person.user_id),
            handle: format!("@{}", if is_unique(local) { local } else { &person.email }),
            name: if person.name.is_empty() { person.email.clone() } else { person.name.clone() },
            username: person.username.clone(),
            email: person.email.clone(),
        };
        let team = |team: Team| Person {
            mention: Mention::Team(team.id),
            handle: format!("#{}", team.slug),
            name: team.name,
            username: String::new(),
            email: String::new(),
        };
        Self(people.iter().zip(&locals).map(person).chain(teams.into_iter().map(team)).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.0.iter()
    }

    /// Whom a word of a comment means: `@` with a user name, an address, or the part of it before the `@` where only one
    /// person has it; `#` with a team.
    pub fn find(&self, word: &str) -> Option<Mention> {
        self.person(word).map(|person| person.mention)
    }

    pub fn person(&self, word: &str) -> Option<&Person> {
        let name = word.get(1..).filter(|name| !name.is_empty())?;
        let is = |text: &str| text.eq_ignore_ascii_case(name);
        let by_name = || self.0.iter().find(|person| is(&person.username) || is(&person.email));
        let by_handle = || self.0.iter().find(|person| person.handle.eq_ignore_ascii_case(word));
        if word.starts_with('@') { by_name().or_else(by_handle) } else { by_handle() }
    }

    /// What a client of the API lists: `user:7`, `team:3`, `7`, `#payments`, a user name or an address.
    pub fn named(&self, text: &str) -> Option<Mention> {
        let known = |mention: Mention| self.0.iter().any(|person| person.mention == mention).then_some(mention);
        let (kind, id) = text.split_once(':').unwrap_or(("user", text));
        match (kind, id.parse::<i64>()) {
            ("user", Ok(id)) => known(Mention::User(UserId(id))),
            ("team", Ok(id)) => known(Mention::Team(TeamId(id))),
            _ if text.starts_with('#') => self.find(text),
            _ => self.find(&format!("@{text}")),
        }
    }
}

fn local_part(email: &str) -> String {
    email.split('@').next().unwrap_or_default().to_lowercase()
}

/// The words of a text that may call somebody; what ends a sentence is no part of them.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || "@#._+-".contains(c);
    text.split(move |c| !is_part(c))
        .map(|word| word.trim_end_matches(['.', '-', '+', '@', '#']))
        .filter(|word| word.len() > 1 && word.starts_with(['@', '#']))
}

#[cfg(test)]
mod tests {
    use super::{Mention, People, Person, words};
    use crate::types::ids::{TeamId, UserId};

    #[test]
    fn words_call_people_and_teams() {
        let found: Vec<&str> = words("Hi @lin, see #pay-ments. (@wei@example.com) a@b.c # no @ 请@王芳 看").collect();
        assert_eq!(found, ["@lin", "#pay-ments", "@wei@example.com"]);
    }

    #[test]
    fn names_lead_to_whom_they_mean() {
        let person = |id, handle: &str, username: &str, email: &str| Person {
            mention: Mention::User(UserId(id)),
            handle: handle.to_owned(),
            name: String::new(),
            username: username.to_owned(),
            email: email.to_owned(),
        };
        let team = Person { mention: Mention::Team(TeamId(3)), ..person(0, "#pay", "", "") };
        let people = People(vec![
            person(1, "@lin", "lin7", "lin@a.example"),
            person(2, "@wei@b.example", "wei", "wei@b.example"),
            team,
        ]);
        for (text, expected) in [
            ("@lin", Some(Mention::User(UserId(1)))),
            ("@LIN7", Some(Mention::User(UserId(1)))),
            ("@wei@b.example", Some(Mention::User(UserId(2)))),
            ("#pay", Some(Mention::Team(TeamId(3)))),
            ("#lin", None),
            ("@pay", None),
            ("@", None),
        ] {
            assert_eq!(people.find(text), expected, "{text}");
        }
        for (text, expected) in [
            ("user:2", Some(Mention::User(UserId(2)))),
            ("2", Some(Mention::User(UserId(2)))),
            ("user:9", None),
            ("team:3", Some(Mention::Team(TeamId(3)))),
            ("#pay", Some(Mention::Team(TeamId(3)))),
            ("lin@a.example", Some(Mention::User(UserId(1)))),
            ("nobody", None),
        ] {
            assert_eq!(people.named(text), expected, "{text}");
        }
    }
}
