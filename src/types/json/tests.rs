use super::{Json, MAX_DEPTH_TEXT, check, members, parse};

fn round_trip(text: &str) -> String {
    parse(text.as_bytes()).unwrap().to_string()
}

#[test]
fn standard_values_are_read_and_written_compactly() {
    for (text, expected) in [
        ("null", "null"),
        (" [1, -2.5e3, true , \"a\\n\\\"\\u00e9\"] ", "[1,-2500.0,true,\"a\\n\\\"é\"]"),
        ("{\"b\":1,\"a\":{\"x\":[]}}", "{\"b\":1,\"a\":{\"x\":[]}}"),
        ("\"\\ud83d\\ude00\"", "\"😀\""),
    ] {
        assert_eq!(round_trip(text), expected);
    }
}

#[test]
fn what_sdks_send_is_taken() {
    for (text, expected) in [
        ("[NaN,Infinity,-Infinity]", "[null,null,null]"),
        ("\"\\ud83d\"", "\"\u{fffd}\""),
        ("\"a\\u0000b\"", "\"a\u{fffd}b\""),
        ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
        ("18446744073709551616", "1.8446744073709552e+19"),
    ] {
        assert_eq!(round_trip(text), expected);
    }
    assert_eq!(parse(b"\"\xff\"").unwrap(), Json::text("\u{fffd}"));
}

#[test]
fn repeated_keys_of_a_large_object_take_the_last_value() {
    let members: Vec<String> = (0..100_000).map(|n| format!("\"k{}\":{n}", n % 50_000)).collect();
    let text = format!("{{{}}}", members.join(","));
    let value = parse(text.as_bytes()).unwrap();
    assert_eq!(value.as_object().unwrap().len(), 50_000);
    assert_eq!(value.get("k0"), Some(&Json::Int(50_000)));
}

#[test]
fn depth_is_cut_without_recursion() {
    let text = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(text.as_bytes()).unwrap().to_string().contains(MAX_DEPTH_TEXT));
    assert_eq!(check(text.as_bytes()), Ok(()));
}

#[test]
fn other_texts_are_refused_by_both() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "01",
        "1.",
        "nul",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a",
        "1 2",
        "[1}",
        "-",
        "+1",
        "'a'",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text}");
        assert!(check(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn members_are_found_without_a_tree() {
    let text = br#" { "a" : {"event_id":"inner"}, "event_id":"first", "x":[1,{}], "event_id" : "last" , "type":null} "#;
    let found = members(text, ["event_id", "type", "missing"]).unwrap();
    assert_eq!(found, [Some(&b"\"last\""[..]), Some(b"null"), None]);
    assert_eq!(members(b"{}", ["a"]), Ok([None]));
    for text in ["", "[]", "1", "{", "{\"a\":1", "{\"a\":1,}", "{\"a\" 1}", "{} x", "{\"a\":tru}", "{a:1}"] {
        assert!(members(text.as_bytes(), ["a"]).is_err(), "{text}");
        assert!(parse(text.as_bytes()).ok().is_none_or(|value| value.as_object().is_none()), "{text}");
    }
}
