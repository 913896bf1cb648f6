//! The pages in a real browser: reachable in both languages and both themes, with script and without; accessible, within
//! the content security policy, and never wider than the window.

mod accounts;
mod density;
mod driver;
mod first_run;
mod following;
mod hostile;
mod keyboard;
mod looks;
mod onboarding;
mod people;
mod preferences;
mod reading;
mod searching;
mod stage;
mod talk;
mod triage;

use serde_json::Value;

use driver::Browser;
use stage::Stage;

/// Every page. `{key}`, `{issue}` and `{event}` are filled in.
const PAGES: &[&str] = &[
    "/docs/",
    "/organizations/",
    "/organizations/acme/projects/",
    "/organizations/acme/projects/?query=nothing-of-that-name",
    "/organizations/acme/projects/new/",
    "/settings/acme/",
    "/settings/acme/teams/",
    "/settings/acme/teams/team/",
    "/settings/acme/members/",
    "/settings/acme/auth/",
    "/settings/acme/members/?query=nobody-of-that-name",
    "/settings/acme/members/new/",
    "/settings/acme/members/{member}/",
    "/settings/acme/members/requests/",
    "/settings/acme/remove/",
    "/settings/acme/api-keys/",
    "/settings/acme/audit-log/",
    "/settings/acme/audit-log/?person=nobody-of-that-name",
    "/settings/acme/projects/shop/teams/",
    "/settings/acme/saved-searches/",
    "/settings/acme/projects/shop/saved-searches/",
    "/settings/acme/projects/shop/",
    "/settings/acme/projects/shop/keys/",
    "/settings/acme/projects/shop/keys/{key}/",
    "/settings/acme/projects/shop/keys/{key}/delete/",
    "/settings/acme/projects/shop/filters/",
    "/settings/acme/projects/shop/filters/discarded-groups/",
    "/settings/acme/projects/shop/data-privacy/",
    "/settings/acme/projects/shop/grouping/",
    "/settings/acme/projects/shop/ownership/",
    "/settings/acme/projects/shop/source-maps/",
    "/settings/acme/projects/shop/source-maps/check/",
    "/settings/acme/projects/shop/source-maps/check/?release=shop%401.0.0&place=https%3A%2F%2Fshop.example%2Fapp.js%3A1%3A2",
    "/settings/acme/projects/shop/source-maps/fetching/",
    "/settings/acme/projects/shop/transfer/",
    "/settings/acme/projects/shop/remove/",
    "/acme/empty/getting-started/",
    "/acme/shop/getting-started/javascript-react/",
    "/settings/account/details/",
    "/settings/account/appearance/",
    "/settings/account/security/",
    "/settings/account/emails/",
    "/settings/account/close-account/",
    "/account/sudo/",
    "/settings/account/api/auth-tokens/",
    "/manage/",
    "/manage/queue/",
    "/manage/checks/",
    "/manage/mail/",
    "/manage/settings/",
    "/manage/users/",
    "/manage/users/1/",
    "/manage/users/?query=nobody-of-that-name",
    "/manage/organizations/",
    "/manage/projects/",
    "/manage/projects/?query=nothing-of-that-name",
    "/manage/status/environment/",
    "/manage/status/packages/",
    "/manage/status/warnings/",
    "/jobs/",
    "/no/such/page/",
    "/organizations/acme/issues/",
    "/organizations/acme/issues/?query=nothing-of-that-kind",
    "/organizations/acme/issues/?query=is%3Anonsense",
    "/organizations/acme/issues/?query=is%3Aresolved",
    "/acme/shop/",
    "/acme/empty/",
    "/organizations/acme/issues/{issue}/",
    "/organizations/acme/issues/{issue}/?stack=raw",
    "/organizations/acme/issues/{issue}/?stack=full&order=oldest",
    "/organizations/acme/issues/{issue}/activity/",
    "/organizations/acme/issues/{issue}/tags/",
    "/organizations/acme/issues/{issue}/tags/queue/",
    "/organizations/acme/issues/{issue}/events/",
    "/organizations/acme/issues/{issue}/events/?query=queue%3Amail&columns=queue",
    "/organizations/acme/issues/{issue}/events/?query=nothing-of-that-kind",
    "/organizations/acme/issues/{issue}/events/?query=queue%3A",
    "/organizations/acme/issues/{issue}/feedback/",
    "/acme/shop/user-feedback/",
    "/organizations/acme/user-feedback/?status=",
    "/organizations/acme/activity/",
    "/organizations/acme/issues/assigned/",
    "/organizations/acme/issues/bookmarks/",
    "/organizations/acme/issues/history/",
    "/organizations/acme/stats/",
    "/acme/shop/stats/?statsPeriod=30d",
    "/acme/shop/dashboard/",
    "/acme/shop/dashboard/?statsPeriod=30d",
    "/acme/empty/dashboard/",
    "/organizations/acme/issues/{issue}/events/latest/part/exception/",
    "/organizations/acme/issues/{issue}/events/latest/part/breadcrumbs/",
    "/organizations/acme/issues/{issue}/grouping/",
    "/organizations/acme/issues/{issue}/grouping/rule/?kind=split",
    "/organizations/acme/issues/{issue}/grouping/rule/?kind=join",
    "/organizations/acme/issues/{issue}/similar/",
    "/organizations/acme/issues/{issue}/similar/?with={issue}",
    "/organizations/acme/issues/{issue}/merged/",
    "/organizations/acme/releases/",
    "/organizations/acme/releases/?query=nothing-of-that-name",
    "/acme/shop/releases/?sort=version&statsPeriod=24h",
    "/acme/empty/releases/",
    "/organizations/acme/releases/shop%401.0.0/",
    "/acme/shop/releases/shop%401.0.0/",
    "/acme/shop/releases/shop%401.0.0/new-events/",
    "/acme/shop/releases/shop%401.0.0/all-events/",
    "/acme/shop/releases/shop%401.0.0/commits/",
    "/organizations/acme/releases/shop%401.0.0/artifacts/",
    "/acme/shop/releases/shop%401.0.0/artifacts/?query=nothing-of-that-name",
    "/acme/shop/releases/shop%401.0.0/delete/",
];

/// Pages for people who are not signed in, on an installation that nobody has set up yet and on one in use.
const PUBLIC_PAGES: &[&str] = &[
    "/auth/login/",
    "/auth/login/?lang=zh",
    "/account/recover/",
    "/account/recover/?lang=zh",
    "/account/recover/confirm/1/0/",
    "/account/confirm-email/1/0/?lang=zh",
];

impl Stage {
    async fn pages(&self) -> Vec<String> {
        let (key, issue) = (&self.project.key.public_key, self.latest_issue().await.to_string());
        let member: i64 =
            sqlx::query_scalar("SELECT min(id) FROM members").fetch_one(&self.test.app.db).await.expect("a member");
        let fill = |page: &&str| {
            page.replace("{key}", key).replace("{issue}", &issue).replace("{member}", &member.to_string())
        };
        PAGES.iter().map(fill).collect()
    }
}

/// Number of issues in the list that is shown.
async fn listed(browser: &Browser) -> u64 {
    browser.evaluate("return document.querySelectorAll('[data-issue]').length").await.as_u64().expect("a number")
}

fn strings(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// A name of a picture for a page.
fn picture(page: &str, look: stage::Look) -> String {
    format!("{}-{}-{}", look.language, look.theme, page.replace(['/', '?', '&', '%'], "_"))
}
