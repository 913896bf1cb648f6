//! Coming in by an invitation, getting another role, leaving; in both languages.

use fantoccini::Locator;
use picket::store::users::{self, User};

use super::driver::{Browser, Script, with_browser};
use super::stage::{Look, Stage};
use crate::support::PASSWORD;

async fn sign_out(browser: &Browser) {
    browser.client.delete_all_cookies().await.expect("cookies go");
}

/// Fills the form of somebody without an account.
async fn join_as_new(browser: &Browser) {
    browser.fill(&[("name", "Lin Tao"), ("password", PASSWORD), ("repeated", PASSWORD)]).await;
    browser.click("main form button.primary").await;
}

/// Who came in, and the id of their membership.
async fn newcomer(stage: &Stage, email: &str) -> (User, i64) {
    let found = users::find_by_login(&stage.test.app.db, email).await.expect("a query");
    let user = found.expect("an account");
    let id = sqlx::query_scalar("SELECT id FROM members WHERE user_id = $1")
        .bind(user.id.0)
        .fetch_one(&stage.test.app.db)
        .await
        .expect("a member");
    (user, id)
}

#[tokio::test]
async fn people_come_in_rise_and_leave() {
    let stage = Stage::new().await;
    for script in [Script::On, Script::Off] {
        with_browser(stage.test.url(""), script, async |browser| {
            for (language, tag, join, rose, left) in [
                ("en", "en", "Join acme", "is now: Manager", "You left acme"),
                ("zh-CN", "zh", "加入 acme", "的角色现为：经理", "您已退出 acme"),
            ] {
                let look = Look { language, theme: "light", density: "cozy" };
                stage.look(look).await;
                let email = format!("{tag}-{}@acme.example", script == Script::On);
                sign_out(browser).await;
                stage.sign_in(browser).await;
                browser.open("/settings/acme/members/").await;
                browser.click("main a.primary").await;
                browser.fill(&[("emails", &email)]).await;
                browser.click("#role-admin").await;
                browser.click("main form button.primary").await;
                let shown = browser.client.wait().for_element(Locator::Css("#once-0")).await.expect("a link");
                let link = shown.prop("value").await.expect("a property").expect("a link");
                browser.screenshot(&format!("people-link-{tag}")).await;

                sign_out(browser).await;
                browser.client.goto(&format!("{link}?lang={tag}")).await.expect("the page loads");
                let title = browser.client.find(Locator::Css("h1")).await.expect("a title").text().await.unwrap();
                assert_eq!(title, join);
                browser.screenshot(&format!("people-accept-{tag}")).await;
                join_as_new(browser).await;
                browser.client.wait().for_element(Locator::Css(".user-menu")).await.expect("somebody is signed in");
                assert_eq!(browser.path().await, "/organizations/acme/issues/");

                let (user, id) = newcomer(&stage, &email).await;
                let page = format!("/settings/acme/members/{id}/");
                sign_out(browser).await;
                stage.sign_in(browser).await;
                browser.open(&page).await;
                browser.click("#role-manager").await;
                browser.click("main form button.primary").await;
                let strip = browser.client.wait().for_element(Locator::Css(".strip")).await.expect("a word of it");
                assert!(strip.text().await.unwrap().contains(rose));

                sign_out(browser).await;
                stage.sign_in_as(browser, &user).await;
                browser.open(&format!("{page}?lang={tag}")).await;
                browser.screenshot(&format!("people-member-{tag}")).await;
                browser.click(".danger-zone button").await;
                let strip = browser.client.wait().for_element(Locator::Css(".strip")).await.expect("a word of it");
                let text = strip.text().await.unwrap();
                assert!(text.contains(left) || text.contains("You left acme"), "{text}");
                browser.open("/settings/acme/members/").await;
                let main = browser.client.find(Locator::Css("main")).await.expect("a page").text().await.unwrap();
                assert!(main.contains("404"), "who left sees nothing: {main}");
                if script == Script::On {
                    assert_eq!(browser.policy_violations().await, Vec::<String>::new());
                }
            }
        })
        .await;
    }
}
