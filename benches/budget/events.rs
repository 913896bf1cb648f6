//! The load: events as SDKs send them, in the proportions of the budget.
//!
//! 45 % JavaScript errors of 4 KB, 25 % Python exceptions with locals of 30 KB, 15 % chained Java exceptions of 10 KB,
//! 15 % messages of 0.7 KB. 1,000 issues by Zipf, 20,000 users, 60 releases, 6 tags of which two have thousands of
//! values. What belongs to the code is the same in all events of an issue; what belongs to the moment is not.

use std::fmt::Write;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

/// Issues of each kind, in the proportions of the events.
const ISSUES: [usize; 4] = [450, 250, 150, 150];

pub const WORDS: [&str; 96] = [
    "account",
    "address",
    "amount",
    "api",
    "archive",
    "audit",
    "basket",
    "batch",
    "billing",
    "buffer",
    "cache",
    "campaign",
    "card",
    "cart",
    "catalog",
    "channel",
    "checkout",
    "client",
    "config",
    "consumer",
    "contract",
    "coupon",
    "currency",
    "customer",
    "dashboard",
    "delivery",
    "device",
    "digest",
    "discount",
    "document",
    "draft",
    "email",
    "entry",
    "event",
    "export",
    "feature",
    "feed",
    "file",
    "filter",
    "folder",
    "gateway",
    "header",
    "history",
    "image",
    "import",
    "index",
    "inventory",
    "invoice",
    "item",
    "job",
    "journal",
    "key",
    "label",
    "ledger",
    "limit",
    "link",
    "listing",
    "locale",
    "location",
    "login",
    "mailbox",
    "manager",
    "market",
    "matcher",
    "media",
    "member",
    "message",
    "metric",
    "model",
    "module",
    "monitor",
    "notice",
    "offer",
    "order",
    "page",
    "parser",
    "payment",
    "permission",
    "picture",
    "plan",
    "policy",
    "price",
    "product",
    "profile",
    "project",
    "promotion",
    "provider",
    "queue",
    "quota",
    "rating",
    "receipt",
    "record",
    "refund",
    "region",
    "report",
    "session",
];

const BROWSERS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
];

/// Makes events.
pub struct Events {
    rng: SmallRng,
    /// Seconds since 1970 of the events' timestamps.
    now: i64,
}

impl Events {
    pub fn new(seed: u64, now: i64) -> Self {
        Self { rng: SmallRng::seed_from_u64(seed), now }
    }

    /// The next event's id and JSON.
    pub fn next(&mut self) -> (Uuid, String) {
        let id = Uuid::from_u128(self.rng.random());
        let kind = match self.rng.random_range(0..100) {
            0..45 => 0,
            45..70 => 1,
            70..85 => 2,
            _ => 3,
        };
        let issue = self.zipf(ISSUES[kind]);
        // What belongs to the code: the same for every event of the issue.
        let mut code = SmallRng::seed_from_u64((kind * 1000 + issue) as u64);
        let mut json = String::with_capacity(32 << 10);
        write!(
            json,
            r#"{{"event_id":"{}","timestamp":{}.{:03},"#,
            id.simple(),
            self.now,
            self.rng.random_range(0..1000)
        )
        .expect("writing to a String cannot fail");
        self.common(&mut json, kind);
        match kind {
            0 => self.javascript(&mut json, &mut code),
            1 => self.python(&mut json, &mut code),
            2 => self.java(&mut json, &mut code),
            _ => self.message(&mut json, issue),
        }
        json.push('}');
        (id, json)
    }

    fn zipf(&mut self, issues: usize) -> usize {
        // The continuous distribution with exponent 1 is close enough.
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let limit = (issues as f64 + 1.0).ln();
        let place = (self.rng.random::<f64>() * limit).exp() - 1.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a few hundred")]
        let place = place as usize;
        place.min(issues - 1)
    }

    fn common(&mut self, json: &mut String, kind: usize) {
        let platform = ["javascript", "python", "java", "python"][kind];
        let (user, release) = (self.rng.random_range(1..=20_000), self.rng.random_range(0..60));
        let environment = ["production", "production", "production", "staging"][self.rng.random_range(0..4)];
        add(json, format_args!(r#""platform":"{platform}","release":"shop@{}.{}.0","#, 1 + release / 20, release % 20));
        add(json, format_args!(r#""environment":"{environment}","#));
        let ip = self.rng.random_range(0..250);
        add(
            json,
            format_args!(r#""user":{{"id":"{user}","email":"user{user}@example.com","ip_address":"203.0.113.{ip}"}},"#),
        );
        let (customer, shard) = (self.rng.random_range(0..5_000), self.rng.random_range(0..8_000));
        let (region, plan) = (self.rng.random_range(0..6), self.rng.random_range(0..4));
        add(
            json,
            format_args!(r#""tags":{{"customer":"c-{customer:05}","device_id":"d{shard:06x}","region":"eu-{region}","#),
        );
        let word = WORDS[self.rng.random_range(0..40)];
        add(json, format_args!(r#""plan":"plan-{plan}","feature":"{word}"}},"#));
        if kind != 0 {
            add(json, format_args!(r#""server_name":"web-{:02}.internal","#, self.rng.random_range(0..24)));
        }
        let (name, version) = [
            ("sentry.javascript.browser", "8.40.0"),
            ("sentry.python", "2.19.0"),
            ("sentry.java", "7.18.0"),
            ("sentry.python", "2.19.0"),
        ][kind];
        add(
            json,
            format_args!(
                r#""sdk":{{"name":"{name}","version":"{version}","packages":[{{"name":"pkg:{name}","version":"{version}"}}]}}"#
            ),
        );
    }

    fn javascript(&mut self, json: &mut String, code: &mut SmallRng) {
        let (noun, path) = (word(code), word(code));
        let hash = code.random::<u32>();
        add(
            json,
            format_args!(
                r#","level":"error","exception":{{"values":[{{"type":"TypeError","value":"Cannot read properties of undefined (reading '{noun}')","mechanism":{{"type":"onerror","handled":false}},"stacktrace":{{"frames":["#
            ),
        );
        for frame in 0..14 {
            let (a, b, line, column) = (word(code), word(code), code.random_range(1..90), code.random_range(1..60_000));
            let comma = if frame > 0 { "," } else { "" };
            add(
                json,
                format_args!(
                    r#"{comma}{{"filename":"https://shop.example.com/static/js/{path}.{hash:08x}.chunk.js","function":"{a}{}","lineno":{line},"colno":{column},"in_app":true}}"#,
                    capital(b)
                ),
            );
        }
        json.push_str("]}}]},");
        let (page, order, browser) = (word(code), self.rng.random_range(0..1_000_000), self.rng.random_range(0..5));
        add(
            json,
            format_args!(
                r#""request":{{"url":"https://shop.example.com/{page}/list?order={order}","headers":{{"User-Agent":"{}","Referer":"https://shop.example.com/"}}}},"breadcrumbs":{{"values":["#,
                BROWSERS[browser]
            ),
        );
        for crumb in 0..9 {
            let at = self.now - 60 + crumb * 5;
            let comma = if crumb > 0 { "," } else { "" };
            let (a, number, milliseconds) =
                (word(&mut self.rng), self.rng.random_range(0..100_000), self.rng.random_range(0..1000));
            if crumb % 2 == 0 {
                add(
                    json,
                    format_args!(
                        r#"{comma}{{"timestamp":{at}.{milliseconds:03},"category":"fetch","type":"http","data":{{"method":"GET","url":"/api/{a}/{number}","status_code":200}}}}"#
                    ),
                );
            } else {
                add(
                    json,
                    format_args!(
                        r#"{comma}{{"timestamp":{at}.{milliseconds:03},"category":"ui.click","message":"div.{a} > button#{a}-{number}"}}"#
                    ),
                );
            }
        }
        json.push_str("]}");
    }

    fn python(&mut self, json: &mut String, code: &mut SmallRng) {
        let (noun, verb) = (word(code), word(code));
        let number = self.rng.random_range(0..1_000_000);
        add(
            json,
            format_args!(
                r#","level":"error","logger":"{noun}.tasks","transaction":"/{noun}/{verb}","exception":{{"values":[{{"type":"{}Error","value":"{noun} {number} has no {verb}","module":"{noun}.errors","mechanism":{{"type":"django","handled":false}},"stacktrace":{{"frames":["#,
                capital(verb)
            ),
        );
        for frame in 0..24 {
            if frame > 0 {
                json.push(',');
            }
            self.python_frame(json, code, frame);
        }
        json.push_str("]}}]},");
        let browser = BROWSERS[self.rng.random_range(0..5)];
        add(
            json,
            format_args!(
                r#""request":{{"url":"https://shop.example.com/{noun}/{verb}","method":"POST","data":{{"id":{number},"note":"{} {}"}},"headers":{{"User-Agent":"{browser}","Accept":"application/json","Host":"shop.example.com"}},"env":{{"SERVER_NAME":"web","SERVER_PORT":"443"}}}},"#,
                word(&mut self.rng),
                word(&mut self.rng)
            ),
        );
        json.push_str(r#""modules":{"django":"4.2.7","celery":"5.3.4","requests":"2.31.0","sqlalchemy":"2.0.23","redis":"5.0.1","boto3":"1.29.7","pydantic":"2.5.2"},"contexts":{"runtime":{"name":"CPython","version":"3.11.6","build":"3.11.6 (main, Oct  4 2023) [GCC 12.2.0]"}}"#);
    }

    fn python_frame(&mut self, json: &mut String, code: &mut SmallRng, frame: usize) {
        let (module, function, line) = (word(code), word(code), code.random_range(20..900));
        let in_app = frame.is_multiple_of(3);
        let folder = if in_app { "/srv/shop" } else { "/usr/local/lib/python3.11/site-packages" };
        add(
            json,
            format_args!(
                r#"{{"filename":"{module}/{function}.py","abs_path":"{folder}/{module}/{function}.py","module":"{module}.{function}","function":"{}_{function}","lineno":{line},"in_app":{in_app},"pre_context":["#,
                word(code)
            ),
        );
        source_lines(json, code);
        add(
            json,
            format_args!(
                r#"],"context_line":"        return self.{}({}, {}=None)","post_context":["#,
                word(code),
                word(code),
                word(code)
            ),
        );
        source_lines(json, code);
        json.push_str(r#"],"vars":{"self":"#);
        add(
            json,
            format_args!(r#""<{module}.{} object at 0x7f{:010x}>""#, capital(function), self.rng.random::<u32>()),
        );
        for _ in 0..7 {
            let name = word(code);
            let (number, other) = (self.rng.random_range(0..1_000_000), word(&mut self.rng));
            match code.random_range(0..4) {
                0 => add(json, format_args!(r#","{name}":"{number}""#)),
                1 => add(json, format_args!(r#","{name}":"'{other}-{number}'""#)),
                2 => add(json, format_args!(r#","{name}":{{"id":"{number}","name":"'{other}'","active":"True"}}"#)),
                _ => add(json, format_args!(r#","{name}":["'{other}'","{number}","None"]"#)),
            }
        }
        json.push_str("}}");
    }

    fn java(&mut self, json: &mut String, code: &mut SmallRng) {
        let number = self.rng.random_range(0..1_000_000);
        json.push_str(r#","level":"error","logger":"com.example.shop","exception":{"values":["#);
        for exception in 0..3 {
            let (noun, kind) = (word(code), capital(word(code)));
            let comma = if exception > 0 { "," } else { "" };
            add(
                json,
                format_args!(
                    r#"{comma}{{"type":"{kind}Exception","module":"com.example.{noun}","value":"could not load {noun} {number}","stacktrace":{{"frames":["#
                ),
            );
            for frame in 0..20 {
                let (package, class, method, line) =
                    (word(code), capital(word(code)), word(code), code.random_range(10..800));
                let comma = if frame > 0 { "," } else { "" };
                let in_app = frame % 4 == 0;
                let root = if in_app { "com.example.shop" } else { "org.springframework" };
                add(
                    json,
                    format_args!(
                        r#"{comma}{{"module":"{root}.{package}.{class}","function":"{method}{class}","filename":"{class}.java","lineno":{line},"in_app":{in_app}}}"#
                    ),
                );
            }
            json.push_str("]}}");
        }
        add(
            json,
            format_args!(
                r#"]}},"contexts":{{"runtime":{{"name":"OpenJDK Runtime Environment","version":"17.0.9"}},"os":{{"name":"Linux","version":"5.15.0"}}}},"extra":{{"thread":"http-nio-8080-exec-{}"}}"#,
                self.rng.random_range(0..200)
            ),
        );
    }

    fn message(&mut self, json: &mut String, issue: usize) {
        let (a, b) = (WORDS[issue % 96], WORDS[(issue / 96 * 31 + issue) % 96]);
        let number = self.rng.random_range(0..1_000_000);
        add(
            json,
            format_args!(
                r#","level":"warning","logger":"{a}.{b}","logentry":{{"message":"{a} %s answered slowly to {b}","params":["{number}"],"formatted":"{a} {number} answered slowly to {b}"}}"#
            ),
        );
    }
}

fn source_lines(json: &mut String, code: &mut SmallRng) {
    for line in 0..5 {
        let comma = if line > 0 { "," } else { "" };
        let (a, b, c) = (word(code), word(code), word(code));
        match code.random_range(0..4) {
            0 => add(json, format_args!(r#"{comma}"        {a} = self.get_{b}({c})""#)),
            1 => add(json, format_args!(r#"{comma}"        if {a} is None or not {b}.{c}:""#)),
            2 => add(json, format_args!(r#"{comma}"            raise {}Error(f\"{b} {{{c}}}\")""#, capital(a))),
            _ => add(json, format_args!(r#"{comma}"""#)),
        }
    }
}

pub fn word(rng: &mut SmallRng) -> &'static str {
    WORDS[rng.random_range(0..WORDS.len())]
}

pub fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn add(json: &mut String, text: std::fmt::Arguments<'_>) {
    json.write_fmt(text).expect("writing to a String cannot fail");
}
