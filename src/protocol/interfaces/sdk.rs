//! `sdk`: the library that sent the event.

use std::borrow::Cow;

use crate::protocol::interfaces::read::{items, text, texts};
use crate::types::json::Json;

#[derive(Clone, Debug, Default)]
pub struct Sdk<'a> {
    pub name: Option<Cow<'a, str>>,
    pub version: Option<Cow<'a, str>>,
    pub integrations: Vec<Cow<'a, str>>,
    /// Name and version of the packages the SDK consists of.
    pub packages: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Sdk<'a> {
    pub fn read(json: &'a Json<'a>) -> Self {
        let package = |json| Some((text(json, "name")?, text(json, "version").unwrap_or_default()));
        Self {
            name: text(json, "name"),
            version: text(json, "version"),
            integrations: texts(json, "integrations"),
            packages: items(json, "packages").iter().filter_map(package).collect(),
        }
    }
}
