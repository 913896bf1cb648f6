use picket::types::scope::Scope;
use serde_json::json;

use crate::support::TestApp;

const PATH: &str = "/api/0/internal/options/";

#[tokio::test]
async fn superusers_read_and_set_options() {
    let app = TestApp::spawn().await;
    let (root, project) = (app.user("root@example.com", true).await, app.project().await);
    let admin = app.sign_in(&root).await;
    app.app.config.set_stored(vec![("mail.password".to_owned(), "hunter2".into())]);
    let all = admin.get(PATH).await;
    assert!(!all.body.contains("hunter2"));
    let all = all.json();
    let secret = json!({"default": null, "required": false, "disabled": false, "disabledReason": null, "isSet": true,
        "allowEmpty": true});
    assert_eq!(all["mail.password"], json!({"value": null, "field": secret}));
    assert_eq!(all["database.url"]["field"]["disabledReason"], "fileOnly");
    let required = admin.get(&format!("{PATH}?query=is:required")).await.json();
    let keys: Vec<&String> = required.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["system.admin-email", "system.url-prefix"]);

    let body = json!({"system.site-name": "Ours", "system.rate-limit": 7, "web.nothing": null});
    let wrong = admin.put_json(PATH, &body).await;
    assert_eq!((wrong.status, &wrong.json()["error"]), (400, &json!("unknown_option")));
    assert_eq!(wrong.json()["errorDetail"]["option"], "web.nothing");
    for (key, value, error) in [
        ("system.rate-limit", json!("many"), "invalid_type"),
        ("system.rate-limit", json!([1]), "invalid_type"),
        ("system.url-prefix", json!("ftp://errors.example"), "invalid_type"),
        ("mail.from", json!("nobody\r\nBcc: x@y.example"), "invalid_type"),
        ("system.secret-key", json!("hijacked"), "immutable_option"),
    ] {
        let mut body = json!({"system.site-name": "Ours"});
        body[key] = value;
        let refused = admin.put_json(PATH, &body).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!(error)), "{body}");
    }
    assert_eq!(app.app.config.system.site_name, "Picket", "all or nothing");
    assert_eq!(admin.put_json(PATH, &json!({"system.site-name": "Ours", "system.rate-limit": 7})).await.status, 200);
    assert_eq!((app.app.config.system.site_name.as_str(), app.app.config.system.rate_limit), ("Ours", 7));
    assert_eq!(admin.put_json(PATH, &json!({"system.site-name": null})).await.status, 200);
    assert_eq!(app.app.config.system.site_name, "Picket");

    let owner = app.sign_in(&project.owner).await;
    let token = app.script(&root, &Scope::ALL).await;
    for client in [&owner, &token] {
        assert_eq!(client.get(PATH).await.status, 403);
        assert_eq!(client.put_json(PATH, &json!({"system.site-name": "Theirs"})).await.status, 403);
    }
    assert_eq!(app.anonymous().get(PATH).await.status, 401);
}
