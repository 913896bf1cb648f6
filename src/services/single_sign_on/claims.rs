//! A person out of what a provider says of them.

use serde_json::Value as Json;

use super::token::Claims;
use crate::config::Oidc;
use crate::services::accounts;
use crate::services::directory::person::{Group, Person, clean_name, clean_username};

/// Most groups that are looked at, and characters of one's name.
const MAX_GROUPS: usize = 500;
const MAX_GROUP: usize = 300;

/// The person. An address that the provider has not verified is none.
pub fn person(config: &Oidc, claims: &Claims, subject: &str) -> Person {
    let text = |name: &str| at(claims, name).and_then(Json::as_str);
    let email = text("email").map(str::trim).filter(|email| accounts::check_email(email).is_ok());
    let email = email.filter(|_| is_true(claims.get("email_verified"))).map(str::to_owned);
    let name = text(&config.username_claim).and_then(clean_username);
    let username = name.or_else(|| clean_username(email.as_deref()?)).or_else(|| clean_username(subject));
    Person {
        username: username.unwrap_or_else(|| "sso".to_owned()),
        name: text("name").and_then(clean_name),
        email,
        groups: groups(config, claims),
    }
}

/// Some providers write their switches as texts.
fn is_true(claim: Option<&Json>) -> bool {
    match claim {
        Some(Json::Bool(on)) => *on,
        Some(Json::String(text)) => text == "true",
        _ => false,
    }
}

fn groups(config: &Oidc, claims: &Claims) -> Vec<Group> {
    let names: Vec<&str> = match at(claims, &config.groups_claim) {
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(name)) => vec![name],
        _ => vec![],
    };
    let fits = |name: &&str| name.chars().count() <= MAX_GROUP;
    let group = |name: &str| Group { dn: name.to_owned(), name: name.to_owned(), is_nested: false };
    names.into_iter().filter(fits).take(MAX_GROUPS).map(group).collect()
}

/// A claim by its name, which may be an address with dots; else by the way into objects: `realm_access.roles`.
fn at<'a>(claims: &'a Claims, path: &str) -> Option<&'a Json> {
    if let Some(found) = claims.get(path) {
        return Some(found);
    }
    let mut parts = path.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |object, name| object.get(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::person;
    use crate::config::{Membership, Oidc};
    use crate::types::role::Role;

    fn config(groups_claim: &str) -> Oidc {
        Oidc {
            issuer: "https://id.example".into(),
            client_id: "picket".into(),
            client_secret: String::new(),
            name: String::new(),
            scopes: vec![],
            ca_file: None,
            timeout: std::time::Duration::from_secs(1),
            makes_accounts: true,
            allowed_domains: vec![],
            username_claim: "preferred_username".into(),
            groups_claim: groups_claim.into(),
            membership: Membership {
                organization: String::new(),
                role: Role::Member,
                has_global_access: false,
                group_roles: vec![],
                group_teams: vec![],
                links_by_email: false,
            },
        }
    }

    #[test]
    fn claims_make_a_person() {
        let claims = json!({"preferred_username": "Lin", "name": "Lin Wei", "email": "lin@example.com",
            "email_verified": true, "realm_access": {"roles": ["devs", 5]}, "https://x.example/groups": "one"});
        let claims = claims.as_object().unwrap();
        let lin = person(&config("realm_access.roles"), claims, "17");
        assert_eq!((lin.username.as_str(), lin.name.as_deref()), ("lin", Some("Lin Wei")));
        assert_eq!((lin.email.as_deref(), lin.groups.len()), (Some("lin@example.com"), 1));
        assert_eq!(person(&config("https://x.example/groups"), claims, "17").groups[0].name, "one");
    }

    #[test]
    fn an_address_counts_only_when_it_is_verified() {
        for verified in [json!(null), json!(false), json!("false"), json!(1)] {
            let claims = json!({"email": "lin@example.com", "email_verified": verified});
            let person = person(&config("groups"), claims.as_object().unwrap(), "17");
            assert_eq!((person.email, person.username.as_str()), (None, "17"), "{verified}");
        }
    }
}
