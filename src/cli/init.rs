//! `init`: a config.yml to begin with.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::config::generate_secret_key;
use super::prompt;
use crate::config::{EXAMPLE, Environment};

#[derive(Args)]
pub struct Arguments {
    /// The folder to make [default: ~/.picket]
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Overwrite a config.yml that is there, without asking
    #[arg(long)]
    force: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = match &arguments.directory {
        Some(directory) => directory.clone(),
        None => default_directory()?,
    };
    fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let path = directory.join("config.yml");
    let overwrite =
        || prompt::confirm(&format!("{} is there already. Overwrite it?", path.display()), "--force", false);
    if path.exists() && !arguments.force && !overwrite()? {
        eprintln!("Nothing is changed.");
        return Ok(());
    }
    write(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}", path.display());
    eprintln!("Next: set database.url, redis.url and system.url-prefix there, then");
    eprintln!("      picket --config {} upgrade", directory.display());
    Ok(())
}

fn default_directory() -> anyhow::Result<PathBuf> {
    let environment = Environment::of_process();
    Ok(Path::new(environment.get("HOME").context("HOME is not set: name the folder")?).join(".picket"))
}

/// The example with a secret of its own, readable by the owner only.
fn write(path: &Path) -> std::io::Result<()> {
    let text = EXAMPLE.replace("# system.secret-key:", &format!("system.secret-key: '{}'", generate_secret_key()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
