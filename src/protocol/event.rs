//! A normalised event as a whole.

use std::borrow::Cow;

use crate::protocol::interfaces::breadcrumbs::Breadcrumb;
use crate::protocol::interfaces::contexts::Context;
use crate::protocol::interfaces::debug_meta::DebugImage;
use crate::protocol::interfaces::exception::ExceptionChain;
use crate::protocol::interfaces::logentry::LogEntry;
use crate::protocol::interfaces::problem::Problem;
use crate::protocol::interfaces::read::{any, float, object, pairs, scalar, text, texts};
use crate::protocol::interfaces::request::Request;
use crate::protocol::interfaces::sdk::Sdk;
use crate::protocol::interfaces::security::SecurityReport;
use crate::protocol::interfaces::stacktrace::Stacktrace;
use crate::protocol::interfaces::template::Template;
use crate::protocol::interfaces::threads::Thread;
use crate::protocol::interfaces::user::User;
use crate::types::json::{Json, Object};

/// A view of an event's JSON, as the pipeline stored it. Reading it never fails.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub event_id: Option<Cow<'a, str>>,
    /// `error`, `default`, `csp`, …
    pub kind: Option<Cow<'a, str>>,
    /// Seconds since 1970.
    pub timestamp: Option<f64>,
    /// Seconds since 1970.
    pub received: Option<f64>,
    pub platform: Option<Cow<'a, str>>,
    pub level: Option<Cow<'a, str>>,
    pub logger: Option<Cow<'a, str>>,
    pub transaction: Option<Cow<'a, str>>,
    pub culprit: Option<Cow<'a, str>>,
    pub release: Option<Cow<'a, str>>,
    pub dist: Option<Cow<'a, str>>,
    pub environment: Option<Cow<'a, str>>,
    pub title: Option<Cow<'a, str>>,
    pub location: Option<Cow<'a, str>>,
    pub fingerprint: Vec<Cow<'a, str>>,
    pub metadata: Option<&'a Object<'a>>,
    pub tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub extra: Option<&'a Object<'a>>,
    /// Names and versions of the packages the program loaded.
    pub modules: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub logentry: Option<LogEntry<'a>>,
    pub exceptions: ExceptionChain<'a>,
    pub stacktrace: Option<Stacktrace<'a>>,
    pub threads: Vec<Thread<'a>>,
    pub template: Option<Template<'a>>,
    pub breadcrumbs: Vec<Breadcrumb<'a>>,
    pub contexts: Vec<Context<'a>>,
    pub user: Option<User<'a>>,
    pub request: Option<Request<'a>>,
    pub sdk: Option<Sdk<'a>>,
    pub images: Vec<DebugImage<'a>>,
    pub security_report: Option<SecurityReport<'a>>,
    pub problems: Vec<Problem<'a>>,
}

impl<'a> Event<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            event_id: text(json, "event_id"),
            kind: text(json, "type"),
            timestamp: float(json, "timestamp"),
            received: float(json, "received"),
            platform: text(json, "platform"),
            level: text(json, "level"),
            logger: text(json, "logger"),
            transaction: text(json, "transaction"),
            culprit: text(json, "culprit"),
            release: text(json, "release"),
            dist: text(json, "dist"),
            environment: text(json, "environment"),
            title: text(json, "title"),
            location: text(json, "location"),
            fingerprint: texts(json, "fingerprint"),
            metadata: object(json, "metadata"),
            tags: text_pairs(json, "tags"),
            extra: object(json, "extra"),
            modules: text_pairs(json, "modules"),
            logentry: any(json, "logentry").map(LogEntry::read),
            exceptions: ExceptionChain::read(json),
            stacktrace: Stacktrace::member(json, "stacktrace"),
            threads: Thread::read_all(json),
            template: any(json, "template").map(Template::read),
            breadcrumbs: Breadcrumb::read_all(json),
            contexts: Context::read_all(json),
            user: any(json, "user").map(User::read),
            request: any(json, "request").map(Request::read),
            sdk: any(json, "sdk").map(Sdk::read),
            images: DebugImage::read_all(json),
            security_report: SecurityReport::find(json),
            problems: Problem::read_all(json),
        }
    }

    pub fn platform(&self) -> &str {
        self.platform.as_deref().unwrap_or("other")
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_ref())
    }

    /// The context with this alias.
    pub fn context(&self, alias: &str) -> Option<&Context<'a>> {
        self.contexts.iter().find(|context| context.alias == alias)
    }
}

/// Pairs of texts; a null value is an empty text.
fn text_pairs<'a>(json: &'a Json<'a>, key: &str) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    pairs(json, key).into_iter().map(|(name, value)| (name, scalar(value).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::Event;
    use crate::types::json::parse;

    #[test]
    fn an_event_is_read_as_stored() {
        let json = parse(
            br#"{"event_id":"ab","level":"error","tags":[["a","1"],["b","x"]],"modules":{"django":"4.2","z":null},
            "exception":{"values":[{"type":"KeyError","value":"'sku'","mechanism":{"type":"generic","handled":false},
              "stacktrace":{"frames":[{"filename":"a.py","lineno":3,"in_app":true,"pre_context":["x",null]}]}}],"exc_omitted":[1,2]},
            "user":{"id":42,"email":"lin@example.com"},"csp":{"effective_directive":"img-src"},
            "errors":[{"type":"invalid_data","name":"level"},{"no":"type"}]}"#,
        )
        .unwrap();
        let event = Event::read(&json);
        assert_eq!(event.tag("b"), Some("x"));
        assert_eq!(event.modules[1], ("z".into(), "".into()));
        let exception = &event.exceptions.values[0];
        let frame = &exception.stacktrace.as_ref().unwrap().frames[0];
        assert_eq!((frame.lineno, frame.in_app, frame.pre_context.len()), (Some(3), true, 2));
        assert_eq!(exception.mechanism.as_ref().unwrap().handled, Some(false));
        assert_eq!(event.exceptions.omitted, Some((1, 2)));
        assert_eq!(event.user.as_ref().unwrap().id.as_deref(), Some("42"));
        assert_eq!(event.user.as_ref().unwrap().label(), Some("lin@example.com"));
        assert_eq!(event.security_report.unwrap().kind, "csp");
        assert_eq!(event.problems.len(), 1);
    }

    #[test]
    fn wrong_shapes_are_absent_and_never_fail() {
        let json = parse(
            br#"{"event_id":[],"tags":5,"exception":"x","breadcrumbs":[null,3],"contexts":[],"user":"u","request":7,
            "stacktrace":{"frames":"no"},"threads":{"values":{}},"sdk":[],"errors":{"a":1},"extra":null}"#,
        )
        .unwrap();
        let event = Event::read(&json);
        assert!(event.exceptions.is_empty() && event.breadcrumbs.is_empty() && event.threads.is_empty());
        assert!(event.stacktrace.is_none() && event.user.unwrap().label().is_none());
    }
}
