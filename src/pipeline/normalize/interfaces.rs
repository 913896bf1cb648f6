//! One table per interface: what the vectors do not cover.

use chrono::TimeDelta;

use super::tests::{agrees, has_error, normalized, object, receipt};
use crate::pipeline::Receipt;
use crate::types::json::{Json, parse};

/// Input, what must be in the result, errors as `type:name`.
type Case = (&'static str, &'static str, &'static [&'static str]);

fn assert_cases(cases: &[Case]) {
    for (input, expected, errors) in cases {
        let event = normalized(&object(&parse(input.as_bytes()).unwrap()), &receipt());
        for (key, expected) in parse(expected.as_bytes()).unwrap().as_object().unwrap().iter() {
            assert!(agrees(expected, event.get(key)), "{input}: {key} of {event}");
        }
        for error in *errors {
            let (kind, name) = error.split_once(':').unwrap();
            assert!(has_error(&event, kind, name), "{input}: {event}");
        }
        let count = event.get("errors").and_then(Json::as_array).unwrap().len();
        assert_eq!(count, errors.len(), "{input}: {event}");
    }
}

#[test]
fn aliases_give_way_to_todays_names() {
    assert_cases(&[
        (
            r#"{"sentry.interfaces.Http":{"url":"http://a/"},"http":{"url":"http://b/"}}"#,
            r#"{"request":{"url":"http://a/"}}"#,
            &[],
        ),
        (
            r#"{"message":{"message":"a %s","params":["b"]}}"#,
            r#"{"logentry":{"message":"a %s","formatted":"a b"}}"#,
            &[],
        ),
        (
            r#"{"message":"x","sentry.interfaces.Message":{"message":"y"}}"#,
            r#"{"logentry":{"message":"y","formatted":"x"},"message":null}"#,
            &[],
        ),
        (
            r#"{"project":1,"time_spent":2,"sentry.interfaces.Query":{"query":"x"},"spans":[]}"#,
            r#"{"project":null,"spans":null}"#,
            &[],
        ),
        (
            r#"{"server_name":"web-1","site":"a","tags":{"server_name":"b"}}"#,
            r#"{"tags":[["server_name","web-1"],["site","a"]],"server_name":null}"#,
            &[],
        ),
    ]);
}

#[test]
fn small_attributes() {
    let logger = "com.example.application.module.submodule.component.Implementation.Inner";
    let cases: [(String, &str, &[&str]); 5] = [
        (
            format!("{{\"logger\":\" {logger} \"}}"),
            r#"{"logger":"*application.module.submodule.component.Implementation.Inner"}"#,
            &[],
        ),
        (
            format!("{{\"transaction\":\"{}\"}}", "t".repeat(201)),
            r#"{"_meta":{"transaction":{"":{"len":201,"rem":[["!limit","s",197,200]]}}}}"#,
            &[],
        ),
        (format!("{{\"checksum\":\"{}\"}}", "c".repeat(129)), r#"{"checksum":null}"#, &["value_too_long:checksum"]),
        (
            r#"{"platform":" SWIFT ","culprit":"  a  ","errors":[{"type":"native_missing_dsym"},{"a":1}]}"#.to_owned(),
            r#"{"platform":"swift","culprit":"a"}"#,
            &["native_missing_dsym:"],
        ),
        (
            r#"{"_meta":{"a":{"":{"err":["x"]}}},"type":5}"#.to_owned(),
            r#"{"_meta":{"a":{"":{"err":["x"]}}},"type":"5"}"#,
            &[],
        ),
    ];
    for (input, expected, errors) in &cases {
        let event = normalized(&object(&parse(input.as_bytes()).unwrap().into_owned()), &receipt());
        for (key, expected) in parse(expected.as_bytes()).unwrap().as_object().unwrap().iter() {
            assert!(agrees(expected, event.get(key)), "{input}: {event}");
        }
        assert_eq!(event.get("errors").and_then(Json::as_array).unwrap().len(), errors.len(), "{input}: {event}");
    }
}

#[test]
fn exceptions_and_their_mechanisms() {
    assert_cases(&[
        (
            r#"{"exception":{"type":"A"},"stacktrace":[{"filename":"a.py"}]}"#,
            r#"{"exception":{"values":[{"type":"A","stacktrace":{"frames":[{"filename":"a.py"}]}}]},"stacktrace":null}"#,
            &[],
        ),
        (
            r#"{"exception":[{"type":"A"},{"type":"B"}],"stacktrace":[{"filename":"a.py"}]}"#,
            r#"{"stacktrace":{"frames":[{"filename":"a.py"}]}}"#,
            &[],
        ),
        (
            r#"{"exception":[{"module":"m"},{"type":"A"}]}"#,
            r#"{"exception":{"values":[{"type":"A"}]}}"#,
            &["missing_attribute:exception.values.0"],
        ),
        (r#"{"exception":"boom"}"#, r#"{"exception":null}"#, &["invalid_data:exception"]),
        (
            r#"{"exception":{"values":[{"type":"A"}],"exc_omitted":[1,2]}}"#,
            r#"{"exception":{"exc_omitted":[1,2]}}"#,
            &[],
        ),
        (r#"{"exception":{"values":[{"type":"A"}],"exc_omitted":[1]}}"#, r#"{"exception":{"exc_omitted":null}}"#, &[]),
        (
            r#"{"exception":[{"type":"A","mechanism":{"handled":"x","type":"m","data":{"a":1},"exception_id":"2","foo":1}}]}"#,
            r#"{"exception":{"values":[{"mechanism":{"type":"m","handled":null,"data":{"a":1},"exception_id":2,"foo":null}}]}}"#,
            &["invalid_data:exception.values.0.mechanism.handled"],
        ),
        (
            r#"{"exception":[{"type":"A","mechanism":{"mach_exception":{"exception":1,"exception_name":"EXC"},"relevant_address":"0x1","handled":false}}]}"#,
            r#"{"exception":{"values":[{"mechanism":{"type":"generic","handled":false,"data":{"relevant_address":"0x1"},
            "meta":{"mach_exception":{"exception":1,"name":"EXC"}}}}]}}"#,
            &[],
        ),
    ]);
}

#[test]
fn stack_traces_threads_and_templates() {
    assert_cases(&[
        (r#"{"stacktrace":{"frames":"x"}}"#, r#"{"stacktrace":null}"#, &["invalid_data:stacktrace.frames"]),
        (
            r#"{"stacktrace":{"frames":[null,{},[],{"filename":"http://x.test/","lineno":-1,"colno":"7","foo":1,"in_app":"yes"}],"registers":{"pc":255}}}"#,
            r#"{"stacktrace":{"frames":[{"filename":"http://x.test/","abs_path":"http://x.test/","lineno":null,"colno":7,"foo":null,"in_app":null}],"registers":{"pc":"0xff"}}}"#,
            &[],
        ),
        (
            r#"{"stacktrace":[{"abs_path":"/srv/a.py","pre_context":["x",null,1],"vars":[["a",1],["b",2]]}]}"#,
            r#"{"stacktrace":{"frames":[{"filename":"/srv/a.py","context_line":"","pre_context":["x","","1"],"vars":{"a":1,"b":2}}]}}"#,
            &[],
        ),
        (
            r#"{"stacktrace":[{"function":"f","vars":{"x":NaN,"y":-Infinity}}],"extra":{"z":Infinity}}"#,
            r#"{"stacktrace":{"frames":[{"vars":{"x":"<nan>","y":"<-inf>"}}]},"extra":{"z":"<inf>"}}"#,
            &[],
        ),
        (
            r#"{"threads":[{"id":"7","crashed":true,"stacktrace":{"frames":[]},"daemon":1},{}]}"#,
            r#"{"threads":{"values":[{"id":"7","crashed":true,"stacktrace":null,"daemon":null}]}}"#,
            &[],
        ),
        (
            r#"{"template":{"abs_path":"/t/a.html","lineno":"3","context_line":"x"}}"#,
            r#"{"template":{"abs_path":"/t/a.html","filename":"a.html","lineno":3}}"#,
            &[],
        ),
        (r#"{"template":{"filename":"a.html"}}"#, r#"{"template":null}"#, &["missing_attribute:template"]),
    ]);
}

#[test]
fn requests() {
    assert_cases(&[
        (r#"{"request":"x"}"#, r#"{"request":null}"#, &["invalid_data:request"]),
        (
            r#"{"request":{"url":"/a?b=1","method":"get"}}"#,
            r#"{"request":{"url":"/a?b=1","method":"GET","query_string":null}}"#,
            &[],
        ),
        (r#"{"request":{"url":"http://a/b…"}}"#, r#"{"request":{"url":"http://a/b..."}}"#, &[]),
        (
            r#"{"request":{"query_string":"a=b+c&a=%C3%A4&d"}}"#,
            r#"{"request":{"query_string":[["a","b c"],["a","ä"],["d",""]]}}"#,
            &[],
        ),
        (
            r#"{"request":{"query_string":{"a":[1],"b":null}}}"#,
            r#"{"request":{"query_string":[["a","[1]"],["b",""]]}}"#,
            &[],
        ),
        (
            r#"{"request":{"headers":[["x-b","1"],["x-a",null],["X-A","2"]]}}"#,
            r#"{"request":{"headers":[["X-B","1"],["X-A","2"]]}}"#,
            &[],
        ),
        (r#"{"request":{"data":{}}}"#, r#"{"request":{"data":{}}}"#, &[]),
        (r#"{"request":{"data":"","url":"x"}}"#, r#"{"request":{"data":null}}"#, &[]),
        (r#"{"request":{"data":"a=1&a=2"}}"#, r#"{"request":{"data":{"a":["1","2"]}}}"#, &[]),
        (
            r#"{"request":{"data":"a=1&b=2","headers":{"content-type":"text/plain"}}}"#,
            r#"{"request":{"data":"a=1&b=2","inferred_content_type":"text/plain"}}"#,
            &[],
        ),
        (r#"{"request":{"data":"<?xml a=1&b=2"}}"#, r#"{"request":{"data":"<?xml a=1&b=2"}}"#, &[]),
        (r#"{"request":{"data":"token=abc="}}"#, r#"{"request":{"data":"token=abc="}}"#, &[]),
        (
            r#"{"request":{"cookies":"a=1;b; c=d=e"}}"#,
            r#"{"request":{"cookies":[["a","1"],["b",""],["c","d=e"]]}}"#,
            &[],
        ),
    ]);
}

#[test]
fn users_contexts_breadcrumbs_and_the_rest() {
    assert_cases(&[
        (
            r#"{"user":{"data":{"a":1,"b":2},"a":3,"name":true}}"#,
            r#"{"user":{"name":"True","data":{"a":3,"b":2}}}"#,
            &[],
        ),
        (r#"{"user":[]}"#, r#"{"user":null}"#, &["invalid_data:user"]),
        (r#"{"user":{"ip_address":"::ffff:1.2.3.4"}}"#, r#"{"user":{"ip_address":"1.2.3.4"}}"#, &[]),
        (
            r#"{"contexts":{"trace":{"trace_id":"x","span_id":"00F067AA0BA902B7"},"runtime":{"raw_description":"CPython 3.11.2"},"empty":{"a":null,"b":""}}}"#,
            r#"{"contexts":{"trace":{"type":"trace","trace_id":null,"span_id":"00f067aa0ba902b7"},"runtime":{"name":"CPython","version":"3.11.2"},"empty":null}}"#,
            &["invalid_data:contexts.trace.trace_id"],
        ),
        (
            r#"{"contexts":{"os":{"raw_description":"Mac OS X 10.14.2 (18C54)"},"a":{"type":"os","raw_description":"Linux 5.4.0-1-generic x"},
            "runtime":{"name":".NET Framework","build":"461814"}}}"#,
            r#"{"contexts":{"os":{"name":"macOS","version":"10.14.2","build":"18C54"},"a":{"name":"Linux","kernel_version":"5.4.0-1-generic"},"runtime":{"version":"4.7.2"}}}"#,
            &[],
        ),
        (
            r#"{"breadcrumbs":[{"ty":"http","level":"30","timestamp":"2023-11-14T22:11:40Z"},{"message":"x","timestamp":"soon"},{}]}"#,
            r#"{"breadcrumbs":{"values":[{"type":"http","level":"warning","timestamp":1699999900},{"message":"x","timestamp":null}]}}"#,
            &["invalid_data:breadcrumbs.values.1.timestamp"],
        ),
        (r#"{"modules":[["a","1"],["b",2]]}"#, r#"{"modules":{"a":"1","b":"2"}}"#, &[]),
        (r#"{"extra":[1]}"#, r#"{"extra":null}"#, &["invalid_data:extra"]),
        (
            r#"{"fingerprint":["a",1.9,1e300,[],{}]}"#,
            r#"{"fingerprint":["a","1"]}"#,
            &["invalid_data:fingerprint.2", "invalid_data:fingerprint.3", "invalid_data:fingerprint.4"],
        ),
        (r#"{"fingerprint":"x"}"#, r#"{"fingerprint":["x"]}"#, &[]),
        (r#"{"tags":{"a":"x\ny","sentry:user":"u"}}"#, r#"{"tags":[["a","x y"]]}"#, &["invalid_data:tags.a"]),
        (
            r#"{"environment":"None","release":"branch/sha","dist":5}"#,
            r#"{"environment":null,"release":"branch/sha","dist":"5"}"#,
            &["invalid_environment:environment"],
        ),
        (r#"{"event_id":"x"}"#, r#"{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}"#, &["invalid_data:event_id"]),
    ]);
}

#[test]
fn printf_as_far_as_clients_use_it() {
    for (message, params, expected) in [
        ("%5d|%-5d|%05d|%+d", "[42,42,-42,42]", "   42|42   |-0042|+42"),
        ("%e %g %g %g", "[1234.5,0.0001,1234567.0,100000]", "1.234500e+03 0.0001 1.23457e+06 100000"),
        ("%X %#x %o %c%c", "[255,255,8,65,\"b\"]", "FF 0xff 10 Ab"),
        ("%.2s|%r|%s", "[\"abc\",null,true]", "ab|null|true"),
        ("%(a).1f%%", "{\"a\":1.25}", "1.2%"),
        ("%s %q", "[1,2]", "%s %q"),
        ("100%", "[1]", "100%"),
        ("%99999d", "[1]", "%99999d"),
        ("{} {{x}} {}", "[1,[2]]", "1 {{x}} [2]"),
        ("{", "[1]", "{"),
    ] {
        let input = format!("{{\"logentry\":{{\"message\":\"{message}\",\"params\":{params}}}}}");
        let event = normalized(&object(&parse(input.as_bytes()).unwrap().into_owned()), &receipt());
        let formatted = event.get("logentry").and_then(|logentry| logentry.get("formatted"));
        assert_eq!(formatted.and_then(Json::as_str), Some(expected), "{message}");
    }
}

#[test]
fn wrong_clocks_are_corrected_once_for_all_times() {
    let input = br#"{"timestamp":1700007200,"breadcrumbs":[{"timestamp":1700007100,"message":"x"}]}"#;
    let input = object(&parse(input).unwrap());
    let sent_at = Some(receipt().received_at + TimeDelta::hours(2));
    let expected = parse(br#"{"timestamp":1700000000,"breadcrumbs":{"values":[{"timestamp":1699999900}]}}"#).unwrap();
    for (sent_at, error) in [(sent_at, "clock_drift"), (None, "future_timestamp")] {
        let event = normalized(&input, &Receipt { sent_at, ..receipt() });
        for (key, expected) in expected.as_object().unwrap().iter() {
            assert!(agrees(expected, event.get(key)), "{event}");
        }
        assert!(has_error(&event, error, "timestamp"), "{event}");
    }
}

#[test]
fn deep_stacks_keep_entry_and_crash_and_context_where_it_matters() {
    let frames: Vec<String> =
        (0..1000).map(|n| format!(r#"{{"function":"f{n}","vars":{{"n":{n}}},"in_app":{}}}"#, n >= 990)).collect();
    let input = format!(r#"{{"stacktrace":{{"frames":[{}]}}}}"#, frames.join(","));
    let event = normalized(&object(&parse(input.as_bytes()).unwrap().into_owned()), &receipt());
    let stacktrace = event.get("stacktrace").unwrap();
    let frames = stacktrace.get("frames").and_then(Json::as_array).unwrap();
    assert_eq!(stacktrace.get("frames_omitted"), Some(&Json::Array(vec![Json::Int(50), Json::Int(800)])));
    assert_eq!(
        (frames.len(), frames[49].get("function"), frames[50].get("function")),
        (250, Some(&Json::from("f49")), Some(&Json::from("f800")))
    );
    let with_vars: Vec<bool> = frames.iter().map(|frame| frame.get("vars").is_some()).collect();
    assert_eq!(with_vars.iter().filter(|has| **has).count(), 50);
    assert!(with_vars[..20].iter().chain(&with_vars[220..]).all(|has| *has), "both ends of the system, all of the app");
}
