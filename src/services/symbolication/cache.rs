//! What was read and prepared, by content: in memory with a bound, and prepared maps in a folder with a bound.

use std::collections::HashMap;
use std::fs;
use std::hash::Hash;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use crate::pipeline::symbolicate::compact::{self, CompactMap};
use crate::pipeline::symbolicate::context::SourceText;

const MAP_BYTES: usize = 96 << 20;
const TEXT_BYTES: usize = 48 << 20;
const FAILURES: usize = 1000;
/// Prepared maps on disk.
const FOLDER_BYTES: u64 = 2 << 30;
/// After so many new files the folder is swept.
const SWEEP_EVERY: usize = 50;

/// One cache for all tasks of the process. Keys are hashes of content, so it may serve several databases.
pub static CACHE: LazyLock<Cache> = LazyLock::new(|| Cache {
    maps: Mutex::new(Lru::new(MAP_BYTES)),
    texts: Mutex::new(Lru::new(TEXT_BYTES)),
    failures: Mutex::new(Lru::new(FAILURES)),
    written: Mutex::new(0),
});

pub struct Cache {
    maps: Mutex<Lru<Arc<CompactMap>>>,
    texts: Mutex<Lru<Arc<SourceText>>>,
    /// Maps that can't be used, with the reason.
    failures: Mutex<Lru<String>>,
    written: Mutex<usize>,
}

impl Cache {
    pub fn text(&self, key: &str) -> Option<Arc<SourceText>> {
        lock(&self.texts).get(key)
    }

    pub fn keep_text(&self, key: String, text: &Arc<SourceText>) {
        lock(&self.texts).insert(key, Arc::clone(text), text.weight());
    }

    pub fn map(&self, key: &str) -> Option<Arc<CompactMap>> {
        lock(&self.maps).get(key)
    }

    pub fn failure(&self, key: &str) -> Option<String> {
        lock(&self.failures).get(key)
    }

    pub fn keep_failure(&self, key: String, reason: &str) {
        lock(&self.failures).insert(key, reason.to_owned(), 1);
    }

    /// The prepared map from the folder.
    pub fn open_map(&self, folder: &Path, key: &str) -> Option<Arc<CompactMap>> {
        let map = Arc::new(CompactMap::open(fs::read(path(folder, key)).ok()?)?);
        // Files that were not used for long go first.
        if let Ok(file) = fs::File::options().append(true).open(path(folder, key)) {
            let _ = file.set_modified(SystemTime::now());
        }
        self.keep_map(key.to_owned(), &map);
        Some(map)
    }

    fn keep_map(&self, key: String, map: &Arc<CompactMap>) {
        lock(&self.maps).insert(key, Arc::clone(map), map.weight());
    }

    /// Keeps a prepared map in memory and, if the folder can be written, on disk. It appears whole or not at all, so
    /// that several workers may share the folder.
    pub fn write_map(&self, folder: &Path, key: &str, bytes: Vec<u8>) -> Option<Arc<CompactMap>> {
        let path = path(folder, key);
        if let Err(error) = write_whole(&path, &bytes) {
            tracing::warn!(%error, path = %path.display(), "a prepared source map cannot be kept");
        }
        let sweeps = {
            let mut written = lock(&self.written);
            *written += 1;
            *written % SWEEP_EVERY == 1
        };
        if sweeps {
            sweep(folder, FOLDER_BYTES);
        }
        let map = Arc::new(CompactMap::open(bytes)?);
        self.keep_map(key.to_owned(), &map);
        Some(map)
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("v{}", compact::VERSION)).join(&key[..2]).join(key)
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("prepared maps lie in folders");
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.inspect_err(|_| drop(fs::remove_file(&temporary)))
}

/// Deletes what was not used longest until the rest fits, and everything of other versions.
fn sweep(folder: &Path, max_bytes: u64) {
    let current = folder.join(format!("v{}", compact::VERSION));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path() != current {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for folder in fs::read_dir(&current).into_iter().flatten().flatten() {
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            if let Ok(facts) = file.metadata() {
                files.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len(), file.path()));
            }
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= max_bytes {
            return;
        }
        let _ = fs::remove_file(path);
        total -= size;
    }
}

/// The most recently used values up to a total weight.
pub struct Lru<V> {
    values: HashMap<String, Entry<V>>,
    total: usize,
    max: usize,
    clock: u64,
}

struct Entry<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<V: Clone> Lru<V> {
    pub fn new(max: usize) -> Self {
        Self { values: HashMap::new(), total: 0, max, clock: 0 }
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        String: std::borrow::Borrow<Q>,
    {
        self.clock += 1;
        let entry = self.values.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.value.clone())
    }

    /// What is heavier than all together is not kept.
    pub fn insert(&mut self, key: String, value: V, weight: usize) {
        if weight > self.max {
            return;
        }
        self.clock += 1;
        let entry = Entry { value, weight, used: self.clock };
        self.total += weight;
        if let Some(old) = self.values.insert(key, entry) {
            self.total -= old.weight;
        }
        while self.total > self.max {
            let Some(oldest) = self.values.iter().min_by_key(|(_, entry)| entry.used) else { return };
            let key = oldest.0.clone();
            self.total -= self.values.remove(&key).map_or(0, |entry| entry.weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::{CACHE, Lru, path, sweep, write_whole};
    use crate::pipeline::symbolicate::compact;

    #[test]
    fn the_least_used_goes_first() {
        let mut lru = Lru::new(10);
        for (key, weight) in [("a", 4), ("b", 4), ("a", 3), ("c", 3), ("huge", 11)] {
            lru.insert(key.to_owned(), key, weight);
        }
        assert_eq!((lru.get("a"), lru.total), (Some("a"), 10));
        lru.insert("d".to_owned(), "d", 2);
        assert_eq!([lru.get("a"), lru.get("b"), lru.get("c"), lru.get("d")], [Some("a"), None, Some("c"), Some("d")]);
    }

    #[test]
    fn maps_are_shared_by_folder() {
        let folder = std::env::temp_dir().join(format!("picket-maps-{}", uuid::Uuid::new_v4().simple()));
        let bytes = compact::build(None, br#"{"version":3,"sources":["a"],"names":[],"mappings":"AAAA"}"#).unwrap();
        let key = "ab".repeat(32);
        assert!(CACHE.open_map(&folder, &key).is_none());
        assert!(CACHE.write_map(&folder, &key, bytes).is_some());
        let opened = CACHE.open_map(&folder, &key).unwrap();
        assert!(opened.token(0, 0).is_some());
        fs::write(path(&folder, &key), b"damaged").unwrap();
        assert!(CACHE.open_map(&folder, &key).is_none());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_full_folder_loses_what_was_not_used_longest() {
        let folder = std::env::temp_dir().join(format!("picket-maps-{}", uuid::Uuid::new_v4().simple()));
        let keys = ["aa", "bb", "cc"].map(|pair| pair.repeat(32));
        for (age, key) in (1..).zip(&keys) {
            write_whole(&path(&folder, key), &[0; 100]).unwrap();
            let file = fs::File::options().append(true).open(path(&folder, key)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age * 60)).unwrap();
        }
        fs::create_dir(folder.join("v0")).unwrap();
        sweep(&folder, 250);
        assert_eq!(keys.map(|key| path(&folder, &key).exists()), [true, true, false]);
        assert!(!folder.join("v0").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
