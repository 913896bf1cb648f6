//! Ownership rules: whose the code is that an event came from (web-api.md 12).
//!
//! One a line: `path:GLOB owner…`, `url:GLOB owner…`, `tags.KEY:GLOB owner…`; owners are e-mail addresses, user names, or
//! teams with a `#`. In these patterns `*` crosses folders. All rules that match count; the last says most.

use crate::pipeline::frames::{FrameFields, Platform};
use crate::pipeline::glob::{Glob, fold, fold_path};
use crate::pipeline::group::rules::{crash_frames, stacks};
use crate::pipeline::rule_text::{self, Problem, RuleError, Words};
use crate::types::json::{Json, Object};

const MAX_OWNERS: usize = 50;

/// The rules of a project.
#[derive(Clone, Debug, Default)]
pub struct Ownership(Vec<OwnershipRule>);

#[derive(Clone, Debug)]
pub struct OwnershipRule {
    /// Where it stands, counted from 1.
    pub line: usize,
    pub text: String,
    /// `path`, `url` or `tags.KEY`.
    pub field: String,
    pub pattern: String,
    pub owners: Vec<Owner>,
    globs: Vec<Glob>,
}

/// Who a rule names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A slug.
    Team(String),
    /// An e-mail address or a user name.
    Person(String),
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Team(slug) => write!(f, "#{slug}"),
            Self::Person(name) => f.write_str(name),
        }
    }
}

impl Ownership {
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        rule_text::parse(text, rule).map(Self)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &OwnershipRule> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places of the rules that match, the last rule first.
    pub fn matching(&self, event: &Object<'_>) -> Vec<usize> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let facts = Facts::of(event);
        let mut matching: Vec<usize> = (0..self.0.len()).filter(|place| self.0[*place].matches(&facts)).collect();
        matching.reverse();
        matching
    }
}

impl OwnershipRule {
    fn matches(&self, facts: &Facts) -> bool {
        let fits = |text: &String| self.globs.iter().any(|glob| glob.matches(text));
        match self.field.as_str() {
            "path" => facts.paths.iter().any(fits),
            "url" => facts.url.iter().any(fits),
            tag => {
                let key = tag.strip_prefix("tags.").unwrap_or(tag);
                facts.tags.iter().any(|(name, value)| name == key && fits(value))
            }
        }
    }
}

fn rule(words: &mut Words<'_>) -> Result<OwnershipRule, Problem> {
    let (line, text) = (words.number, words.text().to_owned());
    let field = words.whole(field)?;
    if !words.pass(":") {
        return Err(Problem::NoValue);
    }
    let pattern = words.pattern()?;
    let mut owners = Vec::new();
    loop {
        words.skip_blanks();
        if words.is_at_end() {
            break;
        }
        if owners.len() == MAX_OWNERS {
            return Err(Problem::TooManyOwners(MAX_OWNERS));
        }
        owners.push(words.whole(owner)?);
    }
    if owners.is_empty() {
        return Err(Problem::NoOwner);
    }
    let globs = if field == "path" { path_globs(&pattern) } else { vec![Glob::new(&pattern)] };
    Ok(OwnershipRule { line, text, field, pattern, owners, globs })
}

/// A relative pattern fits below any folder: servers run code from folders that rules do not name.
fn path_globs(pattern: &str) -> Vec<Glob> {
    let pattern = pattern.replace('\\', "/");
    let mut globs = vec![Glob::new(&pattern)];
    if !pattern.starts_with(['/', '*']) {
        globs.push(Glob::new(&format!("*/{pattern}")));
    }
    globs
}

fn field(words: &mut Words<'_>) -> Result<String, Problem> {
    let name = match words.quoted()? {
        Some(name) => name,
        None => words.take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-')).to_owned(),
    };
    let is_tag = name.strip_prefix("tags.").is_some_and(|key| !key.is_empty());
    match name.as_str() {
        "" => Err(Problem::NoMatcher),
        "path" | "url" => Ok(name),
        _ if is_tag => Ok(name),
        _ => Err(Problem::UnknownMatcher(name)),
    }
}

fn owner(words: &mut Words<'_>) -> Result<Owner, Problem> {
    let word = words.take_while(|char| !char.is_whitespace());
    match word.strip_prefix('#') {
        Some("") => Err(Problem::NoOwner),
        Some(slug) => Ok(Owner::Team(slug.to_owned())),
        None => Ok(Owner::Person(word.to_owned())),
    }
}

/// What rules look at.
#[derive(Debug, Default)]
struct Facts {
    paths: Vec<String>,
    url: Option<String>,
    tags: Vec<(String, String)>,
}

impl Facts {
    fn of(event: &Object<'_>) -> Self {
        let frames = stacks(event).flatten().filter_map(Json::as_object).map(FrameFields::read);
        let mut paths: Vec<String> = frames.flat_map(|frame| [frame.filename, frame.abs_path]).map(fold_path).collect();
        paths.retain(|path| !path.is_empty());
        paths.sort_unstable();
        paths.dedup();
        let url = event.get("request").and_then(|request| request.get("url")?.as_str()).map(fold);
        let pairs = event.get("tags").and_then(Json::as_array).unwrap_or_default();
        let text = |pair: &Json<'_>, place: usize| Some(pair.as_array()?.get(place)?.as_str()?.to_owned());
        let tags = pairs.iter().filter_map(|pair| Some((text(pair, 0)?, fold(&text(pair, 1)?)))).collect();
        Self { paths, url, tags }
    }
}

/// Paths of the frames where an event happened, the crash first: those of the application, else all.
pub fn crash_paths(event: &Object<'_>) -> Vec<String> {
    const MAX_FRAMES: usize = 25;
    let platform = Platform::parse(event.get_str("platform").unwrap_or_default());
    let mut paths: Vec<String> = Vec::new();
    for path in crash_frames(event).take(MAX_FRAMES).map(|frame| path(&frame, platform)).filter(|path| !path.is_empty())
    {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Where a frame's source lies in a repository, as far as it tells. Java names the file only, and the package apart.
fn path(frame: &FrameFields<'_>, platform: Platform) -> String {
    let path = if frame.filename.is_empty() { frame.abs_path } else { frame.filename };
    let package = frame.module.rsplit_once('.').map(|(package, _)| package);
    match package {
        Some(package) if frame.platform_or(platform) == Platform::Java && !path.contains('/') => {
            format!("{}/{path}", package.replace('.', "/"))
        }
        _ => path.replace('\\', "/"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Owner, Ownership, crash_paths};
    use crate::types::json::{Json, Object, parse};

    const EVENT: &str = r#"{"platform":"python","request":{"url":"https://shop.example/checkout/pay"},
        "tags":[["plan","Gold"],["browser","Firefox"]],
        "exception":{"values":[
            {"stacktrace":{"frames":[{"filename":"lib/db.py","abs_path":"/srv/app/lib/db.py","in_app":true}]}},
            {"stacktrace":{"frames":[
                {"filename":"src/payments/card.py","abs_path":"/srv/app/src/payments/card.py","in_app":true},
                {"filename":"C:\\app\\views.py","in_app":true},
                {"filename":"django/http.py","in_app":false}]}}]}}"#;

    fn event(text: &str) -> Object<'_> {
        let Ok(Json::Object(event)) = parse(text.as_bytes()) else { panic!("no object") };
        event
    }

    #[test]
    fn rules_match_paths_urls_and_tags() {
        for (rule, expected) in [
            ("path:src/payments/* #payments", true),
            ("path:payments/* #payments", true),
            ("path:/payments/* #payments", false),
            ("path:SRC/Payments/card.py lin", true),
            ("path:ayments/* lin", false),
            ("path:*.py lin", true),
            (r"path:app\views.py lin", true),
            ("path:*.rs lin", false),
            ("url:*/checkout/* lin", true),
            ("url:checkout lin", false),
            ("tags.plan:gold lin", true),
            ("tags.plan:silver lin", false),
            ("\"tags.plan\":\"gol?\" lin", true),
            ("tags.none:* lin", false),
        ] {
            let ownership = Ownership::parse(rule).unwrap();
            assert_eq!(!ownership.matching(&event(EVENT)).is_empty(), expected, "{rule}");
        }
    }

    #[test]
    fn the_last_rule_says_most() {
        let text = "# shop\npath:*.py lin@example.com\n\nurl:* #web \t lin  \n";
        let ownership = Ownership::parse(text).unwrap();
        assert_eq!(ownership.matching(&event(EVENT)), [1, 0]);
        let rule = ownership.iter().nth(1).unwrap();
        assert_eq!(rule.owners, [Owner::Team("web".to_owned()), Owner::Person("lin".to_owned())]);
        assert_eq!((rule.line, rule.field.as_str(), rule.pattern.as_str()), (4, "url", "*"));
        assert!(ownership.matching(&Object::new()).is_empty());
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (text, line, column, says) in [
            ("paths:a b", 1, 1, "no matcher `paths`"),
            ("path a b", 1, 5, "colon"),
            ("path: a", 1, 6, "pattern"),
            ("path:a", 1, 7, "owner"),
            ("path:a #", 1, 8, "owner"),
            ("tags.:a b", 1, 1, "no matcher `tags.`"),
            ("path:\"a b", 1, 6, "quote"),
        ] {
            let error = Ownership::parse(text).unwrap_err();
            assert!(
                error.to_string().contains(says) && (error.line, error.column) == (line, column),
                "{text}: {error}"
            );
        }
        let many = format!("path:a {}", "x ".repeat(51));
        assert!(Ownership::parse(&many).unwrap_err().to_string().contains("50 owners"));
    }

    #[test]
    fn paths_of_the_crash_come_first() {
        assert_eq!(crash_paths(&event(EVENT)), ["C:/app/views.py", "src/payments/card.py"]);
        let java = r#"{"platform":"java","stacktrace":{"frames":[
            {"module":"com.acme.Cart","filename":"Cart.java"},{"module":"java.util.List","filename":"List.java"}]}}"#;
        assert_eq!(crash_paths(&event(java)), ["java/util/List.java", "com/acme/Cart.java"]);
        assert!(crash_paths(&Object::new()).is_empty());
    }
}
