use picket::types::scope::Scope;
use serde_json::{Value, json};

use crate::support::TestApp;

fn event(kind: &str, value: &str, functions: &[&str]) -> Value {
    let frame = |function: &&str| json!({"function": function, "module": "shop.cart", "in_app": true});
    let frames: Vec<Value> = functions.iter().map(frame).collect();
    json!({"platform": "python", "exception": {"values": [{"type": kind, "value": value, "stacktrace": {"frames": frames}}]}})
}

#[tokio::test]
async fn issues_that_are_alike_are_found_scored_and_compared() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let other = app.project_named("other", "cart").await;
    let mut issues = Vec::new();
    for (project, event) in [
        (&project, event("KeyError", "no price for 12", &["main", "pay", "charge"])),
        (&project, event("KeyError", "no price for 13", &["main", "pay"])),
        (&project, event("KeyError", "something <else>", &["main", "load"])),
        (&project, event("ValueError", "different", &["start"])),
        (&other, event("KeyError", "no price for 12", &["main", "pay", "charge"])),
    ] {
        app.report(project, &event).await;
        let newest = sqlx::query_scalar::<_, i64>("SELECT max(id) FROM issues").fetch_one(&app.app.db).await.unwrap();
        issues.push(newest);
    }
    let script = app.script(&project.owner, &[Scope::EventRead]).await;
    let found = script.get(&format!("/api/0/issues/{}/similar/", issues[0])).await.json();
    let ids: Vec<i64> =
        found.as_array().unwrap().iter().map(|pair| pair[0]["id"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(ids, [issues[1], issues[2]], "{found}");
    let scores = &found[0][1];
    assert_eq!(
        (&scores["exception:type:exact"], &scores["exception:message:character-shingles"]),
        (&json!(1.0), &json!(1.0))
    );
    assert!((scores["exception:stacktrace:pairs"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(
        script.get(&format!("/api/0/issues/{}/similar/?limit=1", issues[0])).await.json().as_array().unwrap().len(),
        1
    );
    assert_eq!(script.get(&format!("/api/0/issues/{}/similar/", issues[4])).await.status, 404);

    let browser = app.sign_in(&project.owner).await;
    let path = format!("/organizations/acme/issues/{}/similar/", issues[0]);
    let page = browser.get(&path).await.body;
    assert!(
        page.contains("SHOP-2") && page.contains("something &#60;else&#62;") && !page.contains("ValueError"),
        "{page}"
    );
    let pick = format!("<input type=\"checkbox\" name=\"id\" value=\"{}\"", issues[1]);
    assert!(page.contains(&pick) && page.contains("name=\"action\" value=\"merge\""), "{page}");
    let compared = browser.get(&format!("{path}?with={}", issues[1])).await.body;
    assert!(
        compared.contains("Side by side") && compared.matches("small shared\">shop.cart pay").count() == 2,
        "{compared}"
    );
    assert!(compared.contains("small\">shop.cart charge"));
    for with in [issues[4].to_string(), "999999".to_owned()] {
        assert_eq!(browser.get(&format!("{path}?with={with}")).await.status, 404);
    }
    assert_eq!(browser.get(&format!("{path}?with=x")).await.status, 400);
    let lonely = browser.get(&format!("/organizations/acme/issues/{}/similar/", issues[3])).await.body;
    assert!(lonely.contains("No issue of this project is like this one."));

    // An issue on its way out is no candidate.
    sqlx::query("UPDATE issues SET status = 'pending_deletion' WHERE id = $1")
        .bind(issues[1])
        .execute(&app.app.db)
        .await
        .unwrap();
    assert!(!browser.get(&path).await.body.contains("SHOP-2"));
}
