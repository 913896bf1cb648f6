//! `upgrade`, `createuser`, `project create`, `token create`, `config set`, `cleanup`, `doctor`.

use super::Installation;

#[tokio::test]
async fn an_installation_is_set_up_by_script() {
    let (installation, db) = Installation::with_stores().await;
    let create = ["createuser", "--email", "lin@example.com", "--password", "correct horse", "--superuser"];
    installation.run(&create).fails_with(&["migration", "picket upgrade"]);
    installation.run(&["upgrade", "--noinput"]).ok();
    installation.run(&["upgrade", "--noinput"]).ok();

    assert!(installation.run(&create).ok().contains("lin@example.com"));
    installation.run(&create).fails_with(&["exists already"]);
    let member: (String, String) =
        sqlx::query_as("SELECT o.slug, m.role FROM members m JOIN organizations o ON o.id = m.organization_id")
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!(member, ("picket".to_owned(), "owner".to_owned()));

    let dsn = installation
        .run(&["project", "create", "--organization", "Acme", "--name", "Shop", "--platform", "python"])
        .ok();
    let (key, place) = dsn.trim().strip_prefix("http://").unwrap().split_once('@').unwrap();
    assert!(key.len() == 32 && place.starts_with("localhost:9000/"), "{dsn}");
    let again = installation.run(&["project", "create", "--organization", "acme", "--name", "Shop"]);
    assert_eq!(again.ok(), dsn, "the same project");

    let token = installation.run(&["token", "create", "--user", "LIN@example.com", "--scopes", "org:read"]).ok();
    assert_eq!(token.trim().len(), 64, "{token}");
    installation
        .run(&["token", "create", "--user", "lin@example.com", "--scopes", "x"])
        .fails_with(&["`x`", "org:read"]);
    installation.run(&["token", "create", "--user", "nobody", "--scopes", "all"]).fails_with(&["nobody", "createuser"]);
}

#[tokio::test]
async fn accounts_are_checked_and_can_be_repaired() {
    let (installation, db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    installation.run(&["createuser", "--email", "nonsense", "--password", "secret1"]).fails_with(&["email"]);
    installation.run(&["createuser", "--email", "a@b.example", "--password", "short"]).fails_with(&["6 to 256"]);
    installation.run(&["createuser", "--email", "a@b.example"]).fails_with(&["Password", "--password"]);
    installation.run(&["createuser", "--no-input"]).fails_with(&["--email"]);
    installation.run(&["createuser", "--email", "a@b.example", "--no-password"]).ok();
    let hash = "SELECT password_hash IS NOT NULL, is_superuser FROM users WHERE email = 'a@b.example'";
    assert_eq!(sqlx::query_as::<_, (bool, bool)>(hash).fetch_one(&db).await.unwrap(), (false, false));
    let repair = ["createuser", "--email", "a@b.example", "--password", "secret1", "--superuser", "--force-update"];
    installation.run(&repair).ok();
    assert_eq!(sqlx::query_as::<_, (bool, bool)>(hash).fetch_one(&db).await.unwrap(), (true, true));
}

#[tokio::test]
async fn options_are_stored_but_the_environment_wins() {
    let (installation, _db) = Installation::with_stores().await;
    installation.run(&["upgrade", "--noinput"]).ok();
    installation
        .run(&["config", "set", "system.rate-limit", "many"])
        .fails_with(&["system.rate-limit", "whole number"]);
    installation.run(&["config", "set", "database.url", "x"]).fails_with(&["config.yml", "PICKET_DATABASE_URL"]);
    installation.run(&["config", "set", "system.rate-limit", "50"]).ok();
    let shown = installation.run(&["config", "get", "system.rate-limit"]).ok();
    assert!(shown.contains("source: database") && shown.contains("value: 50"), "{shown}");
    let installation = installation.with("PICKET_SYSTEM_RATE_LIMIT", "7");
    assert_eq!(installation.run(&["config", "get", "-q", "system.rate-limit"]).ok(), "7\n");
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong() {
    let (installation, _db) = Installation::with_stores().await;
    let said = installation.run(&["doctor"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("PROBLEM  migrations: Picket"), "{said:?}");
    assert!(said.out.contains("run:\n           picket upgrade"), "what to do stands below: {said:?}");
    // The tests' own database and Redis forget in a power cut.
    for line in ["PROBLEM  database: PostgreSQL", "PROBLEM  redis: ", "appendonly yes", "ok       clock: "] {
        assert!(said.out.contains(line), "{line} is not in {said:?}");
    }
    installation.run(&["upgrade", "--noinput"]).ok();
    assert!(installation.run(&["doctor"]).out.contains("ok       migrations: Picket"));
    let said = installation.run(&["cleanup", "--days", "30", "--dry-run"]).ok();
    assert!(said.contains("Would delete 0 events"), "{said}");
    installation.run(&["cleanup", "--days", "30", "--project", "acme/none"]).fails_with(&["acme/none"]);
}
