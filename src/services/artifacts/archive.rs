//! Reading an archive where it lies, by place: neither the archive nor a file of it is ever in memory as a whole.

use std::collections::HashMap;
use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::DeflateDecoder;
use tokio::runtime::Handle;

use crate::outbound::blobs::Blobs;
use crate::protocol::zip::{self, Directory, Entry};

/// Read at a time.
const STEP: u64 = 1 << 20;

/// Limits of an archive (sourcemaps.md 12.5).
pub const MAX_ENTRIES: usize = 100_000;
pub const MAX_ENTRY: u64 = 200 << 20;
pub const MAX_TOTAL: u64 = 2 << 30;

/// How much larger than the archive its files may be, beyond what small archives reach.
const MAX_RATIO: u64 = 50;
const FREE_BYTES: u64 = 64 << 20;

/// A directory with names of ordinary length.
const MAX_DIRECTORY: u64 = 128 << 20;

/// Why an archive is refused; or why it could not be read, which may pass.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Zip(#[from] zip::Error),
    #[error("the archive has {0} entries; {MAX_ENTRIES} are allowed")]
    Entries(u64),
    #[error("the archive's directory has more than {MAX_DIRECTORY} bytes")]
    Directory,
    #[error("`{0}` has more than the {MAX_ENTRY} bytes that a file in an archive may have")]
    LargeEntry(String),
    #[error("the files of the archive have more than the {MAX_TOTAL} bytes that are allowed")]
    Total,
    #[error(
        "the files of the archive are {MAX_RATIO} times larger than the archive, which is more than real files are"
    )]
    Ratio,
    #[error("`{0}` leads out of the archive, or is there twice")]
    Path(String),
    #[error("`{0}` is damaged: its content is not what the directory says")]
    Damaged(String),
    #[error("{0}")]
    Manifest(String),
    #[error("the file store does not work: {0}")]
    Store(#[from] io::Error),
}

/// A blob that is read by ranges; to be used on threads that may block.
struct Ranges {
    blobs: Blobs,
    key: String,
    size: u64,
    handle: Handle,
    ahead: Bytes,
    ahead_offset: u64,
}

impl Ranges {
    /// Up to `length` bytes from `offset`; fewer at the end of the blob.
    fn read(&mut self, offset: u64, length: u64) -> io::Result<Bytes> {
        let end = offset.saturating_add(length).min(self.size);
        if offset >= end {
            return Ok(Bytes::new());
        }
        let is_here = offset >= self.ahead_offset && end <= self.ahead_offset + self.ahead.len() as u64;
        if !is_here {
            let until = end.max(offset.saturating_add(STEP)).min(self.size);
            self.ahead = self.handle.block_on(self.blobs.get_range(&self.key, offset..until))?;
            self.ahead_offset = offset;
        }
        let start = usize::try_from(offset - self.ahead_offset).map_err(io::Error::other)?;
        let count = usize::try_from(end - offset).map_err(io::Error::other)?;
        if start + count > self.ahead.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.ahead.slice(start..start + count))
    }
}

/// The bytes of a place in an archive, as a reader.
struct Place<'a> {
    ranges: &'a mut Ranges,
    offset: u64,
    left: u64,
}

impl Read for Place<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.ranges.read(self.offset, self.left.min(buffer.len() as u64))?;
        buffer[..piece.len()].copy_from_slice(&piece);
        self.offset += piece.len() as u64;
        self.left -= piece.len() as u64;
        Ok(piece.len())
    }
}

/// An archive in the blob store, its directory read and found within the limits.
pub struct Archive {
    ranges: Ranges,
    entries: HashMap<String, Entry>,
}

impl Archive {
    /// Blocks; not for threads that serve.
    pub fn open(blobs: &Blobs, key: &str, size: u64, handle: Handle) -> Result<Self, ArchiveError> {
        let (blobs, key) = (blobs.clone(), key.to_owned());
        let mut ranges = Ranges { blobs, key, size, handle, ahead: Bytes::new(), ahead_offset: 0 };
        let tail_length = size.min(zip::TAIL_BYTES);
        let tail = ranges.read(size - tail_length, tail_length)?;
        let directory = zip::find_directory(&tail, size)?;
        if directory.entries > MAX_ENTRIES as u64 {
            return Err(ArchiveError::Entries(directory.entries));
        }
        if directory.size > MAX_DIRECTORY {
            return Err(ArchiveError::Directory);
        }
        let entries = read_entries(&mut ranges, &directory)?;
        check_sizes(entries.values(), size)?;
        Ok(Self { ranges, entries })
    }

    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The files, without folders.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| !entry.name.ends_with('/'))
    }

    /// Where an entry's bytes begin.
    pub fn data_offset(&mut self, entry: &Entry) -> Result<u64, ArchiveError> {
        let header = self.ranges.read(entry.header_offset, zip::LOCAL_BYTES)?;
        let offset = entry.header_offset + zip::read_local(&header)?;
        if offset.saturating_add(entry.data_size) > self.ranges.size {
            return Err(ArchiveError::Damaged(entry.name.clone()));
        }
        Ok(offset)
    }

    /// Hands the content of an entry on in pieces, and checks that it is what the directory says.
    pub fn read(
        &mut self,
        entry: &Entry,
        mut each: impl FnMut(&[u8]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let offset = self.data_offset(entry)?;
        let place = Place { ranges: &mut self.ranges, offset, left: entry.data_size };
        let mut reader: Box<dyn Read + '_> =
            if entry.is_deflated { Box::new(DeflateDecoder::new(place)) } else { Box::new(place) };
        let damaged = || ArchiveError::Damaged(entry.name.clone());
        let (mut size, mut crc, mut buffer) = (0, flate2::Crc::new(), vec![0; 64 << 10]);
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                    return Err(damaged());
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged()),
                Err(error) => return Err(error.into()),
            };
            if count == 0 {
                break;
            }
            size += count as u64;
            // Deflate says nothing about the size: more than announced is not unpacked.
            if size > entry.size {
                return Err(damaged());
            }
            crc.update(&buffer[..count]);
            each(&buffer[..count])?;
        }
        if size == entry.size && crc.sum() == entry.crc { Ok(()) } else { Err(damaged()) }
    }

    /// The whole content of an entry of up to `limit` bytes.
    pub fn read_whole(&mut self, entry: &Entry, limit: u64) -> Result<Vec<u8>, ArchiveError> {
        if entry.size > limit {
            return Err(ArchiveError::LargeEntry(entry.name.clone()));
        }
        let mut content = Vec::new();
        self.read(entry, |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(content)
    }
}

fn read_entries(ranges: &mut Ranges, directory: &Directory) -> Result<HashMap<String, Entry>, ArchiveError> {
    let mut entries = HashMap::new();
    let (mut offset, end) = (directory.offset, directory.offset + directory.size);
    for _ in 0..directory.entries {
        // The longest entry: 46 bytes, and three fields of up to 65,535.
        let bytes = ranges.read(offset, (end - offset).min(200 << 10))?;
        let (entry, length) = zip::read_entry(&bytes, directory)?.ok_or(zip::Error::Directory)?;
        offset += length as u64;
        if leads_out(&entry.name) {
            return Err(ArchiveError::Path(shortened(&entry.name)));
        }
        if let Some(twice) = entries.insert(entry.name.clone(), entry) {
            return Err(ArchiveError::Path(shortened(&twice.name)));
        }
    }
    Ok(entries)
}

fn check_sizes<'a>(entries: impl Iterator<Item = &'a Entry>, archive: u64) -> Result<(), ArchiveError> {
    let mut total = 0;
    for entry in entries {
        if entry.size > MAX_ENTRY {
            return Err(ArchiveError::LargeEntry(shortened(&entry.name)));
        }
        total += entry.size;
    }
    if total > MAX_TOTAL {
        return Err(ArchiveError::Total);
    }
    if total > FREE_BYTES + archive.saturating_mul(MAX_RATIO) { Err(ArchiveError::Ratio) } else { Ok(()) }
}

/// Nothing is ever unpacked under such a name here, but whoever makes one means harm.
fn leads_out(name: &str) -> bool {
    name.starts_with('/') || name.contains(['\\', '\0']) || name.split('/').any(|segment| segment == "..")
}

pub(super) fn shortened(name: &str) -> String {
    name.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
