//! The line above the stack trace: user, browser, system, runtime, device, release, environment.

use std::borrow::Cow;

use super::contexts::name_and_version;
use super::values;
use crate::messages::Messages;
use crate::protocol::event::Event;

const MAX_CHARS: usize = 60;

/// One fact; a link to the issues that share it.
pub struct Fact {
    pub icon: &'static str,
    pub label: &'static str,
    pub text: String,
    /// The tag the fact is, for the link.
    pub tag: Option<(&'static str, String)>,
}

impl Fact {
    /// The search for issues with this fact, encoded.
    pub fn query(&self) -> Option<String> {
        self.tag.as_ref().map(|(key, value)| tag_query(key, value))
    }
}

/// `key:"value"`, encoded for an address.
pub fn tag_query(key: &str, value: &str) -> String {
    let token = format!("{key}:\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    url::form_urlencoded::byte_serialize(token.as_bytes()).collect()
}

/// What is known, in a fixed order.
pub fn facts(event: &Event<'_>, t: Messages) -> Vec<Fact> {
    let tag = |key: &'static str| event.tag(key).map(|value| (key, value.to_owned()));
    let context = |alias: &str| event.context(alias).and_then(name_and_version);
    let fact = |icon, label, text: Option<String>, tag| {
        text.map(|text| Fact { icon, label, text: values::beginning(&text, MAX_CHARS), tag })
    };
    let device = event.context("device").and_then(|device| device.text("model").or_else(|| device.text("family")));
    let text_of_tag = |key: &str| event.tag(key).map(str::to_owned);
    [
        fact("user", t.event_user(), event.user.as_ref().and_then(|user| user.label()).map(str::to_owned), tag("user")),
        fact("browser", t.event_browser(), context("browser").or_else(|| text_of_tag("browser")), tag("browser")),
        fact(
            "os",
            t.event_os(),
            context("os").or_else(|| context("client_os")).or_else(|| text_of_tag("os")),
            tag("os"),
        ),
        fact("runtime", t.event_runtime(), context("runtime"), tag("runtime")),
        fact("device", t.event_device(), device.map(Cow::into_owned), tag("device")),
        fact("release", t.event_release(), event.release.as_deref().map(str::to_owned), tag("release")),
        fact("environment", t.event_environment(), event.environment.as_deref().map(str::to_owned), tag("environment")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
