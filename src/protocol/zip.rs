//! Zip archives as far as bundles use them: the directory at the end, and where each entry's bytes lie.
//!
//! Written by hand because an archive is hostile: libraries read a whole directory before anyone can count it. Here
//! every number is checked against the archive's size, and the caller decides how much of the directory it reads.
//! Bytes before the archive (`SYSB` and a version) are allowed, as the format demands.

/// How much of the end can hold the record that leads to the directory: itself, and the longest comment.
pub const TAIL_BYTES: u64 = 22 + 65_535;

const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const ENTRY: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;

/// Bytes of a local header before the name.
pub const LOCAL_BYTES: u64 = 30;

/// Why an archive cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("this is no zip archive, or its end is missing")]
    NoEnd,
    #[error("the archive's directory is damaged")]
    Directory,
    #[error("an entry of the archive is damaged")]
    Entry,
    #[error("the archive uses encryption or a compression other than deflate")]
    Unsupported,
}

/// Where the directory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directory {
    pub entries: u64,
    pub offset: u64,
    pub size: u64,
    /// What stands before the archive: offsets count from there.
    pub prefix: u64,
}

/// What the directory says about an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_deflated: bool,
    pub crc: u32,
    pub size: u64,
    pub data_size: u64,
    /// Of its local header, in the file.
    pub header_offset: u64,
}

/// Reads numbers from bytes that may end any time.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }
}

/// Finds the directory. `tail` is the end of a file of `size` bytes, [`TAIL_BYTES`] of it or all.
pub fn find_directory(tail: &[u8], size: u64) -> Result<Directory, Error> {
    let tail_offset = size.checked_sub(tail.len() as u64).ok_or(Error::NoEnd)?;
    let at = (0..tail.len().saturating_sub(21)).rev().find(|at| is_end(&tail[*at..])).ok_or(Error::NoEnd)?;
    let (entries, directory_size, offset) = read_end(&tail[at..]).ok_or(Error::NoEnd)?;
    let mut end = tail_offset + at as u64;
    let mut found = (u64::from(entries), u64::from(directory_size), u64::from(offset));
    if entries == u16::MAX || directory_size == u32::MAX || offset == u32::MAX {
        // The larger record stands right before; whoever has one has its locator between.
        let start = at.checked_sub(20 + 56).ok_or(Error::Directory)?;
        found = read_end_64(&tail[start..at]).ok_or(Error::Directory)?;
        end = tail_offset + start as u64;
    }
    let (entries, directory_size, declared) = found;
    let offset = end.checked_sub(directory_size).ok_or(Error::Directory)?;
    let prefix = offset.checked_sub(declared).ok_or(Error::Directory)?;
    Ok(Directory { entries, offset, size: directory_size, prefix })
}

/// Whether an end record stands here, with a comment that ends where the file does.
fn is_end(bytes: &[u8]) -> bool {
    let comment = || Some(u16::from_le_bytes(bytes.get(20..22)?.try_into().ok()?));
    Reader(bytes).u32() == Some(END) && comment().is_some_and(|length| bytes.len() == 22 + usize::from(length))
}

fn read_end(bytes: &[u8]) -> Option<(u16, u32, u32)> {
    let mut reader = Reader(bytes.get(10..)?);
    Some((reader.u16()?, reader.u32()?, reader.u32()?))
}

fn read_end_64(bytes: &[u8]) -> Option<(u64, u64, u64)> {
    let (mut record, mut locator) = (Reader(bytes), Reader(bytes.get(56..)?));
    if record.u32()? != END_64 || locator.u32()? != LOCATOR_64 {
        return None;
    }
    record.take(28)?;
    Some((record.u64()?, record.u64()?, record.u64()?))
}

/// Reads the next entry from what is there of the directory, and how many bytes it took; `None`: more is needed.
pub fn read_entry(bytes: &[u8], directory: &Directory) -> Result<Option<(Entry, usize)>, Error> {
    let Some(fixed) = bytes.get(..46) else { return Ok(None) };
    let numbers = read_fixed(fixed).ok_or(Error::Entry)?;
    let total = 46 + numbers.name + numbers.extra + numbers.comment;
    let Some(entry) = bytes.get(..total) else { return Ok(None) };
    if numbers.signature != ENTRY {
        return Err(Error::Directory);
    }
    if numbers.flags & 1 != 0 || !matches!(numbers.method, 0 | 8) {
        return Err(Error::Unsupported);
    }
    let name = String::from_utf8_lossy(&entry[46..46 + numbers.name]).into_owned();
    let (size, data_size, offset) =
        widen(&numbers, &entry[46 + numbers.name..46 + numbers.name + numbers.extra]).ok_or(Error::Entry)?;
    let header_offset = offset.checked_add(directory.prefix).ok_or(Error::Entry)?;
    let end = header_offset.checked_add(LOCAL_BYTES).and_then(|start| start.checked_add(data_size));
    if end.is_none_or(|end| end > directory.offset) || (numbers.method == 0 && size != data_size) {
        return Err(Error::Entry);
    }
    let entry = Entry { name, is_deflated: numbers.method == 8, crc: numbers.crc, size, data_size, header_offset };
    Ok(Some((entry, total)))
}

struct Fixed {
    signature: u32,
    flags: u16,
    method: u16,
    crc: u32,
    data_size: u32,
    size: u32,
    name: usize,
    extra: usize,
    comment: usize,
    offset: u32,
}

fn read_fixed(bytes: &[u8]) -> Option<Fixed> {
    let mut reader = Reader(bytes);
    let signature = reader.u32()?;
    reader.take(4)?;
    let (flags, method) = (reader.u16()?, reader.u16()?);
    reader.take(4)?;
    let (crc, data_size, size) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let (name, extra, comment) = (reader.u16()?.into(), reader.u16()?.into(), reader.u16()?.into());
    reader.take(8)?;
    let offset = reader.u32()?;
    Some(Fixed { signature, flags, method, crc, data_size, size, name, extra, comment, offset })
}

/// Size, compressed size and offset; those that do not fit 32 bits stand in an extra field.
fn widen(fixed: &Fixed, extra: &[u8]) -> Option<(u64, u64, u64)> {
    let mut fields = Reader(extra);
    let mut wide = Reader(&[]);
    while let (Some(id), Some(length)) = (fields.u16(), fields.u16()) {
        let Some(field) = fields.take(length.into()) else { break };
        if id == 1 {
            wide = Reader(field);
        }
    }
    let mut number = |narrow: u32| if narrow == u32::MAX { wide.u64() } else { Some(narrow.into()) };
    Some((number(fixed.size)?, number(fixed.data_size)?, number(fixed.offset)?))
}

/// Where an entry's bytes begin, counted from its local header.
pub fn read_local(bytes: &[u8]) -> Result<u64, Error> {
    let read = || {
        let mut reader = Reader(bytes);
        let signature = reader.u32()?;
        reader.take(22)?;
        Some((signature, u64::from(reader.u16()?) + u64::from(reader.u16()?)))
    };
    match read() {
        Some((LOCAL, length)) => Ok(LOCAL_BYTES + length),
        _ => Err(Error::Entry),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, find_directory, read_entry, read_local};

    /// `python3 -c "import zipfile; …"`: one stored entry `a.txt` with the content `hi`.
    const ARCHIVE: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x05\0\0\0a.txthi\
        PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a.txt\
        PK\x05\x06\0\0\0\0\x01\0\x01\x003\0\0\0%\0\0\0\0\0";

    #[test]
    fn entries_are_found_also_behind_a_prefix() {
        for prefix in [&b""[..], b"SYSB\x02\0\0\0"] {
            let file = [prefix, ARCHIVE].concat();
            let directory = find_directory(&file, file.len() as u64).unwrap();
            assert_eq!((directory.entries, directory.prefix), (1, prefix.len() as u64));
            let at = usize::try_from(directory.offset).unwrap();
            let (entry, length) = read_entry(&file[at..], &directory).unwrap().unwrap();
            assert_eq!((entry.name.as_str(), entry.size, entry.is_deflated), ("a.txt", 2, false));
            assert_eq!(length as u64, directory.size);
            let header = usize::try_from(entry.header_offset).unwrap();
            let data = header + usize::try_from(read_local(&file[header..]).unwrap()).unwrap();
            assert_eq!(&file[data..data + 2], b"hi");
        }
    }

    #[test]
    fn nothing_of_a_cut_or_changed_archive_is_believed() {
        for end in 0..ARCHIVE.len() {
            let cut = &ARCHIVE[..end];
            assert_eq!(find_directory(cut, end as u64), Err(Error::NoEnd), "{end}");
        }
        for at in 0..ARCHIVE.len() {
            for value in [0, 0x7f, 0xff] {
                let mut changed = ARCHIVE.to_vec();
                changed[at] = value;
                let Ok(directory) = find_directory(&changed, changed.len() as u64) else { continue };
                let start = usize::try_from(directory.offset).unwrap();
                let Ok(Some((entry, _))) = read_entry(&changed[start..], &directory) else { continue };
                assert!(entry.header_offset + entry.data_size <= directory.offset);
            }
        }
    }
}
