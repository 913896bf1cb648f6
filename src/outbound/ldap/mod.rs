//! Conversations with a directory of people (LDAP): connecting, encrypting, binding, searching.
//!
//! Each step has a time limit, and answers are counted: a directory that is slow, huge or broken costs one sign-in, not
//! the server. Referrals are not followed, so nothing but the configured servers is spoken to.

mod problem;
mod tls;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use ldap3::{LdapConnAsync, LdapConnSettings, LdapResult, ResultEntry, SearchEntry, SearchOptions, StdStream};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

pub use problem::Problem;

use crate::config::{self, Scope};

/// Bytes of attribute values of one search; more is no person and no group.
const MAX_BYTES: usize = 4 << 20;

type Driver = Pin<Box<dyn Future<Output = ldap3::result::Result<()>> + Send>>;

/// An open connection. It ends when this is dropped.
pub struct Directory {
    ldap: ldap3::Ldap,
    driver: Driver,
    time: Duration,
    /// Address it was opened to.
    pub server: String,
    pub is_encrypted: bool,
}

/// An entry with the attributes that were asked for, as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub dn: String,
    attributes: Vec<(String, Vec<String>)>,
}

impl Entry {
    /// The values of an attribute, whose name is written in any case.
    pub fn values(&self, name: &str) -> &[String] {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(&[], |(_, values)| values)
    }

    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).first().map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Everything, by name.
    pub fn attributes(&self) -> &[(String, Vec<String>)] {
        &self.attributes
    }
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub base: &'a str,
    pub scope: Scope,
    pub filter: &'a str,
    pub attributes: &'a [String],
    /// Most entries to take.
    pub limit: usize,
}

/// A value as it stands in a filter (RFC 4515).
pub fn in_filter(value: &str) -> String {
    ldap3::ldap_escape(value).into_owned()
}

/// A value as it stands in a DN (RFC 4514).
pub fn in_dn(value: &str) -> String {
    ldap3::dn_escape(value).into_owned()
}

/// An opened socket, before it is encrypted.
pub struct Reached {
    stream: TcpStream,
    server: Url,
}

impl Reached {
    pub fn server(&self) -> &str {
        self.server.as_str().trim_end_matches('/')
    }
}

/// Connects to the first server that answers.
pub async fn reach(config: &config::Ldap) -> Result<Reached, Problem> {
    let mut problem = Problem::Address(String::new());
    for server in &config.servers {
        match reach_one(server, config.timeout).await {
            Ok(reached) => return Ok(reached),
            Err(failed) => problem = failed,
        }
    }
    Err(problem)
}

async fn reach_one(server: &str, time: Duration) -> Result<Reached, Problem> {
    let wrong = || Problem::Address(server.to_owned());
    let url = Url::parse(server).map_err(|_| wrong())?;
    let default_port = match url.scheme() {
        "ldap" => 389,
        "ldaps" => 636,
        _ => return Err(wrong()),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
    let address = format!("{host}:{}", url.port().unwrap_or(default_port));
    let connected = timeout(time, TcpStream::connect(&address)).await;
    let unreachable = |reason: String| Problem::Unreachable { server: address.clone(), reason };
    let stream = connected
        .map_err(|_| unreachable(format!("no answer within {} s", time.as_secs())))?
        .map_err(|error| unreachable(error.to_string()))?;
    Ok(Reached { stream, server: url })
}

/// Encrypts the connection where the settings say so.
pub async fn open(reached: Reached, config: &config::Ldap) -> Result<Directory, Problem> {
    let server = reached.server().to_owned();
    let is_encrypted = reached.server.scheme() == "ldaps" || config.start_tls;
    let stream = reached.stream.into_std().map_err(|error| Problem::Broken(error.to_string()))?;
    let mut settings = LdapConnSettings::new().set_std_stream(StdStream::Tcp(stream)).set_starttls(config.start_tls);
    if is_encrypted {
        super::choose_cryptography();
        if let Some(file) = &config.ca_file {
            settings = settings.set_config(tls::trusting(file)?);
        }
    }
    let opening = AssertUnwindSafe(LdapConnAsync::from_url_with_settings(settings, &reached.server)).catch_unwind();
    let opened = timeout(config.timeout, opening).await.map_err(|_| Problem::Timeout(config.timeout))?;
    let (driver, ldap) =
        opened.map_err(|_| Problem::nonsense())?.map_err(|error| problem::of_opening(error, &server))?;
    Ok(Directory { ldap, driver: Box::pin(driver.drive()), time: config.timeout, server, is_encrypted })
}

impl Directory {
    /// Proves who searches. An empty DN is nobody.
    pub async fn bind(&mut self, dn: &str, password: &str) -> Result<(), Problem> {
        let Self { ldap, driver, time, .. } = self;
        let answer = driven(driver, *time, ldap.simple_bind(dn, password)).await?;
        problem::check(&answer)
    }

    /// Entries that match, in no order.
    pub async fn search(&mut self, question: &Question<'_>) -> Result<Vec<Entry>, Problem> {
        let Self { ldap, driver, time, .. } = self;
        let (found, answer) = driven(driver, *time, search(ldap, question)).await?;
        match answer.rc {
            // More than was asked for: what came is enough to say so.
            4 | 11 if !found.is_empty() => Ok(found),
            32 => Err(Problem::NoSuchBase(question.base.to_owned())),
            _ => problem::check(&answer).map(|()| found),
        }
    }
}

async fn search(ldap: &mut ldap3::Ldap, question: &Question<'_>) -> ldap3::result::Result<(Vec<Entry>, LdapResult)> {
    let scope = match question.scope {
        Scope::Base => ldap3::Scope::Base,
        Scope::OneLevel => ldap3::Scope::OneLevel,
        Scope::Subtree => ldap3::Scope::Subtree,
    };
    let limit = i32::try_from(question.limit).unwrap_or(i32::MAX);
    ldap.with_search_options(SearchOptions::new().sizelimit(limit));
    let mut stream = ldap.streaming_search(question.base, scope, question.filter, question.attributes).await?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    while let Some(entry) = stream.next().await? {
        if entry.is_ref() || entry.is_intermediate() {
            continue;
        }
        let entry = readable(entry);
        bytes += entry.attributes.iter().flat_map(|(_, values)| values).map(String::len).sum::<usize>();
        found.push(entry);
        // A server that minds no limit is not listened to any longer.
        if found.len() >= question.limit || bytes > MAX_BYTES {
            return Ok((
                found,
                LdapResult { rc: 4, matched: String::new(), text: String::new(), refs: vec![], ctrls: vec![] },
            ));
        }
    }
    Ok((found, stream.finish().await))
}

fn readable(entry: ResultEntry) -> Entry {
    let entry = SearchEntry::construct(entry);
    let mut attributes: Vec<(String, Vec<String>)> = entry.attrs.into_iter().collect();
    attributes.sort();
    Entry { dn: entry.dn, attributes }
}

/// Does something while the connection is kept going. Answers that make no sense are no reason to fall over.
async fn driven<T>(
    driver: &mut Driver,
    time: Duration,
    work: impl Future<Output = ldap3::result::Result<T>>,
) -> Result<T, Problem> {
    let conversation = async {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            answer = &mut work => answer,
            // What came last may have been the answer.
            ended = driver => match work.now_or_never() {
                Some(answer) => answer,
                None => Err(ended.err().unwrap_or(ldap3::LdapError::EndOfStream)),
            },
        }
    };
    let answer = timeout(time, AssertUnwindSafe(conversation).catch_unwind()).await;
    let answer = answer.map_err(|_| Problem::Timeout(time))?;
    answer.map_err(|_| Problem::nonsense())?.map_err(problem::of_talking)
}
