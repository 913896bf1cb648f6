//! `user`: who was affected.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{object, text};
use crate::types::json::{Json, Object};

#[derive(Clone, Debug, Default)]
pub struct User<'a> {
    pub id: Option<Cow<'a, str>>,
    pub username: Option<Cow<'a, str>>,
    pub email: Option<Cow<'a, str>>,
    pub ip_address: Option<Cow<'a, str>>,
    pub name: Option<Cow<'a, str>>,
    pub geo: Option<&'a Object<'a>>,
    pub data: Option<&'a Object<'a>>,
}

impl<'a> User<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        Self {
            id: text(json, "id"),
            username: text(json, "username"),
            email: text(json, "email"),
            ip_address: text(json, "ip_address"),
            name: text(json, "name"),
            geo: object(json, "geo"),
            data: object(json, "data"),
        }
    }

    /// How people would call the user: the most telling of what is known.
    pub fn label(&self) -> Option<&str> {
        [&self.email, &self.username, &self.name, &self.id, &self.ip_address]
            .into_iter()
            .find_map(|text| text.as_deref())
    }
}
