use std::fmt::Write;
use std::time::Instant;

use super::{INFO, Rules, Suggestion, client_fingerprint, matched, suggest, undo};
use crate::pipeline::rule_text::{MAX_BYTES, MAX_RULES};
use crate::types::json::{Json, Object, parse};

const EVENT: &str = r#"{"platform":"python","level":"error","logger":"shop.cart","release":"shop@1.2.3","environment":"prod",
    "transaction":"/cart","sdk":{"name":"sentry.python.django"},"fingerprint":["mine"],
    "logentry":{"formatted":"Cart 12 failed"},
    "exception":{"values":[
        {"type":"KeyError","value":"'sku'","stacktrace":{"frames":[
            {"function":"main","module":"app","filename":"app.py","abs_path":"/srv/app.py","in_app":true},
            {"function":"get","module":"django.http","filename":"django/http.py","package":"/usr/lib/django.so","in_app":false}]}},
        {"type":"CartError","value":"Cart 12 of lin@example.com failed"}]}}"#;

fn event(text: &str) -> Object<'_> {
    let Ok(Json::Object(event)) = parse(text.as_bytes()) else { panic!("no object") };
    event
}

fn tags() -> Vec<(String, String)> {
    vec![("plan".to_owned(), "Gold".to_owned())]
}

fn parts(event: &Object<'_>) -> Vec<String> {
    let parts = event.get("fingerprint").and_then(Json::as_array).unwrap_or_default();
    parts.iter().map(|part| part.as_str().unwrap().to_owned()).collect()
}

#[test]
fn matchers_look_at_the_event() {
    for (matchers, expected) in [
        ("type:CartError", true),
        ("type:KeyError", true),
        ("error.type:\"cart*\"", true),
        ("type:Other", false),
        ("!type:Other", true),
        // One exception must be both.
        ("type:KeyError value:\"'sku'\"", true),
        ("type:KeyError value:\"Cart*\"", false),
        ("message:\"Cart ?? failed\"", true),
        ("message:*example.com*", true),
        ("!message:*example.com*", false),
        ("logger:shop.*", true),
        ("level:error", true),
        ("level:warning", false),
        ("tags.plan:gold", true),
        ("tags.none:*", false),
        ("!tags.none:*", true),
        ("release:shop@1.*", true),
        ("environment:prod", true),
        ("family:javascript", false),
        ("family:javascript,other", true),
        ("family:all", true),
        ("sdk:sentry.python*", true),
        ("sdk:sentry.javascript,sentry.python.django", true),
        ("function:main", true),
        ("stack.function:main stack.module:app", true),
        // One frame must be both.
        ("function:main module:django.*", false),
        ("function:get app:yes", false),
        ("function:get app:no", true),
        ("path:app.py", true),
        ("path:/srv/*.py", true),
        ("stack.abs_path:**/app.py", true),
        ("path:*/http.py", true),
        ("path:**.rs", false),
        ("package:**/django.so", true),
        ("!path:**.py", false),
        ("\"tags.plan\":gold", true),
        ("type:CartError level:error function:main", true),
        ("type:CartError level:error function:other", false),
    ] {
        let rules = Rules::parse(&format!("{matchers} -> x")).unwrap_or_else(|error| panic!("{matchers}: {error}"));
        assert_eq!(rules.find(&event(EVENT), &tags()).is_some(), expected, "{matchers}");
        assert!(
            rules.find(&Object::new(), &[]).is_none()
                || matchers.starts_with('!')
                || matchers == "family:all"
                || matchers == "family:javascript,other",
            "{matchers}"
        );
    }
}

#[test]
fn parts_are_filled_in() {
    for (written, expected) in [
        ("a, b", vec!["a", "b"]),
        ("a b", vec!["a", "b"]),
        ("\"a, b\" c", vec!["a, b", "c"]),
        (r#""say \"x\" \\ \n""#, vec![r#"say "x" \ \n"#]),
        ("{{ default }}, {{transaction}}", vec!["{{ default }}", "/cart"]),
        ("{{ error.type }}-{{ type }}", vec!["CartError-CartError"]),
        ("{{ value }}", vec!["Cart 12 of lin@example.com failed"]),
        ("{{ message }}", vec!["Cart 12 failed"]),
        ("{{ function }} {{ module }} {{ path }} {{ package }}", vec!["main", "app", "/srv/app.py", "<no-package>"]),
        ("{{ logger }} {{ level }} {{ release }}", vec!["shop.cart", "error", "shop@1.2.3"]),
        ("{{ tags.plan }} {{ tags.none }}", vec!["Gold", "<no-value-for-tag-none>"]),
        ("x, title=\"Cart of {{ tags.plan }}\"", vec!["x"]),
    ] {
        let mut event = event(EVENT);
        let title = Rules::parse(&format!("level:error -> {written}")).unwrap().apply(&mut event, &tags());
        assert_eq!(parts(&event), expected, "{written}");
        assert_eq!(title.is_some(), written.contains("title="), "{written}");
        assert_eq!(title.as_deref().unwrap_or("Cart of Gold"), "Cart of Gold");
    }
    let mut bare = Object::new();
    let all =
        "{{ transaction }} {{ type }} {{ value }} {{ function }} {{ module }} {{ path }} {{ message }} {{ logger }}";
    Rules::parse(&format!("!level:error -> {all}")).unwrap().apply(&mut bare, &[]);
    assert_eq!(
        parts(&bare).join(" "),
        "<no-transaction> <no-type> <no-value> <no-function> <no-module> <no-abs-path> <no-message> <no-logger>"
    );
}

#[test]
fn the_first_rule_wins_and_the_clients_fingerprint_is_kept() {
    let rules = Rules::parse("# comment\n\n  type:Other -> no\r\nlevel:error -> yes\nlevel:error -> late\n").unwrap();
    assert_eq!(rules.iter().map(|rule| rule.line).collect::<Vec<_>>(), [3, 4, 5]);
    let mut event = event(EVENT);
    let before = event.clone();
    assert_eq!(rules.find(&event, &[]), Some(1));
    rules.apply(&mut event, &[]);
    assert_eq!((matched(&event), parts(&event)), (Some("level:error -> yes"), vec!["yes".to_owned()]));
    assert_eq!(client_fingerprint(&event), ["mine"]);
    undo(&mut event);
    assert_eq!((event.get("fingerprint"), event.get(INFO)), (before.get("fingerprint"), None));
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (text, line, column, says) in [
        ("typ:x -> y", 1, 1, "no matcher `typ`"),
        ("type:x\nlevel:error -> a", 1, 7, "expected `->`"),
        ("\n  type -> a", 2, 7, "colon"),
        ("type: -> a", 1, 6, "expected a"),
        ("-> a", 1, 1, "expected a matcher"),
        ("type:x ->", 1, 10, "part of the fingerprint"),
        ("type:x -> ,", 1, 11, "part of the fingerprint"),
        ("type:\"x -> a", 1, 6, "quote"),
        ("type:x -> \"a", 1, 11, "quote"),
        ("type:é -> {{ nope }}", 1, 11, "no variable `nope`"),
        ("type:x -> {{ message", 1, 11, "not closed"),
        ("type:x -> a{{ default }}", 1, 11, "of its own"),
        ("type:x -> a tittle=\"x\"", 1, 13, "no attribute `tittle`"),
        ("app:maybe -> a", 1, 10, "yes or no"),
        ("type:a\u{7}b -> a", 1, 7, "control"),
        ("\"type\"x -> a", 1, 7, "colon"),
    ] {
        let error = Rules::parse(text).unwrap_err();
        let at = (error.line, error.column);
        assert!(error.to_string().contains(says) && at == (line, column), "{text}: {error} {at:?}");
    }
}

#[test]
fn hostile_rules_are_refused_soon() {
    let many = "level:error -> x\n".repeat(MAX_RULES + 1);
    let matchers = "level:error ".repeat(21) + "-> x";
    let parts = "level:error -> ".to_owned() + &"x ".repeat(21);
    for (text, says) in [
        ("x".repeat(MAX_BYTES + 1), "100000 bytes"),
        ("level:error -> ".to_owned() + &"x".repeat(10_000), "4000 characters"),
        ("\n".repeat(100_001), "100000 bytes"),
        (many, "500 rules"),
        (matchers, "20 matchers"),
        (parts, "20 parts"),
        ("\"".repeat(3_000), "expected a matcher"),
        ("level:".to_owned() + &"\"\\".repeat(1_000), "quote"),
    ] {
        let started = Instant::now();
        let error = Rules::parse(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        assert!(started.elapsed().as_millis() < 500);
    }
    assert_eq!(Rules::parse(&"# note\n".repeat(14_000)).unwrap().iter().len(), 0);
}

#[test]
fn stars_do_not_cost_more_than_the_text_is_long() {
    let mut text = String::new();
    for _ in 0..20 {
        writeln!(text, "message:\"{}b\" function:\"{}c\" -> x", "*a".repeat(1_000), "a?*".repeat(600)).unwrap();
    }
    let rules = Rules::parse(&text).unwrap();
    let event = format!(r#"{{"logentry":{{"formatted":"{}"}}}}"#, "a".repeat(8_192));
    let Ok(Json::Object(event)) = parse(event.as_bytes()) else { panic!("no object") };
    let started = Instant::now();
    assert_eq!(rules.find(&event, &[]), None);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn suggested_rules_are_rules_and_match_their_event() {
    let hostile = r#"{"exception":{"values":[{"type":"a\"{{ x }}*\\","value":"*{{ <b> \"q\" 12\nsecond","stacktrace":{"frames":[
        {"function":"<module> \"*","filename":"C:\\a b.py"}]}}]}}"#;
    let message = r#"{"logentry":{"formatted":"User 42 <X> logged in from 10.0.0.1"}}"#;
    for (text, split, join) in [
        (
            EVENT,
            r#"type:"CartError" function:"main" module:"app" -> {{ default }}, {{ message }}"#,
            r#"type:"CartError" value:"Cart * of * failed" -> "CartError", "Cart * of * failed""#,
        ),
        (
            message,
            r#"message:"User * <X> logged in from *" -> {{ default }}, {{ message }}"#,
            r#"message:"User * <X> logged in from *" -> "User * <X> logged in from *""#,
        ),
        (hostile, "", ""),
    ] {
        let event = event(text);
        for (kind, expected) in [(Suggestion::Split, split), (Suggestion::Join, join)] {
            let rule = suggest(&event, kind).unwrap();
            assert!(expected.is_empty() || rule == expected, "{rule}");
            let rules = Rules::parse(&rule).unwrap_or_else(|error| panic!("{rule}: {error}"));
            assert!(rules.find(&event, &[]).is_some(), "{rule}");
        }
    }
    assert_eq!(suggest(&Object::new(), Suggestion::Split), None);
    assert_eq!(suggest(&Object::new(), Suggestion::Join), None);
}
