//! `seed`: the same plan makes the same issues, through the same doors as real events.

use sqlx::PgPool;

use super::Installation;

const PLAN: [&str; 9] =
    ["--projects", "3", "--issues", "40", "--events", "900", "--until", "2026-11-20T12:00:00Z", "--days=20"];

fn seed(organization: &str) -> Vec<&str> {
    ["seed", "--organization", organization].into_iter().chain(PLAN).collect()
}

/// What a list of issues would show of an organization.
async fn shown(db: &PgPool, organization: &str) -> Vec<(String, String, i64, i64)> {
    sqlx::query_as(
        "SELECT projects.slug, title, times_seen, users_seen FROM issues
        JOIN projects ON projects.id = project_id JOIN organizations ON organizations.id = organization_id
        WHERE organizations.slug = $1 ORDER BY projects.slug, short_id",
    )
    .bind(organization)
    .fetch_all(db)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_same_plan_makes_the_same_issues() {
    let (installation, db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    let said = installation.run(&seed("One")).ok();
    assert!(said.starts_with("900 events of 40 issues in 3 projects of one"), "{said}");
    installation.run(&seed("Two")).ok();

    let issues = shown(&db, "one").await;
    assert_eq!(issues.len(), 40, "each issue of the plan is one: {issues:?}");
    assert_eq!(issues.iter().map(|issue| issue.2).sum::<i64>(), 900);
    assert_eq!(shown(&db, "two").await, issues);
    let number = async |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&db).await.unwrap();
    assert_eq!(number("SELECT count(*) FROM events JOIN event_bodies USING (project_id, event_id)").await, 1_800);
    assert_eq!(number("SELECT sum(quantity)::bigint FROM outcomes WHERE outcome = 'accepted'").await, 1_800);
    let span = "SELECT extract(day FROM max(occurred_at) - min(occurred_at))::bigint FROM events";
    assert_eq!(number(span).await, 19, "over twenty days, through partitions of several weeks");

    installation.run(&seed("One")).fails_with(&["one/account-service has events already", "another organization"]);
    installation.run(&["seed", "--projects", "9", "--issues", "3"]).fails_with(&["at least as many issues"]);
}
