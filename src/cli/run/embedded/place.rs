//! Where the private stores keep their files and sockets, and who owns them.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::programs;
use crate::types::hex;

/// Longest path of a Unix socket on Linux; the kernel's limit is 108 with the closing zero.
const MAX_SOCKET_PATH: usize = 107;
const POSTGRES_SOCKET: &str = ".s.PGSQL.5432";

/// A user that PostgreSQL runs as: it refuses to run as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
}

/// The folders of the private stores.
#[derive(Clone, Debug)]
pub struct Place {
    /// Redis's files, the secret, attachments.
    pub data: PathBuf,
    /// PostgreSQL's folder and, unless the path is too long, the sockets: the data folder; or, where root's
    /// unprivileged user could not get there, one in /var/lib.
    servers: PathBuf,
    sockets: PathBuf,
    /// `None`: this process's own user.
    pub owner: Option<Owner>,
}

impl Place {
    /// The same for the same data folder every time.
    pub fn of(data: &Path) -> anyhow::Result<Self> {
        let data = data.canonicalize().with_context(|| format!("{} is not there", data.display()))?;
        let id = hex::encode(&Sha256::digest(data.as_os_str().as_encoded_bytes())[..6]);
        let owner = if programs::is_root() { Some(programs::unprivileged_user()?) } else { None };
        let reachable = owner.is_none() || data.ancestors().skip(1).all(is_open_to_all);
        let servers = if reachable { data.clone() } else { PathBuf::from(format!("/var/lib/picket-{id}")) };
        let sockets = servers.join("run");
        let fits = sockets.join(POSTGRES_SOCKET).as_os_str().len() <= MAX_SOCKET_PATH;
        let sockets = if fits { sockets } else { std::env::temp_dir().join(format!("picket-{id}")) };
        Ok(Self { data, servers, sockets, owner })
    }

    /// Makes the folders, with their owners.
    pub fn prepare(&self) -> anyhow::Result<()> {
        if self.servers != self.data {
            tracing::info!(
                "PostgreSQL's user cannot get into {}: its files are in {}",
                self.data.display(),
                self.servers.display()
            );
        }
        for folder in [&self.data, &self.servers] {
            let mode = if self.owner.is_some() { 0o711 } else { 0o700 };
            make_folder(folder, mode)?;
        }
        make_folder(&self.data.join("redis"), 0o700)?;
        make_folder(&self.sockets, 0o700)?;
        self.own(&self.sockets)
    }

    /// Gives a path to the user PostgreSQL runs as. In a temporary folder it must not be someone else's already.
    pub fn own(&self, path: &Path) -> anyhow::Result<()> {
        let uid = fs::symlink_metadata(path)?.uid();
        match self.owner {
            Some(owner) if uid == owner.uid || uid == 0 => Ok(chown(path, Some(owner.uid), Some(owner.gid))?),
            None if uid == programs::own_uid() => Ok(()),
            _ => anyhow::bail!("{} belongs to another user: remove it", path.display()),
        }
    }

    /// PostgreSQL's folder.
    pub fn postgres(&self) -> PathBuf {
        self.servers.join("postgres")
    }

    pub fn sockets(&self) -> &Path {
        &self.sockets
    }

    pub fn postgres_socket(&self) -> PathBuf {
        self.sockets.join(POSTGRES_SOCKET)
    }

    pub fn redis_socket(&self) -> PathBuf {
        self.sockets.join("redis.sock")
    }

    pub fn database_url(&self) -> String {
        let host = self.sockets.to_string_lossy();
        format!("postgres:///postgres?user=postgres&host={}", utf8_percent_encode(&host, NON_ALPHANUMERIC))
    }

    pub fn redis_url(&self) -> String {
        let url = Url::from_file_path(self.redis_socket()).expect("the path is absolute");
        url.as_str().replacen("file://", "unix://", 1)
    }
}

fn is_open_to_all(folder: &Path) -> bool {
    const SEARCH_BY_OTHERS: u32 = 0o001;
    fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & SEARCH_BY_OTHERS != 0)
}

fn make_folder(path: &Path, mode: u32) -> anyhow::Result<()> {
    if !path.is_dir() {
        fs::create_dir(path).with_context(|| format!("{} cannot be made", path.display()))?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{MAX_SOCKET_PATH, Place};

    #[test]
    fn sockets_of_long_folders_lie_in_a_short_one() {
        let base = std::env::temp_dir().join(format!("picket-place-{:x}", rand::random::<u64>()));
        let long: PathBuf = base.join("x".repeat(60)).join("y".repeat(60));
        fs::create_dir_all(&long).unwrap();
        let place = Place::of(&long).unwrap();
        assert!(place.postgres_socket().as_os_str().len() <= MAX_SOCKET_PATH);
        assert!(place.redis_socket().as_os_str().len() <= MAX_SOCKET_PATH);
        assert_eq!(place.sockets(), Place::of(&long).unwrap().sockets(), "the same every time");
        fs::remove_dir_all(base).unwrap();
    }
}
