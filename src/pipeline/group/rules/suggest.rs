//! Rules that correct the grouping of an issue, made from one of its events: for people who press a button instead of
//! writing one.

use super::facts::{crash_frames, exceptions, logentry};
use crate::pipeline::frames::Platform;
use crate::pipeline::glob::escape;
use crate::pipeline::group::native::trim_function;
use crate::pipeline::group::parametrize::parametrize;
use crate::pipeline::rule_text::quote;
use crate::types::json::Object;

/// What should become of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// Each message on its own.
    Split,
    /// Everything with this type and kind of message together, wherever it happens.
    Join,
}

/// A rule for events like this one; `None`: there is nothing to write a rule about.
pub fn suggest(event: &Object<'_>, suggestion: Suggestion) -> Option<String> {
    let exception = exceptions(event).next_back();
    let text = |key| exception.and_then(|exception| exception.get_str(key)).unwrap_or_default();
    let (kind, value) = (text("type"), text("value"));
    let message = if exception.is_some() { value } else { logentry(event).unwrap_or_default() };
    let mut matchers = Vec::new();
    if !kind.is_empty() {
        matchers.push(matcher("type", &escape(kind)));
    }
    let of_message = if exception.is_some() { "value" } else { "message" };
    match suggestion {
        Suggestion::Split => {
            if message.is_empty() {
                return None;
            }
            match crash_frames(event).next() {
                Some(_) => matchers.extend(of_frame(event)),
                None => matchers.push(matcher(of_message, &pattern(message))),
            }
            (!matchers.is_empty()).then(|| format!("{} -> {{{{ default }}}}, {{{{ message }}}}", matchers.join(" ")))
        }
        Suggestion::Join => {
            let mut parts: Vec<String> = Vec::new();
            if !kind.is_empty() {
                parts.push(part(kind));
            }
            if !message.is_empty() {
                let pattern = pattern(message);
                parts.push(part(&pattern));
                matchers.push(matcher(of_message, &pattern));
            }
            (!parts.is_empty()).then(|| format!("{} -> {}", matchers.join(" "), parts.join(", ")))
        }
    }
}

fn matcher(name: &str, pattern: &str) -> String {
    format!("{name}:{}", quote(pattern))
}

/// A text that stands for itself: it must not begin a variable.
fn part(text: &str) -> String {
    let text: String = text.chars().take(200).collect();
    quote(&text.replace("{{", "{"))
}

/// Where the event crashed.
fn of_frame(event: &Object<'_>) -> Vec<String> {
    let Some(frame) = crash_frames(event).next() else { return Vec::new() };
    let platform = frame.platform_or(Platform::parse(event.get_str("platform").unwrap_or_default()));
    let function = match platform {
        Platform::Native | Platform::Rust => trim_function(frame.function).into_owned(),
        _ => frame.function.to_owned(),
    };
    let mut matchers = Vec::new();
    if !function.is_empty() {
        matchers.push(matcher("function", &escape(&function)));
    }
    if !frame.module.is_empty() {
        matchers.push(matcher("module", &escape(frame.module)));
    } else if !frame.filename.is_empty() {
        matchers.push(matcher("path", &escape(frame.filename)));
    }
    matchers
}

/// The first line of a message with stars for what varies, and for what comes after it.
fn pattern(message: &str) -> String {
    let varied = parametrize(message);
    let line = varied.lines().next().unwrap_or_default();
    let mut pattern = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('<') {
        let name = rest[start + 1..].split_once('>').map(|(name, _)| name);
        let is_token = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        pattern.push_str(&escape(&rest[..start]));
        if let Some(name) = name.filter(is_token) {
            pattern.push('*');
            rest = &rest[start + name.len() + 2..];
        } else {
            pattern.push('<');
            rest = &rest[start + 1..];
        }
    }
    pattern.push_str(&escape(rest));
    let is_whole =
        message.trim().lines().nth(1).is_none() && message.chars().count() <= 512 && message.trim() == message;
    if !is_whole {
        pattern.insert_str(0, if message.trim_start() == message { "" } else { "*" });
        pattern.push('*');
    }
    pattern
}
