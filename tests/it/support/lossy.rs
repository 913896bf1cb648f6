//! A way to PostgreSQL that loses connections in the middle of a commit.
#![expect(clippy::disallowed_methods, reason = "what is lost with its test need not be waited for")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{UnixListener, UnixStream};

const PASS: u8 = 0;
const LOSE_COMMIT: u8 = 1;
const LOSE_CONFIRMATION: u8 = 2;

/// Passes everything on until it is told to lose something, once.
pub struct LossyDatabase {
    pub db: PgPool,
    loses: Arc<AtomicU8>,
}

impl LossyDatabase {
    /// In front of the server that `db` leads to.
    pub async fn before(db: &PgPool) -> Self {
        let options = (*db.connect_options()).clone();
        let name = format!(".s.PGSQL.{}", options.get_port());
        let server = PathBuf::from(options.get_socket().expect("tests use Unix sockets")).join(&name);
        let folder = std::env::temp_dir().join(format!("picket-lossy-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a temporary folder");
        let listener = UnixListener::bind(folder.join(name)).expect("a new socket");
        let loses = Arc::new(AtomicU8::new(PASS));
        tokio::spawn(accept(listener, server, Arc::clone(&loses)));
        let db = PgPoolOptions::new().connect_with(options.socket(folder)).await.expect("the way is open");
        Self { db, loses }
    }

    /// The next commit does not arrive, and its connection breaks.
    pub fn lose_commit(&self) {
        self.loses.store(LOSE_COMMIT, Ordering::SeqCst);
    }

    /// The next commit arrives, and its connection breaks before the server's answer is back.
    pub fn lose_confirmation(&self) {
        self.loses.store(LOSE_CONFIRMATION, Ordering::SeqCst);
    }

    /// Whether what was to be lost is lost.
    pub fn has_lost(&self) -> bool {
        self.loses.load(Ordering::SeqCst) == PASS
    }
}

async fn accept(listener: UnixListener, server: PathBuf, loses: Arc<AtomicU8>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, loses) = (server.clone(), Arc::clone(&loses));
        tokio::spawn(async move { pass_on(client, &server, &loses).await });
    }
}

async fn pass_on(client: UnixStream, server: &Path, loses: &AtomicU8) {
    let server = UnixStream::connect(server).await.expect("PostgreSQL is running");
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let answers = tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut part = vec![0; 65_536];
    while let Ok(read @ 1..) = from_client.read(&mut part).await {
        let is_commit = part[..read].windows(6).any(|word| word == b"COMMIT");
        let lost = if is_commit { loses.load(Ordering::SeqCst) } else { PASS };
        if lost != PASS {
            answers.abort();
        }
        if lost != LOSE_COMMIT && to_server.write_all(&part[..read]).await.is_err() {
            break;
        }
        if lost != PASS {
            // Only then, so that whoever waits for it finds the connection broken.
            loses.store(PASS, Ordering::SeqCst);
            break;
        }
    }
}
