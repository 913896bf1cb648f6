//! `run all` without configured stores: brings its own, survives being killed, leaves nothing running.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::Installation;
use super::running::Running;

/// Stops what a failed test would leave running.
struct Servers<'a>(&'a Installation);

impl Drop for Servers<'_> {
    fn drop(&mut self) {
        for pid in servers(self.0) {
            let _ = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
    }
}

#[test]
fn a_killed_picket_recovers_with_all_data_and_a_stopped_one_leaves_nothing() {
    let installation = Installation::bare();
    let _servers = Servers(&installation);
    let start = || Running::start(&installation, &["run", "all", "-b", "127.0.0.1:0"]);

    let mut running = start();
    running.address();
    let dsn = installation.run(&["project", "create", "--organization", "Acme", "--name", "Shop"]).ok();
    installation.run(&["run", "all", "-b", "127.0.0.1:0"]).fails_with(&["another picket uses", "--data"]);
    running.signal("KILL");
    let said = running.finish();
    assert_eq!(said.code, None, "{said:?}");
    assert!(said.out.contains("password") && said.out.contains("Picket is ready at http://localhost:"), "{said:?}");
    assert_eq!(servers(&installation).len(), 2, "orphans");

    // The next one takes them over; what was stored is there, and the password is not shown again.
    let mut running = start();
    running.wait_for_line("taking over the");
    let address = running.address();
    let again = installation.run(&["project", "create", "--organization", "Acme", "--name", "Shop"]).ok();
    assert_eq!(again, dsn);
    let health = ask_health(&address);
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    running.signal("TERM");
    let said = running.finish();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(!said.out.contains("password"), "{said:?}");
    assert_eq!(servers(&installation), Vec::<u32>::new());

    // A power cut: files that name processes which are gone, one of them someone else's by now.
    let stale = std::process::id();
    fs::write(installation.folder.join("data/postgres/postmaster.pid"), format!("{stale}\n/nowhere\n0\n5432\n"))
        .unwrap();
    fs::write(installation.folder.join("data/redis/redis.pid"), stale.to_string()).unwrap();
    let mut running = start();
    running.address();
    running.signal("TERM");
    assert_eq!(running.finish().code, Some(0));
}

/// The private servers of this installation that run.
fn servers(installation: &Installation) -> Vec<u32> {
    // A server that was told to stop may take a moment to disappear from the list.
    std::thread::sleep(Duration::from_millis(100));
    let folder = installation.folder.to_string_lossy().into_owned();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    pids.filter(|pid| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        command.contains(&folder) && (command.contains("postgres") || command.contains("redis"))
    })
    .collect()
}

fn ask_health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /_health/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
