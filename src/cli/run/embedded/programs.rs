//! Finding the installed programs, and the user to run them as.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};

use super::place::Owner;
use crate::config::Environment;

const POSTGRES_MISSING: &str = "is not installed: install it (Debian: apt-get install postgresql; or `make run`, which \
    does), or set database.url";
const REDIS_MISSING: &str = "is not installed: install it (Debian: apt-get install redis-server; or `make run`, which \
    does), or set redis.url";

/// Folders that are not on everyone's PATH.
const MORE_FOLDERS: &[&str] = &["/usr/local/bin", "/usr/bin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/// The folder with `initdb`, `pg_ctl` and `postgres`: of the given major version, else of the newest.
pub fn postgres_folder(major: Option<&str>) -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for parent in ["/usr/lib/postgresql", "/usr/pgsql"] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let version = entry.file_name().to_string_lossy().parse();
            let folder = entry.path().join("bin");
            if let (Ok(version), true) = (version, folder.join("initdb").is_file()) {
                found.push((version, folder));
            }
        }
    }
    found.sort();
    let wanted = |version: u32| major.is_none_or(|major| version.to_string() == major);
    if let Some((_, folder)) = found.iter().rev().find(|(version, _)| wanted(*version)) {
        return Ok(folder.clone());
    }
    match (find("initdb"), major) {
        (Some(program), _) => Ok(program.parent().expect("a file lies in a folder").to_owned()),
        (None, Some(major)) => bail!("PostgreSQL {major}, which the data folder was made with, {POSTGRES_MISSING}"),
        (None, None) => bail!("PostgreSQL {POSTGRES_MISSING}"),
    }
}

/// `redis-server`, or Valkey's.
pub fn redis_server() -> anyhow::Result<PathBuf> {
    find("redis-server").or_else(|| find("valkey-server")).with_context(|| format!("Redis {REDIS_MISSING}"))
}

/// Runs a program as `owner` and waits; an error carries what it printed last.
pub fn run(program: &Path, arguments: &[&str], owner: Option<Owner>) -> anyhow::Result<Output> {
    let mut command = Command::new(program);
    // The current folder may be one that the other user cannot read.
    command.args(arguments).current_dir("/").stdin(Stdio::null()).process_group(0);
    if let Some(owner) = owner {
        command.uid(owner.uid).gid(owner.gid);
    }
    let output = command.output().with_context(|| format!("{} cannot be run", program.display()))?;
    if !output.status.success() {
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        let said = String::from_utf8_lossy(&said);
        let last: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).rev().take(3).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!("{} failed: {}", program.display(), last.join(" / "));
    }
    Ok(output)
}

pub fn is_root() -> bool {
    own_uid() == 0
}

/// This process's user: the owner of its entry in /proc, or of a file it makes.
pub fn own_uid() -> u32 {
    let made = || {
        let path = std::env::temp_dir().join(format!("picket-uid-{:016x}", rand::random::<u64>()));
        let uid = fs::File::create_new(&path).and_then(|file| file.metadata()).map(|metadata| metadata.uid());
        fs::remove_file(&path).ok();
        uid.ok()
    };
    fs::metadata("/proc/self").map(|metadata| metadata.uid()).ok().or_else(made).unwrap_or(0)
}

/// `postgres` if there is such a user, else `nobody`.
pub fn unprivileged_user() -> anyhow::Result<Owner> {
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let user = ["postgres", "nobody"].iter().find_map(|name| find_user(&users, name));
    user.context("PostgreSQL refuses to run as root, and there is no user `postgres` to run it as: make one")
}

fn find_user(users: &str, name: &str) -> Option<Owner> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
    Some(Owner { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
}

fn find(program: &str) -> Option<PathBuf> {
    let environment = Environment::of_process();
    let path: Vec<PathBuf> = std::env::split_paths(environment.get("PATH").unwrap_or_default()).collect();
    let folders = path.into_iter().chain(MORE_FOLDERS.iter().map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::{Owner, find_user};

    #[test]
    fn users_are_found_by_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgres:x:108:115::/var/lib/postgresql:/bin/bash\nbroken\n";
        assert_eq!(find_user(users, "postgres"), Some(Owner { uid: 108, gid: 115 }));
        assert_eq!(find_user(users, "nobody"), None);
        assert_eq!(find_user(users, "broken"), None);
    }
}
