//! Files under the name of their content: attachments now, artifacts later.
//!
//! The name is the SHA-256 of the content, so that what is stored twice takes space once and a file never changes. A
//! file appears whole or not at all: it is written under another name, synced, and renamed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::types::hex;

/// The folder of the files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    directory: PathBuf,
}

impl Blobs {
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// Stores content and gives its key. When this returns, the content survives a crash.
    pub async fn put(&self, content: Bytes) -> io::Result<String> {
        let blobs = self.clone();
        let put = tokio::task::spawn_blocking(move || blobs.write(&content));
        put.await.map_err(io::Error::other)?
    }

    /// The content under a key, for streaming; `NotFound` for what isn't a key too.
    pub async fn open(&self, key: &str) -> io::Result<tokio::fs::File> {
        tokio::fs::File::open(self.path(key)?).await
    }

    /// The whole content under a key.
    pub async fn get(&self, key: &str) -> io::Result<Bytes> {
        tokio::fs::read(self.path(key)?).await.map(Bytes::from)
    }

    /// Deletes content; it's no error if it is gone already.
    pub async fn delete(&self, key: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.path(key)?).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Two levels of folders, so that none gets too large.
    fn path(&self, key: &str) -> io::Result<PathBuf> {
        let is_key = key.len() == 64 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_key {
            return Err(io::Error::new(io::ErrorKind::NotFound, "not a blob's key"));
        }
        Ok(self.directory.join(&key[..2]).join(&key[2..4]).join(key))
    }

    fn write(&self, content: &[u8]) -> io::Result<String> {
        let key = hex::encode(&Sha256::digest(content));
        let path = self.path(&key)?;
        if path.exists() {
            return Ok(key);
        }
        let folder = path.parent().expect("the path of a blob has two folders");
        std::fs::create_dir_all(folder)?;
        let temporary = folder.join(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
        write_synced(&temporary, content)
            .and_then(|()| std::fs::rename(&temporary, &path))
            .inspect_err(|_| drop(std::fs::remove_file(&temporary)))?;
        // The new name itself is durable once its folder is.
        std::fs::File::open(folder)?.sync_all()?;
        Ok(key)
    }
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use bytes::Bytes;

    use super::Blobs;

    #[tokio::test]
    async fn content_is_kept_once_under_its_hash() {
        let directory = std::env::temp_dir().join(format!("picket-blobs-{}", uuid::Uuid::new_v4().simple()));
        let blobs = Blobs::new(&directory);
        let key = blobs.put(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(key, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(blobs.put(Bytes::from_static(b"abc")).await.unwrap(), key);
        assert_eq!(blobs.get(&key).await.unwrap(), "abc");
        let folder = directory.join("ba/78");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "nothing temporary remains");

        blobs.delete(&key).await.unwrap();
        blobs.delete(&key).await.unwrap();
        assert_eq!(blobs.get(&key).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(blobs.get("../../etc/passwd").await.unwrap_err().kind(), ErrorKind::NotFound);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
