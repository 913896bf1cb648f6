//! Parts of fingerprints and titles: texts with `{{ variables }}`.

use super::facts::Facts;
use crate::pipeline::rule_text::Problem;

/// Characters of a part; longer ones are cut, as the client's are.
const MAX_PART: usize = 1_024;

/// A text to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(Variable),
    /// What would be grouped by without the rule.
    Default,
}

/// What an event is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    Transaction,
    Type,
    Value,
    Function,
    Module,
    Path,
    Package,
    Logger,
    Level,
    Message,
    Release,
    Tag(String),
}

impl Variable {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "transaction" => Self::Transaction,
            "type" | "error.type" => Self::Type,
            "value" | "error.value" => Self::Value,
            "function" | "stack.function" => Self::Function,
            "module" | "stack.module" => Self::Module,
            "path" | "stack.abs_path" => Self::Path,
            "package" | "stack.package" => Self::Package,
            "logger" => Self::Logger,
            "level" => Self::Level,
            "message" => Self::Message,
            "release" => Self::Release,
            _ => Self::Tag(name.strip_prefix("tags.").filter(|key| !key.is_empty())?.to_owned()),
        })
    }

    /// What stands where the event has nothing. The words are those that published rules of others expect.
    fn absent(&self) -> String {
        let name = match self {
            Self::Transaction => "transaction",
            Self::Type => "type",
            Self::Value => "value",
            Self::Function => "function",
            Self::Module => "module",
            Self::Path => "abs-path",
            Self::Package => "package",
            Self::Logger => "logger",
            Self::Level => "level",
            Self::Message => "message",
            Self::Release => "release",
            Self::Tag(key) => return format!("<no-value-for-tag-{key}>"),
        };
        format!("<no-{name}>")
    }
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let end = rest[start..].find("}}").ok_or(Problem::OpenVariable)? + start;
            let name = rest[start + 2..end].trim();
            if start > 0 {
                pieces.push(Piece::Text(rest[..start].to_owned()));
            }
            pieces.push(match Variable::parse(name) {
                Some(variable) => Piece::Variable(variable),
                None if name == "default" => Piece::Default,
                None => return Err(Problem::UnknownVariable(name.to_owned())),
            });
            rest = &rest[end + 2..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        if pieces.is_empty() {
            return Err(Problem::NoPart);
        }
        if pieces.len() > 1 && pieces.contains(&Piece::Default) {
            return Err(Problem::DefaultInText);
        }
        Ok(Self(pieces))
    }

    pub fn is_default(&self) -> bool {
        self.0 == [Piece::Default]
    }

    pub fn expand(&self, facts: &Facts<'_>) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Default => out.push_str("{{ default }}"),
                Piece::Variable(variable) => match facts.value(variable) {
                    Some(value) => out.push_str(&value),
                    None => out.push_str(&variable.absent()),
                },
            }
        }
        // U+0000 is what storing makes of it, so that the stored event has the hash that was made.
        out.chars().take(MAX_PART).map(|char| if char == '\0' { char::REPLACEMENT_CHARACTER } else { char }).collect()
    }
}
