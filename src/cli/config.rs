//! `config`: show and change settings, make a secret key.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::context::Context;
use super::{prompt, stores};
use crate::config::{Kind, OPTIONS, Place, Settings, Spec, Value, find_option, nearest_option, variable};
use crate::store::options;
use crate::types::clock::Clock;

#[derive(Subcommand)]
pub enum Command {
    /// Print a new secret key; needs no store and no configuration
    GenerateSecretKey,
    /// Print every effective value and where it came from; secrets are hidden
    Show,
    /// Print one option's type, source and value
    Get(Get),
    /// Store an option in the database; a value in config.yml or the environment wins over it
    Set(Set),
    /// Print the options and their types
    List(List),
    /// Print where settings are read from
    Discover,
}

#[derive(Args)]
pub struct Get {
    /// For instance system.url-prefix
    key: String,
    /// Print the value only
    #[arg(short = 'q', long, visible_alias = "quiet")]
    silent: bool,
}

#[derive(Args)]
pub struct Set {
    /// For instance system.rate-limit
    key: String,
    /// Asked for if it is not given
    value: Option<String>,
    /// Do not show what is typed
    #[arg(long)]
    secret: bool,
}

#[derive(Args)]
pub struct List {
    /// Only options whose key matches, for instance 'web.*'
    pattern: Option<String>,
}

const KEY_LENGTH: usize = 50;
const KEY_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!@#%^&*(-_=+)";

/// A secret as Sentry makes them: 50 characters, about 280 random bits.
pub fn generate_secret_key() -> String {
    (0..KEY_LENGTH).map(|_| char::from(KEY_ALPHABET[rand::random_range(0..KEY_ALPHABET.len())])).collect()
}

pub async fn run(context: &Context, command: Command) -> anyhow::Result<()> {
    match command {
        Command::GenerateSecretKey => println!("{}", generate_secret_key()),
        Command::Show => show(context).await,
        Command::Get(get) => print_option(context, &get).await?,
        Command::Set(set) => store(context, &set).await?,
        Command::List(list) => list_options(list.pattern.as_deref()),
        Command::Discover => discover(context),
    }
    Ok(())
}

async fn show(context: &Context) {
    let settings = with_database(context).await;
    let width = OPTIONS.iter().map(|option| option.key.len()).max().unwrap_or(0);
    for option in OPTIONS {
        match settings.get(option.key) {
            Some(setting) => println!("{:width$}  {}  ({})", option.key, setting.value, setting.source),
            None => println!("{:width$}  (not set)", option.key),
        }
    }
}

async fn print_option(context: &Context, get: &Get) -> anyhow::Result<()> {
    let option = find(&get.key)?;
    let settings = if option.place == Place::Runtime { with_database(context).await } else { context.settings.clone() };
    let setting = settings.get(option.key);
    let value = setting.map(|setting| setting.value.to_string()).unwrap_or_default();
    if get.silent {
        println!("{value}");
        return Ok(());
    }
    println!("{}: {}", option.key, option.help);
    println!("      type: {}", option.kind.name());
    println!("    source: {}", setting.map_or("not set".to_owned(), |setting| setting.source.to_string()));
    println!("     value: {value}");
    Ok(())
}

/// With what is in the database, if it can be reached: the file is worth showing without it.
async fn with_database(context: &Context) -> Settings {
    let mut settings = context.settings.clone();
    let Ok(mut db) = stores::connect_database(context).await else { return settings };
    if let Ok(rows) = options::list(&mut db).await {
        settings.add_database(rows.into_iter().map(|row| (row.key, row.value)));
    }
    settings
}

async fn store(context: &Context, set: &Set) -> anyhow::Result<()> {
    let option = find(&set.key)?;
    if option.place == Place::File {
        bail!("{} cannot be set in the database: set it in config.yml or as {}", option.key, variable(option.key));
    }
    let text = match &set.value {
        Some(value) => value.clone(),
        None if set.secret || option.kind == Kind::Secret => prompt::hidden(option.key, "the argument VALUE")?,
        None => prompt::line(option.key, "the argument VALUE")?,
    };
    let value = Value::read(option.kind, &text.into())
        .map_err(|expected| anyhow::anyhow!("{} takes {expected}", option.key))?;
    let mut db = stores::connect_database(context).await?;
    options::upsert(&mut db, option.key, &value.to_json(), Clock::default().now()).await?;
    eprintln!("{} is set; it takes effect when Picket is started again.", option.key);
    if let Some(setting) = context.settings.get(option.key).filter(|setting| setting.source.is_stronger_than_database())
    {
        eprintln!("warning: {} says otherwise, and wins", setting.source);
    }
    Ok(())
}

fn list_options(pattern: Option<&str>) {
    for option in OPTIONS.iter().filter(|option| pattern.is_none_or(|pattern| matches(pattern, option.key))) {
        println!("{} {}", option.key, option.kind.name());
    }
}

fn discover(context: &Context) {
    match &context.directory {
        Some(directory) => println!("{}", directory.join("config.yml").display()),
        None => println!("no config.yml: defaults and the environment only"),
    }
}

fn find(key: &str) -> anyhow::Result<&'static Spec> {
    find_option(key).with_context(|| {
        let near = nearest_option(key).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        format!("unknown option {key}: {near}`picket config list` shows all")
    })
}

/// `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    boundaries.into_iter().any(|at| matches(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::{generate_secret_key, matches};

    #[test]
    fn secret_keys_have_50_characters_and_differ() {
        let key = generate_secret_key();
        assert_eq!(key.len(), 50);
        assert_ne!(key, generate_secret_key());
    }

    #[test]
    fn stars_match_anything() {
        for (pattern, text, expected) in [
            ("web.*", "web.bind", true),
            ("*", "a", true),
            ("*.url*", "database.url", true),
            ("web.bind", "web.bind", true),
            ("web", "web.bind", false),
            ("*x", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
