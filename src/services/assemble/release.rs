//! Release bundles: archives whose files become files of a release (sourcemaps.md 12.3).

use bytes::Bytes;
use tokio::runtime::Handle;

use super::job::{Error, uploader, with_archive};
use crate::app::App;
use crate::outbound::blobs::Arrived;
use crate::services::artifacts::{Archive, ArchiveError, Bundle, BundleFile, MAX_DIST, read_bundle};
use crate::services::blobs;
use crate::store::assemblies::{self, Assembly, AssemblyState};
use crate::store::release_files::{self, NewReleaseFile};
use crate::types::ids::ReleaseId;

pub(super) async fn make(
    app: &App,
    assembly: &Assembly,
    arrived: &Arrived,
    release_id: ReleaseId,
    version: String,
    organization: String,
) -> Result<(), Error> {
    let (working_app, handle) = (app.clone(), Handle::current());
    let files = with_archive(app, arrived, move |archive| {
        let bundle = read_bundle(archive)?;
        check_manifest(&bundle, &version, &organization)?;
        let dist = bundle.dist.unwrap_or_default();
        let named = bundle.files.into_iter().filter_map(|file| Some((file.url.clone()?, file)));
        named
            .map(|(name, file)| extract(&working_app, &handle, archive, name, &dist, file))
            .collect::<Result<Vec<_>, _>>()
    });
    let files = files.await?;
    let now = app.clock.now();
    let mut transaction = app.db.begin().await?;
    for file in &files {
        release_files::replace(&mut transaction, release_id, file, uploader(assembly), now).await?;
    }
    assemblies::update(&mut *transaction, assembly.id, AssemblyState::Ok, None, now).await?;
    Ok(transaction.commit().await?)
}

fn check_manifest(bundle: &Bundle, version: &str, organization: &str) -> Result<(), ArchiveError> {
    for (field, manifest, asked) in [("org", &bundle.organization, organization), ("release", &bundle.release, version)]
    {
        if manifest.as_deref().is_some_and(|manifest| manifest != asked) {
            return Err(ArchiveError::Manifest(format!(
                "the `{field}` of manifest.json is not the one that was asked for"
            )));
        }
    }
    if bundle.dist.as_ref().is_some_and(|dist| dist.chars().count() > MAX_DIST || dist.contains('\0')) {
        return Err(ArchiveError::Manifest(format!(
            "the `dist` of manifest.json has more than {MAX_DIST} characters, or NUL"
        )));
    }
    Ok(())
}

/// Takes a file out of the archive, into the store.
fn extract(
    app: &App,
    handle: &Handle,
    archive: &mut Archive,
    name: String,
    dist: &str,
    file: BundleFile,
) -> Result<NewReleaseFile, ArchiveError> {
    let mut writer = app.blobs.writer();
    archive.read(&file.entry, |piece| Ok(handle.block_on(writer.write(Bytes::copy_from_slice(piece)))?))?;
    let extracted = handle.block_on(writer.finish())?;
    handle.block_on(blobs::keep(app, &extracted)).map_err(std::io::Error::other)?;
    Ok(NewReleaseFile {
        name,
        dist: dist.to_owned(),
        kind: file.kind,
        headers: file.headers,
        size: i64::try_from(extracted.size).unwrap_or(i64::MAX),
        sha1: extracted.sha1,
        blob: extracted.key,
        traits: file.traits,
    })
}
