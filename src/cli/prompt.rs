//! Questions to the person at the terminal. Without a terminal they are errors that name the flag to use.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// A line, or an error where nobody can answer.
pub fn line(question: &str, flag: &str) -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("{question} is not given: use {flag}");
    }
    eprint!("{question}: ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    if stdin.lock().read_line(&mut answer)? == 0 {
        bail!("no answer to: {question}");
    }
    Ok(answer.trim().to_owned())
}

/// A yes-or-no question; an empty answer is `default`.
pub fn confirm(question: &str, flag: &str, default: bool) -> anyhow::Result<bool> {
    let choice = if default { "Y/n" } else { "y/N" };
    loop {
        let answer = line(&format!("{question} [{choice}]"), flag)?;
        match answer.to_ascii_lowercase().as_str() {
            "" => return Ok(default),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => eprintln!("Answer y or n."),
        }
    }
}

/// A text that is not shown while it is typed.
pub fn hidden(question: &str, flag: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        return line(question, flag);
    }
    let _echo = EchoOff::new();
    let answer = line(question, flag);
    eprintln!();
    answer
}

/// A new password, typed twice.
pub fn new_password() -> anyhow::Result<String> {
    loop {
        let password = hidden("Password", "--password or --no-password")?;
        if hidden("Repeat the password", "--password")? == password {
            return Ok(password);
        }
        eprintln!("The two differ; again.");
    }
}

/// Turns the terminal's echo off, and on again when dropped.
struct EchoOff;

impl EchoOff {
    fn new() -> Self {
        stty("-echo");
        Self
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// Where there is no `stty`, or no terminal, the text is shown: better than no way in.
fn stty(argument: &str) {
    let done = Command::new("stty").arg(argument).stderr(Stdio::null()).status().context("stty");
    if let Err(error) = done {
        tracing::debug!(%error, "the terminal's echo could not be changed");
    }
}
