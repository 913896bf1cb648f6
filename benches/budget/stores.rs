//! PostgreSQL and Redis of one's own, with the durability of production, in a temporary folder on Unix sockets.
//!
//! Shared by the budget and the fault tests: both start, stop and kill them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Both servers; dropping it stops them and removes their files.
pub struct Stores {
    folder: PathBuf,
    postgres_bin: PathBuf,
    redis: Option<Child>,
}

impl Stores {
    /// Starts both, empty. PostgreSQL's durability settings are its defaults.
    pub fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("picket-own-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir_all(folder.join("postgres")).expect("a temporary folder");
        fs::create_dir_all(folder.join("sockets")).expect("a temporary folder");
        for name in ["postgres", "sockets"] {
            run(Command::new("chown").arg("-R").arg(owner()).arg(folder.join(name)));
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        let mut stores = Self { folder, postgres_bin: postgres_bin(), redis: None };
        stores.initialize();
        stores.start_postgres();
        stores.start_redis();
        stores
    }

    pub fn database_url(&self) -> String {
        let host = self.folder.join("sockets").to_string_lossy().replace('/', "%2F");
        format!("postgres:///postgres?user=postgres&host={host}")
    }

    pub fn redis_url(&self) -> String {
        format!("unix://{}", self.folder.join("redis.sock").display())
    }

    /// Where PostgreSQL keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// A folder that goes with the stores.
    pub fn scratch(&self) -> &Path {
        &self.folder
    }

    /// Process id of the server that all other PostgreSQL processes descend from.
    pub fn postgres_pid(&self) -> u32 {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).expect("PostgreSQL runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id")
    }

    pub fn redis_pid(&self) -> u32 {
        self.redis.as_ref().expect("Redis runs").id()
    }

    pub fn start_postgres(&self) {
        let log = self.data().join("server.log");
        run(self.as_owner("pg_ctl").args(["start", "-w", "-s", "-D"]).arg(self.data()).arg("-l").arg(log));
    }

    /// Stops as an operator does who cannot wait.
    pub fn stop_postgres(&self) {
        run(self.as_owner("pg_ctl").args(["stop", "-w", "-s", "-m", "fast", "-D"]).arg(self.data()));
    }

    pub fn start_redis(&mut self) {
        let folder = &self.folder;
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]);
        command.arg("--unixsocket").arg(folder.join("redis.sock")).args(["--unixsocketperm", "700"]);
        command.arg("--dir").arg(folder).arg("--logfile").arg(folder.join("redis.log"));
        self.redis = Some(command.stdin(Stdio::null()).spawn().expect("redis-server is installed"));
        for _ in 0..500 {
            let ping = Command::new("redis-cli").arg("-s").arg(folder.join("redis.sock")).arg("ping").output();
            if ping.is_ok_and(|answer| answer.stdout.starts_with(b"PONG")) {
                return;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("Redis does not answer");
    }

    /// Kills Redis: what it wrote to its file is what is left.
    pub fn kill_redis(&mut self) {
        if let Some(mut redis) = self.redis.take() {
            redis.kill().and_then(|()| redis.wait()).expect("the process is ours");
        }
    }

    fn initialize(&self) {
        let arguments = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
        run(self.as_owner("initdb").args(arguments).arg(self.data()).stdout(Stdio::null()));
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nmax_connections = 100\n",
            self.folder.join("sockets").display()
        );
        let file = fs::OpenOptions::new().append(true).open(self.data().join("postgresql.conf"));
        file.and_then(|mut file| file.write_all(settings.as_bytes())).expect("the settings can be written");
    }

    /// PostgreSQL refuses to run as root.
    fn as_owner(&self, program: &str) -> Command {
        let program = self.postgres_bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", &owner(), "--regid", &owner(), "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Stores {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let _ = self.as_owner("pg_ctl").args(["stop", "-s", "-m", "immediate", "-D"]).arg(self.data()).status();
        }
        self.kill_redis();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {status:?}");
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Who PostgreSQL runs as.
fn owner() -> String {
    if is_root() { "postgres".to_owned() } else { whoami() }
}

fn whoami() -> String {
    let name = Command::new("id").arg("-un").output().expect("id is installed").stdout;
    String::from_utf8_lossy(&name).trim().to_owned()
}

/// The newest installed version.
fn postgres_bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path())
        .max_by_key(|path| path.file_name().and_then(|name| name.to_string_lossy().parse::<u32>().ok()).unwrap_or(0));
    newest.map_or_else(|| PathBuf::from("/usr/local/bin"), |version| version.join("bin"))
}
