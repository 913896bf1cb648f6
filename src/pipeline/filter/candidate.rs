//! A raw event as the filters see it: the same questions for every shape and age of SDK.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::pipeline::Receipt;
use crate::types::json::{Json, Object};

pub struct Candidate<'a> {
    pub event: &'a Object<'a>,
    pub receipt: &'a Receipt,
}

impl<'a> Candidate<'a> {
    fn any(&self, names: [&str; 3]) -> Option<&'a Json<'a>> {
        names.into_iter().find_map(|name| self.event.get(name).filter(|value| !value.is_null()))
    }

    pub fn is_javascript(&self) -> bool {
        self.event.get_str("platform") == Some("javascript")
    }

    pub fn release(&self) -> Option<&'a str> {
        self.event.get_str("release").filter(|release| !release.is_empty())
    }

    fn request(&self) -> Option<&'a Json<'a>> {
        self.any(["request", "sentry.interfaces.Http", "http"])
    }

    pub fn url(&self) -> Option<&'a str> {
        self.request()?.get("url")?.as_str()
    }

    /// The browser's: of the request the event tells of, else of the one that brought the event.
    pub fn user_agent(&self) -> &'a str {
        let sent = self.request().and_then(|request| header(request.get("headers")?, "user-agent"));
        sent.unwrap_or(&self.receipt.user_agent)
    }

    /// Addresses of the client and of the user.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let user = self.any(["user", "sentry.interfaces.User", "sentry.interfaces.User"]);
        let user = user.and_then(|user| user.get("ip_address")?.as_str()?.trim().parse().ok());
        self.receipt.client_ip.into_iter().chain(user).map(|ip: IpAddr| ip.to_canonical())
    }

    /// The log message, formatted and as a template.
    pub fn messages(&self) -> impl Iterator<Item = &'a str> {
        let names = ["logentry", "sentry.interfaces.Message", "message"];
        let messages = names.into_iter().filter_map(|name| self.event.get(name));
        messages.flat_map(|message| {
            let member = |key| message.get(key).and_then(Json::as_str);
            [message.as_str(), member("formatted"), member("message")].into_iter().flatten()
        })
    }

    /// The exceptions that are objects: a list, a list under `values`, or a single one.
    pub fn exceptions(&self) -> impl Iterator<Item = &'a Object<'a>> {
        let interface = self.any(["exception", "sentry.interfaces.Exception", "sentry.interfaces.Exception"]);
        let values = interface.map(|interface| interface.get("values").unwrap_or(interface));
        let list = match values {
            Some(Json::Array(list)) => list.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        list.iter().filter_map(Json::as_object)
    }

    /// `type: value`, or what there is of it.
    pub fn exception_texts(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.exceptions().filter_map(|exception| {
            let text = |key| exception.get_str(key).filter(|text| !text.is_empty());
            match (text("type"), text("value")) {
                (Some(kind), Some(value)) => Some(Cow::Owned(format!("{kind}: {value}"))),
                (kind, value) => kind.or(value).map(Cow::Borrowed),
            }
        })
    }

    /// The report of a browser about blocked content.
    pub fn csp_report(&self) -> Option<&'a Object<'a>> {
        self.any(["csp-report", "csp", "sentry.interfaces.Csp"])?.as_object()
    }
}

/// A header by its lower-case name: of an object, or of a list of pairs.
fn header<'a>(headers: &'a Json<'a>, name: &str) -> Option<&'a str> {
    let value = match headers {
        Json::Object(headers) => headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value),
        Json::Array(pairs) => pairs.iter().find_map(|pair| match pair.as_array() {
            Some([Json::Str(key), value]) if key.eq_ignore_ascii_case(name) => Some(value),
            _ => None,
        }),
        _ => None,
    };
    match value? {
        Json::Array(values) => values.first()?.as_str(),
        value => value.as_str(),
    }
}
