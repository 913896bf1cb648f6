//! What users of events are known by.

/// A name or address of a user. The first that an event has identifies the user: it is the value of the tag `user`,
/// as `id:42` (normalize.md 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UserPart {
    Id,
    Username,
    Email,
    Ip,
}

impl UserPart {
    /// In the order in which they identify.
    pub const ALL: [Self; 4] = [Self::Id, Self::Username, Self::Email, Self::Ip];

    /// As tags and searches write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Email => "email",
            Self::Ip => "ip",
        }
    }

    /// As searches ask for it.
    pub fn search_key(self) -> &'static str {
        match self {
            Self::Id => "user.id",
            Self::Username => "user.username",
            Self::Email => "user.email",
            Self::Ip => "user.ip",
        }
    }

    pub fn of_search_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.search_key() == key)
    }

    /// The value of the tag of a user who is identified by this.
    pub fn tag_value(self, text: &str) -> String {
        format!("{}:{text}", self.as_str())
    }

    /// What identifies a user, as the value of the tag says.
    pub fn split(tag_value: &str) -> Option<(Self, &str)> {
        let (word, text) = tag_value.split_once(':')?;
        let part = Self::ALL.into_iter().find(|part| part.as_str() == word)?;
        Some((part, text))
    }
}

#[cfg(test)]
mod tests {
    use super::UserPart;

    #[test]
    fn tag_values_are_taken_apart() {
        for (value, expected) in [
            ("id:42", Some((UserPart::Id, "42"))),
            ("email:a:b", Some((UserPart::Email, "a:b"))),
            ("ip:::1", Some((UserPart::Ip, "::1"))),
            ("username:", Some((UserPart::Username, ""))),
            ("name:Ann", None),
            ("42", None),
        ] {
            assert_eq!(UserPart::split(value), expected, "{value}");
            if let Some((part, text)) = expected {
                assert_eq!(part.tag_value(text), value);
                assert_eq!(UserPart::of_search_key(part.search_key()), Some(part));
            }
        }
    }
}
