use picket::types::role::Role;
use picket::types::scope::Scope;
use serde_json::{Value, json};

use super::{each, keys_of};
use crate::support::{Client, Project, TestApp};

const LIST: &str = "/api/0/organizations/acme/members/";
const MEMBER: &str = "dateCreated email expired flags id name pending role roleName user";

async fn scene() -> (TestApp, Project, Client) {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let owner = app.script(&project.owner, &Scope::ALL).await;
    (app, project, owner)
}

fn path(member: &Value) -> String {
    format!("{LIST}{}/", member["id"].as_str().expect("an id"))
}

async fn id_of(app: &TestApp, email: &str) -> i64 {
    sqlx::query_scalar("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = $1")
        .bind(email)
        .fetch_one(&app.app.db)
        .await
        .expect("a member")
}

#[tokio::test]
async fn members_are_listed_by_address() {
    let (app, project, owner) = scene().await;
    app.member(&project, "ada@acme.example", Role::Member, true).await;
    owner.post_json(LIST, &json!({"email": "bo@acme.example", "role": "admin"})).await;
    let list = owner.get(LIST).await.json();
    assert_eq!(each(&list, "email"), ["ada@acme.example", "bo@acme.example", "owner@acme.example"]);
    assert_eq!(keys_of(&list[0]), MEMBER);
    assert_eq!(
        (&list[1]["pending"], &list[1]["user"], &list[1]["roleName"]),
        (&json!(true), &json!(null), &json!("Admin"))
    );
    assert_eq!(list[0]["user"]["email"], "ada@acme.example");
    assert_eq!(each(&owner.get(&format!("{LIST}?query=email:BO@")).await.json(), "email"), ["bo@acme.example"]);
    let first = owner.get(&format!("{LIST}?per_page=2")).await;
    assert_eq!(each(&first.json(), "email").len(), 2);
    assert!(first.header("link").contains(r#"rel="next"; results="true""#));
    let me = owner.get(&format!("{LIST}me/")).await.json();
    assert_eq!(
        (&me["email"], &me["isOnlyOwner"], &me["invite_link"]),
        (&json!("owner@acme.example"), &json!(true), &json!(null))
    );
    assert_eq!(each(&me["roles"], "id"), ["member", "admin", "manager", "owner"]);
}

#[tokio::test]
async fn an_invitation_is_refused_in_the_known_words() {
    let (app, project, owner) = scene().await;
    let manager = app.member(&project, "manager@acme.example", Role::Manager, false).await;
    let manager = app.script(&manager, &Scope::ALL).await;
    let invite = json!({"email": "lin@acme.example", "role": "member", "teams": ["team"]});
    let made = manager.post_json(LIST, &invite).await;
    assert_eq!((made.status, &made.json()["teams"]), (201, &json!(["team"])));
    let link = made.json()["invite_link"].as_str().expect("a link").to_owned();
    assert!(link.starts_with(&app.url("/accept/")), "{link}");
    assert!(!manager.get(&path(&made.json())).await.body.contains("/accept/"), "the link is told once");
    for (body, status, answer) in [
        (invite.clone(), 409, json!({"email": "The user lin@acme.example is already a member"})),
        (
            json!({"email": "OWNER@acme.example", "role": "member"}),
            409,
            json!({"email": "The user OWNER@acme.example is already a member"}),
        ),
        (
            json!({"email": "x@y", "role": "owner"}),
            403,
            json!({"role": "You do not have permission to invite that role."}),
        ),
        (json!({"email": "x@y", "role": "member", "teams": ["none"]}), 400, json!({"teams": "Invalid team"})),
        (json!({"email": "x@y"}), 400, json!({"role": ["This field is required."]})),
        (json!({"email": "x@y", "role": "root"}), 400, json!({"role": ["A role is member, admin, manager or owner."]})),
        (
            json!({"email": "no address", "role": "member"}),
            400,
            json!({"email": ["no address is not an email address"]}),
        ),
        (json!({"email": ["x@y"], "role": 7, "teams": {"a": 1}}), 400, json!(null)),
    ] {
        let refused = manager.post_json(LIST, &body).await;
        assert_eq!(refused.status, status, "{body} {}", refused.body);
        assert!(answer.is_null() || refused.json() == answer, "{body} {}", refused.body);
    }
    let written = app.mails("lin@acme.example").await;
    assert_eq!((written.len(), written[0].kind.as_str()), (1, "invite"));
    // The letter has a secret of its own: who comes by it has read what was sent to the address.
    assert!(!link.ends_with(written[0].path.as_deref().expect("a button")));
    let list = owner.get(LIST).await.json();
    assert_eq!(list.as_array().unwrap().len(), 3, "nothing of what was refused is stored");
}

#[tokio::test]
async fn an_invitation_is_made_anew() {
    let (app, _, owner) = scene().await;
    let made = owner.post_json(LIST, &json!({"email": "lin@acme.example", "role": "member"})).await.json();
    let one = path(&made);
    let again = owner.put_json(&one, &json!({"reinvite": true})).await.json();
    assert_ne!(again["invite_link"], made["invite_link"]);
    sqlx::query("UPDATE members SET token_expires_at = now() - interval '1 s'").execute(&app.app.db).await.unwrap();
    assert_eq!(owner.get(&one).await.json()["expired"], true);
    let refused = owner.put_json(&one, &json!({"reinvite": true})).await;
    let text = "You cannot resend an expired invitation without regenerating the token.";
    assert_eq!((refused.status, refused.json()), (400, json!({"detail": text})));
    let again = owner.put_json(&one, &json!({"reinvite": true, "regenerate": true})).await;
    assert_eq!((again.status, &again.json()["expired"]), (200, &json!(false)));
    assert_eq!(app.mails("lin@acme.example").await.len(), 3);
    let refused = owner.put_json(&format!("{LIST}me/"), &json!({"reinvite": true})).await;
    let text = "You cannot send an invitation to a user who is already a full member.";
    assert_eq!((refused.status, refused.json()), (400, json!({"detail": text})));
    assert_eq!(owner.delete(&one).await.status, 204);
    assert_eq!(owner.get(&one).await.status, 404);
}

/// The attacks: self-promotion, mass assignment of a role, and taking the role from the last owner.
#[tokio::test]
async fn nobody_promotes_themselves_and_the_last_owner_stays() {
    let (app, project, owner) = scene().await;
    let manager_user = app.member(&project, "manager@acme.example", Role::Manager, false).await;
    let member_user = app.member(&project, "member@acme.example", Role::Member, true).await;
    let manager = app.script(&manager_user, &Scope::ALL).await;
    let member = app.script(&member_user, &Scope::ALL).await;
    let one = async |email: &str| format!("{LIST}{}/", id_of(&app, email).await);
    let (of_owner, of_manager, of_member) =
        (one("owner@acme.example").await, one("manager@acme.example").await, one("member@acme.example").await);
    for (client, path, body, status) in [
        (&member, &of_member, json!({"role": "owner"}), 403),
        (&manager, &of_manager, json!({"role": "owner"}), 403),
        (&manager, &of_manager, json!({"role": "member"}), 400),
        (&manager, &of_owner, json!({"role": "member"}), 403),
        (&manager, &of_member, json!({"role": "owner"}), 403),
        (&owner, &of_owner, json!({"role": "member"}), 400),
        (&manager, &of_member, json!({"role": ["owner"]}), 400),
        (&manager, &of_member, json!({"role": "admin", "isSuperuser": true, "is_superuser": true, "user_id": 1}), 200),
    ] {
        let answer = client.put_json(path, &body).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
    }
    let superusers: i64 =
        sqlx::query_scalar("SELECT count(*) FROM users WHERE is_superuser").fetch_one(&app.app.db).await.unwrap();
    assert_eq!(superusers, 0);
    let text = "You cannot remove a member who has more access than you.";
    let refused = manager.delete(&of_owner).await;
    assert_eq!((refused.status, refused.json()), (400, json!({"detail": text})));
    let refused = member.delete(&of_manager).await;
    assert_eq!((refused.status, refused.json()), (400, json!({"detail": "You are missing the member:admin scope."})));
    let refused = owner.delete(&format!("{LIST}me/")).await;
    let text = "You cannot remove the only remaining owner of the organization.";
    assert_eq!((refused.status, refused.json()), (403, json!({"detail": text})));

    // An owner who was only invited keeps nobody in.
    owner.post_json(LIST, &json!({"email": "second@acme.example", "role": "owner"})).await;
    assert_eq!(owner.delete(&format!("{LIST}me/")).await.status, 403);
    assert_eq!(owner.put_json(&of_manager, &json!({"role": "owner"})).await.status, 200);
    assert_eq!(owner.delete(&format!("{LIST}me/")).await.status, 204);
    assert_eq!(owner.get(LIST).await.status, 404);
}

/// The attack: ids of another organization under the path of one's own.
#[tokio::test]
async fn members_of_other_organizations_are_not_reached() {
    let (app, _, owner) = scene().await;
    let foreign = app.project_named("other", "site").await;
    let theirs = id_of(&app, &foreign.owner.email).await;
    let stranger = app.script(&foreign.owner, &Scope::ALL).await;
    let invited = stranger
        .post_json("/api/0/organizations/other/members/", &json!({"email": "bo@other.example", "role": "member"}))
        .await
        .json();
    for id in [
        theirs.to_string(),
        invited["id"].as_str().unwrap().to_owned(),
        "0".to_owned(),
        "x".to_owned(),
        "-1".to_owned(),
    ] {
        let one = format!("{LIST}{id}/");
        assert_eq!(owner.get(&one).await.status, 404, "{one}");
        assert_eq!(owner.put_json(&one, &json!({"role": "member", "reinvite": true})).await.status, 404, "{one}");
        assert_eq!(owner.delete(&one).await.status, 404, "{one}");
        assert_eq!(owner.post_json(&format!("{one}teams/team/"), &json!({})).await.status, 404, "{one}");
    }
    let team = json!({"slug": "secret"});
    stranger.post_json("/api/0/organizations/other/teams/", &team).await;
    assert_eq!(owner.post_json(&format!("{LIST}me/teams/secret/"), &json!({})).await.status, 404);
    let refused = owner.put_json(&format!("{LIST}me/"), &json!({"teams": ["secret"]})).await;
    assert_eq!((refused.status, refused.json()), (400, json!({"teams": "Invalid team"})));
    assert_eq!(stranger.get("/api/0/organizations/other/members/").await.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn teams_are_joined_left_and_asked_for() {
    let (app, project, owner) = scene().await;
    let user = app.member(&project, "lin@acme.example", Role::Member, false).await;
    let lin = app.script(&user, &Scope::ALL).await;
    let mine = format!("{LIST}me/teams/team/");
    sqlx::query("UPDATE organizations SET has_open_membership = TRUE").execute(&app.app.db).await.unwrap();
    let joined = lin.post_json(&mine, &json!({})).await;
    assert_eq!((joined.status, &joined.json()["isMember"]), (201, &json!(true)));
    assert_eq!(lin.post_json(&mine, &json!({})).await.status, 204);
    let left = lin.delete(&mine).await;
    assert_eq!((left.status, &left.json()["isMember"]), (200, &json!(false)));
    assert_eq!(lin.delete(&mine).await.status, 200);

    sqlx::query("UPDATE organizations SET has_open_membership = FALSE").execute(&app.app.db).await.unwrap();
    assert_eq!(lin.post_json(&mine, &json!({})).await.status, 202);
    assert_eq!(lin.post_json(&mine, &json!({})).await.status, 202);
    let written = app.mails("owner@acme.example").await;
    assert_eq!((written.len(), written[0].kind.as_str()), (1, "access-request"));
    assert!(!each(&owner.get("/api/0/organizations/acme/members/").await.json(), "id").is_empty());
    let other = app.member(&project, "bo@acme.example", Role::Member, false).await;
    let bo = app.script(&other, &Scope::ALL).await;
    let of_lin = format!("{LIST}{}/teams/team/", id_of(&app, "lin@acme.example").await);
    assert_eq!(bo.post_json(&of_lin, &json!({})).await.status, 400);
    assert_eq!(owner.post_json(&of_lin, &json!({})).await.status, 201);
}

#[tokio::test]
async fn removing_somebody_through_a_session_wants_a_recent_proof() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let lin = app.member(&project, "lin@acme.example", Role::Member, true).await;
    let (owner, script) = (app.sign_in(&project.owner).await, app.script(&project.owner, &[Scope::MemberAdmin]).await);
    let list = owner.get(LIST).await.json();
    let id =
        list.as_array().unwrap().iter().find(|member| member["email"] == lin.email.as_str()).unwrap()["id"].clone();
    let path = format!("{LIST}{}/", id.as_str().unwrap());
    app.app.clock.advance(chrono::TimeDelta::hours(4));
    let refused = owner.delete(&path).await;
    assert_eq!((refused.status, &refused.json()["detail"]["code"]), (401, &json!("sudo-required")));
    assert_eq!(script.get(&path).await.status, 200, "nobody was removed");
    let proof = json!({"password": crate::support::PASSWORD});
    assert_eq!(owner.put_json("/api/0/auth/", &proof).await.status, 200);
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(script.get(&path).await.status, 404);
}
