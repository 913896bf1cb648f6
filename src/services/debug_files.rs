//! Debug files: kept, listed and given out. What is in them is not read beyond the first bytes.

use bytes::Bytes;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::app::App;
use crate::outbound::blobs::Arrived;
use crate::services::artifacts::{Archive, ArchiveError};
use crate::services::blobs;
use crate::store::debug_files::{self, DebugFile, NewDebugFile};
use crate::types::ids::ProjectId;

const MAX_NAME: usize = 500;
const HEAD: u64 = 200;

/// How every zip archive with an entry begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// Why debug files are refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the archive cannot be read: {0}")]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Content(#[from] blobs::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Makes a debug file of content that is kept.
pub async fn make(
    app: &App,
    arrived: &Arrived,
    project_id: ProjectId,
    name: &str,
    debug_id: Option<String>,
) -> Result<DebugFile, blobs::Error> {
    let head = app.blobs.get_range(&arrived.key, 0..arrived.size.min(HEAD)).await?;
    let (kind, found_id) = recognize(name, &head);
    let new = NewDebugFile {
        project_id,
        checksum: arrived.sha1,
        debug_id: debug_id.filter(|id| !id.is_empty()).map(|id| id.to_lowercase()).or(found_id),
        kind,
        name: name.rsplit(['/', '\\']).next().unwrap_or(name).chars().filter(|c| *c != '\0').take(MAX_NAME).collect(),
        size: i64::try_from(arrived.size).unwrap_or(i64::MAX),
        blob: arrived.key.clone(),
    };
    Ok(debug_files::insert(&app.db, &new, app.clock.now()).await?)
}

/// Stores a file that was uploaded whole, or those of an archive.
pub async fn store(app: &App, project_id: ProjectId, name: &str, arrived: Arrived) -> Result<Vec<DebugFile>, Error> {
    blobs::keep(app, &arrived).await?;
    let is_archive =
        arrived.size >= 4 && app.blobs.get_range(&arrived.key, 0..4).await.map_err(blobs::Error::from)? == ZIP;
    if !is_archive {
        return Ok(vec![make(app, &arrived, project_id, name, None).await?]);
    }
    let (working_app, handle) = (app.clone(), Handle::current());
    let unpacking = tokio::task::spawn_blocking(move || unpack(&working_app, &handle, &arrived));
    let unpacked = unpacking.await.map_err(|error| blobs::Error::Store(std::io::Error::other(error)))??;
    let mut files = Vec::with_capacity(unpacked.len());
    for (name, arrived) in unpacked {
        files.push(make(app, &arrived, project_id, &name, None).await?);
    }
    Ok(files)
}

/// Takes all files out of an archive, into the store. Blocks.
fn unpack(app: &App, handle: &Handle, arrived: &Arrived) -> Result<Vec<(String, Arrived)>, ArchiveError> {
    let mut archive = Archive::open(&app.blobs, &arrived.key, arrived.size, handle.clone())?;
    let entries: Vec<_> = archive.entries().cloned().collect();
    let mut files = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut writer = app.blobs.writer();
        archive.read(&entry, |piece| Ok(handle.block_on(writer.write(Bytes::copy_from_slice(piece)))?))?;
        let extracted = handle.block_on(writer.finish())?;
        handle.block_on(blobs::keep(app, &extracted)).map_err(std::io::Error::other)?;
        files.push((entry.name, extracted.without_content()));
    }
    Ok(files)
}

/// The kind by the first bytes, and the debug id where the name or the first line tells it.
fn recognize(name: &str, head: &[u8]) -> (&'static str, Option<String>) {
    let kind = match head {
        [0x7f, b'E', b'L', b'F', ..] => "elf",
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => {
            "macho"
        }
        [b'M', b'Z', ..] => "pe",
        [0, b'a', b's', b'm', ..] => "wasm",
        _ if head.starts_with(b"Microsoft C/C++ MSF") || head.starts_with(b"BSJB") => "pdb",
        _ if head.starts_with(b"MODULE ") => "breakpad",
        _ if head.starts_with(b"SYSB") => "sourcebundle",
        _ if proguard_id(name).is_some() => "proguard",
        _ => "unknown",
    };
    let id = match kind {
        "breakpad" => breakpad_id(head),
        "proguard" => proguard_id(name).map(|id| id.to_string()),
        _ => None,
    };
    (kind, id)
}

/// `proguard/UUID.txt`.
fn proguard_id(name: &str) -> Option<Uuid> {
    let (folder, file) = name.rsplit_once('/')?;
    if folder.rsplit('/').next() != Some("proguard") {
        return None;
    }
    file.strip_suffix(".txt")?.parse().ok()
}

/// `MODULE os arch 0123456789ABCDEF0123456789ABCDEF1 name`: a UUID and its age.
fn breakpad_id(head: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\n').next()?).ok()?;
    let id = line.split(' ').nth(3)?;
    let uuid: Uuid = id.get(..32)?.parse().ok()?;
    let age = u32::from_str_radix(id.get(32..)?, 16).unwrap_or(0);
    Some(if age == 0 { uuid.to_string() } else { format!("{uuid}-{age:x}") })
}

#[cfg(test)]
mod tests {
    use super::recognize;

    #[test]
    fn first_bytes_and_names_tell_kinds() {
        let id = "c3e25f0b-7d0c-4a15-9ba8-0e4f6f1c2b3a";
        let breakpad = b"MODULE mac x86_64 C3E25F0B7D0C4A159BA80E4F6F1C2B3A1 crash\nINFO";
        let with_age = format!("{id}-1");
        for (name, head, kind, debug_id) in [
            ("a", &b"\x7fELF\x02"[..], "elf", None),
            ("a", b"\xcf\xfa\xed\xfe", "macho", None),
            ("a", b"MZ", "pe", None),
            ("a.sym", breakpad, "breakpad", Some(with_age.as_str())),
            ("a.sym", b"MODULE mac", "breakpad", None),
            (&format!("/proguard/{id}.txt"), b"a -> b", "proguard", Some(id)),
            (&format!("/other/{id}.txt"), b"a -> b", "unknown", None),
            ("a", b"", "unknown", None),
        ] {
            assert_eq!(recognize(name, head), (kind, debug_id.map(ToOwned::to_owned)), "{name}");
        }
    }
}
