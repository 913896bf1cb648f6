//! The bundle format: an archive with a manifest (sourcemaps.md 12.5).

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use uuid::Uuid;

use super::archive::{Archive, ArchiveError, MAX_ENTRIES, shortened};
use super::{MAX_HEADER, MAX_HEADERS, MAX_NAME};
use crate::protocol::artifact::{Inspector, Traits};
use crate::protocol::zip::Entry;
use crate::store::release_files::Headers;
use crate::types::artifact::ArtifactKind;

const MANIFEST: &str = "manifest.json";
const MAX_MANIFEST: u64 = 64 << 20;

/// What a bundle holds.
#[derive(Debug)]
pub struct Bundle {
    pub debug_id: Option<Uuid>,
    pub organization: Option<String>,
    pub release: Option<String>,
    pub dist: Option<String>,
    pub files: Vec<BundleFile>,
}

/// A file that the manifest names and the archive has.
#[derive(Debug)]
pub struct BundleFile {
    pub entry: Entry,
    pub data_offset: u64,
    pub url: Option<String>,
    pub kind: ArtifactKind,
    pub headers: Headers,
    pub traits: Traits,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    files: Members<ManifestFile, MAX_ENTRIES>,
    #[serde(default, deserialize_with = "lenient_uuid")]
    debug_id: Option<Uuid>,
    org: Option<String>,
    release: Option<String>,
    dist: Option<String>,
}

#[derive(Deserialize)]
struct ManifestFile {
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    #[serde(default)]
    headers: Members<String, MAX_HEADERS>,
}

/// The members of an object in the order they come: a name that comes twice counts twice. No more than allowed are read:
/// small archives make large manifests.
struct Members<T, const MAX: usize>(Vec<(String, T)>);

impl<T, const MAX: usize> Default for Members<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Members<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for InOrder<T, MAX> {
            type Value = Members<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an object of up to {MAX} members")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    if members.len() == MAX {
                        return Err(A::Error::invalid_length(MAX + 1, &self));
                    }
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

fn lenient_uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// Reads all of a bundle: the manifest, and each file once, so that what it says of them is true. Blocks.
pub fn read_bundle(archive: &mut Archive) -> Result<Bundle, ArchiveError> {
    let entry = archive.entry(MANIFEST).cloned().ok_or_else(|| refused("the archive has no manifest.json"))?;
    let text = archive.read_whole(&entry, MAX_MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| refused(format!("manifest.json cannot be read: {error}")))?;
    drop(text);
    let mut paths = HashSet::new();
    if let Some((twice, _)) = manifest.files.0.iter().find(|(path, _)| !paths.insert(path.as_str())) {
        return Err(refused(format!("manifest.json names `{}` twice", shortened(twice))));
    }
    let mut files = Vec::with_capacity(manifest.files.0.len());
    for (path, file) in manifest.files.0 {
        files.push(read_file(archive, &path, file)?);
    }
    let Manifest { debug_id, org, release, dist, .. } = manifest;
    Ok(Bundle { debug_id, organization: org, release, dist, files })
}

fn read_file(archive: &mut Archive, path: &str, file: ManifestFile) -> Result<BundleFile, ArchiveError> {
    let shown = shortened(path);
    let entry = archive.entry(path).cloned();
    let entry = entry.ok_or_else(|| refused(format!("manifest.json names `{shown}`, which is not in the archive")))?;
    let is_long = |text: &str, limit: usize| text.chars().count() > limit || text.contains('\0');
    if file.url.as_deref().is_some_and(|url| is_long(url, MAX_NAME)) {
        return Err(refused(format!("the URL of `{shown}` has more than {MAX_NAME} characters, or NUL")));
    }
    let headers = file.headers.0;
    if headers.iter().any(|(name, value)| is_long(name, MAX_HEADER) || is_long(value, MAX_HEADER)) {
        return Err(refused(format!("`{shown}` has a header of more than {MAX_HEADER} characters, or with NUL")));
    }
    let data_offset = archive.data_offset(&entry)?;
    let mut inspector = Inspector::default();
    archive.read(&entry, |piece| {
        inspector.look(piece);
        Ok(())
    })?;
    let read = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let (guess, traits) = inspector.finish(file.url.as_deref().unwrap_or(path), read);
    let kind = file.kind.as_deref().map_or(guess, |name| ArtifactKind::parse(name).unwrap_or(ArtifactKind::Other));
    let is_map = kind == ArtifactKind::SourceMap;
    let traits = Traits { has_sources: traits.has_sources.filter(|_| is_map), ..traits };
    let url = file.url.filter(|url| !url.is_empty());
    Ok(BundleFile { data_offset, entry, url, kind, headers: headers.into_iter().collect(), traits })
}

fn refused(message: impl Into<String>) -> ArchiveError {
    ArchiveError::Manifest(message.into())
}
