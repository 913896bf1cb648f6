//! The command line: one file per command. Parses, loads settings, calls services, prints.
//!
//! What a command gives goes to stdout, and nothing else does, so that scripts can use it; logs, prompts and warnings
//! go to stderr. Exit code 0: done; 1: one line on stderr says why not and what to do; 2: wrong usage.

mod cleanup;
mod config;
mod context;
mod create_user;
mod doctor;
mod init;
mod logging;
mod project;
mod prompt;
mod run;
mod seed;
mod stores;
mod token;
mod upgrade;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use context::Context;

#[derive(Parser)]
#[command(name = "picket", version, about, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const LONG_ABOUT: &str = "\
A self-hosted error-tracking server: SDKs post events to a DSN, Picket groups them into issues, people triage them \
in the browser or through the API.";

const AFTER_HELP: &str = "\
Try it:         picket run all                 (private PostgreSQL and Redis in ./data, nothing to configure)
Set it up:      picket init /etc/picket        then set database.url and redis.url in /etc/picket/config.yml
                picket --config /etc/picket upgrade
                picket --config /etc/picket run web      and likewise: run worker, run cron
When in doubt:  picket doctor";

/// What every command takes.
#[expect(clippy::doc_markdown, reason = "terminals show backticks")]
#[derive(Args)]
struct Global {
    /// Folder that holds config.yml [env: PICKET_CONF, SENTRY_CONF] [default: ~/.picket]
    #[arg(long, global = true, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Folder for the private stores of `run all` [env: PICKET_DATA] [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How much is logged [env: PICKET_LOG_LEVEL, SENTRY_LOG_LEVEL] [default: INFO]
    #[arg(short, long, global = true, value_name = "LEVEL", ignore_case = true)]
    loglevel: Option<logging::Level>,
    /// Lines for people, or one JSON object per line [env: PICKET_LOG_FORMAT, SENTRY_LOG_FORMAT]
    #[arg(long, global = true, value_name = "FORMAT")]
    logformat: Option<logging::Format>,
}

#[derive(Subcommand)]
enum Command {
    /// Write a config.yml with a fresh secret key
    Init(init::Arguments),
    /// Show and change settings, make a secret key
    #[command(subcommand)]
    Config(config::Command),
    /// Bring the database up to date; on a new one, make the first organization and user
    Upgrade(upgrade::Arguments),
    /// Make an account
    #[command(visible_alias = "create-user")]
    Createuser(create_user::Arguments),
    /// Make projects
    #[command(subcommand)]
    Project(project::Command),
    /// Make API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Start the web server, the worker, the scheduler, or all of them
    #[command(subcommand)]
    Run(run::Command),
    /// Delete old events now instead of waiting for the nightly job
    Cleanup(cleanup::Arguments),
    /// Make events that nobody sent: to try Picket out, or to measure it when much is stored
    Seed(seed::Arguments),
    /// Check stores, settings and folders, and say what to do about what is wrong
    Doctor(doctor::Arguments),
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let CommandLine { global, command } = CommandLine::parse();
    match start(global, command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn start(global: Global, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Config(config::Command::GenerateSecretKey) = command {
        println!("{}", config::generate_secret_key());
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Init(arguments) = command {
        return init::run(&arguments).map(|()| ExitCode::SUCCESS);
    }
    let context = Context::load(global)?;
    logging::start(&context);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(dispatch(context, command));
    // A hashing or reading thread must not hold up the exit.
    runtime.shutdown_background();
    result
}

async fn dispatch(context: Context, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init(_) => unreachable!("needs no settings, so `start` did it"),
        Command::Config(command) => config::run(&context, command).await?,
        Command::Upgrade(arguments) => upgrade::run(&context, &arguments).await?,
        Command::Createuser(arguments) => create_user::run(&context, &arguments).await?,
        Command::Project(command) => project::run(&context, &command).await?,
        Command::Token(command) => token::run(&context, &command).await?,
        Command::Run(command) => return run::run(context, command).await,
        Command::Cleanup(arguments) => cleanup::run(&context, &arguments).await?,
        Command::Seed(arguments) => seed::run(&context, &arguments).await?,
        Command::Doctor(arguments) => return doctor::run(&context, &arguments).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The causes in one line: what was tried, what went wrong, what to do.
fn one_line(error: &anyhow::Error) -> String {
    let text = format!("error: {error:#}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::CommandLine::command().debug_assert();
    }
}
