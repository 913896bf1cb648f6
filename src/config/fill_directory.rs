//! From settings to the sections of directories and identity providers.

use serde_json::{Map, Value as Json};

use super::directory::{self, Attributes, GroupRule, GroupType, HeaderSignIn, Ldap, Membership, Oidc};
use super::layers::Settings;
use super::value::Value;
use crate::types::role::Role;

impl Settings {
    pub(super) fn ldap(&self) -> Option<Ldap> {
        let uri = self.optional("auth.ldap.server-uri")?;
        let servers = uri.split([' ', ',', '\n']).map(str::trim).filter(|server| !server.is_empty());
        let searches = |key| directory::searches(&self.json(key)).unwrap_or_default();
        Some(Ldap {
            servers: servers.map(str::to_owned).collect(),
            start_tls: self.switch("auth.ldap.start-tls"),
            ca_file: self.optional("auth.ldap.ca-file").map(Into::into),
            timeout: self.duration("auth.ldap.timeout"),
            bind_dn: self.text("auth.ldap.bind-dn"),
            bind_password: self.text("auth.ldap.bind-password"),
            binds_as_person: self.switch("auth.ldap.bind-as-authenticating-user"),
            person_searches: searches("auth.ldap.user-search"),
            dn_template: self.optional("auth.ldap.user-dn-template"),
            attributes: self.attributes(),
            email_domain: self.optional("auth.ldap.default-email-domain"),
            group_searches: searches("auth.ldap.group-search"),
            group_type: directory::group_type(&self.json("auth.ldap.group-type")).unwrap_or(GroupType {
                rule: GroupRule::Members { attribute: "member".to_owned(), is_nested: false },
                name_attribute: "cn".to_owned(),
            }),
            required_groups: self.list("auth.ldap.require-group"),
            denied_groups: self.list("auth.ldap.deny-group"),
            group_cache: self
                .switch("auth.ldap.cache-groups")
                .then(|| self.duration("auth.ldap.group-cache-timeout"))
                .filter(|time| !time.is_zero()),
            membership: self.membership("auth.ldap"),
        })
    }

    pub(super) fn oidc(&self) -> Option<Oidc> {
        Some(Oidc {
            issuer: self.optional("auth.oidc.issuer")?,
            client_id: self.text("auth.oidc.client-id"),
            client_secret: self.text("auth.oidc.client-secret"),
            name: self.text("auth.oidc.name"),
            scopes: self.list("auth.oidc.scopes"),
            ca_file: self.optional("auth.oidc.ca-file").map(Into::into),
            timeout: self.duration("auth.oidc.timeout"),
            makes_accounts: self.switch("auth.oidc.create-accounts"),
            allowed_domains: self.list("auth.oidc.allowed-domains"),
            username_claim: self.text("auth.oidc.username-claim"),
            groups_claim: self.text("auth.oidc.groups-claim"),
            membership: self.membership("auth.oidc"),
        })
    }

    pub(super) fn header_sign_in(&self) -> Option<HeaderSignIn> {
        Some(HeaderSignIn {
            user: self.optional("auth.header.user")?,
            email: self.text("auth.header.email"),
            name: self.text("auth.header.name"),
            groups: self.text("auth.header.groups"),
            proxies: match self.value("auth.header.proxies") {
                Some(Value::Networks(networks)) => networks.clone(),
                _ => Vec::new(),
            },
            membership: self.membership("auth.header"),
        })
    }

    fn membership(&self, section: &str) -> Membership {
        let key = |name: &str| format!("{section}.{name}");
        Membership {
            organization: self.text(&key("organization")),
            role: Role::parse(&self.text(&key("role"))).unwrap_or(Role::Member),
            has_global_access: self.switch(&key("global-access")),
            group_roles: directory::group_roles(&self.json(&key("group-roles"))).unwrap_or_default(),
            group_teams: directory::group_teams(&self.json(&key("group-teams"))).unwrap_or_default(),
            links_by_email: self.switch(&key("link-by-email")),
        }
    }

    fn attributes(&self) -> Attributes {
        let map = match self.value("auth.ldap.user-attr-map") {
            Some(Value::Mapping(map)) => map.clone(),
            _ => Map::new(),
        };
        let text = |name: &str| map.get(name).and_then(Json::as_str).map(str::to_owned);
        Attributes {
            name: text("name"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
        }
    }

    fn json(&self, key: &str) -> Json {
        self.value(key).map_or(Json::Null, Value::to_json)
    }
}
