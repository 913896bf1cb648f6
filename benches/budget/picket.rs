//! The program under measurement, as its own process.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use super::stores::Stores;

/// A running `picket run …`; dropping it kills it.
pub struct Picket {
    child: Child,
    pub address: SocketAddr,
}

impl Picket {
    /// Starts a role with the stores. Where the web server listens is a free port.
    pub fn run(stores: &Stores, role: &str, address: SocketAddr) -> Self {
        Self::run_with(stores, role, address, &[])
    }

    /// The same, with settings from the environment.
    pub fn run_with(stores: &Stores, role: &str, address: SocketAddr, settings: &[(&str, &str)]) -> Self {
        let mut command = command(stores);
        command.args(["run", role]).envs(settings.iter().copied());
        if matches!(role, "web" | "all") {
            command.arg("--bind").arg(address.to_string());
        }
        let child = command.stdout(Stdio::null()).spawn().expect("the program is built");
        Self { child, address }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As the kernel does when memory runs out.
    pub fn kill(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("the process is ours");
    }
}

impl Drop for Picket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end and gives what it prints.
pub fn output(stores: &Stores, arguments: &[&str]) -> String {
    let output = command(stores).args(arguments).output().expect("the program is built");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "picket {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Applies the migrations and makes a project; gives its id and public key.
pub fn set_up(stores: &Stores) -> (i64, String) {
    output(stores, &["upgrade", "--noinput"]);
    let dsn = output(stores, &["project", "create", "--organization", "acme", "--name", "shop"]);
    let dsn = url::Url::parse(&dsn).expect("a DSN");
    let id = dsn.path().trim_start_matches('/').parse().expect("a project id");
    (id, dsn.username().to_owned())
}

pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

fn command(stores: &Stores) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    command.env("PICKET_CONF", stores.scratch().join("conf"));
    command.env("PICKET_DATABASE_URL", stores.database_url()).env("PICKET_REDIS_URL", stores.redis_url());
    command.env("PICKET_SYSTEM_SECRET_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef01");
    command.env("SENTRY_FILESTORE_DIR", stores.scratch().join("files"));
    command.env("PICKET_SOURCE_MAPS_CACHE_DIRECTORY", stores.scratch().join("maps"));
    command.env("PICKET_WORKER_TAKEOVER_AFTER", "2s").env("PICKET_LOG_LEVEL", "WARNING").stdin(Stdio::null());
    command
}
