//! What can go wrong with a directory, told apart so that each has its advice.

use std::io;
use std::time::Duration;

use ldap3::{LdapError, LdapResult};

/// Why a directory could not be asked, or said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("`{0}` is no ldap:// or ldaps:// address")]
    Address(String),
    #[error("{server} cannot be reached: {reason}")]
    Unreachable { server: String, reason: String },
    #[error("no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("{path} cannot be used: {reason}")]
    CaFile { path: String, reason: String },
    #[error("the certificate is not trusted: {0}")]
    Certificate(String),
    #[error("the connection cannot be encrypted: {0}")]
    Tls(String),
    #[error("the server does not take StartTLS: {0}")]
    NoStartTls(String),
    /// Codes 8 and 13.
    #[error("the server wants an encrypted connection: {0}")]
    NeedsEncryption(String),
    /// Code 49 and its kin.
    #[error("name and password were refused: {0}")]
    Refused(String),
    /// Code 50, and searches as nobody that are not allowed.
    #[error("this is not allowed: {0}")]
    NotAllowed(String),
    #[error("there is no entry {0}")]
    NoSuchBase(String),
    #[error("this is no filter")]
    Filter,
    #[error("the server refers to {0}")]
    Referral(String),
    #[error("the server answered {code}: {text}")]
    Answer { code: u32, text: String },
    #[error("the conversation broke off: {0}")]
    Broken(String),
}

impl Problem {
    pub(super) fn nonsense() -> Self {
        Self::Broken("what the server sent is no LDAP".to_owned())
    }
}

/// What an error means while the connection is made.
pub fn of_opening(error: LdapError, server: &str) -> Problem {
    match error {
        LdapError::LdapResult { result } => Problem::NoStartTls(said(&result)),
        LdapError::Rustls { source } => of_tls(&source),
        LdapError::DNSName { source } => Problem::Tls(source.to_string()),
        LdapError::Io { source } => of_io(&source),
        LdapError::UnknownScheme(_) | LdapError::UrlParsing { .. } => Problem::Address(server.to_owned()),
        other => Problem::Tls(other.to_string()),
    }
}

/// What an error means afterwards.
pub fn of_talking(error: LdapError) -> Problem {
    match error {
        LdapError::FilterParsing => Problem::Filter,
        LdapError::LdapResult { result } => match check(&result) {
            Err(problem) => problem,
            Ok(()) => Problem::nonsense(),
        },
        LdapError::Io { source } => Problem::Broken(source.to_string()),
        LdapError::EndOfStream | LdapError::ResultRecv { .. } | LdapError::OpSend { .. } => {
            Problem::Broken("the server closed the connection".to_owned())
        }
        other => Problem::Broken(other.to_string()),
    }
}

/// An answer's code (RFC 4511 4.1.9).
pub fn check(answer: &LdapResult) -> Result<(), Problem> {
    let text = said(answer);
    Err(match answer.rc {
        0 => return Ok(()),
        8 | 13 => Problem::NeedsEncryption(text),
        10 => Problem::Referral(answer.refs.join(" ")),
        // Active Directory says with "operations error" that nobody may search.
        1 | 50 => Problem::NotAllowed(text),
        // Locked, expired, unwilling, wrong: the password does not open the entry.
        19 | 32 | 34 | 48 | 49 | 53 => Problem::Refused(text),
        code => Problem::Answer { code, text },
    })
}

/// The server's words, bounded.
fn said(answer: &LdapResult) -> String {
    let text: String = answer.text.chars().filter(|c| !c.is_control()).take(300).collect();
    if text.is_empty() { format!("code {}", answer.rc) } else { format!("code {}, {text}", answer.rc) }
}

fn of_io(error: &io::Error) -> Problem {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or_else(|| Problem::Tls(error.to_string()), of_tls)
}

fn of_tls(error: &rustls::Error) -> Problem {
    match error {
        rustls::Error::InvalidCertificate(reason) => Problem::Certificate(format!("{reason}")),
        other => Problem::Tls(other.to_string()),
    }
}
