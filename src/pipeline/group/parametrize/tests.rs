use serde_json::Value;

use super::parametrize;

#[test]
fn vectors() {
    let text = include_str!("../../../../tests/fixtures/vectors/parametrization.json");
    let file: Value = serde_json::from_str(text).unwrap();
    for case in file["cases"].as_array().unwrap() {
        assert_eq!(parametrize(case["input"].as_str().unwrap()), case["expect"], "{}", case["id"]);
    }
}

#[test]
fn what_varies_is_replaced() {
    for (text, expected) in [
        ("user-42", "user-<int>"),
        ("#42 (17) -3 +4", "#<int> (<int>) <int> <int>"),
        ("utf8 ES2015 42px 3rd", "utf8 ES2015 42px 3rd"),
        ("1.2.3.4.5 v2.0.1-beta.4", "1.2.3.4.5 v2.0.1-beta.<int>"),
        ("id=abc id='abc' id=\"a b\" id='open", "id=abc id=<str> id=<str> id='open"),
        ("https://a.test/x?y=1, (http://b.test/) <ws://c.test/9>", "<url>, (<url>) <<url>>"),
        ("Mon, 02 Jan 2006 15:04:05 GMT and Tue, 3 Feb 2026 01:02:03 +0100", "<datetime> and <datetime>"),
        ("2024-05-06T07:08Z 2024-05-06T07:08:09.123456+02:00", "<datetime> <datetime>"),
        ("02/01/2006 02.01.2006 Jan 2, 2006 2024-05-06", "<date> <date> <date> <date>"),
        ("::1 fe80::1 [::1]:80 2001:db8::ff00:42:8329.", "<ip> <ip> <ip> <ip>."),
        ("std::vector a::b Foo::Bar dead::beef", "std::vector a::b Foo::Bar dead::beef"),
        ("999.0.0.1 10.0.0.1.", "999.0.0.1 <ip>."),
        ("0x1F 0xZZ DEADBEEF12 DeadBeef12", "<hex> 0xZZ <hex> DeadBeef12"),
        ("1.5e10 -0.3 2.5s 3µs 7min 9h 5m", "<float> <float> <duration> <duration> <duration> <duration> 5m"),
        ("a.b+c@mail.example.co.uk react@18.2.0 @scope/x", "<email> react@18.2.0 @scope/x"),
        ("用户42不存在 número7 é9", "用户<int>不存在 número7 é9"),
        ("d41d8cd98f00b204e9800998ecf8427e0 deadbeef 12345678", "<hex> deadbeef <int>"),
        ("\n\n  first 1  \n\nsecond 2\n", "first <int>  \n\nsecond <int>"),
        ("", ""),
    ] {
        let expected = expected.replace("  \n\n", "  \n");
        assert_eq!(parametrize(text), expected, "{text}");
    }
}

#[test]
fn hostile_texts_are_cut_and_quick() {
    let started = std::time::Instant::now();
    for unit in ["1.", "a.", "a@", "0x", "::", "='", "12:", "é", "ab-", "1.1.1.1:", "-1", "https://", "deadbeef1"] {
        let result = parametrize(&unit.repeat(200_000));
        assert!(result.ends_with("...") && result.len() < 8_000, "{unit}");
    }
    assert!(started.elapsed().as_secs() < 5);
}
