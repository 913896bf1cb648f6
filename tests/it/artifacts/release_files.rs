use picket::types::role::Role;
use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{FILES, Stage, file_form, release};

const ORGANIZATION_FILES: &str = "/api/0/organizations/acme/releases/1.0/files/";

#[tokio::test]
async fn a_file_is_uploaded_listed_read_renamed_and_deleted() {
    let stage = Stage::new().await;
    let content = b"a();\n//# sourceMappingURL=app.js.map";
    let form = file_form("~/app.js", content).text("header", "Sourcemap: app.js.map").text("dist", "7");
    let created = stage.upload(FILES, form).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let file = created.json();
    let id = file["id"].as_str().unwrap();
    assert_eq!(file["headers"], json!({"Content-Type": "application/javascript", "Sourcemap": "app.js.map"}));
    assert_eq!((&file["name"], &file["dist"], &file["size"]), (&json!("~/app.js"), &json!("7"), &json!(36)));
    assert_eq!(file["sha1"], picket::types::artifact::Checksum::of(content).to_string());
    assert!(file["dateCreated"].as_str().unwrap().ends_with('Z'));

    let again = stage.upload(ORGANIZATION_FILES, file_form("~/app.js", b"b").text("dist", "7")).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.json(), json!({"detail": "A file matching this name already exists for the given release"}));
    let other_dist = stage.upload(ORGANIZATION_FILES, file_form("~/app.js", content)).await;
    assert_eq!((other_dist.status, &other_dist.json()["dist"]), (201, &json!(null)));

    for list in [FILES, ORGANIZATION_FILES] {
        assert_eq!(stage.script.get(list).await.json().as_array().unwrap().len(), 2);
    }
    let path = format!("{FILES}{id}/");
    assert_eq!(stage.script.get(&path).await.json(), file);
    let download = stage.script.get(&format!("{path}?download=1")).await;
    assert_eq!((download.status, download.body.as_bytes()), (200, &content[..]));
    assert_eq!(download.header("content-type"), "application/javascript");
    assert_eq!(download.header("content-disposition"), "attachment; filename*=UTF-8''app.js");

    let renamed = stage.script.put_json(&path, &json!({"name": "~/new.js"})).await;
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("~/new.js")));
    assert_eq!(stage.upload(FILES, file_form("~/app.js", b"c").text("dist", "7")).await.status, 201);
    assert_eq!(stage.script.put_json(&path, &json!({"name": "~/app.js"})).await.status, 409);

    assert_eq!(stage.script.delete(&path).await.status, 204);
    assert_eq!(stage.script.delete(&path).await.status, 404);
    assert_eq!(stage.script.get(&path).await.status, 404);
    let all = "/api/0/projects/acme/shop/files/source-maps/?name=1.0";
    assert_eq!(stage.script.delete(all).await.status, 204);
    assert_eq!(stage.script.get(FILES).await.json(), json!([]));
}

#[tokio::test]
async fn lists_come_by_name_in_pages_and_filtered() {
    let stage = Stage::new().await;
    for name in ["~/c.js", "~/a.js", "~/b.js"] {
        assert_eq!(stage.upload(FILES, file_form(name, name.as_bytes())).await.status, 201);
    }
    let names = |answer: crate::support::Answer| {
        let names: Vec<String> =
            answer.json().as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect();
        names.join(" ")
    };
    let first = stage.script.get(&format!("{FILES}?per_page=2")).await;
    assert!(first.header("link").contains(r#"rel="next"; results="true"; cursor="2:1:0""#));
    assert_eq!(names(first), "~/a.js ~/b.js");
    assert_eq!(names(stage.script.get(&format!("{FILES}?per_page=2&cursor=2:1:0")).await), "~/c.js");
    assert_eq!(names(stage.script.get(&format!("{FILES}?query=B.J")).await), "~/b.js");
    let sha1 = picket::types::artifact::Checksum::of(b"~/c.js");
    assert_eq!(
        names(stage.script.get(&format!("{FILES}?checksum={sha1}&checksum={}", "0".repeat(40))).await),
        "~/c.js"
    );
    assert_eq!(stage.script.get(&format!("{FILES}?checksum=x")).await.status, 400);
}

/// What they do not see they do not replace.
#[tokio::test]
async fn clients_that_read_one_page_get_all_files_in_it() {
    let stage = Stage::new().await;
    assert_eq!(stage.upload(FILES, file_form("~/a.js", b"a()")).await.status, 201);
    let copies = "INSERT INTO release_files (release_id, name, ident, base_name, kind, size, sha1, blob, created_at)
        SELECT release_id, name || n, sha256(convert_to(name || n, 'UTF8')), base_name, kind, size, sha1, blob, created_at
        FROM release_files, generate_series(1, 150) AS n";
    sqlx::query(copies).execute(&stage.test.app.db).await.unwrap();
    for (agent, count) in
        [("sentry-cli/1.24.1", 151), ("sentry-cli/1.35.0", 151), ("sentry-cli/1.36.0", 100), ("sentry-cli/2.58.6", 100)]
    {
        let request = stage.script.request("GET", FILES).header("user-agent", agent);
        let answer = stage.script.send(request).await;
        assert_eq!(answer.json().as_array().unwrap().len(), count, "{agent}");
        assert_eq!(answer.header("link").contains(r#"rel="next"; results="true""#), count == 100, "{agent}");
    }
}

#[tokio::test]
async fn wrong_uploads_are_told_why_and_leave_nothing() {
    let stage = Stage::new().await;
    let part = || Part::bytes(b"x".to_vec()).file_name("file");
    let cases: Vec<(Form, u16, &str)> = vec![
        (Form::new().text("name", "~/a.js"), 400, "Missing uploaded file"),
        (Form::new().part("file", part()), 400, "File name must be specified"),
        (file_form(&"x".repeat(10_000), b"x"), 400, "File name must have at most 2000 characters"),
        (file_form(&"x".repeat(100_000), b"x"), 400, "a field of the form has more than 65536 bytes"),
        (file_form("~/a\tb.js", b"x"), 400, "File name must not contain special whitespace characters"),
        (file_form("~/a.js", b"x").text("header", "Sourcemap"), 400, "header value was not formatted correctly"),
        (file_form("~/a.js", b"x").text("header", "a: b\nc"), 400, "header value must not contain special"),
        (file_form("~/a.js", b"x").text("dist", "x".repeat(65)), 400, "dist must have at most 64 characters"),
        (file_form("~/a.js", b"x").part("file", part()), 400, "one file at a time"),
    ];
    for (form, status, detail) in cases {
        let answer = stage.upload(FILES, form).await;
        assert_eq!(answer.status, status, "{detail}");
        let told = answer.json();
        assert!(told["detail"].as_str().unwrap().starts_with(detail), "{told}");
    }
    let plain = stage.script.post_json(FILES, &json!({"name": "x"})).await;
    assert_eq!((plain.status, plain.header("content-type")), (415, "application/json"));
    let unknown = stage.upload("/api/0/projects/acme/shop/releases/2.0/files/", file_form("~/a.js", b"x")).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(stage.number("SELECT count(*) FROM release_files").await, 0);
    assert_eq!(stage.number("SELECT count(*) FROM blobs").await, 0);
}

#[tokio::test]
async fn a_refused_body_is_read_so_that_the_client_reads_the_answer() {
    let test = crate::support::TestApp::spawn_with(|config| config.uploads.max_file_bytes = 1 << 20).await;
    let stage = Stage::of(test).await;
    let large = vec![b'x'; 30 << 20];
    let refused = stage.upload(FILES, file_form("~/large.js", &large)).await;
    assert_eq!(refused.status, 413);
    assert_eq!(refused.json()["detail"], "the file is larger than the 1048576 bytes that uploads.max-file-size allows");
    let stranger = stage.test.token("no such token");
    let answer = stranger.send(stranger.request("POST", FILES).multipart(file_form("~/large.js", &large))).await;
    assert_eq!(answer.status, 401);
    assert_eq!(stage.upload(FILES, file_form("~/small.js", b"x")).await.status, 201);
    assert_eq!(stage.number("SELECT count(*) FROM release_files").await, 1);
}

#[tokio::test]
async fn one_of_two_uploads_of_a_name_wins() {
    let stage = Stage::new().await;
    let uploads = (0..6).map(|n| stage.upload(FILES, file_form("~/a.js", format!("{n}").as_bytes())));
    let answers = futures_util::future::join_all(uploads).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    assert_eq!(stage.number("SELECT count(*) FROM release_files").await, 1);
}

#[tokio::test]
async fn a_release_may_go_while_a_file_of_it_comes() {
    let stage = Stage::new().await;
    let (app, path) = (stage.test.app.clone(), "/api/0/organizations/acme/releases/1.0/");
    let release_id = stage.release_id.0;
    let goes = futures_util::stream::once(async move {
        sqlx::query("DELETE FROM releases WHERE id = $1").bind(release_id).execute(&app.db).await.unwrap();
        Ok::<_, std::io::Error>("x")
    });
    let part = Part::stream(reqwest::Body::wrap_stream(goes)).file_name("a.js");
    let answer = stage.upload(FILES, Form::new().part("file", part).text("name", "~/a.js")).await;
    assert_eq!(answer.status, 404, "{}", answer.body);
    assert_eq!(stage.script.get(path).await.status, 404);
}

#[tokio::test]
async fn scopes_and_projects_are_respected() {
    let stage = Stage::new().await;
    let reader = stage.test.script(&stage.project.owner, &[Scope::ProjectRead]).await;
    let refused = reader.send(reader.request("POST", FILES).multipart(file_form("~/a.js", b"x"))).await;
    assert_eq!(refused.status, 403);
    assert_eq!(stage.upload(FILES, file_form("~/a.js", b"x")).await.status, 201);
    assert_eq!(reader.get(FILES).await.status, 200);
    let id = reader.get(FILES).await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(reader.get(&format!("{FILES}{id}/?download=1")).await.status, 403);
    assert_eq!(reader.delete(&format!("{FILES}{id}/")).await.status, 403);

    let outsider = stage.test.member(&stage.project, "out@acme.example", Role::Admin, false).await;
    let outsider = stage.test.script(&outsider, &Scope::ALL).await;
    assert_eq!(outsider.get("/api/0/organizations/acme/releases/1.0/files/").await.status, 404);

    let other = stage.test.project_named("other", "site").await;
    release(&stage.test, &other, "1.0").await;
    let stranger = stage.test.script(&other.owner, &Scope::ALL).await;
    assert_eq!(stranger.get(FILES).await.status, 404);
    let theirs = format!("/api/0/organizations/other/releases/1.0/files/{id}/");
    assert_eq!(stranger.get(&theirs).await.status, 404);
    assert_eq!(stranger.delete("/api/0/organizations/acme/files/source-maps/?name=1.0").await.status, 404);
}
