//! Settings of people's directories (LDAP) and identity providers, and how values of theirs are read.
//!
//! Values are taken as our YAML has them, and as `sentry.conf.py` has them for django-auth-ldap: a text with Python in it.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::{Map, Value as Json};

use super::python;
use crate::types::role::Role;

/// A directory of people. Has no `Debug`: it holds a password.
#[derive(Clone)]
pub struct Ldap {
    /// `ldap://` or `ldaps://` addresses, tried in this order.
    pub servers: Vec<String>,
    pub start_tls: bool,
    /// Certificates to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// For each step: connecting, a bind, a search.
    pub timeout: Duration,
    /// Whom searches are made as; empty: nobody.
    pub bind_dn: String,
    pub bind_password: String,
    /// Attributes and groups are read as the person who signs in.
    pub binds_as_person: bool,
    pub person_searches: Vec<Search>,
    /// In place of a search: `uid=%(user)s,ou=people,dc=example,dc=com`.
    pub dn_template: Option<String>,
    pub attributes: Attributes,
    /// Who has no address in the directory has one here.
    pub email_domain: Option<String>,
    pub group_searches: Vec<Search>,
    pub group_type: GroupType,
    /// Somebody has to be in one of these, if there are any.
    pub required_groups: Vec<String>,
    /// Whoever is in one of these stays out.
    pub denied_groups: Vec<String>,
    /// How long somebody's groups are remembered.
    pub group_cache: Option<Duration>,
    pub membership: Membership,
}

/// An OpenID Connect provider. Has no `Debug`: it holds a secret.
#[derive(Clone)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    /// What the link on the sign-in page says; empty: the issuer's host.
    pub name: String,
    pub scopes: Vec<String>,
    pub ca_file: Option<PathBuf>,
    pub timeout: Duration,
    /// Whether people who have no account get one.
    pub makes_accounts: bool,
    /// Domains of addresses that may enter; empty: all.
    pub allowed_domains: Vec<String>,
    pub username_claim: String,
    pub groups_claim: String,
    pub membership: Membership,
}

/// People whom a trusted proxy has let in.
#[derive(Clone, Debug)]
pub struct HeaderSignIn {
    pub user: String,
    pub email: String,
    pub name: String,
    pub groups: String,
    /// Where such a proxy is; from elsewhere the headers mean nothing.
    pub proxies: Vec<IpNet>,
    pub membership: Membership,
}

/// What a person from outside becomes here.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Name or short name; empty: the first one.
    pub organization: String,
    /// Of those whose groups say nothing else.
    pub role: Role,
    pub has_global_access: bool,
    pub group_roles: Vec<(String, Role)>,
    /// Short names of teams.
    pub group_teams: Vec<(String, Vec<String>)>,
    /// An account with the same address is the same person.
    pub links_by_email: bool,
}

/// Where something is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    pub base: String,
    pub scope: Scope,
    /// `%(user)s` stands for the name that was entered.
    pub filter: String,
}

/// How deep a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Base,
    OneLevel,
    Subtree,
}

/// Which attribute of a person is what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
}

/// How groups name their members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupType {
    pub rule: GroupRule,
    /// The attribute with a group's short name.
    pub name_attribute: String,
}

/// What makes somebody a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupRule {
    /// An attribute holds the DNs of members; `is_nested`: groups among them.
    Members { attribute: String, is_nested: bool },
    /// `memberUid`, and the person's `gidNumber`.
    Posix,
    /// Active Directory follows nested groups itself.
    InChain,
}

impl GroupType {
    /// The name that settings have for it.
    pub fn as_text(&self) -> String {
        match &self.rule {
            GroupRule::Posix => "posix-group".to_owned(),
            GroupRule::InChain => "nested-active-directory".to_owned(),
            GroupRule::Members { attribute, is_nested } => {
                let nested = if *is_nested { "nested-" } else { "" };
                match attribute.as_str() {
                    "member" => format!("{nested}group-of-names"),
                    "uniqueMember" => format!("{nested}group-of-unique-names"),
                    other => format!("{nested}member-dn({other})"),
                }
            }
        }
    }
}

/// A mapping, or Python's or JSON's text of one.
pub fn mapping(json: &Json) -> Option<Map<String, Json>> {
    match unquoted(json) {
        Json::Object(map) => Some(map),
        Json::Null => Some(Map::new()),
        Json::String(text) if text.trim().is_empty() => Some(Map::new()),
        _ => None,
    }
}

/// Group → role.
pub fn group_roles(json: &Json) -> Option<Vec<(String, Role)>> {
    mapping(json)?.into_iter().map(|(group, name)| Some((group, role(&name)?))).collect()
}

/// Group → short names of teams: one, or a list of them.
pub fn group_teams(json: &Json) -> Option<Vec<(String, Vec<String>)>> {
    mapping(json)?.into_iter().map(|(group, teams)| Some((group, names(&teams)?))).collect()
}

pub fn role(json: &Json) -> Option<Role> {
    Role::parse(json.as_str()?.trim().to_ascii_lowercase().as_str())
}

/// A list of DNs or names; as a text, separated by `;` or lines, since DNs hold commas.
pub fn names(json: &Json) -> Option<Vec<String>> {
    match unquoted(json) {
        Json::Null => Some(Vec::new()),
        Json::Array(items) => items.iter().map(|item| item.as_str().map(|text| text.trim().to_owned())).collect(),
        Json::String(text) => {
            let names = text.split([';', '\n']).map(str::trim).filter(|name| !name.is_empty());
            Some(names.map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// One search or several: `{base, scope, filter}`, `LDAPSearch("…", ldap.SCOPE_SUBTREE, "…")`, a list or a union of them.
pub fn searches(json: &Json) -> Option<Vec<Search>> {
    match unquoted(json) {
        Json::Null => Some(Vec::new()),
        Json::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Json::Object(map) if map.get("call").is_some_and(|name| name == "LDAPSearchUnion") => {
            map.get("arguments")?.as_array()?.iter().map(one_search).collect()
        }
        Json::Array(items) if items.iter().all(|item| !item.is_string()) => items.iter().map(one_search).collect(),
        other => Some(vec![one_search(&other)?]),
    }
}

/// A search as JSON that reads as the same search.
pub fn search_as_json(search: &Search) -> Json {
    serde_json::json!({"base": search.base, "scope": search.scope.as_str(), "filter": search.filter})
}

fn one_search(json: &Json) -> Option<Search> {
    let json = unquoted(json);
    let (listed, named) = match &json {
        Json::Array(items) => (items.as_slice(), None),
        Json::Object(map) if map.contains_key("call") => {
            (map.get("arguments")?.as_array()?.as_slice(), map.get("named").and_then(Json::as_object))
        }
        Json::Object(map) => (&[] as &[Json], Some(map)),
        _ => return None,
    };
    let part = |at: usize, names: [&str; 2]| {
        let found = listed.get(at).or_else(|| names.iter().find_map(|name| named?.get(*name)));
        found.and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    };
    Some(Search {
        base: part(0, ["base", "base_dn"])?.to_owned(),
        scope: part(1, ["scope", "scope"]).map_or(Some(Scope::Subtree), Scope::parse)?,
        filter: part(2, ["filter", "filterstr"]).unwrap_or("(objectClass=*)").to_owned(),
    })
}

impl Scope {
    fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "base" | "scopebase" => Some(Self::Base),
            "one" | "onelevel" | "scopeonelevel" => Some(Self::OneLevel),
            "sub" | "subtree" | "scopesubtree" => Some(Self::Subtree),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::OneLevel => "one-level",
            Self::Subtree => "subtree",
        }
    }
}

/// `group-of-names`, `GroupOfNamesType()`, `ActiveDirectoryGroupType(name_attr="cn")`, …
pub fn group_type(json: &Json) -> Option<GroupType> {
    let json = unquoted(json);
    let (name, arguments, named) = match &json {
        Json::String(name) => (name.as_str(), &[] as &[Json], None),
        Json::Object(call) => {
            let arguments = call.get("arguments").and_then(Json::as_array).map_or(&[] as &[Json], Vec::as_slice);
            (call.get("call")?.as_str()?, arguments, call.get("named").and_then(Json::as_object))
        }
        _ => return None,
    };
    let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
    let plain = plain.strip_suffix("type").unwrap_or(&plain);
    let takes_attribute = matches!(plain, "memberdngroup" | "nestedmemberdngroup");
    let text =
        |at: usize, key: &str| arguments.get(at).or_else(|| named?.get(key)).and_then(Json::as_str).map(str::to_owned);
    let attribute = || text(0, "member_attr").unwrap_or_else(|| "member".to_owned());
    let name_attribute = text(usize::from(takes_attribute), "name_attr").unwrap_or_else(|| "cn".to_owned());
    Some(GroupType { rule: group_rule(plain, attribute)?, name_attribute })
}

fn group_rule(name: &str, attribute: impl Fn() -> String) -> Option<GroupRule> {
    let members = |attribute: &str, is_nested| GroupRule::Members { attribute: attribute.to_owned(), is_nested };
    Some(match name {
        "groupofnames" | "activedirectory" | "activedirectorygroup" => members("member", false),
        "nestedgroupofnames" => members("member", true),
        "groupofuniquenames" => members("uniqueMember", false),
        "nestedgroupofuniquenames" => members("uniqueMember", true),
        "organizationalrolegroup" | "organizationalrole" => members("roleOccupant", false),
        "nestedorganizationalrolegroup" => members("roleOccupant", true),
        "memberdngroup" => members(&attribute(), false),
        "nestedmemberdngroup" => members(&attribute(), true),
        "nestedactivedirectorygroup" | "nestedactivedirectory" => GroupRule::InChain,
        "posixgroup" | "posix" => GroupRule::Posix,
        _ => return None,
    })
}

/// What a text holds, where it holds Python or JSON.
fn unquoted(json: &Json) -> Json {
    let Json::String(text) = json else { return json.clone() };
    let text = text.trim();
    let is_expression = text.starts_with(['[', '{', '(', '"', '\'']) || text.ends_with(')');
    match python::parse(text).filter(|_| is_expression || text == "None") {
        Some(value) => value,
        None => Json::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{GroupRule, Scope, Search, group_roles, group_type, names, searches};
    use crate::types::role::Role;

    #[test]
    fn searches_are_read_in_every_form() {
        let expected =
            Search { base: "ou=p,dc=x".to_owned(), scope: Scope::Subtree, filter: "(cn=%(user)s)".to_owned() };
        for json in [
            json!({"base": "ou=p,dc=x", "scope": "subtree", "filter": "(cn=%(user)s)"}),
            json!(["ou=p,dc=x", "SCOPE_SUBTREE", "(cn=%(user)s)"]),
            json!("LDAPSearch('ou=p,dc=x', ldap.SCOPE_SUBTREE, '(cn=%(user)s)')"),
            json!("LDAPSearch(\n    'ou=p,dc=x',\n    ldap.SCOPE_SUBTREE,\n    filterstr='(cn=%(user)s)',\n)"),
            json!(r#"{"base": "ou=p,dc=x", "filter": "(cn=%(user)s)"}"#),
        ] {
            assert_eq!(searches(&json), Some(vec![expected.clone()]), "{json}");
        }
        let union =
            json!("LDAPSearchUnion(LDAPSearch('a', ldap.SCOPE_BASE, '(x=y)'), LDAPSearch('b', ldap.SCOPE_ONELEVEL))");
        let union = searches(&union).unwrap();
        assert_eq!((union[0].scope, union[1].scope, union.len()), (Scope::Base, Scope::OneLevel, 2));
        assert_eq!(searches(&json!("")), Some(vec![]));
        for wrong in [json!("ou=p"), json!({"scope": "subtree"}), json!(["a", "SCOPE_X", "b"]), json!(5)] {
            assert_eq!(searches(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn group_types_are_read_in_every_form() {
        for (text, expected) in [
            ("GroupOfUniqueNamesType()", "group-of-unique-names"),
            ("group-of-names", "group-of-names"),
            ("NestedGroupOfNamesType(name_attr='cn')", "nested-group-of-names"),
            ("ActiveDirectoryGroupType()", "group-of-names"),
            ("NestedActiveDirectoryGroupType()", "nested-active-directory"),
            ("PosixGroupType(name_attr=\"cn\")", "posix-group"),
            ("MemberDNGroupType('owner')", "member-dn(owner)"),
        ] {
            let read = group_type(&json!(text)).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.as_text(), expected);
            assert_eq!(read.name_attribute, "cn", "{text}");
        }
        let other = group_type(&json!("PosixGroupType(name_attr='gn')")).unwrap();
        assert_eq!((other.rule, other.name_attribute.as_str()), (GroupRule::Posix, "gn"));
        assert_eq!(group_type(&json!("group-of-nouns")), None);
    }

    #[test]
    fn maps_and_names_are_read_in_every_form() {
        let roles = vec![("cn=a,dc=x".to_owned(), Role::Admin)];
        for json in [json!({"cn=a,dc=x": "admin"}), json!("{'cn=a,dc=x': 'Admin'}")] {
            assert_eq!(group_roles(&json), Some(roles.clone()), "{json}");
        }
        assert_eq!(group_roles(&json!({"cn=a": "emperor"})), None);
        for json in [json!("cn=a,dc=x; cn=b"), json!(["cn=a,dc=x", "cn=b"]), json!("['cn=a,dc=x', 'cn=b']")] {
            assert_eq!(names(&json), Some(vec!["cn=a,dc=x".to_owned(), "cn=b".to_owned()]), "{json}");
        }
        assert_eq!(names(&json!("None")), Some(vec![]));
    }
}
