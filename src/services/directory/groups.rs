//! The groups that a person of a directory is in: directly, and by way of other groups.

use std::collections::HashSet;

use super::person::{Group, normal_dn};
use crate::config::{self, GroupRule, Scope};
use crate::outbound::ldap::{Directory, Entry, Problem, Question, in_filter};

/// Most groups of one person.
pub const MAX_GROUPS: usize = 500;
/// How many groups may lie in one another.
const MAX_DEPTH: usize = 10;
/// With which Active Directory follows nested groups itself (`LDAP_MATCHING_RULE_IN_CHAIN`).
const IN_CHAIN: &str = ":1.2.840.113556.1.4.1941:";

/// All groups of a person, direct ones first.
pub async fn find(directory: &mut Directory, config: &config::Ldap, person: &Entry) -> Result<Vec<Group>, Problem> {
    let mut known = Known { seen: HashSet::new(), groups: Vec::new() };
    let direct = search(directory, config, &direct_filter(config, person)).await?;
    let mut level = known.add(config, direct, false);
    match &config.group_type.rule {
        GroupRule::Posix | GroupRule::Members { is_nested: false, .. } => return Ok(known.groups),
        GroupRule::Members { attribute, is_nested: true } => {
            climb(directory, config, attribute, &mut known, &mut level).await?;
        }
        GroupRule::InChain => {
            let filter = format!("(member{IN_CHAIN}={})", in_filter(&person.dn));
            let all = search(directory, config, &filter).await?;
            // A server that does not know the rule finds nothing by it.
            if all.is_empty() {
                climb(directory, config, "member", &mut known, &mut level).await?;
            }
            known.add(config, all, true);
        }
    }
    Ok(known.groups)
}

/// Whether a person is in a group that the search did not have to find: it may lie elsewhere.
pub async fn is_in(
    directory: &mut Directory,
    config: &config::Ldap,
    person: &Entry,
    groups: &[Group],
    named: &str,
) -> Result<bool, Problem> {
    if groups.iter().any(|group| group.is(named)) {
        return Ok(true);
    }
    if !named.contains('=') {
        return Ok(false);
    }
    let filter = direct_filter(config, person);
    let question = Question { base: named, scope: Scope::Base, filter: &filter, attributes: &[], limit: 1 };
    match directory.search(&question).await {
        Ok(found) => Ok(!found.is_empty()),
        Err(Problem::NoSuchBase(_)) => Ok(false),
        Err(problem) => Err(problem),
    }
}

struct Known {
    seen: HashSet<String>,
    groups: Vec<Group>,
}

impl Known {
    /// Adds those that are new, and tells their DNs. Groups that hold each other come round only once.
    fn add(&mut self, config: &config::Ldap, found: Vec<Entry>, is_nested: bool) -> Vec<String> {
        let mut new = Vec::new();
        for entry in found {
            if self.groups.len() < MAX_GROUPS && self.seen.insert(normal_dn(&entry.dn)) {
                let name = entry.first(&config.group_type.name_attribute).unwrap_or(&entry.dn).to_owned();
                new.push(entry.dn.clone());
                self.groups.push(Group { dn: entry.dn, name, is_nested });
            }
        }
        new
    }
}

/// Goes from groups to the groups that hold them, level by level.
async fn climb(
    directory: &mut Directory,
    config: &config::Ldap,
    attribute: &str,
    known: &mut Known,
    level: &mut Vec<String>,
) -> Result<(), Problem> {
    for _ in 0..MAX_DEPTH {
        if level.is_empty() {
            break;
        }
        let members: Vec<String> = level.iter().map(|dn| format!("({attribute}={})", in_filter(dn))).collect();
        let found = search(directory, config, &format!("(|{})", members.concat())).await?;
        *level = known.add(config, found, true);
    }
    Ok(())
}

/// What holds of the groups that name the person.
fn direct_filter(config: &config::Ldap, person: &Entry) -> String {
    match &config.group_type.rule {
        GroupRule::Members { attribute, .. } => format!("({attribute}={})", in_filter(&person.dn)),
        GroupRule::InChain => format!("(member={})", in_filter(&person.dn)),
        GroupRule::Posix => {
            let clause = |name: &str, value: Option<&str>| {
                value.map(|value| format!("({name}={})", in_filter(value))).unwrap_or_default()
            };
            let uid = clause("memberUid", person.first("uid"));
            let gid = clause("gidNumber", person.first("gidNumber"));
            // Without either, nothing matches.
            format!("(|{uid}{gid}(!(objectClass=*)))")
        }
    }
}

async fn search(directory: &mut Directory, config: &config::Ldap, condition: &str) -> Result<Vec<Entry>, Problem> {
    let attributes = [config.group_type.name_attribute.clone()];
    let mut found = Vec::new();
    for search in &config.group_searches {
        let filter = format!("(&{}{condition})", search.filter);
        let question = Question {
            base: &search.base,
            scope: search.scope,
            filter: &filter,
            attributes: &attributes,
            limit: MAX_GROUPS,
        };
        found.extend(directory.search(&question).await?);
    }
    Ok(found)
}
