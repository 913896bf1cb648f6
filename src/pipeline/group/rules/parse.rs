//! A line of the rules: `matcher:"pattern" … -> part, part, title="…"`.

use super::template::Template;
use super::{EventField, ExceptionField, FrameField, Matcher, Pattern, Rule};
use crate::pipeline::glob::Glob;
use crate::pipeline::rule_text::{Problem, Words};

const MAX_MATCHERS: usize = 20;
const MAX_PARTS: usize = 20;

pub fn rule(words: &mut Words<'_>) -> Result<Rule, Problem> {
    let mut rule = Rule {
        line: words.number,
        text: words.text().to_owned(),
        of_event: Vec::new(),
        of_exception: Vec::new(),
        of_frame: Vec::new(),
        parts: Vec::new(),
        title: None,
    };
    let mut count = 0;
    while !words.pass("->") {
        if words.is_at_end() {
            return Err(Problem::NoArrow);
        }
        if count == MAX_MATCHERS {
            return Err(Problem::TooManyMatchers(MAX_MATCHERS));
        }
        matcher(words, &mut rule)?;
        words.skip_blanks();
        count += 1;
    }
    if count == 0 {
        words.back("->");
        return Err(Problem::NoMatcher);
    }
    parts(words, &mut rule)?;
    Ok(rule)
}

/// What a matcher looks at.
enum Field {
    Event(EventField),
    Exception(ExceptionField),
    Frame(FrameField),
}

fn matcher(words: &mut Words<'_>, rule: &mut Rule) -> Result<(), Problem> {
    let is_negated = words.pass("!");
    let quoted = words.quoted()?;
    let name = match &quoted {
        Some(name) => name.as_str(),
        None => words.take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-')),
    };
    if name.is_empty() {
        return Err(Problem::NoMatcher);
    }
    let Some(field) = field(name) else {
        let name = name.to_owned();
        if quoted.is_none() {
            words.back(&name);
        }
        return Err(Problem::UnknownMatcher(name));
    };
    if !words.pass(":") {
        return Err(Problem::NoValue);
    }
    let text = words.pattern()?;
    match field {
        Field::Event(field) => {
            let lists = matches!(field, EventField::Family | EventField::Sdk);
            let pattern = if lists { any_of(&text) } else { Pattern::Glob(Glob::new(&text)) };
            rule.of_event.push(Matcher { field, pattern, is_negated });
        }
        Field::Exception(field) => {
            rule.of_exception.push(Matcher { field, pattern: Pattern::Glob(Glob::new(&text)), is_negated });
        }
        Field::Frame(field) => {
            let pattern = match field {
                FrameField::App => Pattern::Flag(flag(&text).ok_or(Problem::NotYesOrNo)?),
                FrameField::Path | FrameField::Package => Pattern::Glob(Glob::path(&text)),
                FrameField::Function | FrameField::Module => Pattern::Glob(Glob::new(&text)),
            };
            rule.of_frame.push(Matcher { field, pattern, is_negated });
        }
    }
    Ok(())
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "message" => Field::Event(EventField::Message),
        "logger" => Field::Event(EventField::Logger),
        "level" => Field::Event(EventField::Level),
        "release" => Field::Event(EventField::Release),
        "environment" => Field::Event(EventField::Environment),
        "family" => Field::Event(EventField::Family),
        "sdk" => Field::Event(EventField::Sdk),
        "type" | "error.type" => Field::Exception(ExceptionField::Type),
        "value" | "error.value" => Field::Exception(ExceptionField::Value),
        "function" | "stack.function" => Field::Frame(FrameField::Function),
        "module" | "stack.module" => Field::Frame(FrameField::Module),
        "path" | "stack.abs_path" => Field::Frame(FrameField::Path),
        "package" | "stack.package" => Field::Frame(FrameField::Package),
        "app" => Field::Frame(FrameField::App),
        _ => Field::Event(EventField::Tag(name.strip_prefix("tags.").filter(|key| !key.is_empty())?.to_owned())),
    })
}

fn any_of(text: &str) -> Pattern {
    Pattern::AnyOf(text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Glob::new).collect())
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Some(true),
        "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn parts(words: &mut Words<'_>, rule: &mut Rule) -> Result<(), Problem> {
    loop {
        words.skip_blanks();
        if words.is_at_end() {
            break;
        }
        if rule.parts.len() == MAX_PARTS {
            return Err(Problem::TooManyParts(MAX_PARTS));
        }
        match words.whole(attribute)? {
            Some(title) => rule.title = Some(title),
            None => rule.parts.push(words.whole(part)?),
        }
        words.skip_blanks();
        words.pass(",");
    }
    if rule.parts.is_empty() { Err(Problem::NoPart) } else { Ok(()) }
}

/// `title="…"`.
fn attribute(words: &mut Words<'_>) -> Result<Option<Template>, Problem> {
    let name = words.take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-'));
    if name.is_empty() || !words.rest().starts_with("=\"") {
        words.back(name);
        return Ok(None);
    }
    if name != "title" {
        words.back(name);
        return Err(Problem::UnknownAttribute(name.to_owned()));
    }
    words.pass("=");
    let title = Template::parse(&words.quoted()?.ok_or(Problem::OpenQuote)?)?;
    if title.is_default() { Err(Problem::DefaultInText) } else { Ok(Some(title)) }
}

/// In quotes, or up to the next blank or comma; blanks inside of `{{ }}` belong to it.
fn part(words: &mut Words<'_>) -> Result<Template, Problem> {
    if let Some(quoted) = words.quoted()? {
        return Template::parse(&quoted);
    }
    let mut text = String::new();
    loop {
        let rest = words.rest();
        if rest.starts_with("{{") {
            let end = rest.find("}}").ok_or(Problem::OpenVariable)? + 2;
            text.push_str(&rest[..end]);
            words.pass(&rest[..end]);
            continue;
        }
        match rest.chars().next().filter(|char| !char.is_whitespace() && *char != ',') {
            Some(char) => {
                text.push(char);
                words.pass(char.encode_utf8(&mut [0; 4]));
            }
            None if text.is_empty() => return Err(Problem::NoPart),
            None => return Template::parse(&text),
        }
    }
}
