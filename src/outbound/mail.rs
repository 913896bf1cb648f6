//! Mail to a server, step by step, so that a failure says which step it was (demands.md 12).

use std::fs;
use std::time::{Duration, Instant};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::{Message, message::header};
use tokio::net::lookup_host;
use tokio::time::error::Elapsed;

use crate::config::{Mail, MailEncryption};

/// A mail that is ready to leave.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Host of the public URL: the right side of the mail's own id.
    pub host: String,
}

/// What happens on the way, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Sender and recipient are read, the text is put together.
    Write,
    Resolve,
    Connect,
    Encrypt,
    SignIn,
    Send,
}

/// A step that went well.
#[derive(Clone, Debug)]
pub struct Step {
    pub phase: Phase,
    pub took: Duration,
    /// What was seen or answered.
    pub said: String,
}

/// The step that did not.
#[derive(Clone, Debug)]
pub struct Failure {
    pub phase: Phase,
    pub message: String,
    /// Whether trying again cannot help: the server refused for good, or an address is none.
    pub is_final: bool,
}

/// How a delivery went.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub steps: Vec<Step>,
    pub failure: Option<Failure>,
}

/// Delivers a mail, within the configured time.
pub async fn deliver(config: &Mail, mail: &Outgoing) -> Delivery {
    let mut way = Way { steps: Vec::new(), phase: Phase::Write, since: Instant::now() };
    let ended = tokio::time::timeout(config.timeout, way.go(config, mail)).await;
    way.end(config, ended)
}

/// Goes as far as signing in, and sends nothing.
pub async fn knock(config: &Mail) -> Delivery {
    let mut way = Way { steps: Vec::new(), phase: Phase::Resolve, since: Instant::now() };
    let ended = tokio::time::timeout(config.timeout, way.enter(config)).await;
    if let Ok(Ok(mut connection)) = ended {
        drop(connection.quit().await);
        return Delivery { steps: way.steps, failure: None };
    }
    way.end(config, ended.map(|ended| ended.map(drop)))
}

/// Whether a text is an address that mail can carry; `Name <address>` too.
pub fn is_address(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

struct Way {
    steps: Vec<Step>,
    phase: Phase,
    since: Instant,
}

struct Failed {
    message: String,
    is_final: bool,
}

impl Failed {
    fn for_good(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), is_final: true }
    }

    fn for_now(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), is_final: false }
    }
}

impl From<lettre::transport::smtp::Error> for Failed {
    /// With the cause: `Connection error` alone says nothing.
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = inner.source();
        }
        Self { message, is_final: error.is_permanent() }
    }
}

impl Way {
    fn end(self, config: &Mail, ended: Result<Result<(), Failed>, Elapsed>) -> Delivery {
        let failure = match ended {
            Ok(Ok(())) => None,
            Ok(Err(failed)) => Some(Failure { phase: self.phase, message: failed.message, is_final: failed.is_final }),
            Err(_) => {
                let message = format!("no answer within {} s", config.timeout.as_secs());
                Some(Failure { phase: self.phase, message, is_final: false })
            }
        };
        Delivery { steps: self.steps, failure }
    }

    async fn go(&mut self, config: &Mail, mail: &Outgoing) -> Result<(), Failed> {
        let message = write(config, mail)?;
        self.arrived(Phase::Resolve, format!("{} → {}", config.from, mail.to));
        let mut connection = self.enter(config).await?;
        self.phase = Phase::Send;
        let response = connection.send(message.envelope(), &message.formatted()).await?;
        self.arrived(Phase::Send, first_line(&response));
        // It is accepted: how the server says goodbye does not matter.
        drop(connection.quit().await);
        Ok(())
    }

    /// From the name of the server to being signed in there.
    async fn enter(&mut self, config: &Mail) -> Result<AsyncSmtpConnection, Failed> {
        let addresses: Vec<_> =
            lookup_host((config.host.as_str(), config.port)).await.map_err(Failed::for_now)?.collect();
        let found = addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
        self.arrived(Phase::Connect, found);
        let mut connection = self.connect(config, &addresses).await?;
        if config.encryption == MailEncryption::StartTls {
            connection.starttls(tls(config)?, &hello()).await?;
            self.arrived(Phase::SignIn, "STARTTLS".to_owned());
        }
        if !config.username.is_empty() {
            let credentials = Credentials::new(config.username.clone(), config.password.clone());
            let response = connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
            self.arrived(Phase::Send, first_line(&response));
        }
        Ok(connection)
    }

    async fn connect(
        &mut self,
        config: &Mail,
        addresses: &[std::net::SocketAddr],
    ) -> Result<AsyncSmtpConnection, Failed> {
        let tls = if config.encryption == MailEncryption::Tls { Some(tls(config)?) } else { None };
        let encrypted = tls.is_some();
        let connection =
            AsyncSmtpConnection::connect_tokio1(addresses, Some(config.timeout), &hello(), tls, None).await?;
        let next = if config.encryption == MailEncryption::StartTls { Phase::Encrypt } else { Phase::SignIn };
        let name = connection.server_info().to_string();
        let name = name.lines().next().unwrap_or_default().split(" with ").next().unwrap_or_default().to_owned();
        self.arrived(next, if encrypted { format!("TLS, {name}") } else { name });
        Ok(connection)
    }

    /// Notes the step that ends, and begins the next.
    fn arrived(&mut self, next: Phase, said: String) {
        let now = Instant::now();
        self.steps.push(Step { phase: self.phase, took: now - self.since, said });
        (self.phase, self.since) = (next, now);
    }
}

fn write(config: &Mail, mail: &Outgoing) -> Result<Message, Failed> {
    let from: Mailbox = config.from.parse().map_err(|error| Failed::for_good(format!("mail.from: {error}")))?;
    let to: Mailbox = mail.to.parse().map_err(|error| Failed::for_good(format!("{}: {error}", mail.to)))?;
    let id = format!("<{}@{}>", uuid::Uuid::new_v4().simple(), mail.host);
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let mut message = Message::builder()
        .from(from)
        .to(to)
        .message_id(Some(id))
        .subject(&mail.subject)
        .multipart(
            MultiPart::alternative()
                .singlepart(part(header::ContentType::TEXT_PLAIN, &mail.text))
                .singlepart(part(header::ContentType::TEXT_HTML, &mail.html)),
        )
        .map_err(Failed::for_good)?;
    message.headers_mut().insert_raw(automatic);
    Ok(message)
}

fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(body.to_owned())
}

fn tls(config: &Mail) -> Result<TlsParameters, Failed> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        let read = || -> anyhow::Result<Certificate> { Ok(Certificate::from_pem(&fs::read(path)?)?) };
        let certificate = read().map_err(|error| Failed {
            message: format!("mail.ca-file {}: {error}", path.display()),
            is_final: false,
        })?;
        builder = builder.add_root_certificate(certificate);
    }
    Ok(builder.build()?)
}

fn hello() -> ClientId {
    ClientId::default()
}

fn first_line(response: &Response) -> String {
    let line = response.first_line().unwrap_or_default();
    format!("{} {line}", response.code())
}
