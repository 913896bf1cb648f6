//! `request`: the HTTP request that was being answered, or the page that was open.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{any, object, pairs, text};
use crate::types::json::{Json, Object};

#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    pub method: Option<Cow<'a, str>>,
    /// Without query and fragment.
    pub url: Option<Cow<'a, str>>,
    pub query: Vec<(Cow<'a, str>, &'a Json<'a>)>,
    pub fragment: Option<Cow<'a, str>>,
    pub headers: Vec<(Cow<'a, str>, &'a Json<'a>)>,
    pub cookies: Vec<(Cow<'a, str>, &'a Json<'a>)>,
    pub data: Option<&'a Json<'a>>,
    pub env: Option<&'a Object<'a>>,
    pub inferred_content_type: Option<Cow<'a, str>>,
}

impl<'a> Request<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            method: text(json, "method"),
            url: text(json, "url"),
            query: pairs(json, "query_string"),
            fragment: text(json, "fragment"),
            headers: pairs(json, "headers"),
            cookies: pairs(json, "cookies"),
            data: any(json, "data"),
            env: object(json, "env"),
            inferred_content_type: text(json, "inferred_content_type"),
        }
    }

    /// A header's value, by name in any case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    }
}
