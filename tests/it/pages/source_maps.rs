use picket::services::assemble::ensure_release;
use picket::store::artifact_bundle_files::{self, NewBundleFiles};
use picket::store::artifact_bundles::{self, NewBundle};
use picket::store::release_files::Uploader;
use picket::types::artifact::Checksum;
use picket::types::role::Role;
use serde_json::json;

use crate::support::{Project, TestApp};

const PAGE: &str = "/settings/acme/projects/shop/source-maps/";
const ID: &str = "8a2f4b1c-0d3e-4f56-9a7b-1c2d3e4f5a6b";

async fn bundle(app: &TestApp, project: &Project, content: &str) {
    let (now, db) = (app.app.clock.now(), &app.app.db);
    let blob = picket::services::blobs::put(&app.app, content.to_owned().into()).await.unwrap();
    let checksum = Checksum::of(content.as_bytes());
    let organization_id = project.organization.id;
    let new = NewBundle { organization_id, checksum, debug_id: None, size: 2048, file_count: 1, blob };
    let id = artifact_bundles::insert(db, &new, Uploader::default(), now).await.unwrap().unwrap();
    let files = NewBundleFiles {
        urls: vec![Some("~/app.js".to_owned())],
        idents: vec![Some(vec![1])],
        base_names: vec!["app.js".to_owned()],
        kinds: vec!["source_map"],
        headers: vec![json!({})],
        sourcemap_refs: vec![None],
        debug_ids: vec![Some(ID.parse().unwrap())],
        has_sources: vec![Some(true)],
        sizes: vec![1],
        data_offsets: vec![0],
        data_sizes: vec![1],
        is_deflated: vec![false],
    };
    artifact_bundle_files::insert(db, id, &files).await.unwrap();
    let mut connection = db.acquire().await.unwrap();
    let ids = [project.project.id.0];
    let release = ensure_release(&app.app, &mut connection, organization_id, "1.0 <b>", &ids).await.unwrap();
    artifact_bundles::link(&mut connection, id, &ids, Some((release, "7")), now).await.unwrap();
}

#[tokio::test]
async fn bundles_are_listed_found_and_deleted() {
    let app = TestApp::spawn().await;
    let project = app.project().await;
    let browser = app.sign_in(&project.owner).await;
    let empty = browser.get(PAGE).await;
    assert!(empty.body.contains("sentry-cli sourcemaps inject"), "{}", empty.body);

    bundle(&app, &project, "bundle").await;
    let checksum = Checksum::of(b"bundle").to_string();
    for query in ["", "8A2F", "app.j", "1.0"] {
        let page = browser.get(&format!("{PAGE}?query={query}")).await;
        assert!(page.body.contains(&checksum[..8]), "{query}");
        assert!(page.body.contains("1.0 &#60;b&#62; (7)"));
        assert!(page.body.contains("2.0 KB"));
    }
    let nothing = browser.get(&format!("{PAGE}?query=%3Ci%3E")).await;
    assert!(nothing.body.contains("No bundle has “&#60;i&#62;”"), "{}", nothing.body);

    let member = app.member(&project, "m@acme.example", Role::Member, false).await;
    assert_eq!(app.sign_in(&member).await.get(PAGE).await.status, 404);
    let id: i64 = sqlx::query_scalar("SELECT id FROM artifact_bundles").fetch_one(&app.app.db).await.unwrap();
    let deleted = browser.post_form(&format!("{PAGE}{id}/delete/"), &[]).await;
    assert_eq!((deleted.status, deleted.location()), (303, PAGE));
    assert!(browser.get(PAGE).await.body.contains("Deleted the bundle."));
    assert_eq!(picket::services::artifacts::delete_old_bundles(&app.app).await.unwrap(), 1);
}
