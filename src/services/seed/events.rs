//! What the seeded programs would have sent: a body for every event of the plan.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::dice::Dice;

/// What an event is about.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'p> {
    /// Slug of its project.
    pub project: &'p str,
    pub kind: Kind,
    /// Number of the issue, from 0 in all projects together.
    pub issue: u64,
    /// Number of the running release, from 0.
    pub release: u64,
    pub at: DateTime<Utc>,
}

/// Which SDK a project uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Python,
    JavaScript,
    Java,
    Node,
}

const USERS: u64 = 20_000;
const SERVERS: u64 = 8;

const NOUNS: [&str; 32] = [
    "account",
    "address",
    "basket",
    "billing",
    "campaign",
    "catalog",
    "checkout",
    "coupon",
    "customer",
    "delivery",
    "discount",
    "document",
    "export",
    "gateway",
    "import",
    "inventory",
    "invoice",
    "ledger",
    "listing",
    "login",
    "mailbox",
    "media",
    "order",
    "payment",
    "price",
    "profile",
    "quota",
    "receipt",
    "refund",
    "report",
    "session",
    "shipment",
];
const VERBS: [&str; 16] = [
    "apply", "build", "cancel", "check", "close", "fetch", "load", "merge", "open", "parse", "publish", "render",
    "resolve", "save", "send", "split",
];
const PYTHON_ERRORS: [&str; 8] = [
    "KeyError",
    "ValueError",
    "TypeError",
    "TimeoutError",
    "AttributeError",
    "PermissionError",
    "ZeroDivisionError",
    "ConnectionResetError",
];
const SCRIPT_ERRORS: [&str; 5] = ["TypeError", "ReferenceError", "RangeError", "SyntaxError", "NetworkError"];
const JAVA_ERRORS: [&str; 6] = [
    "NullPointerException",
    "IllegalStateException",
    "IllegalArgumentException",
    "SocketTimeoutException",
    "SQLTransientConnectionException",
    "OutOfStockException",
];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
];

impl Kind {
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::Java, Self::Node];

    /// As projects and events call it.
    pub fn platform(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Java => "java",
            Self::Node => "node",
        }
    }
}

/// The slug of a project, from 0; beyond the words they are numbered.
pub fn project_name(number: u64) -> String {
    let noun = word(&NOUNS, number);
    let suffix = ["service", "web", "worker", "api"][usize::try_from(number % 4).unwrap_or_default()];
    match number / NOUNS.len() as u64 {
        0 => format!("{noun}-{suffix}"),
        round => format!("{noun}-{suffix}-{}", round + 1),
    }
}

/// The body of an event.
pub fn body(scene: &Scene<'_>, dice: &mut Dice) -> Value {
    let mut event = common(scene, dice);
    // What an issue is must not depend on the moment: its dice are its own.
    let mut own = Dice::of(0, scene.issue);
    if own.below(8) == 0 {
        add_message(&mut event, scene, dice);
    } else {
        event["exception"] = json!({ "values": exceptions(scene, &mut own, dice) });
    }
    event["level"] = json!(own.pick(&["error", "error", "error", "error", "warning", "fatal", "info"]));
    event
}

fn common(scene: &Scene<'_>, dice: &mut Dice) -> Value {
    let user = dice.below(USERS);
    let host = format!("{}.example.com", scene.project);
    let path = format!("/{}/{}", word(&NOUNS, scene.issue), word(&VERBS, scene.issue / 7));
    json!({
        "platform": scene.kind.platform(),
        "timestamp": scene.at.to_rfc3339(),
        "release": format!("{}@1.{}.0", scene.project, scene.release),
        "environment": dice.pick(&["production", "production", "production", "production", "staging", "development"]),
        "server_name": format!("{}-{}", scene.project, dice.below(SERVERS)),
        "transaction": path,
        "user": { "id": user.to_string(), "email": format!("user{user}@example.com") },
        "tags": { "plan": dice.pick(&["free", "team", "business"]), "region": dice.pick(&["eu", "us", "cn"]) },
        "request": {
            "url": format!("https://{host}{path}"),
            "method": dice.pick(&["GET", "POST"]),
            "headers": { "User-Agent": dice.pick(&AGENTS), "Host": host },
        },
        "breadcrumbs": { "values": [{
            "timestamp": scene.at.timestamp() - 2,
            "category": "http",
            "data": { "url": format!("https://{host}/api/{}", dice.below(1_000)), "status_code": 200, "method": "GET" },
        }] },
        "extra": { "attempt": dice.below(5), "cart": format!("{:016x}", dice.roll()) },
    })
}

fn add_message(event: &mut Value, scene: &Scene<'_>, dice: &mut Dice) {
    let (verb, noun) = (word(&VERBS, scene.issue / 32), word(&NOUNS, scene.issue));
    let place = scene.issue / 512;
    event["logger"] = json!(format!("app.{noun}"));
    event["logentry"] = json!({
        "message": format!("Could not {verb} {noun} in step {} within %s ms", spelled(place)),
        "params": [dice.below(30_000)],
    });
}

/// Digits would be taken for values that change from event to event.
fn spelled(mut number: u64) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
        if number == 0 {
            return text;
        }
    }
}

fn exceptions(scene: &Scene<'_>, own: &mut Dice, dice: &mut Dice) -> Value {
    let kind = match scene.kind {
        Kind::Python => own.pick(&PYTHON_ERRORS),
        Kind::JavaScript | Kind::Node => own.pick(&SCRIPT_ERRORS),
        Kind::Java => own.pick(&JAVA_ERRORS),
    };
    let noun = word(&NOUNS, scene.issue);
    let value = match own.below(3) {
        0 => format!("{noun} {} is not known", dice.below(1_000_000)),
        1 => format!("could not {} the {noun}", word(&VERBS, scene.issue / 5)),
        _ => format!("expected a {noun} of user {}, got none", dice.below(USERS)),
    };
    let frames: Vec<Value> = (0..4 + own.below(5)).map(|place| frame(scene, own, place)).collect();
    json!([{
        "type": kind,
        "value": value,
        "module": (scene.kind == Kind::Java).then(|| format!("com.example.{noun}")),
        "mechanism": { "type": "generic", "handled": own.below(3) != 0 },
        "stacktrace": { "frames": frames },
    }])
}

/// The outermost two frames belong to a framework; the others to the program, and tell the issues apart.
fn frame(scene: &Scene<'_>, own: &mut Dice, place: u64) -> Value {
    let (verb, noun) = (own.pick(&VERBS), own.pick(&NOUNS));
    let unique = spelled(scene.issue);
    let (function, line) = (format!("{verb}_{noun}_{unique}"), 10 + own.below(400));
    let in_app = place >= 2;
    let (file, module) = match scene.kind {
        Kind::Python if in_app => (format!("app/{noun}/{verb}.py"), format!("app.{noun}.{verb}")),
        Kind::Python => (format!("site-packages/framework/{noun}.py"), format!("framework.{noun}")),
        Kind::JavaScript => (format!("https://{}.example.com/static/{noun}.js", scene.project), noun.to_owned()),
        Kind::Node if in_app => (format!("/srv/app/{noun}/{verb}.js"), noun.to_owned()),
        Kind::Node => (format!("/srv/node_modules/framework/{noun}.js"), "framework".to_owned()),
        Kind::Java => (format!("{noun}.java"), format!("com.example.{noun}.{verb}")),
    };
    json!({
        "filename": file,
        "abs_path": file,
        "module": module,
        "function": function,
        "lineno": line,
        "in_app": in_app,
        "context_line": format!("    return {verb}({noun})"),
    })
}

fn word<'w>(words: &[&'w str], number: u64) -> &'w str {
    words[usize::try_from(number % words.len() as u64).unwrap_or_default()]
}
