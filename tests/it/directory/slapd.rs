//! A real OpenLDAP server of the test's own, with people, groups and certificates.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use ldap3::{LdapConnAsync, Mod};
use picket::config::{Attributes, GroupRule, GroupType, Ldap, Membership, Scope, Search};
use picket::types::role::Role;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::support::eventually;

const HINT: &str = "slapd or openssl is missing: run the tests through `make test`";
const MANAGER: &str = "cn=manager,dc=example,dc=com";
/// Who may search.
pub const SERVICE: &str = "cn=picket,dc=example,dc=com";
pub const SECRET: &str = "service secret";
/// Everybody's password.
pub const PASSWORD: &str = "open sesame";

/// A running server; dropping it stops it and removes its files.
pub struct Slapd {
    child: Child,
    folder: PathBuf,
    plain: u16,
    encrypted: u16,
}

impl Slapd {
    pub async fn start() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("slapd-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(folder.join("data")).expect("a temporary folder");
        // Distributions confine the installed program to the system's directory.
        std::fs::copy("/usr/sbin/slapd", folder.join("slapd")).expect(HINT);
        certificates(&folder).await;
        std::fs::write(folder.join("slapd.conf"), settings(&folder)).expect("the folder is ours");
        std::fs::write(folder.join("people.ldif"), include_str!("people.ldif")).expect("the folder is ours");
        run(&folder, &["-T", "add", "-f", "slapd.conf", "-l", "people.ldif"]).await;
        let (plain, encrypted) = (free_port(), free_port());
        let child = listen(&folder, plain, encrypted).await;
        Self { child, folder, plain, encrypted }
    }

    /// Stops, as a server does that goes down; what it knows stays.
    pub async fn stop(&mut self) {
        self.child.kill().await.expect("a running server");
    }

    pub async fn start_again(&mut self) {
        self.child = listen(&self.folder, self.plain, self.encrypted).await;
    }

    pub fn ldap(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.plain)
    }

    pub fn ldaps(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.encrypted)
    }

    /// The certificate of who signed the server's.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Settings that find people by `uid` and groups by `member`, encrypted by `StartTLS`.
    pub fn config(&self) -> Ldap {
        Ldap {
            servers: vec![self.ldap()],
            start_tls: true,
            ca_file: Some(self.ca_file()),
            timeout: std::time::Duration::from_secs(5),
            bind_dn: SERVICE.to_owned(),
            bind_password: SECRET.to_owned(),
            binds_as_person: false,
            person_searches: vec![subtree("ou=people,dc=example,dc=com", "(uid=%(user)s)")],
            dn_template: None,
            attributes: Attributes {
                name: Some("cn".to_owned()),
                email: Some("mail".to_owned()),
                ..Attributes::default()
            },
            email_domain: None,
            group_searches: vec![subtree("ou=groups,dc=example,dc=com", "(objectClass=groupOfNames)")],
            group_type: members("member", false),
            required_groups: vec![],
            denied_groups: vec![],
            group_cache: None,
            membership: membership(),
        }
    }

    /// Changes entries as the directory's manager.
    pub async fn change(&self, dn: &str, changes: Vec<Mod<&'static str>>) {
        let (driver, mut ldap) = LdapConnAsync::new(&self.ldap()).await.expect("a running server");
        let driving = driver.drive();
        let changing = async {
            ldap.simple_bind(MANAGER, "manager").await.unwrap().success().unwrap();
            ldap.modify(dn, changes).await.unwrap().success().unwrap();
        };
        tokio::select! { () = changing => {}, _ = driving => panic!("the server hung up") }
    }

    /// Takes somebody out of a group.
    pub async fn leave(&self, group: &str, member: &'static str) {
        self.change(group, vec![Mod::Delete("member", [member].into())]).await;
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Everybody is a member of the first organization.
pub fn membership() -> Membership {
    Membership {
        organization: String::new(),
        role: Role::Member,
        has_global_access: false,
        group_roles: vec![],
        group_teams: vec![],
        links_by_email: false,
    }
}

pub fn subtree(base: &str, filter: &str) -> Search {
    Search { base: base.to_owned(), scope: Scope::Subtree, filter: filter.to_owned() }
}

pub fn members(attribute: &str, is_nested: bool) -> GroupType {
    let rule = GroupRule::Members { attribute: attribute.to_owned(), is_nested };
    GroupType { rule, name_attribute: "cn".to_owned() }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn settings(folder: &Path) -> String {
    let folder = folder.display();
    let schemas = ["core", "cosine", "inetorgperson", "nis"];
    let schemas = schemas.map(|name| format!("include /etc/ldap/schema/{name}.schema\n")).concat();
    format!(
        "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {folder}/slapd.pid\nsizelimit 500\n\
         TLSCACertificateFile {folder}/ca.pem\nTLSCertificateFile {folder}/server.pem\n\
         TLSCertificateKeyFile {folder}/server.key\nreferral ldap://127.0.0.1:1\n\
         database mdb\nsuffix \"dc=example,dc=com\"\nrootdn \"{MANAGER}\"\nrootpw manager\ndirectory {folder}/data\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by users read by anonymous auth by * none\n"
    )
}

/// An authority, and a server certificate for 127.0.0.1 that it signed.
async fn certificates(folder: &Path) {
    let subject = "basicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n";
    std::fs::write(folder.join("server.ext"), subject).expect("the folder is ours");
    for line in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Test",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out server.pem",
        "req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -subj /CN=Other",
    ] {
        let mut command = Command::new("openssl");
        command.args(line.split(' ')).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().await.expect(HINT).success(), "openssl {line}");
    }
}

async fn run(folder: &Path, arguments: &[&str]) {
    let output = Command::new(folder.join("slapd")).args(arguments).current_dir(folder).output().await.expect(HINT);
    assert!(output.status.success(), "slapd: {}", String::from_utf8_lossy(&output.stderr));
}

async fn listen(folder: &Path, plain: u16, encrypted: u16) -> Child {
    let addresses = format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{encrypted}");
    let mut command = Command::new(folder.join("slapd"));
    command.args(["-f", "slapd.conf", "-d", "0", "-h", &addresses]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().expect(HINT);
    eventually("slapd listens", || async { TcpStream::connect(("127.0.0.1", encrypted)).await.ok() }).await;
    child
}
