//! A mail server that takes everything, or refuses as it is told to.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

/// Listens until its test's runtime ends.
pub struct MailServer {
    pub port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// `refusal` is what every recipient gets: `550 no such user`; `None` takes all.
    pub async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let taken = Arc::default();
        let server = Self { port, taken: Arc::clone(&taken) };
        let tasks = TaskTracker::new();
        let conversations = tasks.clone();
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                conversations.spawn(converse(stream, refusal, Arc::clone(&taken)));
            }
        });
        server
    }

    /// Mails as they came, headers and all.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn converse(stream: TcpStream, refusal: Option<&'static str>, taken: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 test.example ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match command.as_str() {
            "EHLO" => "250-test.example\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => "535 wrong name or password".to_owned(),
            "RCPT" => refusal.unwrap_or("250 fine").to_owned(),
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                taken.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                "250 queued as 1".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 fine".to_owned(),
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    None
}
