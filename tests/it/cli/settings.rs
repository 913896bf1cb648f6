//! `init` and `config`: what needs no store.

use std::os::unix::fs::PermissionsExt as _;

use super::Installation;

#[test]
fn a_secret_key_needs_no_store_and_no_configuration() {
    let key = Installation::bare().with("PICKET_CONF", "/nonexistent").run(&["config", "generate-secret-key"]).ok();
    let alphabet = "abcdefghijklmnopqrstuvwxyz0123456789!@#%^&*(-_=+)";
    assert_eq!(key.trim_end().len(), 50);
    assert!(key.trim_end().chars().all(|c| alphabet.contains(c)), "{key}");
}

#[test]
fn init_makes_a_folder_that_works_and_asks_before_overwriting() {
    let installation = Installation::bare();
    let printed = installation.run(&["init", "etc"]).ok();
    assert_eq!(printed.trim_end(), "etc/config.yml");
    let path = installation.folder.join("etc/config.yml");
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let shown = installation.run(&["--config", "etc", "config", "get", "system.secret-key"]).ok();
    assert!(shown.contains("value: (hidden)") && shown.contains("etc/config.yml"), "{shown}");

    installation.run(&["init", "etc"]).fails_with(&["is there already", "--force"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    installation.run(&["init", "etc", "--force"]).ok();
    assert_ne!(std::fs::read_to_string(&path).unwrap(), first, "a new secret");
}

#[test]
fn settings_are_shown_with_their_source_and_without_secrets() {
    let installation = Installation::bare()
        .with("PICKET_DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/x")
        .with("SENTRY_SECRET_KEY", "hunter2hunter2hunter2hunter2hunter2");
    let shown = installation.run(&["config", "show"]).ok();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("(SENTRY_SECRET_KEY)") && shown.contains("(PICKET_DATABASE_URL)"), "{shown}");
    let listed = installation.run(&["config", "list", "web.*"]).ok();
    assert!(listed.lines().all(|line| line.starts_with("web.")) && listed.contains("web.bind address"), "{listed}");
    assert_eq!(installation.run(&["config", "get", "-q", "web.bind"]).ok(), "0.0.0.0:9000\n");
    installation.run(&["config", "get", "web.bnd"]).fails_with(&["web.bnd", "did you mean web.bind?"]);
}

#[test]
fn mistakes_in_the_file_are_told_in_one_line() {
    let installation = Installation::bare();
    installation.run(&["--config", "etc", "config", "show"]).fails_with(&["config.yml", "picket init"]);
    installation.write("config.yml", "worker.batch-size: lots\n");
    installation.run(&["--config", ".", "config", "show"]).fails_with(&[
        "worker.batch-size",
        "config.yml",
        "a whole number",
    ]);
    installation.write("config.yml", "a: [\n");
    installation.run(&["--config", ".", "config", "show"]).fails_with(&["config.yml", "YAML"]);
    installation.write("config.yml", "system.url-prefx: http://x\n");
    let said = installation.run(&["--config", ".", "config", "show"]);
    assert_eq!((said.code, said.err.matches("warning: ").count()), (Some(0), 1), "{said:?}");
    assert!(said.err.contains("did you mean system.url-prefix?"), "{said:?}");
}

#[test]
fn help_and_version_are_there() {
    let installation = Installation::bare();
    assert!(installation.run(&["--version"]).ok().starts_with("picket 0."));
    for command in ["init", "config", "upgrade", "createuser", "project", "token", "run", "cleanup", "doctor"] {
        let help = installation.run(&[command, "--help"]).ok();
        assert!(help.contains("Usage: picket"), "{help}");
    }
    assert_eq!(installation.run(&["frobnicate"]).code, Some(2));
}
