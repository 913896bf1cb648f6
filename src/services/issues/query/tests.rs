use std::ops::Bound;

use chrono::DateTime;

use super::{Expected, MAX_TOKENS, parse};
use crate::store::search::{Assigned, Condition, Criteria, Pattern, Person, Version};
use crate::types::ids::UserId;
use crate::types::level::Level;
use crate::types::lifecycle::Status;
use crate::types::user_part::UserPart;

fn read(query: &str) -> Result<Criteria, (String, Expected)> {
    let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
    parse(query, UserId(7), now).map_err(|error| {
        assert_eq!(query[error.span.clone()], error.token);
        (error.token, error.expected)
    })
}

fn one(query: &str) -> (bool, Condition) {
    let mut terms = read(query).unwrap_or_else(|error| panic!("{query}: {error:?}")).terms;
    assert_eq!(terms.len(), 1, "{query}");
    let term = terms.remove(0);
    (term.is_negated, term.condition)
}

fn is(text: &str) -> Pattern {
    Pattern::Is(text.to_owned())
}

fn tag(key: &str, value: &str) -> Condition {
    Condition::Tag(key.to_owned(), vec![is(value)])
}

fn user(parts: &[UserPart], pattern: Pattern) -> Condition {
    Condition::User(parts.to_vec(), vec![pattern])
}

#[test]
fn every_spelling_means_its_condition() {
    let named = |name: &str| Person::Named(name.to_owned());
    let me = Person::Id(UserId(7));
    for (spellings, expected) in [
        ("is:unresolved IS:Unresolved", Condition::Status(Status::Unresolved)),
        ("is:ignored is:muted", Condition::Status(Status::Ignored)),
        ("is:regressed", Condition::Regressed),
        ("is:linked", Condition::Linked),
        ("is:assigned", Condition::Assigned(Assigned::Anybody)),
        ("assigned:me assignee:me assigned_to:me", Condition::Assigned(Assigned::To(me.clone()))),
        ("assigned:Ann@Acme.test", Condition::Assigned(Assigned::To(named("ann@acme.test")))),
        ("assigned:#Ops", Condition::Assigned(Assigned::ToTeam("ops".to_owned()))),
        ("bookmarks:me bookmarked_by:me", Condition::BookmarkedBy(me.clone())),
        ("subscribed:me subscribed_by:me", Condition::SubscribedBy(me)),
        ("subscribed:ann", Condition::SubscribedBy(named("ann"))),
        ("level:warn level:warning LEVEL:warning", Condition::Level(Level::Warning)),
        ("firstRelease:1.0 first-release:1.0 first_release:1.0", Condition::FirstVersion(Version::Matching(is("1.0")))),
        ("firstRelease:latest", Condition::FirstVersion(Version::Latest(Vec::new()))),
        ("release:latest", Condition::LatestRelease(Vec::new())),
        ("release:1.0", tag("release", "1.0")),
        ("dist:7", tag("dist", "7")),
        ("environment:prod", tag("environment", "prod")),
        ("user.id:42 user:id:42 USER.ID:42", user(&[UserPart::Id], is("42"))),
        ("user.email:a@b.c user:email:a@b.c", user(&[UserPart::Email], is("a@b.c"))),
        ("user.username:ann \"sentry:user.username\":ann", user(&[UserPart::Username], is("ann"))),
        ("user.ip:127.0.0.1", user(&[UserPart::Ip], is("127.0.0.1"))),
        ("user.ip:::1 user:ip:::1", user(&[UserPart::Ip], is("::1"))),
        ("user:ann \"sentry:user\":ann", user(&UserPart::ALL, is("ann"))),
        ("user.name:ann", tag("user.name", "ann")),
        ("browser:Firefox", tag("browser", "Firefox")),
        ("Browser:Firefox", tag("Browser", "Firefox")),
        ("has:user has:sentry:user user:*", Condition::HasTag("user".to_owned())),
        ("has:user.email has:User.Email user.email:* user:email:*", Condition::HasTag("user.email".to_owned())),
        ("has:browser browser:*", Condition::HasTag("browser".to_owned())),
        (
            "message:Boom message:\"Boom\" Boom stack.function:Boom",
            Condition::Text(Pattern::Contains("Boom".to_owned())),
        ),
        ("issue:SHOP-1A", Condition::ShortId("shop".to_owned(), 42)),
    ] {
        for spelling in spellings.split(' ') {
            assert_eq!(one(spelling), (false, expected.clone()), "{spelling}");
        }
    }
}

#[test]
fn contraries_are_kept_apart() {
    for (query, is_negated, condition) in [
        ("!is:resolved", true, Condition::Status(Status::Resolved)),
        ("is:unassigned", true, Condition::Assigned(Assigned::Anybody)),
        ("!is:unassigned", false, Condition::Assigned(Assigned::Anybody)),
        ("assigned:none", true, Condition::Assigned(Assigned::Anybody)),
        ("is:unlinked", true, Condition::Linked),
        ("!has:release", true, Condition::HasTag("release".to_owned())),
        ("release:\"\"", true, Condition::HasTag("release".to_owned())),
        ("!release:\"\"", false, Condition::HasTag("release".to_owned())),
        ("!browser:Firefox", true, tag("browser", "Firefox")),
        ("!user.email:a@b.c", true, user(&[UserPart::Email], is("a@b.c"))),
        ("user.ip:\"\"", true, Condition::HasTag("user.ip".to_owned())),
        ("!has:user.ip", true, Condition::HasTag("user.ip".to_owned())),
        ("!message:x", true, Condition::Text(Pattern::Contains("x".to_owned()))),
        ("!word", false, Condition::Text(Pattern::Contains("!word".to_owned()))),
    ] {
        assert_eq!(one(query), (is_negated, condition), "{query}");
    }
}

#[test]
fn wildcards_become_patterns() {
    let like = |parts: &[&str]| Pattern::Like(parts.iter().map(|part| (*part).to_owned()).collect());
    assert_eq!(one("browser:Fire*").1, Condition::Tag("browser".to_owned(), vec![like(&["Fire", ""])]));
    assert_eq!(one("user.email:*@acme.test").1, user(&[UserPart::Email], like(&["", "@acme.test"])));
    assert_eq!(one("user:*@acme.test").1, user(&UserPart::ALL, like(&["", "@acme.test"])));
    assert_eq!(one("user:id:4*").1, user(&[UserPart::Id], like(&["4", ""])));
    assert_eq!(one(r"browser:Fire\*").1, tag("browser", "Fire*"));
    assert_eq!(one("time*out").1, Condition::Text(like(&["time", "out"])));
}

#[test]
fn ranges_have_their_ends() {
    let Condition::Number(_, between) = one("timesSeen:>=5").1 else { panic!("a number") };
    assert_eq!((between.from, between.until), (Bound::Included(5), Bound::Unbounded));
    let Condition::Time(_, between) = one("age:-24h").1 else { panic!("a time") };
    assert_eq!(between.from, Bound::Included(DateTime::from_timestamp(1_000_000 - 86_400, 0).unwrap()));
    for query in
        ["firstSeen:-1d", "first_seen:-1d", "lastSeen:-1d", "activeSince:-1d", "event.timestamp:-1d", "date:-1d"]
    {
        assert!(matches!(one(query).1, Condition::Time(..)), "{query}");
    }
    for query in ["times_seen:1", "times-seen:1", "users:>10"] {
        assert!(matches!(one(query).1, Condition::Number(..)), "{query}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (query, token, expected) in [
        ("a is:gone b", "is:gone", Expected::State),
        ("is: b", "is:", Expected::State),
        ("timesSeen:many", "timesSeen:many", Expected::Number),
        ("timesSeen:>", "timesSeen:>", Expected::Number),
        ("level:loud", "level:loud", Expected::Level),
        ("level:*", "level:*", Expected::NoWildcard),
        ("age:24h", "age:24h", Expected::Time),
        ("age:-9999999999999h", "age:-9999999999999h", Expected::Time),
        ("é firstSeen:2026-02-30 x", "firstSeen:2026-02-30", Expected::Time),
        ("assigned:\"\"", "assigned:\"\"", Expected::Value),
        ("assigned:#", "assigned:#", Expected::Value),
        ("title:\"\"", "title:\"\"", Expected::Value),
        ("release: x", "release:", Expected::Value),
        ("issue:nothing", "issue:nothing", Expected::ShortId),
        ("a OR b", "OR", Expected::NoBoolean),
        ("\"open é", "\"open é", Expected::ClosingQuote),
        ("x browser:\"Fire fox", "browser:\"Fire fox", Expected::ClosingQuote),
    ] {
        assert_eq!(read(query).unwrap_err(), (token.to_owned(), expected), "{query}");
    }
    assert_eq!(read(&"a ".repeat(MAX_TOKENS + 1)).unwrap_err().1, Expected::FewerTokens);
    assert_eq!(read(&"é".repeat(10_000)).unwrap_err().1, Expected::ShorterQuery);
    assert!(read(&"a ".repeat(MAX_TOKENS)).is_ok());
    assert!(read("  ").unwrap().terms.is_empty());
    assert!(read("\"OR\" or \"\" *").is_ok());
}
