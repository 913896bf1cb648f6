use std::fmt::Write;

use super::{CompactMap, Scope, build};

/// Generated line and column, source, line, column, name.
type Token = (i64, i64, i64, i64, i64, Option<i64>);

/// Tokens written as `mappings`.
fn mappings(tokens: &[Token]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    fn vlq(text: &mut String, number: i64) {
        let mut rest = if number < 0 { (-number << 1) | 1 } else { number << 1 };
        loop {
            let digit = rest & 31;
            rest >>= 5;
            text.push(char::from(DIGITS[usize::try_from(if rest > 0 { digit | 32 } else { digit }).unwrap()]));
            if rest == 0 {
                return;
            }
        }
    }
    let mut text = String::new();
    let (mut line, mut column, mut last) = (0, 0, (0, 0, 0, 0));
    for token in tokens {
        if token.0 > line {
            text.push_str(&";".repeat(usize::try_from(token.0 - line).unwrap()));
            (line, column) = (token.0, 0);
        } else if !text.is_empty() && !text.ends_with(';') {
            text.push(',');
        }
        vlq(&mut text, token.1 - column);
        column = token.1;
        if token.2 < 0 {
            continue;
        }
        vlq(&mut text, token.2 - last.0);
        vlq(&mut text, token.3 - last.1);
        vlq(&mut text, token.4 - last.2);
        last = (token.2, token.3, token.4, last.3);
        if let Some(name) = token.5 {
            vlq(&mut text, name - last.3);
            last.3 = name;
        }
    }
    text
}

fn open(minified: Option<&str>, map: &str) -> CompactMap {
    CompactMap::open(build(minified, map.as_bytes()).unwrap()).unwrap()
}

#[test]
fn tokens_are_found_on_their_own_line() {
    let tokens = [(0, 4, 0, 0, 2, Some(0)), (0, 9, 1, 7, 0, None), (0, 20, -1, 0, 0, None), (3, 0, 0, 5, 1, Some(1))];
    let map = format!(
        r#")]}}'
{{"version":3,"sources":["a.ts",null],"sourcesContent":["one\r\ntwo\nthree"],"names":["x",7],"sourceRoot":"/src/","mappings":"{}"}}"#,
        mappings(&tokens)
    );
    let map = open(None, &map);
    for ((line, column), expected) in [
        ((0, 0), None),
        ((0, 3), None),
        ((0, 4), Some((Some(0), 0, 2, Some("x")))),
        ((0, 8), Some((Some(0), 0, 2, Some("x")))),
        ((0, 9), Some((Some(1), 7, 0, None))),
        ((0, 999), Some((None, 0, 0, None))),
        ((1, 0), None),
        ((2, u32::MAX), None),
        ((3, 0), Some((Some(0), 5, 1, Some("7")))),
        ((4, 0), None),
    ] {
        let found = map.token(line, column).map(|token| (token.source, token.line, token.column, token.name));
        assert_eq!(found, expected, "{line}:{column}");
    }
    assert_eq!((map.source_name(0), map.source_name(1), map.source_name(2)), (Some("/src/a.ts"), None, None));
    assert_eq!([0, 1, 2, 3].map(|line| map.line(0, line)), [Some("one"), Some("two"), Some("three"), None]);
    assert!(map.has_text(0) && !map.has_text(1));
    assert_eq!(map.only_token(3).map(|token| token.line), Some(5));
    assert_eq!(map.only_token(0), None);
    assert_eq!(map.only_token(1), None);
}

#[test]
fn many_tokens_many_lines_many_blocks() {
    let tokens: Vec<_> = (0..2000).map(|n| (n / 150, n % 150 * 3, n % 2, n, n % 7, Some(n % 3))).collect();
    let text: String = (0..2000).fold(String::new(), |mut text, n| {
        writeln!(text, "line {n}").unwrap();
        text
    });
    let map = serde_json::json!({"version": 3, "sources": ["a", "b"], "sourcesContent": [text, null],
        "names": ["p", "q", "r"], "mappings": mappings(&tokens)});
    let map = open(None, &map.to_string());
    for (number, expected) in (0..).zip(&tokens) {
        let found = map.token(u32::try_from(expected.0).unwrap(), u32::try_from(expected.1).unwrap() + 2).unwrap();
        assert_eq!((found.source, found.line), (Some(number % 2), number));
        assert_eq!(found.name, Some(["p", "q", "r"][(number % 3) as usize]));
        assert_eq!(map.line(0, number), Some(&*format!("line {number}")));
    }
    assert_eq!((map.line(0, 2000), map.line(0, 2001)), (Some(""), None));
}

#[test]
fn an_await_leads_to_what_it_waits_for() {
    let minified = "async function a(){try{await b()}catch{}\nawait c}";
    let tokens = [(0, 0, 0, 0, 0, None), (0, 19, 0, 1, 2, None), (0, 29, 0, 2, 10, Some(0)), (1, 0, 0, 5, 4, None)];
    let map = format!(r#"{{"version":3,"sources":["a.ts"],"names":["checkout"],"mappings":"{}"}}"#, mappings(&tokens));
    let map = open(Some(minified), &map);
    let at = |line, column| map.token(line, column).map(|token| (token.line, token.column, token.name));
    assert_eq!(at(0, 22), Some((1, 2, None)));
    assert_eq!([at(0, 23), at(0, 29)], [Some((2, 10, Some("checkout"))); 2]);
    assert_eq!(at(1, 0), Some((5, 4, None)), "the map knows better");
}

#[test]
fn functions_that_took_the_place_of_their_names_keep_them() {
    let minified = "!async function(){throw 1}();(()=>{throw 2})();(()=>{throw 3})()";
    let tokens =
        [(0, 0, 0, 0, 0, None), (0, 26, 0, 9, 2, Some(0)), (0, 44, 0, 10, 2, Some(1)), (0, 47, 0, 11, 0, None)];
    let map =
        format!(r#"{{"version":3,"sources":["a.ts"],"names":["start","stop"],"mappings":"{}"}}"#, mappings(&tokens));
    let map = open(Some(minified), &map);
    let at = |text: &str| map.scope(0, u32::try_from(minified.find(text).unwrap()).unwrap());
    assert_eq!(at("throw 1"), Scope::Named("start"));
    assert_eq!(at("throw 2"), Scope::Named("stop"));
    assert_eq!(at("throw 3"), Scope::Anonymous);
}

#[test]
fn functions_are_named_as_in_the_source() {
    let minified = "class a{b(){throw 1}}var c=()=>{(()=>{throw 2})()};";
    let tokens = [(0, 6, 0, 0, 6, Some(0)), (0, 8, 0, 1, 2, Some(1)), (0, 25, 0, 3, 4, Some(2))];
    let map = format!(
        r#"{{"version":3,"sources":["a.ts"],"names":["Cart","add","checkout"],"mappings":"{}"}}"#,
        mappings(&tokens)
    );
    let map = open(Some(minified), &map);
    let at = |text: &str| map.scope(0, u32::try_from(minified.find(text).unwrap()).unwrap());
    assert_eq!(at("throw 1"), Scope::Named("Cart.add"));
    assert_eq!(at("}var"), Scope::Named("new Cart"));
    assert_eq!(at("var c"), Scope::Unknown);
    assert_eq!(at("throw 2"), Scope::Anonymous);
    assert_eq!(at(")()}"), Scope::Named("checkout"));
    assert_eq!(map.scope(0, 1000), Scope::Unknown);
}

#[test]
fn sections_lie_side_by_side_and_nest() {
    let one = mappings(&[(0, 2, 0, 1, 0, None), (1, 3, 0, 2, 0, None)]);
    let inner = format!(r#"{{"version":3,"sources":["b"],"ignoreList":[0],"names":[],"mappings":"{one}"}}"#);
    let map = format!(
        r#"{{"version":3,"sections":[
            {{"offset":{{"line":0,"column":0}},"map":{{"version":3,"sources":["a"],"names":[],"mappings":"{one}"}}}},
            {{"offset":{{"line":1,"column":10}},"map":{{"version":3,"sections":[{{"offset":{{"line":0,"column":5}},"map":{inner}}}]}}}}
        ]}}"#
    );
    let map = open(None, &map);
    let at = |line, column| map.token(line, column).map(|token| (token.source, token.line));
    assert_eq!(at(0, 2), Some((Some(0), 1)));
    assert_eq!(at(1, 4), Some((Some(0), 2)));
    assert_eq!(at(1, 16), Some((None, 0)), "the first section ends where the next begins");
    assert_eq!(at(1, 17), Some((Some(1), 1)));
    assert_eq!(at(2, 3), Some((Some(1), 2)), "only the first line is moved to the right");
    assert_eq!((map.is_ignored(0), map.is_ignored(1)), (false, true));
}

#[test]
fn react_native_maps_bring_their_names() {
    let map = format!(
        r#"{{"version":3,"sources":["a.js"],"names":[],"x_facebook_sources":[[{{"names":["<global>","go"],"mappings":"AAA;ACA"}}]],"mappings":"{}"}}"#,
        mappings(&[(0, 0, 0, 0, 0, None), (0, 10, 0, 1, 0, None)])
    );
    let map = open(Some("function x(){}"), &map);
    assert_eq!(map.scope(0, 5), Scope::Named("<global>"));
    assert_eq!(map.scope(0, 12), Scope::Named("go"));
}

#[test]
fn what_is_no_source_map_is_refused_with_a_reason() {
    let nested = r#"{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":"#.repeat(200);
    for (map, reason) in [
        ("", "not a source map: EOF"),
        ("<!doctype html>", "not a source map: expected value"),
        (r#"{"version":2,"mappings":""}"#, "the source map has version 2, not 3"),
        (r#"{"mappings":""}"#, "the source map has version null, not 3"),
        (r#"{"version":3}"#, "not a source map: it has no mappings"),
        (r#"{"version":3,"sources":[],"names":[],"mappings":7}"#, "not a source map: invalid type"),
        (r#"{"version":3,"sources":["a"],"names":[],"mappings":"A!"}"#, "not a source map: "),
        (r#"{"version":3,"sources":["a"],"names":[],"mappings":"AAAAAAAA"}"#, "not a source map: "),
        (r#"{"version":3,"sources":[],"names":[],"mappings":"AAAA"}"#, "not a source map: "),
        (r#"{"version":3,"sections":[{"offset":{"line":0,"column":0},"url":"x.map"}]}"#, "a section refers to"),
        (r#"{"version":3,"sections":[{"offset":{"line":0,"column":0}}]}"#, "not a source map: a section without"),
        (nested.as_str(), "not a source map: recursion limit"),
    ] {
        let error = build(None, map.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{map:.60}: {error}");
    }
}

#[test]
fn absurd_maps_are_bounded() {
    let sections: Vec<String> = (0..10_000)
        .map(|n| format!(r#"{{"offset":{{"line":{n},"column":4294967295}},"map":{{"version":3,"sources":["a{n}"],"names":[],"mappings":"AAAA,+/////DAAA"}}}}"#))
        .collect();
    let map = open(None, &format!(r#"{{"version":3,"sections":[{}]}}"#, sections.join(",")));
    assert!(map.token(5000, u32::MAX).is_some());
    let many = format!(r#"{{"version":3,"sources":["a"],"names":[],"mappings":"{}"}}"#, "A,".repeat(8_100_000));
    assert!(build(None, many.as_bytes()).unwrap_err().to_string().contains("mappings"));
}

#[test]
fn other_bytes_are_not_opened_or_say_nothing() {
    let good = build(None, br#"{"version":3,"sources":["a"],"sourcesContent":["x"],"names":["n"],"mappings":"AAAAA"}"#)
        .unwrap();
    for length in 0..good.len() {
        assert!(CompactMap::open(good[..length].to_vec()).is_none(), "{length}");
    }
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0xff;
        let Some(map) = CompactMap::open(bad) else { continue };
        let source = map.token(0, 0).and_then(|token| token.source).unwrap_or(0);
        let _ = (map.only_token(0), map.scope(0, 0), map.source_name(source), map.line(source, 0));
    }
}
