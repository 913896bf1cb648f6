//! Files that a process which was killed was just writing.
//!
//! `object_store` writes each file under its name and `#1`, and never shows such files to anybody: only whoever reads the
//! folders themselves finds those that nobody goes on with.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

/// Deletes those in a folder, and in folders in it, that nobody wrote to since a time; returns how many.
pub fn delete(folder: &Path, before: SystemTime) -> io::Result<u64> {
    let mut count = 0;
    for entry in or_gone(fs::read_dir(folder))?.into_iter().flatten() {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            count += delete(&entry.path(), before)?;
        } else if is_unfinished(&entry.file_name().to_string_lossy()) {
            let Some(facts) = or_gone(entry.metadata())? else { continue };
            if facts.modified()? < before && or_gone(fs::remove_file(entry.path()))?.is_some() {
                count += 1;
            }
        }
    }
    Ok(count)
}

fn is_unfinished(name: &str) -> bool {
    let number = name.rsplit_once('#').map_or("", |(_, number)| number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Other processes finish and delete meanwhile.
fn or_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}
