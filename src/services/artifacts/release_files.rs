//! Files of a release, one by one (web-api.md 7.2).

use sqlx::PgPool;

use super::{Error, MAX_DIST, MAX_HEADER, MAX_HEADERS, MAX_NAME};
use crate::app::App;
use crate::outbound::blobs::Arrived;
use crate::protocol::artifact::Inspector;
use crate::services::blobs;
use crate::store::constraint::{OnConstraint, violated};
use crate::store::release_files::{self, Headers, IDENT_KEY, NewReleaseFile, RELEASE_KEY, ReleaseFile, Uploader};
use crate::store::releases::Release;
use crate::store::{artifact_bundles, assemblies};
use crate::types::ids::ReleaseId;

/// What a client says about a file. Building one checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    name: String,
    dist: String,
    headers: Headers,
}

impl NewFile {
    /// `headers` are `Name:Value`; `content_type` is that of the part, unless a header says otherwise.
    pub fn new(name: &str, dist: &str, headers: &[String], content_type: Option<&str>) -> Result<Self, Error> {
        check_name(name)?;
        if dist.chars().count() > MAX_DIST || dist.contains('\0') {
            return Err(Error::Dist);
        }
        if headers.len() > MAX_HEADERS {
            return Err(Error::ManyHeaders);
        }
        let mut read = Headers::new();
        if let Some(content_type) = content_type {
            read.insert("Content-Type".to_owned(), content_type.to_owned());
        }
        for header in headers {
            let (name, value) = read_header(header)?;
            read.retain(|known, _| !known.eq_ignore_ascii_case(name));
            read.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self { name: name.to_owned(), dist: dist.to_owned(), headers: read })
    }
}

/// Stores a file of a release.
pub async fn create(
    app: &App,
    release_id: ReleaseId,
    file: NewFile,
    (arrived, inspector): (Arrived, Inspector),
    uploader: Uploader,
) -> Result<ReleaseFile, Error> {
    if release_files::exists(&app.db, release_id, &file.name, &file.dist).await? {
        app.blobs.discard(&arrived).await;
        return Err(Error::Exists);
    }
    let headers = file.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let (kind, traits) = inspector.finish(&file.name, headers);
    blobs::keep(app, &arrived).await?;
    let new = NewReleaseFile {
        name: file.name,
        dist: file.dist,
        kind,
        headers: file.headers,
        size: i64::try_from(arrived.size).unwrap_or(i64::MAX),
        sha1: arrived.sha1,
        blob: arrived.key,
        traits,
    };
    let inserted = release_files::insert(&app.db, release_id, &new, uploader, app.clock.now()).await;
    inserted.map_err(|error| match violated(&error) {
        Some(IDENT_KEY) => Error::Exists,
        Some(RELEASE_KEY) => Error::NoRelease,
        _ => error.into(),
    })
}

/// Gives a file another name.
pub async fn rename(db: &PgPool, file: &ReleaseFile, name: &str) -> Result<(), Error> {
    check_name(name)?;
    release_files::rename(db, file.id, name, &file.dist).await.on_constraint(IDENT_KEY, || Error::Exists)
}

/// Deletes files of a release; returns how many there were.
pub async fn delete(db: &PgPool, release: &Release, ids: &[i64]) -> sqlx::Result<u64> {
    // First: a bundle of them that comes again while they go must be taken apart again.
    assemblies::forget_release_files(db, release.organization_id).await?;
    release_files::delete(db, release.id, ids).await
}

/// Deletes all artifacts of a release. Bundles stay with their projects, where debug ids find them.
pub async fn delete_all(db: &PgPool, release: &Release) -> sqlx::Result<()> {
    assemblies::forget_release_files(db, release.organization_id).await?;
    let mut transaction = db.begin().await?;
    release_files::delete_all(&mut *transaction, release.id).await?;
    artifact_bundles::unlink_release(&mut *transaction, release.id).await?;
    transaction.commit().await
}

/// Line ends and the like break what reads names line by line; `file` is what curl sends where no name was given.
fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() || name == "file" {
        return Err(Error::NoName);
    }
    if name.chars().count() > MAX_NAME {
        return Err(Error::LongName);
    }
    let base = name.rsplit('/').next().unwrap_or_default();
    if base.contains(is_special) || name.contains('\0') { Err(Error::Name) } else { Ok(()) }
}

fn read_header(header: &str) -> Result<(&str, &str), Error> {
    let (name, value) = header.split_once(':').ok_or(Error::Header)?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || header.chars().count() > MAX_HEADER {
        return Err(Error::Header);
    }
    if header.contains(is_special) || header.contains('\0') { Err(Error::HeaderValue) } else { Ok((name, value)) }
}

fn is_special(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\x0b' | '\x0c' | '\\')
}

#[cfg(test)]
mod tests {
    use super::{Error, NewFile};

    #[test]
    fn names_and_headers_are_checked() {
        let long = "x".repeat(2001);
        for (name, headers, expected) in [
            ("", vec![], "File name must be specified"),
            ("file", vec![], "File name must be specified"),
            ("~/a\tb.js", vec![], "File name must not contain special whitespace characters"),
            ("~/a\\b.js", vec![], "File name must not contain special whitespace characters"),
            (long.as_str(), vec![], "File name must have at most 2000 characters"),
            ("a.js", vec!["Sourcemap"], "header value was not formatted correctly"),
            ("a.js", vec![": x"], "header value was not formatted correctly"),
            ("a.js", vec!["Sourcemap: a\nb"], "header value must not contain special whitespace characters"),
            ("a.js", vec!["a:b"; 51], "a file has at most 50 headers"),
        ] {
            let headers: Vec<String> = headers.into_iter().map(ToOwned::to_owned).collect();
            let error: Error = NewFile::new(name, "", &headers, None).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{name:.20} {error}");
        }
        let headers = ["sourcemap: a.js.map".to_owned(), "content-type:text/x".to_owned()];
        let file = NewFile::new("https://example.com/a b\t/a.js", "7", &headers, Some("text/javascript")).unwrap();
        let headers: Vec<_> = file.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(headers, ["content-type=text/x", "sourcemap=a.js.map"]);
    }
}
