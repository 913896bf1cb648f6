//! How people get in: the directory and the identity provider, as the settings have them, each with a tester.

mod ldap_steps;
mod oidc_steps;
mod step;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::config::{self, Membership, Search};
use crate::services::directory::admit;
use crate::services::directory::{Visitor, visit};
use crate::services::single_sign_on;
use crate::web::error::{Error, Result};
use crate::web::extract::needs::OrgAdmin;
use crate::web::extract::{OrganizationAccess, Viewer};
use crate::web::layout::{Layout, Section};
use crate::web::pages::posted::Posted;
use crate::web::render;
use step::StepView;

/// Tries of one person in a minute: each asks somebody else's server, and may guess a password.
const MAX_TRIES: u32 = 10;

#[derive(Template)]
#[template(path = "organizations/auth.html")]
struct AuthPage {
    layout: Layout,
    root: String,
    ldap: Option<LdapFacts>,
    oidc: Option<OidcFacts>,
    header: Option<String>,
    /// Whether people from outside join this organization, and the viewer may try what they find.
    may_try: bool,
    name: String,
    ldap_steps: Vec<StepView>,
    oidc_steps: Vec<StepView>,
    error: Option<String>,
}

/// The settings in short, without the secrets.
struct LdapFacts {
    servers: String,
    is_encrypted: bool,
    bind_dn: String,
    people: Vec<String>,
    groups: Vec<String>,
    group_type: String,
    rules: Rules,
}

struct OidcFacts {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    rules: Rules,
}

/// What groups give: `group → role`, `group → teams`.
struct Rules {
    role: &'static str,
    rows: Vec<(String, String)>,
}

impl Rules {
    fn of(membership: &Membership) -> Self {
        let roles = membership.group_roles.iter().map(|(group, role)| (group.clone(), role.as_str().to_owned()));
        let teams = membership.group_teams.iter().map(|(group, teams)| {
            let names: Vec<String> = teams.iter().map(|team| format!("#{team}")).collect();
            (group.clone(), names.join(" "))
        });
        Self { role: membership.role.as_str(), rows: roles.chain(teams).collect() }
    }
}

pub async fn show(State(app): State<App>, viewer: Viewer, access: OrganizationAccess<OrgAdmin>) -> Result<Response> {
    render(&page(&app, &viewer, &access).await?)
}

/// Looks somebody up in the directory, and shows each step.
pub async fn try_ldap(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgAdmin>,
    posted: Posted,
) -> Result<Response> {
    let mut page = tester(&app, &viewer, &access).await?;
    let Some(config) = &app.config.ldap else { return Err(Error::NotFound) };
    posted.text("name").clone_into(&mut page.name);
    if page.name.is_empty() {
        page.error = Some(viewer.messages().directory_name_needed().to_owned());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
    }
    // What was remembered a while ago is no test.
    let config = config::Ldap { group_cache: None, ..config.clone() };
    let password = Some(posted.raw("password")).filter(|password| !password.is_empty());
    let visit = visit(&app, &config, Visitor { name: &page.name, password }).await;
    page.ldap_steps = ldap_steps::steps(page.layout.t, &config, &visit, password.is_some());
    render(&page)
}

/// Asks the identity provider what it is, and shows each step.
pub async fn try_oidc(
    State(app): State<App>,
    viewer: Viewer,
    access: OrganizationAccess<OrgAdmin>,
) -> Result<Response> {
    let mut page = tester(&app, &viewer, &access).await?;
    let Some(config) = &app.config.oidc else { return Err(Error::NotFound) };
    page.oidc_steps = oidc_steps::steps(page.layout.t, config).await;
    render(&page)
}

/// The page, for whoever may try.
async fn tester(app: &App, viewer: &Viewer, access: &OrganizationAccess<OrgAdmin>) -> Result<AuthPage> {
    let page = page(app, viewer, access).await?;
    if !page.may_try {
        return Err(Error::Forbidden(&[]));
    }
    let attempts = app.redis.count_attempt("directory-test", &access.actor.user.id.to_string()).await?;
    if attempts.count > MAX_TRIES {
        return Err(Error::TooManyRequests { retry_after: attempts.seconds_left });
    }
    Ok(page)
}

async fn page(app: &App, viewer: &Viewer, access: &OrganizationAccess<OrgAdmin>) -> Result<AuthPage> {
    let layout = Layout::of_organization(app, viewer, access, Section::Settings);
    let config = &app.config;
    let memberships =
        [config.ldap.as_ref().map(|ldap| &ldap.membership), config.oidc.as_ref().map(|oidc| &oidc.membership)];
    let mut may_try = access.actor.user.is_superuser;
    let mut db = app.db.acquire().await?;
    for membership in memberships.into_iter().flatten() {
        may_try |= admit::organization(&mut db, membership).await? == Some(access.organization.id);
    }
    Ok(AuthPage {
        root: format!("{}/settings/{}/auth/", layout.base, access.organization.slug),
        layout,
        ldap: config.ldap.as_ref().map(ldap_facts),
        oidc: config.oidc.as_ref().map(|oidc| OidcFacts {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            redirect_uri: single_sign_on::redirect_uri(app),
            rules: Rules::of(&oidc.membership),
        }),
        header: config.header_sign_in.as_ref().map(|header| header.user.clone()),
        may_try,
        name: String::new(),
        ldap_steps: Vec::new(),
        oidc_steps: Vec::new(),
        error: None,
    })
}

fn ldap_facts(config: &config::Ldap) -> LdapFacts {
    let line = |search: &Search| format!("{} · {} · {}", search.base, search.scope.as_str(), search.filter);
    let template = config.dn_template.iter().cloned();
    LdapFacts {
        servers: config.servers.join(" "),
        is_encrypted: config.start_tls || config.servers.iter().all(|server| server.starts_with("ldaps://")),
        bind_dn: config.bind_dn.clone(),
        people: template.chain(config.person_searches.iter().map(line)).collect(),
        groups: config.group_searches.iter().map(line).collect(),
        group_type: config.group_type.as_text(),
        rules: Rules::of(&config.membership),
    }
}
