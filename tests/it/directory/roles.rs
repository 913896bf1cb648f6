//! What groups make of people.

use picket::config::{GroupRule, GroupType};
use picket::services::teams::{self, NewTeam};
use picket::store::members;
use picket::types::role::Role;

use super::Stage;
use super::slapd::{PASSWORD, members as members_of, subtree};

const DEVS: &str = "cn=devs,ou=groups,dc=example,dc=com";
const LIN: &str = "uid=lin,ou=people,dc=example,dc=com";

async fn team(stage: &Stage, name: &str) {
    let mut db = stage.test.app.db.acquire().await.unwrap();
    let new = NewTeam { organization_id: stage.project.organization.id, name, slug: None, first_member: None };
    teams::create(&mut db, &new, stage.test.app.clock.now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_give_role_and_teams_and_leaving_them_takes_both() {
    let stage = Stage::set_with(|ldap| {
        let membership = &mut ldap.membership;
        membership.organization = "ACME".to_owned();
        membership.has_global_access = true;
        membership.group_roles = vec![(DEVS.to_owned(), Role::Admin), ("guests".to_owned(), Role::Manager)];
        membership.group_teams = vec![("devs".to_owned(), vec!["shop".to_owned(), "gone".to_owned()])];
    })
    .await;
    team(&stage, "shop").await;
    team(&stage, "club").await;
    let lin = stage.person("lin").await;
    let member = stage.member(&lin).await.unwrap();
    assert_eq!((member.role, member.has_global_access), (Role::Admin, true));
    assert_eq!(stage.teams(&lin).await, ["shop"]);
    let ana = stage.person("ana").await;
    assert_eq!(stage.member(&ana).await.unwrap().role, Role::Manager);

    // What was given by hand, and no group speaks of, stays.
    let club = picket::store::teams::find_by_slug(&stage.test.app.db, stage.project.organization.id, "club").await;
    let club = club.unwrap().unwrap().id;
    picket::store::teams::insert_member(&stage.test.app.db, club, member.id).await.unwrap();
    stage.slapd.leave(DEVS, LIN).await;
    stage.person("lin").await;
    assert_eq!(stage.member(&lin).await.unwrap().role, Role::Member);
    assert_eq!(stage.teams(&lin).await, ["club"]);

    let told: Vec<(i16, String)> =
        sqlx::query_as("SELECT event, actor_label FROM audit_entries WHERE target_user_id = $1 ORDER BY id")
            .bind(lin.id.0)
            .fetch_all(&stage.test.app.db)
            .await
            .unwrap();
    let events: Vec<i16> = told.iter().map(|(event, _)| *event).filter(|event| *event != 217).collect();
    assert_eq!(events, [210, 2, 6, 4, 7], "made, added, joined; edited, left");
    assert!(told.iter().filter(|(event, _)| *event != 217).all(|(_, label)| label == "LDAP"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_given_by_hand_stays_and_the_last_owner_too() {
    let stage = Stage::set().await;
    let lin = stage.person("lin").await;
    let member = stage.member(&lin).await.unwrap();
    members::update_role(&stage.test.app.db, member.id, Role::Manager).await.unwrap();
    stage.person("lin").await;
    assert_eq!(stage.member(&lin).await.unwrap().role, Role::Manager, "no map says otherwise");

    let stage = Stage::set_with(|ldap| ldap.membership.group_roles = vec![("devs".to_owned(), Role::Owner)]).await;
    let lin = stage.person("lin").await;
    let owner = members::find(&stage.test.app.db, stage.project.organization.id, stage.project.owner.id).await.unwrap();
    members::update_role(&stage.test.app.db, owner.unwrap().id, Role::Member).await.unwrap();
    stage.slapd.leave(DEVS, LIN).await;
    stage.person("lin").await;
    assert_eq!(stage.member(&lin).await.unwrap().role, Role::Owner, "there is no other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_a_member_somewhere_else_joins_only_if_a_group_means_them() {
    let stage = Stage::set_with(|ldap| ldap.membership.organization = "second".to_owned()).await;
    let second = stage.test.project_named("second", "other").await;
    let lin = stage.person("lin").await;
    let joined = members::find(&stage.test.app.db, second.organization.id, lin.id).await.unwrap();
    assert!(joined.is_some() && stage.member(&lin).await.is_none());
    members::delete(&stage.test.app.db, joined.unwrap().id).await.unwrap();
    let now = stage.test.app.clock.now();
    members::insert(&stage.test.app.db, stage.project.organization.id, lin.id, Role::Admin, now).await.unwrap();
    stage.person("lin").await;
    let again = members::find(&stage.test.app.db, second.organization.id, lin.id).await.unwrap();
    assert!(again.is_none(), "who was removed and belongs elsewhere is not added again");
    assert_eq!(stage.member(&lin).await.unwrap().role, Role::Admin);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_group_is_understood() {
    let in_chain = GroupType { rule: GroupRule::InChain, name_attribute: "cn".to_owned() };
    let posix = GroupType { rule: GroupRule::Posix, name_attribute: "cn".to_owned() };
    for (group_type, class, expected) in [
        (members_of("member", false), "groupOfNames", "devs"),
        (members_of("member", true), "groupOfNames", "company devs engineering"),
        // OpenLDAP does not know Active Directory's rule, so the groups are climbed.
        (in_chain, "groupOfNames", "company devs engineering"),
        (members_of("uniqueMember", false), "groupOfUniqueNames", "leads"),
        (posix, "posixGroup", "ops staff"),
    ] {
        let name = format!("{} of {class}", group_type.as_text());
        let all = ["devs", "engineering", "company", "leads", "ops", "staff", "guests"];
        let stage = Stage::set_with(|ldap| {
            ldap.group_type = group_type;
            ldap.group_searches = vec![subtree("ou=groups,dc=example,dc=com", &format!("(objectClass={class})"))];
            ldap.membership.group_teams =
                all.iter().map(|group| ((*group).to_owned(), vec![(*group).to_owned()])).collect();
        })
        .await;
        for group in all {
            team(&stage, group).await;
        }
        let lin = stage.person("lin").await;
        assert_eq!(stage.teams(&lin).await.join(" "), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_remembered_for_as_long_as_settings_say() {
    let stage = Stage::set_with(|ldap| {
        ldap.group_cache = Some(std::time::Duration::from_secs(1));
        ldap.membership.group_roles = vec![("devs".to_owned(), Role::Admin)];
    })
    .await;
    let lin = stage.person("lin").await;
    stage.slapd.leave(DEVS, LIN).await;
    crate::support::eventually("the groups are asked for again", || async {
        assert_eq!(stage.enter("lin", PASSWORD).await.status, 303);
        (stage.member(&lin).await?.role == Role::Member).then_some(())
    })
    .await;
}
