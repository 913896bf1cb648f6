//! Files under the name of their content: artifacts, attachments, symbols.
//!
//! The name is the SHA-256 of the content, so that what is stored twice takes space once and a file never changes.
//! They lie in a folder, or in S3-compatible storage when several hosts share them. A file appears whole or not at all,
//! and is durable when a call returns: a folder is synced, S3 is by nature.
//!
//! Content comes in pieces and is never in memory as a whole. `services::blobs` keeps the rows that go with it.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, WriteMultipart};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::unfinished;
use crate::config::{self, S3};
use crate::types::artifact::Checksum;
use crate::types::hex;

/// Content up to this size is sent in one go; larger content gets its name after its last byte is known.
const WHOLE_BYTES: usize = 1 << 20;

/// The smallest part of a larger upload that S3 takes.
const PART_BYTES: usize = 5 << 20;

/// Where content lies until its name is known.
const STAGE: &str = "incoming";

/// The store of the files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
}

/// Content that has arrived, but has no name in the store yet: [`Blobs::keep`] gives it one.
#[derive(Debug)]
pub struct Arrived {
    /// SHA-256 in hexadecimal: the name.
    pub key: String,
    pub sha1: Checksum,
    pub size: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Here(Bytes),
    Staged(Path),
}

impl Arrived {
    /// What is left once it is kept: name and size.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self { content: Content::Here(Bytes::new()), ..self }
    }
}

/// Takes content piece by piece. One that is dropped before [`Writer::finish`] leaves nothing in a folder.
#[derive(Debug)]
pub struct Writer {
    blobs: Blobs,
    sha256: Sha256,
    sha1: Sha1,
    size: u64,
    begun: BytesMut,
    upload: Option<(Path, WriteMultipart)>,
}

impl Blobs {
    /// The configured store. Opens no connection.
    pub fn new(config: &config::Blobs) -> io::Result<Self> {
        if let Some(s3) = &config.s3 {
            return Ok(Self { store: Arc::new(s3_store(s3)?), folder: None });
        }
        std::fs::create_dir_all(&config.directory)?;
        let store = LocalFileSystem::new_with_prefix(&config.directory)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: Some(config.directory.clone()) })
    }

    pub fn writer(&self) -> Writer {
        Writer {
            blobs: self.clone(),
            sha256: Sha256::new(),
            sha1: Sha1::new(),
            size: 0,
            begun: BytesMut::new(),
            upload: None,
        }
    }

    /// Content that is in memory already.
    pub fn arrived(content: Bytes) -> Arrived {
        Arrived {
            key: hex::encode(&Sha256::digest(&content)),
            sha1: Checksum::of(&content),
            size: content.len() as u64,
            content: Content::Here(content),
        }
    }

    /// Gives content its name, unless the same content is there already. When this returns, it survives a crash.
    pub async fn keep(&self, arrived: &Arrived) -> io::Result<()> {
        let path = path(&arrived.key)?;
        let is_there = self.store.head(&path).await.is_ok_and(|found| found.size == arrived.size);
        match &arrived.content {
            Content::Here(_) if is_there => {}
            Content::Here(content) => drop(self.store.put(&path, content.clone().into()).await?),
            Content::Staged(stage) if is_there => self.store.delete(stage).await?,
            Content::Staged(stage) => self.store.rename(stage, &path).await?,
        }
        Ok(())
    }

    /// Forgets content that is not wanted after all.
    pub async fn discard(&self, arrived: &Arrived) {
        if let Content::Staged(stage) = &arrived.content
            && let Err(error) = self.store.delete(stage).await
        {
            tracing::warn!(%error, "what is left of an upload could not be deleted");
        }
    }

    /// The content under a key, piece by piece; `NotFound` for what isn't a key too.
    pub async fn stream(&self, key: &str) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
        let found = self.store.get(&path(key)?).await?;
        Ok(found.into_stream().map_err(io::Error::from))
    }

    /// The whole content under a key; for what is known to be small.
    pub async fn get(&self, key: &str) -> io::Result<Bytes> {
        Ok(self.store.get(&path(key)?).await?.bytes().await?)
    }

    /// A part of the content under a key.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> io::Result<Bytes> {
        Ok(self.store.get_range(&path(key)?, range).await?)
    }

    /// Bytes under a key.
    pub async fn size(&self, key: &str) -> io::Result<u64> {
        Ok(self.store.head(&path(key)?).await?.size)
    }

    /// Deletes content; it's no error if it is gone already.
    pub async fn delete(&self, key: &str) -> io::Result<()> {
        match self.store.delete(&path(key)?).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Deletes what uploads left behind that were cut off before this time, by a crash for instance.
    pub async fn delete_remains(&self, before: chrono::DateTime<chrono::Utc>) -> io::Result<u64> {
        let stage = Path::from(STAGE);
        let mut remains = self.store.list(Some(&stage));
        let mut count = 0;
        while let Some(found) = remains.next().await.transpose()? {
            if found.last_modified < before {
                self.store.delete(&found.location).await?;
                count += 1;
            }
        }
        Ok(count + self.delete_unfinished(before).await?)
    }

    /// Files that were still being written are not listed by the store.
    async fn delete_unfinished(&self, before: chrono::DateTime<chrono::Utc>) -> io::Result<u64> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let deleting = tokio::task::spawn_blocking(move || unfinished::delete(&folder, before.into()));
        deleting.await.map_err(io::Error::other)?
    }

    /// Writes and deletes a probe: does the store work?
    pub async fn check(&self) -> io::Result<()> {
        let probe = Path::from(STAGE).join(format!("probe-{}", Uuid::new_v4().simple()));
        self.store.put(&probe, Bytes::from_static(b"probe").into()).await?;
        Ok(self.store.delete(&probe).await?)
    }
}

impl Writer {
    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub async fn write(&mut self, piece: Bytes) -> io::Result<()> {
        self.sha256.update(&piece);
        self.sha1.update(&piece);
        self.size += piece.len() as u64;
        if let Some((_, upload)) = &mut self.upload {
            upload.wait_for_capacity(1).await?;
            upload.put(piece);
            return Ok(());
        }
        self.begun.extend_from_slice(&piece);
        if self.begun.len() > WHOLE_BYTES { self.begin_upload().await } else { Ok(()) }
    }

    async fn begin_upload(&mut self) -> io::Result<()> {
        let stage = Path::from(STAGE).join(Uuid::new_v4().simple().to_string());
        let parts = self.blobs.store.put_multipart(&stage).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(parts, PART_BYTES);
        upload.put(std::mem::take(&mut self.begun).freeze());
        self.upload = Some((stage, upload));
        Ok(())
    }

    /// All of it has come.
    pub async fn finish(self) -> io::Result<Arrived> {
        let content = match self.upload {
            Some((stage, upload)) => {
                upload.finish().await?;
                Content::Staged(stage)
            }
            None => Content::Here(self.begun.freeze()),
        };
        let key = hex::encode(&self.sha256.finalize());
        Ok(Arrived { key, sha1: Checksum(self.sha1.finalize().into()), size: self.size, content })
    }

    /// Nothing more comes, and what came is not wanted.
    pub async fn abort(self) {
        if let Some((_, upload)) = self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an upload could not be aborted");
        }
    }
}

fn s3_store(s3: &S3) -> io::Result<impl ObjectStore> {
    super::choose_cryptography();
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_client_options(ClientOptions::new().with_allow_http(true));
    if let (Some(id), Some(secret)) = (&s3.access_key, &s3.secret_key) {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret);
    }
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    Ok(builder.build()?)
}

/// Two levels of folders, so that none gets too large.
fn path(key: &str) -> io::Result<Path> {
    let is_key = key.len() == 64 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_key {
        return Err(io::Error::new(io::ErrorKind::NotFound, "not a blob's key"));
    }
    Ok(Path::from_iter([&key[..2], &key[2..4], key]))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use bytes::Bytes;
    use futures_util::TryStreamExt;

    use super::Blobs;
    use crate::config;

    fn folder() -> (std::path::PathBuf, Blobs) {
        let directory = std::env::temp_dir().join(format!("picket-blobs-{}", uuid::Uuid::new_v4().simple()));
        let blobs = Blobs::new(&config::Blobs { directory: directory.clone(), s3: None }).unwrap();
        (directory, blobs)
    }

    #[tokio::test]
    async fn content_is_kept_once_under_its_hash() {
        let (directory, blobs) = folder();
        for _ in 0..2 {
            let arrived = Blobs::arrived(Bytes::from_static(b"abc"));
            blobs.keep(&arrived).await.unwrap();
        }
        let key = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(blobs.get(key).await.unwrap(), "abc");
        assert_eq!(blobs.get_range(key, 1..3).await.unwrap(), "bc");
        let folder = directory.join("ba/78");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "nothing temporary remains");

        blobs.delete(key).await.unwrap();
        blobs.delete(key).await.unwrap();
        assert_eq!(blobs.get(key).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(blobs.get("../../etc/passwd").await.unwrap_err().kind(), ErrorKind::NotFound);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[tokio::test]
    async fn what_a_crash_left_behind_goes_after_a_while() {
        let (directory, blobs) = folder();
        let arrived = Blobs::arrived(Bytes::from_static(b"kept"));
        blobs.keep(&arrived).await.unwrap();
        let mut writer = blobs.writer();
        writer.write(Bytes::from(vec![b'x'; 2 << 20])).await.unwrap();
        // Under a name that the store does not list: `incoming/…#1`.
        std::mem::forget(writer);
        let begun = directory.join(&arrived.key[..2]).join(&arrived.key[2..4]).join(format!("{}#1", arrived.key));
        std::fs::write(&begun, b"ke").unwrap();
        let now = crate::types::clock::Clock::default().now();
        assert_eq!(blobs.delete_remains(now - chrono::TimeDelta::hours(1)).await.unwrap(), 0, "it may go on");
        assert_eq!(blobs.delete_remains(now + chrono::TimeDelta::hours(1)).await.unwrap(), 2);
        assert_eq!(std::fs::read_dir(directory.join("incoming")).unwrap().count(), 0);
        assert!(!begun.exists());
        assert_eq!(blobs.get(&arrived.key).await.unwrap(), "kept");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[tokio::test]
    async fn what_is_large_is_written_in_pieces() {
        let (directory, blobs) = folder();
        let piece = Bytes::from(vec![b'x'; 700_000]);
        for _ in 0..2 {
            let mut writer = blobs.writer();
            for _ in 0..10 {
                writer.write(piece.clone()).await.unwrap();
            }
            let arrived = writer.finish().await.unwrap();
            blobs.keep(&arrived).await.unwrap();
            assert_eq!(blobs.size(&arrived.key).await.unwrap(), 7_000_000);
            let read: Vec<Bytes> = blobs.stream(&arrived.key).await.unwrap().try_collect().await.unwrap();
            assert_eq!(read.iter().map(Bytes::len).sum::<usize>(), 7_000_000);
        }
        let mut unwanted = blobs.writer();
        unwanted.write(Bytes::from(vec![b'y'; 2 << 20])).await.unwrap();
        unwanted.abort().await;
        let mut unwanted = blobs.writer();
        unwanted.write(Bytes::from(vec![b'y'; 2 << 20])).await.unwrap();
        blobs.discard(&unwanted.finish().await.unwrap()).await;
        assert_eq!(std::fs::read_dir(directory.join("incoming")).unwrap().count(), 0, "nothing remains");
        std::fs::remove_dir_all(directory).unwrap();
    }
}
