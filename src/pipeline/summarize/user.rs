//! The user of an event: what identifies him, and what else is known of him (normalize.md 11).

use std::borrow::Cow;

use crate::pipeline::scrub::FILTERED;
use crate::types::json::Object;
use crate::types::user_part::UserPart;

use super::cut;
use super::tags::scalar;

/// Longest mail address there is; names are shorter.
const MAX_PART: usize = 254;

/// What an event tells of its user beside the value of the tag `user`, which identifies him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserParts {
    pub username: Option<String>,
    pub email: Option<String>,
    pub ip: Option<String>,
    pub name: Option<String>,
}

impl UserParts {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Each that is there.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.username, &mut self.email, &mut self.ip, &mut self.name].into_iter().flatten()
    }
}

/// The value of the tag `user`, and the other parts; `None`: nobody is identified.
pub fn user(event: &Object<'_>) -> Option<(String, UserParts)> {
    let user = event.get("user")?.as_object()?;
    let text = |key: &str| user.get(key).map(scalar).filter(|text| !text.trim().is_empty());
    let mut texts = UserPart::ALL.map(|part| text(attribute(part)));
    let place = texts.iter().position(Option::is_some)?;
    let identity = texts[place].take()?;
    let [_, username, email, ip] = texts.map(known);
    let parts = UserParts { username, email, ip, name: known(text("name")) };
    Some((UserPart::ALL[place].tag_value(identity.trim()), parts))
}

/// What was filtered out says nothing of anybody.
fn known(text: Option<Cow<'_, str>>) -> Option<String> {
    let text = text?;
    let text = text.trim();
    (text != FILTERED).then(|| cut(text, MAX_PART).into_owned())
}

fn attribute(part: UserPart) -> &'static str {
    match part {
        UserPart::Ip => "ip_address",
        other => other.as_str(),
    }
}
