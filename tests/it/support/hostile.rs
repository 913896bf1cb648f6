//! Events that mean harm to whoever looks at them.

use serde_json::{Map, Value, json};

/// All of them, by name, as the bytes that are sent.
pub fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |event: Value| event.to_string().into_bytes();
    vec![
        ("scripts", bytes(scripts())),
        ("directions", bytes(directions())),
        ("huge", bytes(huge())),
        ("long words", bytes(long_words())),
        ("deep", bytes(deep())),
        ("many of everything", bytes(many())),
        ("not UTF-8", not_utf8()),
    ]
}

/// Every text is an attack.
pub fn scripts() -> Value {
    let bad = "</b><script>alert('x')</script><img src=x onerror=alert(1)>\u{202e}\u{0}\u{1b}[2J\"' style=\"x";
    let frame = |n: usize| {
        json!({"filename": bad, "abs_path": format!("javascript:alert({n})"), "function": bad, "module": bad,
        "lineno": n, "in_app": n.is_multiple_of(3), "pre_context": [bad], "context_line": bad, "post_context": [bad],
        "vars": {bad: bad, "nested": {bad: [bad, {bad: bad}]}}})
    };
    let frames: Vec<Value> = (1..40).map(frame).collect();
    json!({"platform": "javascript", "level": "error", "logger": "x", "transaction": bad, "release": "r<b>", "environment": "e<b>",
        "server_name": bad, "tags": {"a": bad, "link": "javascript:alert(1)"}, "extra": {bad: {bad: bad}}, "modules": {bad: bad},
        "user": {"id": bad, "email": bad, "username": bad, "data": {bad: bad}},
        "request": {"url": "javascript:alert(1)//https://x", "method": "POST", "query_string": [[bad, bad]],
            "headers": {"X-Evil": "$(reboot)'; rm -rf /", "Cookie": bad}, "data": {bad: bad}, "env": {bad: bad}},
        "contexts": {"browser": {"name": bad, "version": bad}, "evil<script>": {bad: bad}},
        "breadcrumbs": [{"type": "http", "category": bad, "message": bad, "data": {"url": "javascript:alert(1)", bad: bad}}],
        "exception": {"values": [{"type": bad, "value": bad, "module": bad,
            "mechanism": {"type": bad, "description": bad, "help_link": "javascript:alert(1)", "data": {bad: bad}},
            "stacktrace": {"frames": frames}}]}})
}

/// Texts that turn around what follows them, hide, or stack above and below their line.
fn directions() -> Value {
    let bad = "user\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{e0041} Z\u{340}\u{341}\u{489}\u{489}\u{489}a\u{7}l\u{1b}]0;x\u{7}go";
    json!({"platform": "python", "level": "fatal", "transaction": bad, "release": "r\u{202e}1", "environment": "prod\u{200f}",
        "tags": {"a\u{202e}b": bad}, "extra": {bad: bad}, "user": {"username": bad}, "request": {"url": format!("https://x.example/{bad}")},
        "breadcrumbs": [{"category": bad, "message": bad}], "logentry": {"formatted": bad},
        "exception": {"values": [{"type": "Error\u{202e}", "value": bad, "stacktrace": {"frames": [
            {"filename": bad, "function": bad, "lineno": 1, "in_app": true, "context_line": bad, "vars": {bad: bad}}]}}]}})
}

/// More than any page has room for.
pub fn huge() -> Value {
    let line = "x = call(argument, \"text\", 12345) # comment ".repeat(8);
    let vars: Value = (0..12)
        .map(|n| (format!("name{n}"), json!({"key": ["value".repeat(12), n, null], "other": line})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let frame = |n: usize| {
        json!({"filename": format!("app/module{n}.py"), "function": format!("function_{n}"), "lineno": 100 + n, "in_app": true,
        "pre_context": vec![line.as_str(); 5], "context_line": line, "post_context": vec![line.as_str(); 5], "vars": vars})
    };
    let exception = |n: usize| json!({"type": format!("Error{n}"), "value": "v".repeat(8_000), "stacktrace": {"frames": (0..50).map(frame).collect::<Vec<_>>()}});
    let crumb = |n: usize| json!({"timestamp": 1_700_000_000 + n, "category": "http", "message": line, "data": {"a": line, "b": [n, n], "c": {"d": line}}});
    let big: Value = (0..300).map(|n| (format!("key{n}"), json!(line))).collect::<serde_json::Map<_, _>>().into();
    let tags: Value =
        (0..150).map(|n| (format!("tag{n}"), json!("v".repeat(150)))).collect::<serde_json::Map<_, _>>().into();
    json!({"platform": "python", "exception": {"values": (0..5).map(exception).collect::<Vec<_>>()},
        "breadcrumbs": (0..200).map(crumb).collect::<Vec<_>>(), "extra": big, "modules": big, "tags": tags,
        "contexts": {"state": big, "app": big, "device": big}, "request": {"url": "https://x.example/", "headers": big, "data": big, "env": big}})
}

/// Nothing to break a line at.
fn long_words() -> Value {
    let word = |length: usize| "W".repeat(length);
    json!({"platform": "javascript", "transaction": word(200), "release": word(180), "environment": word(60), "server_name": word(190),
        "tags": {"k".repeat(32): word(190), "url": format!("https://x.example/{}", word(150))}, "extra": {word(300): word(3_000)},
        "user": {"id": word(300), "email": word(300), "username": word(100)},
        "request": {"url": format!("https://x.example/{}?{}={}", word(1_000), word(200), word(900)), "headers": {word(200): word(2_000)}},
        "contexts": {"browser": {"name": word(300), "version": word(300)}, word(100): {word(100): word(1_000)}},
        "breadcrumbs": [{"category": word(120), "message": word(3_000), "data": {word(100): word(1_000)}}],
        "exception": {"values": [{"type": word(250), "module": word(500), "value": word(4_000),
            "mechanism": {"type": word(120), "data": {word(100): word(500)}},
            "stacktrace": {"frames": [{"filename": word(250), "function": word(500), "module": word(500), "lineno": 1, "colno": 2, "in_app": true,
                "context_line": word(500), "vars": {word(200): word(1_000)}}]}}]}})
}

/// Nested 200 deep, wherever free values are taken.
fn deep() -> Value {
    let nest = |open: &dyn Fn(Value) -> Value| (0..200).fold(json!("core"), |inner, _| open(inner));
    let lists = nest(&|inner| json!([inner, 1]));
    let objects = nest(&|inner| json!({"a": inner, "b": null}));
    json!({"platform": "python", "extra": {"lists": lists, "objects": objects}, "contexts": {"deep": {"x": objects, "y": lists}},
        "request": {"url": "https://x.example/", "data": objects, "env": {"x": lists}}, "user": {"id": "1", "data": {"x": objects}},
        "breadcrumbs": [{"message": "m", "data": {"x": lists, "y": objects}}], "logentry": {"message": "%s", "params": [lists]},
        "exception": {"values": [{"type": "Deep", "value": "v", "mechanism": {"type": "t", "data": {"x": objects}}, "stacktrace": {"frames": [
            {"filename": "a.py", "lineno": 1, "in_app": true, "context_line": "x", "vars": {"lists": lists, "objects": objects}}]}}]}})
}

/// A great number of small things.
fn many() -> Value {
    let members = |count: usize| -> Map<String, Value> { (0..count).map(|n| (format!("k{n}"), json!(n))).collect() };
    let frame = |n: usize| json!({"filename": format!("{n}.c"), "function": format!("f{n}"), "lineno": n, "in_app": n.is_multiple_of(2), "context_line": "x", "vars": members(5)});
    let frames: Vec<Value> = (0..600).map(frame).collect();
    let exceptions: Vec<Value> = (0..70)
        .map(|n| json!({"type": format!("E{n}"), "value": "v", "stacktrace": {"frames": frames[..40]}}))
        .collect();
    let threads: Vec<Value> = (0..700).map(|n| json!({"id": n, "name": format!("thread {n}"), "crashed": n == 450, "stacktrace": {"frames": frames[..10]}})).collect();
    let contexts: Map<String, Value> = (0..150).map(|n| (format!("context{n}"), Value::Object(members(40)))).collect();
    let crumbs: Vec<Value> = (0..400).map(|n| json!({"timestamp": 1_700_000_000 + n, "category": "c", "message": format!("crumb {n}"), "data": members(8)})).collect();
    json!({"platform": "native", "extra": members(4_000), "modules": members(2_000), "tags": members(190), "contexts": contexts, "breadcrumbs": crumbs,
        "request": {"url": "https://x.example/", "headers": members(900), "cookies": members(900), "env": members(900), "data": members(2_000), "query_string": members(500)},
        "sdk": {"name": "sentry.native", "version": "1", "integrations": vec!["i"; 500], "packages": vec![json!({"name": "p", "version": "1"}); 500]},
        "exception": {"values": exceptions}, "threads": {"values": threads}})
}

/// Bytes that are no text, inside texts, keys and between escapes.
fn not_utf8() -> Vec<u8> {
    let parts: [&[u8]; 7] = [
        br#"{"platform":"python","transaction":"/a"#,
        b"\xff\xfe",
        br#"b","tags":{"k"#,
        b"\xc3",
        br#"":"v"},"extra":{"lone":"\ud83d <b>","nul":"a\u0000b","bytes":""#,
        b"\xed\xa0\x80\xf5\x80",
        br#""},"exception":{"values":[{"type":"Bytes","value":"v","stacktrace":{"frames":[{"filename":"a.py","lineno":1,"in_app":true,"context_line":"x"}]}}]}}"#,
    ];
    parts.concat()
}
