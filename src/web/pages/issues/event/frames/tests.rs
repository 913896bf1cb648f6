use super::{FrameContext, Row, is_web_address, rows};
use crate::messages::Messages;
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::types::json::parse;
use crate::types::language::Language;
use crate::web::pages::issues::event::budget::Budget;
use crate::web::pages::issues::event::options::{Options, Order, Stack};

/// Frames as letters: `A` in app, `s` of a framework; shown as rows in words.
fn shown(frames: &str, options: Options) -> String {
    let frames: Vec<String> = frames
        .chars()
        .map(|c| {
            format!(
                r#"{{"filename":"{c}.py","function":"f","lineno":1,"in_app":{},"context_line":"x"}}"#,
                c.is_uppercase()
            )
        })
        .collect();
    let json = format!(r#"{{"frames":[{}],"frames_omitted":[2,5]}}"#, frames.join(","));
    let json = parse(json.as_bytes()).unwrap();
    let trace = Stacktrace::read(&json).unwrap();
    let context = FrameContext {
        platform: "python",
        options,
        t: Messages::new(Language::English),
        file_problems: &[],
        has_in_app: false,
        more: None,
    };
    let rows = rows(&trace, &context, &mut Budget::new(5_000, 500_000));
    let words: Vec<String> = rows
        .iter()
        .map(|row| match row {
            Row::Frame(view) => format!(
                "{}{}{}",
                &view.full_path[..1],
                if view.is_open { "!" } else { "" },
                if view.repeats > 1 { view.repeats.to_string() } else { String::new() }
            ),
            Row::CalledFrom(view) => format!("from:{}", &view.full_path[..1]),
            Row::Run(run) => format!("run:{}", run.len()),
            Row::Omitted(from, to) => format!("cut:{from}-{to}"),
            Row::Unshown(n, _) => format!("unshown:{n}"),
        })
        .collect();
    words.join(" ")
}

#[test]
fn frames_fold_by_whose_they_are() {
    let app = Options { order: Order::Oldest, ..Options::default() };
    let full = app.with_stack(Stack::Full);
    for (frames, options, expected) in [
        ("A", app, "A!"),
        ("sABs", app, "from:s A cut:3-5 B! s"),
        ("stuAvwB", app, "run:2 cut:3-5 from:u A v from:w B!"),
        ("stuAvwB", full, "s t cut:3-5 u A v w B!"),
        ("st", app, "s t!"),
        ("AAAA", app, "A!4"),
    ] {
        assert_eq!(shown(frames, options), expected, "{frames}");
    }
    assert_eq!(shown("stAB", Options::default()), "B! A cut:3-5 from:t s");
}

#[test]
fn what_does_not_fit_is_counted() {
    let frames: Vec<String> = (0..500)
        .map(|n| {
            format!(
                r#"{{"filename":"{n}.py","function":"f","lineno":1,"in_app":true,"context_line":"{}"}}"#,
                "x ".repeat(250)
            )
        })
        .collect();
    let json = format!(r#"{{"frames":[{}]}}"#, frames.join(","));
    let json = parse(json.as_bytes()).unwrap();
    let trace = Stacktrace::read(&json).unwrap();
    let context = FrameContext {
        platform: "python",
        options: Options::default(),
        t: Messages::new(Language::English),
        file_problems: &[],
        has_in_app: false,
        more: None,
    };
    let rows = rows(&trace, &context, &mut Budget::new(2_000, 300_000));
    let unshown = rows.iter().find_map(|row| if let Row::Unshown(n, _) = row { Some(*n) } else { None }).unwrap();
    assert!(unshown > 200 && rows.len() < 261, "{unshown} {}", rows.len());
}

#[test]
fn only_web_addresses_are_links() {
    for (text, expected) in [
        ("https://a.example/x.js", true),
        ("HTTP://a", true),
        ("javascript:alert(1)", false),
        ("http:/x", false),
        (" http://x", false),
        ("http://a b", false),
        ("héé", false),
    ] {
        assert_eq!(is_web_address(text), expected, "{text}");
    }
}

#[test]
fn heads_and_links_of_scripts() {
    let mapped = r#""abs_path":"https://a.test/src/x.ts","filename":"../src/x.ts","lineno":3,"function":"go""#;
    for (frame, head, link) in [
        (r#""abs_path":"<anonymous>","filename":"<anonymous>","function":"Array.map""#, "<b>Array.map</b>", None),
        (r#""abs_path":"https://a.test/x.js","function":"t""#, "x.js</span> in <b>t</b>", Some("https://a.test/x.js")),
        (
            &format!(r#"{mapped},"data":{{"sourcemap":"x.map","orig_abs_path":"https://a.test/x.js"}}"#),
            "in <b>go</b> at line <b>3</b>",
            Some("https://a.test/x.js"),
        ),
    ] {
        let json = format!(r#"{{"frames":[{{{frame}}}]}}"#);
        let json = parse(json.as_bytes()).unwrap();
        let trace = Stacktrace::read(&json).unwrap();
        let context = FrameContext {
            platform: "javascript",
            options: Options::default(),
            t: Messages::new(Language::English),
            file_problems: &[],
            has_in_app: false,
            more: None,
        };
        let rows = rows(&trace, &context, &mut Budget::new(2_000, 300_000));
        let Row::Frame(view) = &rows[0] else { panic!("no frame") };
        assert!(view.head.to_string().ends_with(head), "{}", view.head);
        assert_eq!(view.link.as_deref(), link, "{frame}");
    }
}
