//! The JSON object of a request, read field by field, so that every wrong field is told at once.

use std::ops::RangeInclusive;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::app::App;
use crate::protocol::timestamp;
use crate::types::scope::Scope;
use crate::types::slug::Slug;
use crate::web::error::{Error, FieldErrors, Result};

/// Characters of an address.
const MAX_ADDRESS: usize = 2000;

/// The limits of `web::router` and of `assemble`.
const TOO_LARGE: &str = "the body is larger than what is taken: 2 MiB, and 16 MiB where files are assembled";

/// The members of the body. Reading one notes what is wrong with it; [`Fields::finish`] tells.
#[derive(Debug, Default)]
pub struct Fields {
    members: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The names of all members that came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A member as it came; `null` counts as absent.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Notes what is wrong with a member.
    pub fn refuse(&mut self, name: &'static str, message: impl Into<String>) {
        self.errors.add(name, message);
    }

    /// A text of up to `max` characters; numbers count as text, since scripts send ids as either.
    pub fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let text = match self.value(name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.refuse(name, "This is not a text.");
                return None;
            }
        };
        if text.chars().count() > max {
            self.refuse(name, format!("At most {max} characters."));
            return None;
        }
        if text.contains('\0') {
            // PostgreSQL stores none.
            self.refuse(name, "No NUL characters.");
            return None;
        }
        Some(text)
    }

    /// A text that must come and not be blank.
    pub fn required_text(&mut self, name: &'static str, max: usize) -> String {
        let text = self.text(name, max).unwrap_or_default();
        if text.is_empty() && self.errors.get(name).is_none() {
            self.refuse(name, "This field is required.");
        }
        text
    }

    pub fn slug(&mut self, name: &'static str) -> Option<Slug> {
        let text = self.text(name, 1000).filter(|text| !text.is_empty())?;
        match Slug::parse(&text) {
            Ok(slug) => Some(slug),
            Err(error) => {
                self.refuse(name, error.to_string());
                None
            }
        }
    }

    /// An address on the web.
    pub fn web_address(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name, MAX_ADDRESS).filter(|text| !text.is_empty())?;
        if url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Some(text);
        }
        self.refuse(name, "An address that begins with http:// or https://.");
        None
    }

    /// A moment: ISO 8601, or seconds since 1970.
    pub fn moment(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let text = self.text(name, 64).filter(|text| !text.is_empty())?;
        let found = timestamp::parse_text(&text);
        if found.is_none() {
            self.refuse(name, "A date such as 2019-03-04T05:06:07Z.");
        }
        found
    }

    /// A truth value, also as text or number as forms write it.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) if matches!(text.as_str(), "1" | "true" | "True") => return Some(true),
            Value::String(text) if matches!(text.as_str(), "0" | "false" | "False" | "") => return Some(false),
            Value::Number(number) if number.as_i64() == Some(1) => return Some(true),
            Value::Number(number) if number.as_i64() == Some(0) => return Some(false),
            _ => {}
        }
        self.refuse(name, "This is neither true nor false.");
        None
    }

    /// A whole number in a range.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        let found = number.filter(|number| range.contains(number));
        if found.is_none() {
            self.refuse(name, format!("A whole number from {} to {}.", range.start(), range.end()));
        }
        found
    }

    /// A list of texts, or one text with a line for each.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        let lines: Option<Vec<&str>> = match self.value(name)? {
            Value::String(text) => Some(text.lines().collect()),
            Value::Array(items) => items.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let Some(lines) = lines else {
            self.refuse(name, "This is not a list of texts.");
            return None;
        };
        let lines = lines.into_iter().map(str::trim).filter(|line| !line.is_empty());
        Some(lines.map(str::to_owned).collect())
    }

    /// A list of scopes, each once.
    pub fn scopes(&mut self, name: &'static str) -> Option<Vec<Scope>> {
        let mut scopes = Vec::new();
        for text in self.texts(name)? {
            match Scope::parse(&text) {
                Some(scope) if !scopes.contains(&scope) => scopes.push(scope),
                Some(_) => {}
                None => self.refuse(name, format!("`{text:.40}` is no scope.")),
            }
        }
        Some(scopes)
    }

    /// The members of an object inside.
    pub fn object(&mut self, name: &'static str) -> Option<Self> {
        if let Value::Object(members) = self.value(name)? {
            return Some(Self { members: members.clone(), errors: FieldErrors::default() });
        }
        self.refuse(name, "This is not an object.");
        None
    }

    /// The objects of a list, each read by `read`; what is wrong inside is told with the place.
    pub fn objects<T>(&mut self, name: &'static str, mut read: impl FnMut(&mut Self) -> T) -> Option<Vec<T>> {
        let Value::Array(items) = self.value(name)?.clone() else {
            self.refuse(name, "This is not a list.");
            return None;
        };
        let mut found = Vec::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            let Value::Object(members) = item else {
                self.refuse(name, format!("{place}: This is not an object."));
                return None;
            };
            let mut inner = Self { members, errors: FieldErrors::default() };
            found.push(read(&mut inner));
            for (field, message) in inner.errors.iter() {
                self.errors.add(name, format!("{place}: {field}: {message}"));
            }
            if !inner.errors.is_empty() {
                // The first is enough: a thousand commits may have the same fault.
                return None;
            }
        }
        Some(found)
    }

    /// What was wrong inside an object is wrong with the object.
    pub fn include(&mut self, name: &'static str, inner: &Self) {
        for (field, message) in inner.errors.iter() {
            self.errors.add(name, format!("{field}: {message}"));
        }
    }

    /// Refuses the request if any member was wrong.
    pub fn finish(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Invalid(self.errors)) }
    }

    fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !is_json(headers) {
            return Err(Error::UnsupportedMediaType("send the body as application/json".into()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self { members, errors: FieldErrors::default() }),
            Ok(_) => Err(Error::bad_request("the body must be a JSON object")),
            Err(error) => Err(Error::bad_request(format!("the body is not JSON: {error}"))),
        }
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, app).await.map_err(|rejection| match rejection.status().as_u16() {
            413 => Error::PayloadTooLarge(TOO_LARGE.into()),
            _ => Error::bad_request("the body could not be read"),
        })?;
        Self::parse(&headers, &body)
    }
}

/// Without a content type the body is taken for JSON too.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FieldErrors, Fields};

    fn fields(value: &serde_json::Value) -> Fields {
        Fields { members: value.as_object().unwrap().clone(), errors: FieldErrors::default() }
    }

    #[test]
    fn every_wrong_field_is_told() {
        let mut body = fields(&json!({"name": "x".repeat(9), "slug": "A B", "isActive": "perhaps", "count": 0}));
        assert_eq!(body.text("name", 8), None);
        assert!(body.slug("slug").is_none());
        assert_eq!(body.flag("isActive"), None);
        assert_eq!(body.number("count", 1..=5), None);
        assert!(body.required_text("label", 5).is_empty());
        let crate::web::error::Error::Invalid(errors) = body.finish().unwrap_err() else { panic!() };
        let names: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["name", "slug", "isActive", "count", "label"]);
    }

    #[test]
    fn lenient_forms_of_values_are_taken() {
        let mut body = fields(&json!({"a": 7, "b": "1", "c": "12", "d": "x\n\n y ", "e": null}));
        assert_eq!(body.text("a", 5).as_deref(), Some("7"));
        assert_eq!(body.flag("b"), Some(true));
        assert_eq!(body.number("c", 0..=20), Some(12));
        assert_eq!(body.texts("d").unwrap(), ["x", "y"]);
        assert_eq!(body.text("e", 5), None);
        assert!(body.finish().is_ok());
    }

    #[test]
    fn addresses_moments_and_lists_are_checked() {
        let mut body = fields(&json!({
            "url": "https://ci.example/7", "at": "2019-03-04T05:06:07+01:00", "list": [{"a": "x"}, {"a": "y"}],
        }));
        assert_eq!(body.web_address("url").as_deref(), Some("https://ci.example/7"));
        assert_eq!(body.moment("at").unwrap().to_rfc3339(), "2019-03-04T04:06:07+00:00");
        assert_eq!(body.objects("list", |item| item.required_text("a", 5)).unwrap(), ["x", "y"]);
        assert!(body.finish().is_ok());

        let mut body = fields(&json!({
            "url": "javascript:alert(1)", "at": "yesterday", "list": [{"a": "x"}, {"b": 1}, 7], "nul": "a\u{0}", "no": 1,
        }));
        assert_eq!(body.web_address("url"), None);
        assert_eq!(body.moment("at"), None);
        assert_eq!(body.objects("list", |item| item.required_text("a", 5)), None);
        assert_eq!(body.objects("no", |item| item.required_text("a", 5)), None);
        assert_eq!(body.text("nul", 5), None);
        let crate::web::error::Error::Invalid(errors) = body.finish().unwrap_err() else { panic!() };
        assert_eq!(errors.get("list"), Some("1: a: This field is required."));
        assert_eq!(errors.iter().count(), 5);
    }
}
