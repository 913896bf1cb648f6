use serde_json::Value;

use super::{apply, of_mapped, rules};
use crate::pipeline::frames::{FrameFields, Platform};
use crate::types::json::{Json, parse};

#[test]
fn vectors() {
    let file: Value = serde_json::from_str(include_str!("../../../tests/fixtures/vectors/js_in_app.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let text = |key: &str| case[key].as_str().unwrap();
        assert_eq!(of_mapped(text("abs_path"), text("filename")), case["expect"].as_bool(), "{}", case["id"]);
    }
}

/// (platform, frame, `in_app` by rule, out of grouping)
const FRAMES: [(&str, &str, Option<bool>, bool); 43] = [
    ("python", r#"{"abs_path":"/srv/app/shop/views.py","module":"shop.views"}"#, None, false),
    ("python", r#"{"abs_path":"/srv/venv/lib/site-packages/x/y.py","module":"x.y"}"#, Some(false), false),
    ("python", r#"{"abs_path":"/srv/app/celery_tasks.py","module":"celery_tasks"}"#, None, false),
    ("python", r#"{"module":"celery.app.task"}"#, Some(false), false),
    ("python", r#"{"module":"sentry_sdk.integrations.wsgi"}"#, Some(false), true),
    ("python", r#"{"abs_path":"/usr/lib/python3.9/json/decoder.py"}"#, Some(false), false),
    ("php", r#"{"filename":"[internal]"}"#, Some(false), false),
    ("php", r#"{"abs_path":"/srv/app/vendor/guzzle/Client.php"}"#, Some(false), false),
    ("php", r#"{"abs_path":"/srv/app/src/Vendor.php"}"#, None, false),
    ("ruby", r#"{"abs_path":"/usr/local/bundle/gems/rack-2/lib/rack.rb"}"#, Some(false), false),
    ("ruby", r#"{"filename":"<internal:kernel>"}"#, Some(false), false),
    ("javascript", r#"{"abs_path":"https://a.test/lib/cart.js","filename":"/lib/cart.js"}"#, None, false),
    ("javascript", r#"{"abs_path":"https://unpkg.com/react@18/x.js"}"#, Some(false), false),
    ("javascript", r#"{"abs_path":"webpack:///./node_modules/lodash/map.js"}"#, Some(false), false),
    ("javascript", r#"{"abs_path":"webpack:///./node_modules/@sentry/browser/x.js"}"#, Some(false), true),
    ("javascript", r#"{"abs_path":"https://a.test/x.js","module":"zone.js/dist/zone"}"#, Some(false), true),
    ("javascript", r#"{"abs_path":"https://a.test/x.js","module":"tslibrary/x"}"#, None, false),
    ("javascript", r#"{"abs_path":"<anonymous>","function":"Array.forEach"}"#, Some(false), false),
    ("javascript", r#"{"filename":"[native code]","function":"reduce"}"#, Some(false), false),
    ("javascript", r#"{"abs_path":"<anonymous>","function":"eval","lineno":3}"#, None, false),
    ("node", r#"{"abs_path":"node:internal/process/task_queues"}"#, Some(false), true),
    ("node", r#"{"filename":"internal/modules/cjs/loader.js"}"#, Some(false), true),
    ("node", r#"{"abs_path":"/app/internal/db.js","function":"connect"}"#, None, false),
    ("node", r#"{"function":"processTicksAndRejections"}"#, Some(false), true),
    ("java", r#"{"module":"com.acme.Shop"}"#, None, false),
    ("java", r#"{"module":"org.springframework.web.Servlet"}"#, Some(false), false),
    ("java", r#"{"module":"io.sentry.Hub"}"#, Some(false), true),
    ("java", r#"{"module":"javafoo.Bar"}"#, None, false),
    ("csharp", r#"{"module":"System.Linq.Enumerable"}"#, Some(false), false),
    ("csharp", r#"{"module":"Shop.System.Cart"}"#, None, false),
    ("go", r#"{"module":"net/http"}"#, Some(false), false),
    ("go", r#"{"module":"main"}"#, None, false),
    ("go", r#"{"module":"github.com/acme/api/net"}"#, None, false),
    ("rust", r#"{"function":"core::panicking::panic_fmt"}"#, Some(false), true),
    ("rust", r#"{"function":"<alloc::boxed::Box<F> as core::ops::FnOnce>::call_once"}"#, Some(false), false),
    ("rust", r#"{"function":"sentryfish::swim"}"#, None, false),
    ("elixir", r#"{"module":"Elixir.GenServer"}"#, Some(false), false),
    ("dart", r#"{"abs_path":"package:flutter/src/widgets/framework.dart"}"#, Some(false), false),
    ("cocoa", r#"{"package":"/Applications/Shop.app/Contents/MacOS/Shop","function":"run"}"#, Some(true), false),
    ("cocoa", r#"{"package":"/System/Library/Frameworks/UIKit.framework/UIKit"}"#, Some(false), false),
    ("native", r#"{"package":"/usr/bin/game","function":"__cxa_throw"}"#, Some(false), true),
    ("native", r#"{"package":"/usr/bin/game","function":"Scene::draw(int)"}"#, None, false),
    ("other", r#"{"abs_path":"/home/u/.cargo/registry/src/x/lib.rs"}"#, Some(false), false),
];

#[test]
fn built_in_rules() {
    for (platform, frame, in_app, out_of_group) in FRAMES {
        let json = parse(frame.as_bytes()).unwrap();
        let fields = FrameFields::read(json.as_object().unwrap());
        let platform = Platform::parse(platform);
        assert_eq!(rules::in_app(&fields, platform), in_app, "{frame}");
        assert_eq!(rules::is_out_of_group(&fields, platform), out_of_group, "{frame}");
    }
}

#[test]
fn unknown_becomes_no_and_the_clients_word_stays() {
    let text = br#"{"platform":"python","stacktrace":{"frames":[{"module":"a"},{"module":"b","in_app":true},
        {"module":"django.x","in_app":true},{"platform":"node","filename":"node:fs","in_app":true}]}}"#;
    let Ok(Json::Object(mut event)) = parse(text) else { panic!() };
    apply(&mut event);
    let frames = event.get("stacktrace").unwrap().get("frames").unwrap().as_array().unwrap();
    let in_app: Vec<_> = frames.iter().map(|frame| frame.get("in_app").unwrap().as_bool().unwrap()).collect();
    assert_eq!(in_app, [false, true, false, false]);
}
