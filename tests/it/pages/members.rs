//! Inviting, accepting, changing, leaving.

use picket::types::role::Role;

use crate::support::{Answer, Client, PASSWORD, Project, TestApp};

const NEW: &str = "/settings/acme/members/new/";

async fn scene() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.sign_in(&project.owner).await;
    (app, project, owner)
}

/// The path of the first link that the list of members shows once.
async fn shown_link(app: &TestApp, browser: &Client) -> String {
    let page = browser.get("/settings/acme/members/").await.body;
    let at = page.find("/accept/").unwrap_or_else(|| panic!("no link: {page}"));
    assert!(page[..at].ends_with(&app.url("")), "the link begins with the public URL");
    page[at..].split('"').next().expect("an attribute ends").to_owned()
}

async fn invite(app: &TestApp, browser: &Client, email: &str, role: &str) -> String {
    let answer = browser.post_form(NEW, &[("emails", email), ("role", role), ("team", "team")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    shown_link(app, browser).await
}

async fn id_of(app: &TestApp, email: &str) -> i64 {
    sqlx::query_scalar(
        "SELECT m.id FROM members m LEFT JOIN users u ON u.id = m.user_id WHERE coalesce(u.email, m.email) = $1",
    )
    .bind(email)
    .fetch_one(&app.app.db)
    .await
    .expect("a member")
}

async fn events(app: &TestApp) -> Vec<i16> {
    sqlx::query_scalar("SELECT event FROM audit_entries ORDER BY id").fetch_all(&app.app.db).await.unwrap()
}

fn is_dead(answer: &Answer) -> bool {
    answer.status == 404 && answer.body.contains("not valid")
}

#[tokio::test]
async fn somebody_without_an_account_comes_in_by_a_link() {
    let (app, _, owner) = scene().await;
    let link = invite(&app, &owner, "lin@acme.example", "admin").await;
    assert!(!owner.get("/settings/acme/members/").await.body.contains("/accept/"), "the link is shown once");
    let stored: String = sqlx::query_scalar("SELECT concat(to_jsonb(m)) FROM members m WHERE user_id IS NULL")
        .fetch_one(&app.app.db)
        .await
        .unwrap();
    let token = link.trim_end_matches('/').rsplit('/').next().unwrap();
    assert!(token.len() == 64 && !stored.contains(token), "only a hash is stored");

    let guest = app.anonymous();
    let page = guest.get(&link).await;
    assert!(
        page.status == 200 && page.body.contains("Join acme") && page.body.contains("lin@acme.example"),
        "{}",
        page.body
    );
    for (fields, expected) in [
        ([("name", ""), ("password", PASSWORD), ("repeated", PASSWORD)], "1 to 200"),
        ([("name", "Lin"), ("password", "short"), ("repeated", "short")], "6 to 256"),
        ([("name", "Lin"), ("password", PASSWORD), ("repeated", "other")], "differ"),
    ] {
        let refused = guest.post_form(&link, &fields).await;
        assert!(refused.status == 422 && refused.body.contains(expected), "{expected}: {}", refused.body);
    }
    let form = [("name", "Lin Tao"), ("password", PASSWORD), ("repeated", PASSWORD)];
    let answer = guest.post_form(&link, &form).await;
    assert_eq!((answer.status, answer.location()), (303, "/organizations/acme/issues/"));
    let page = guest.get("/settings/acme/members/").await.body;
    assert!(page.contains("Lin Tao") && page.contains(">LT</span>") && page.contains("#team"), "{page}");
    assert_eq!(guest.get("/acme/shop/").await.status, 200);
    assert!(is_dead(&app.anonymous().get(&link).await), "a link works once");
    assert!(is_dead(&app.anonymous().post_form(&link, &form).await));
    assert_eq!(events(&app).await, [1, 3]);
}

#[tokio::test]
async fn somebody_with_an_account_chooses_it() {
    let (app, _, owner) = scene().await;
    let user = app.user("bo@example.com", false).await;
    let link = invite(&app, &owner, "bo@work.example", "member").await;
    let page = app.anonymous().get(&link).await.body;
    let login = format!("/auth/login/?next={}", link.replace('/', "%2F"));
    assert!(page.contains(&login), "{page}");
    let bo = app.sign_in(&user).await;
    let page = bo.get(&link).await.body;
    assert!(page.contains("you are signed in as bo@example.com"), "{page}");
    assert_eq!(bo.get("/settings/acme/members/").await.status, 404, "looking changes nothing");
    assert_eq!(bo.post_form(&link, &[]).await.location(), "/organizations/acme/issues/");
    assert_eq!(bo.get("/settings/acme/members/").await.status, 200);

    // Of a member only the invitation goes.
    let second = invite(&app, &owner, "bo@third.example", "owner").await;
    assert_eq!(bo.post_form(&second, &[]).await.status, 303);
    let roles: Vec<String> =
        sqlx::query_scalar("SELECT role FROM members ORDER BY id").fetch_all(&app.app.db).await.unwrap();
    assert_eq!(roles, ["owner", "member"]);
    // An address that has an account is told so only when one makes another.
    let third = invite(&app, &owner, "bo@example.net", "member").await;
    app.user("bo@example.net", false).await;
    let form = [("name", "Bo"), ("password", PASSWORD), ("repeated", PASSWORD)];
    let refused = app.anonymous().post_form(&third, &form).await;
    assert!(refused.status == 422 && refused.body.contains("exists already"), "{}", refused.body);
}

/// The attacks: invitations after their end, with another's token, from another site.
#[tokio::test]
async fn invitations_open_nothing_after_their_end() {
    let (app, _, owner) = scene().await;
    let (one, other) = (
        invite(&app, &owner, "one@acme.example", "member").await,
        invite(&app, &owner, "two@acme.example", "member").await,
    );
    let form = [("name", "Eve"), ("password", PASSWORD), ("repeated", PASSWORD)];
    let parts = |link: &str| -> (String, String) {
        let mut parts = link.trim_matches('/').split('/').skip(1);
        (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned())
    };
    let ((id, token), (other_id, other_token)) = (parts(&one), parts(&other));
    for link in [
        format!("/accept/{id}/{other_token}/"),
        format!("/accept/{other_id}/{token}/"),
        format!("/accept/{id}/{}/", "0".repeat(64)),
        format!("/accept/{id}/%00/"),
        format!("/accept/x/{token}/"),
        format!("/accept/{id}0/{token}/"),
    ] {
        assert!(is_dead(&app.anonymous().get(&link).await), "{link}");
        assert!(is_dead(&app.anonymous().post_form(&link, &form).await), "{link}");
    }
    let guest = app.anonymous();
    let request = guest.request("POST", &one).header("sec-fetch-site", "cross-site").form(&form);
    assert_eq!(guest.send(request).await.status, 403, "a form of another site");

    let again = owner.post_form(&format!("/settings/acme/members/{id}/invite/"), &[]).await;
    assert_eq!(again.status, 303);
    assert!(is_dead(&app.anonymous().get(&one).await), "a newer link replaces it");
    let newer = shown_link(&app, &owner).await;
    assert_eq!(app.anonymous().get(&newer).await.status, 200);
    sqlx::query("UPDATE members SET token_expires_at = now() - interval '1 s' WHERE id = $1")
        .bind(id.parse::<i64>().unwrap())
        .execute(&app.app.db)
        .await
        .unwrap();
    let expired = app.anonymous().post_form(&newer, &form).await;
    assert!(expired.status == 404 && expired.body.contains("has expired"), "{}", expired.body);
    assert!(owner.get("/settings/acme/members/").await.body.contains("invitation expired"));
    owner.post_form(&format!("/settings/acme/members/{other_id}/remove/"), &[]).await;
    assert!(is_dead(&app.anonymous().post_form(&other, &form).await), "an invitation that was taken back");
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(accounts, 1, "nobody came in");
}

#[tokio::test]
async fn several_addresses_are_invited_or_none() {
    let (app, _, owner) = scene().await;
    let wrong = [("emails", "a@acme.example, b@acme.example\nnot an address"), ("role", "member")];
    let page = owner.post_form(NEW, &wrong).await;
    assert!(page.status == 422 && page.body.contains("not is not an e-mail address"), "{}", page.body);
    assert!(page.body.contains("a@acme.example, b@acme.example"), "what was typed stays");
    let taken = [("emails", "a@acme.example OWNER@acme.example"), ("role", "member")];
    assert!(owner.post_form(NEW, &taken).await.body.contains("is a member or invited already"));
    assert!(owner.post_form(NEW, &[("emails", " ,")]).await.body.contains("1 to 50"));
    let count =
        async || -> i64 { sqlx::query_scalar("SELECT count(*) FROM members").fetch_one(&app.app.db).await.unwrap() };
    assert_eq!(count().await, 1);
    let right = [("emails", "a@acme.example; b@acme.example\nA@acme.example"), ("role", "member")];
    assert_eq!(owner.post_form(NEW, &right).await.status, 303);
    assert_eq!((count().await, app.mails("b@acme.example").await.len()), (3, 1));
    let page = owner.get("/settings/acme/members/").await.body;
    assert_eq!(page.matches("/accept/").count(), 2, "{page}");
}

#[tokio::test]
async fn an_account_is_made_for_whom_no_mail_reaches() {
    let (app, project, owner) = scene().await;
    let form =
        [("action", "create"), ("email", "wei@acme.example"), ("name", "Wei"), ("role", "member"), ("team", "team")];
    assert_eq!(owner.post_form(NEW, &form).await.status, 303);
    let page = owner.get("/settings/acme/members/").await.body;
    let at = page.find("id=\"once-0\"").expect("a password is shown");
    let password = page[at..].split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let signed =
        app.anonymous().post_form("/auth/login/", &[("username", "wei@acme.example"), ("password", password)]).await;
    assert_eq!(signed.status, 303, "{}", signed.body);
    let (is_expired, events) = (
        sqlx::query_scalar::<_, bool>("SELECT is_password_expired FROM users WHERE email = 'wei@acme.example'"),
        events(&app).await,
    );
    assert!(is_expired.fetch_one(&app.app.db).await.unwrap());
    assert_eq!(events, [2]);
    assert!(owner.post_form(NEW, &form).await.body.contains("is a member or invited already"));
    let member = app.sign_in(&app.member(&project, "m@acme.example", Role::Member, true).await).await;
    assert_eq!(member.post_form(NEW, &form).await.status, 403);

    let shared = TestApp::spawn_with(|config| config.system.single_organization = false).await;
    let project = shared.project().await;
    let owner = shared.sign_in(&project.owner).await;
    assert!(!owner.get(NEW).await.body.contains("Make an account"));
    assert_eq!(owner.post_form(NEW, &form).await.status, 422, "accounts belong to no organization there");
}

#[tokio::test]
async fn roles_are_given_from_above_and_one_owner_stays() {
    let (app, project, owner) = scene().await;
    let manager = app.member(&project, "manager@acme.example", Role::Manager, false).await;
    let (owner_id, manager_id) = (id_of(&app, "owner@acme.example").await, id_of(&app, "manager@acme.example").await);
    let one = |id: i64| format!("/settings/acme/members/{id}/");
    let by_manager = app.sign_in(&manager).await;
    for (client, id, role, status) in [
        (&by_manager, manager_id, "owner", 403),
        (&by_manager, manager_id, "member", 409),
        (&by_manager, owner_id, "member", 403),
        (&owner, owner_id, "member", 409),
        (&owner, manager_id, "owner", 303),
        (&by_manager, owner_id, "member", 303),
    ] {
        let answer = client.post_form(&one(id), &[("role", role)]).await;
        assert_eq!(answer.status, status, "{id} {role}: {}", answer.body);
    }
    assert_eq!(owner.post_form(&format!("{}remove/", one(manager_id)), &[]).await.status, 403);
    let stays = by_manager.post_form(&format!("{}remove/", one(manager_id)), &[]).await;
    assert!(stays.status == 409 && stays.body.contains("at least one owner"), "{}", stays.body);
    let leaves = owner.post_form(&format!("{}remove/", one(owner_id)), &[]).await;
    assert_eq!((leaves.status, leaves.location()), (303, "/organizations/"));
    assert_eq!(owner.get("/settings/acme/members/").await.status, 404);
    assert_eq!(events(&app).await, [4, 4, 5]);
}

#[tokio::test]
async fn what_a_directory_keeps_is_not_changed_here() {
    let (app, project, owner) = scene().await;
    app.member(&project, "ldap@acme.example", Role::Member, true).await;
    let id = id_of(&app, "ldap@acme.example").await;
    sqlx::query("UPDATE members SET is_linked = TRUE WHERE id = $1").bind(id).execute(&app.app.db).await.unwrap();
    let one = format!("/settings/acme/members/{id}/");
    assert!(owner.get(&one).await.body.contains("come from the directory"));
    let refused = owner.post_form(&one, &[("role", "admin"), ("team", "team")]).await;
    assert!(refused.status == 422 && refused.body.contains("come from the directory"), "{}", refused.body);
    assert_eq!(owner.post_form(&format!("{one}remove/"), &[]).await.status, 303);
}

/// The attack: ids of another organization under the path of one's own.
#[tokio::test]
async fn members_of_other_organizations_are_not_reached() {
    let (app, project, owner) = scene().await;
    let foreign = app.project_named("other", "site").await;
    let theirs = id_of(&app, &foreign.owner.email).await;
    for path in ["", "invite/", "remove/"] {
        let path = format!("/settings/acme/members/{theirs}/{path}");
        assert_eq!(owner.post_form(&path, &[("role", "member")]).await.status, 404, "{path}");
    }
    assert_eq!(owner.get(&format!("/settings/acme/members/{theirs}/")).await.status, 404);
    let own = id_of(&app, "owner@acme.example").await;
    let plain = app.sign_in(&app.member(&project, "m@acme.example", Role::Member, true).await).await;
    assert_eq!(plain.get(&format!("/settings/acme/members/{own}/")).await.status, 200);
    for path in ["", "invite/", "remove/"] {
        let path = format!("/settings/acme/members/{own}/{path}");
        assert_eq!(plain.post_form(&path, &[("role", "member")]).await.status, 403, "{path}");
    }
    assert_eq!(plain.get(NEW).await.status, 403);
}

/// The attack: a manager invites somebody else's address, opens the link that is shown to them, and has an account that
/// seems to be that person's.
#[tokio::test]
async fn an_address_counts_once_its_letter_was_read() {
    let (app, _, owner) = scene().await;
    let form = [("name", "Lin"), ("password", PASSWORD), ("repeated", PASSWORD)];
    let is_verified = async |email: &str| -> bool {
        sqlx::query_scalar("SELECT is_verified FROM user_emails WHERE email = $1")
            .bind(email)
            .fetch_one(&app.app.db)
            .await
            .expect("an address")
    };
    let link = invite(&app, &owner, "ada@acme.example", "member").await;
    assert_eq!(app.anonymous().post_form(&link, &form).await.status, 303);
    assert!(!is_verified("ada@acme.example").await, "the link was shown to the inviter");
    let letter = app.mails("ada@acme.example").await.pop().expect("a letter");
    assert_eq!(letter.kind, "confirm-address");
    let confirm = letter.path.expect("a button");
    assert_eq!(app.anonymous().post_form(&confirm, &[]).await.status, 200);
    assert!(is_verified("ada@acme.example").await, "now it was read");

    invite(&app, &owner, "lin@acme.example", "member").await;
    let mailed = app.mails("lin@acme.example").await.pop().and_then(|letter| letter.path).expect("a button");
    assert_eq!(app.anonymous().post_form(&mailed, &form).await.status, 303);
    assert!(is_verified("lin@acme.example").await, "the letter was read");
    assert!(app.mails("lin@acme.example").await.iter().all(|mail| mail.kind != "confirm-address"));
    assert!(is_dead(&app.anonymous().get(&mailed).await), "both links end with the first use of one");
}
