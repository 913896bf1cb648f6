//! Artifacts over HTTP: what tools upload, and what is stored of it.

mod chunks;
mod cleanup;
mod debug_files;
mod hostile;
mod release_files;
mod s3;
mod wire;
pub mod zip;

use picket::types::artifact::Checksum;
use picket::types::ids::ReleaseId;
use picket::types::scope::Scope;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Project, TestApp};

/// A project with a release `1.0`, and a script that may upload.
pub struct Stage {
    pub test: TestApp,
    pub project: Project,
    pub script: Client,
    pub release_id: ReleaseId,
}

const FILES: &str = "/api/0/projects/acme/shop/releases/1.0/files/";

impl Stage {
    pub async fn new() -> Self {
        Self::of(TestApp::spawn().await).await
    }

    pub async fn of(test: TestApp) -> Self {
        let project = test.project().await;
        let script = test.script(&project.owner, &[Scope::ProjectReleases, Scope::ProjectWrite, Scope::OrgRead]).await;
        let release_id = release(&test, &project, "1.0").await;
        Self { test, project, script, release_id }
    }

    pub async fn upload(&self, path: &str, form: Form) -> Answer {
        self.script.send(self.script.request("POST", path).multipart(form)).await
    }

    /// Sends chunks as sentry-cli does.
    pub async fn send_chunks(&self, chunks: &[&[u8]]) -> Answer {
        let form = chunks.iter().fold(Form::new(), |form, chunk| form.part("file", chunk_part(chunk)));
        self.upload("/api/0/organizations/acme/chunk-upload/", form).await
    }

    /// Uploads a file in one chunk and assembles it; returns the last answer.
    pub async fn assemble(&self, path: &str, file: &[u8], mut request: Value) -> Answer {
        let sha1 = Checksum::of(file).to_string();
        request["checksum"] = json!(sha1);
        request["chunks"] = json!([sha1]);
        let answer = self.send_chunks(&[file]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let first = self.script.post_json(path, &request).await;
        if first.status == 200 && first.json()["state"] == "created" {
            self.work().await;
            return self.script.post_json(path, &request).await;
        }
        first
    }

    /// Runs the jobs that are due.
    pub async fn work(&self) {
        picket::worker::drain(&self.test.app).await.expect("jobs run");
    }

    pub async fn number(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.test.app.db).await.expect("a number")
    }
}

async fn release(test: &TestApp, project: &Project, version: &str) -> ReleaseId {
    let mut connection = test.app.db.acquire().await.expect("a connection");
    let ids = [project.project.id.0];
    picket::services::assemble::ensure_release(&test.app, &mut connection, project.organization.id, version, &ids)
        .await
        .expect("a release")
}

fn chunk_part(chunk: &[u8]) -> Part {
    Part::bytes(chunk.to_vec()).file_name(Checksum::of(chunk).to_string())
}

fn file_form(name: &str, content: &[u8]) -> Form {
    let part = Part::bytes(content.to_vec()).file_name("upload.js").mime_str("application/javascript").unwrap();
    Form::new().part("file", part).text("name", name.to_owned())
}

const BUNDLES: &str = "/api/0/organizations/acme/artifactbundle/assemble/";
