//! The way through a directory, step by step: connect, encrypt, bind, find, check the password, read, decide.
//!
//! A sign-in and the test page go the same way; the page shows how far it led.

use super::groups;
use super::person::{Group, Person, clean_name, clean_username};
use crate::app::App;
use crate::config::{self, Scope};
use crate::outbound::ldap::{self, Directory, Entry, Problem, Question, in_dn, in_filter};
use crate::services::accounts;

/// Entries looked at when one is expected: enough to say that there are too many.
const MAX_MATCHES: usize = 10;
const PLACEHOLDER: &str = "%(user)s";

/// How far it went.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    pub server: Option<String>,
    pub is_encrypted: Option<bool>,
    /// Whom the search was made as; empty: nobody.
    pub bound_as: Option<String>,
    pub matches: Option<usize>,
    pub dn: Option<String>,
    /// `None`: none was given.
    pub password_is_right: Option<bool>,
    /// Every attribute that was asked for.
    pub attributes: Vec<(String, Vec<String>)>,
    pub person: Option<Person>,
    /// Whether groups let them in.
    pub is_admitted: bool,
    pub failure: Option<(Step, Failure)>,
}

/// Where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Connect,
    Encrypt,
    Bind,
    Search,
    Password,
    Attributes,
    Groups,
    Admission,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Directory(#[from] Problem),
    #[error("this can be nobody's user name")]
    Name,
    #[error("neither auth.ldap.user-search nor auth.ldap.user-dn-template is set")]
    NoSearch,
    #[error("`{0}` lacks %(user)s")]
    NoPlaceholder(String),
    #[error("nobody has this name")]
    NotFound,
    #[error("{0} entries match")]
    Several(usize),
    #[error("an empty password proves nothing")]
    EmptyPassword,
    #[error("{0}")]
    WrongPassword(String),
    #[error("not in any of the required groups")]
    NotRequired,
    #[error("in the denied group {0}")]
    Denied(String),
}

/// What a visit is about.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    /// As it was entered.
    pub name: &'a str,
    /// `None`: the password is not tried.
    pub password: Option<&'a str>,
}

/// Goes as far as it gets.
pub async fn visit(app: &App, config: &config::Ldap, visitor: Visitor<'_>) -> Visit {
    let mut visit = Visit::default();
    visit.failure = walk(app, config, visitor, &mut visit).await.err();
    visit
}

type Failed = (Step, Failure);

fn at<E: Into<Failure>>(step: Step) -> impl FnOnce(E) -> Failed {
    move |error| (step, error.into())
}

async fn walk(app: &App, config: &config::Ldap, visitor: Visitor<'_>, visit: &mut Visit) -> Result<(), Failed> {
    // Servers take an empty password for nobody's, and say yes.
    if visitor.password.is_some_and(str::is_empty) {
        return Err((Step::Password, Failure::EmptyPassword));
    }
    let username = clean_username(visitor.name).ok_or((Step::Search, Failure::Name))?;
    let mut directory = connect(config, visit).await?;
    let found = look_up(&mut directory, config, visitor, visit).await?;
    visit.dn = Some(found.dn.clone());
    let (name, email) = (full_name(config, &found), address(config, &found, &username));
    visit.attributes = found.attributes().to_vec();
    let groups = remembered_groups(app, config, &mut directory, &found).await.map_err(at(Step::Groups))?;
    visit.person = Some(Person { username, name, email, groups: groups.clone() });
    admit(&mut directory, config, &found, &groups).await.map_err(|failure| (Step::Admission, failure))?;
    visit.is_admitted = true;
    Ok(())
}

/// A connection that is encrypted as the settings ask, and bound as the service account.
pub async fn connect(config: &config::Ldap, visit: &mut Visit) -> Result<Directory, Failed> {
    let reached = ldap::reach(config).await.map_err(at(Step::Connect))?;
    visit.server = Some(reached.server().to_owned());
    let mut directory = ldap::open(reached, config).await.map_err(at(Step::Encrypt))?;
    visit.is_encrypted = Some(directory.is_encrypted);
    if config.dn_template.is_none() || !config.binds_as_person {
        directory.bind(&config.bind_dn, &config.bind_password).await.map_err(at(Step::Bind))?;
        visit.bound_as = Some(config.bind_dn.clone());
    }
    Ok(directory)
}

/// The person's entry, once the password, where one is given, has opened it.
async fn look_up(
    directory: &mut Directory,
    config: &config::Ldap,
    visitor: Visitor<'_>,
    visit: &mut Visit,
) -> Result<Entry, Failed> {
    if let Some(template) = &config.dn_template {
        let dn = filled(template, &in_dn(visitor.name.trim())).map_err(|failure| (Step::Search, failure))?;
        visit.dn = Some(dn.clone());
        try_password(directory, config, &dn, visitor, visit).await?;
        let own = [(dn, Scope::Base, "(objectClass=*)".to_owned())];
        let found = search(directory, config, &own).await.map_err(at(Step::Attributes))?;
        visit.matches = Some(found.len());
        return found.into_iter().next().ok_or((Step::Attributes, Failure::NotFound));
    }
    let found = find(directory, config, visitor.name.trim(), visit).await.map_err(|failure| (Step::Search, failure))?;
    visit.dn = Some(found.dn.clone());
    try_password(directory, config, &found.dn, visitor, visit).await?;
    Ok(found)
}

/// The one entry that the name leads to.
async fn find(
    directory: &mut Directory,
    config: &config::Ldap,
    name: &str,
    visit: &mut Visit,
) -> Result<Entry, Failure> {
    if config.person_searches.is_empty() {
        return Err(Failure::NoSearch);
    }
    let mut searches = Vec::new();
    for search in &config.person_searches {
        searches.push((search.base.clone(), search.scope, filled(&search.filter, &in_filter(name))?));
    }
    let mut found = search(directory, config, &searches).await.map_err(|problem| match problem {
        Problem::NoSuchBase(_) if config.person_searches.len() > 1 => Failure::NotFound,
        other => other.into(),
    })?;
    visit.matches = Some(found.len());
    match found.len() {
        0 => Err(Failure::NotFound),
        1 => Ok(found.remove(0)),
        count => Err(Failure::Several(count)),
    }
}

fn filled(template: &str, name: &str) -> Result<String, Failure> {
    if !template.contains(PLACEHOLDER) {
        return Err(Failure::NoPlaceholder(template.to_owned()));
    }
    Ok(template.replace(PLACEHOLDER, name))
}

async fn search(
    directory: &mut Directory,
    config: &config::Ldap,
    searches: &[(String, Scope, String)],
) -> Result<Vec<Entry>, Problem> {
    let known = &config.attributes;
    let wanted = [&known.name, &known.first_name, &known.last_name, &known.email];
    let mut attributes: Vec<String> = wanted.into_iter().flatten().cloned().collect();
    // What POSIX groups go by.
    attributes.extend(["uid".to_owned(), "gidNumber".to_owned()]);
    let mut found: Vec<Entry> = Vec::new();
    for (base, scope, filter) in searches {
        let question = Question { base, scope: *scope, filter, attributes: &attributes, limit: MAX_MATCHES };
        for entry in directory.search(&question).await? {
            if !found.iter().any(|known| known.dn == entry.dn) {
                found.push(entry);
            }
        }
    }
    Ok(found)
}

/// Binds as the person; afterwards the service account searches on, unless the settings say that the person does.
async fn try_password(
    directory: &mut Directory,
    config: &config::Ldap,
    dn: &str,
    visitor: Visitor<'_>,
    visit: &mut Visit,
) -> Result<(), Failed> {
    let Some(password) = visitor.password else { return Ok(()) };
    match directory.bind(dn, password).await {
        Ok(()) => visit.password_is_right = Some(true),
        Err(Problem::Refused(reason)) => {
            visit.password_is_right = Some(false);
            return Err((Step::Password, Failure::WrongPassword(reason)));
        }
        Err(problem) => return Err((Step::Password, problem.into())),
    }
    if !config.binds_as_person {
        directory.bind(&config.bind_dn, &config.bind_password).await.map_err(at(Step::Bind))?;
    }
    Ok(())
}

fn full_name(config: &config::Ldap, entry: &Entry) -> Option<String> {
    let value = |name: &Option<String>| name.as_deref().and_then(|name| entry.first(name));
    let known = &config.attributes;
    let parts: Vec<&str> = [value(&known.first_name), value(&known.last_name)].into_iter().flatten().collect();
    clean_name(&value(&known.name).map_or_else(|| parts.join(" "), str::to_owned))
}

fn address(config: &config::Ldap, entry: &Entry, username: &str) -> Option<String> {
    let known = config.attributes.email.as_deref().and_then(|name| entry.first(name)).map(str::to_owned);
    let made = || config.email_domain.as_ref().map(|domain| format!("{username}@{}", domain.trim_start_matches('@')));
    known.or_else(made).filter(|email| accounts::check_email(email).is_ok())
}

/// The person's groups, asked for or remembered from a while ago.
async fn remembered_groups(
    app: &App,
    config: &config::Ldap,
    directory: &mut Directory,
    person: &Entry,
) -> Result<Vec<Group>, Problem> {
    let Some(time) = config.group_cache else { return groups::find(directory, config, person).await };
    let remembered = app.redis.directory_groups(&person.dn).await.ok().flatten();
    if let Some(groups) = remembered.and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(groups);
    }
    let found = groups::find(directory, config, person).await?;
    let text = serde_json::to_string(&found).expect("groups can be serialised");
    // What cannot be remembered is asked for again.
    drop(app.redis.put_directory_groups(&person.dn, &text, time).await);
    Ok(found)
}

async fn admit(
    directory: &mut Directory,
    config: &config::Ldap,
    person: &Entry,
    groups: &[Group],
) -> Result<(), Failure> {
    for named in &config.denied_groups {
        if groups::is_in(directory, config, person, groups, named).await? {
            return Err(Failure::Denied(named.clone()));
        }
    }
    for named in &config.required_groups {
        if groups::is_in(directory, config, person, groups, named).await? {
            return Ok(());
        }
    }
    if config.required_groups.is_empty() { Ok(()) } else { Err(Failure::NotRequired) }
}
