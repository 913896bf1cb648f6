//! A real nginx of the test's own, in front of a running Picket.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::support::eventually;

/// A running nginx; dropping it stops it and removes its files.
pub struct Nginx {
    _child: Child,
    folder: PathBuf,
    pub address: SocketAddr,
}

impl Nginx {
    /// `http` is what stands in the block `http`; in it, `LISTEN` is where to listen.
    pub async fn start(http: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nginx-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let settings = settings(&folder, &http.replace("LISTEN", &address.to_string())).await;
        let file = folder.join("nginx.conf");
        std::fs::write(&file, settings).expect("the folder is ours");
        let mut command = nginx();
        command.arg("-p").arg(&folder).arg("-c").arg(&file).arg("-e").arg(folder.join("error.log"));
        let child = command.kill_on_drop(true).spawn().expect("nginx is missing: run the tests through `make test`");
        eventually("nginx listens", || async { TcpStream::connect(address).await.ok() }).await;
        Self { _child: child, folder, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The requests so far: method, path, status and what the client calls itself.
    pub fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.join("access.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn nginx() -> Command {
    // Where distributions put it, which is not on everybody's path.
    let place = Path::new("/usr/sbin/nginx");
    let mut command = Command::new(if place.exists() { place } else { Path::new("nginx") });
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// One process, in the foreground, that writes nowhere but into its folder.
async fn settings(folder: &Path, http: &str) -> String {
    let built = nginx().arg("-V").stderr(Stdio::piped()).output().await;
    let built = built.expect("nginx is missing: run the tests through `make test`").stderr;
    let built = String::from_utf8_lossy(&built).into_owned();
    let folder = folder.display();
    let mut temporary = format!("client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n");
    for kind in ["fastcgi", "uwsgi", "scgi"] {
        if !built.contains(&format!("--without-http_{kind}_module")) {
            writeln!(temporary, "{kind}_temp_path {folder}/{kind};").expect("a text takes everything");
        }
    }
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nevents {{}}\nhttp {{\n\
         log_format brief '$request_method $uri $status $http_user_agent';\naccess_log {folder}/access.log brief;\n\
         {temporary}{http}\n}}\n"
    )
}
