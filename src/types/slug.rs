//! The names in URLs.

/// A slug: 1 to 50 characters of `a-z`, `0-9`, `_`, `-`, not only digits (a numeric id would be ambiguous in the API).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a slug has 1 to 50 of the characters a-z, 0-9, - and _, and is not only digits")]
pub struct InvalidSlug;

const MAX_LENGTH: usize = 50;

/// Organization slugs that would hide pages (ui.md 2.2).
const RESERVED: &[&str] = &[
    "api",
    "auth",
    "account",
    "accept",
    "accept-transfer",
    "avatar",
    "docs",
    "extensions",
    "favicon.ico",
    "health",
    "jobs",
    "login-redirect",
    "manage",
    "metrics",
    "oauth",
    "onboarding",
    "organizations",
    "orgredirect",
    "out",
    "plugins",
    "robots.txt",
    "saml",
    "settings",
    "share",
    "static",
    "_static",
    "_health",
];

impl Slug {
    pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let valid = !text.is_empty()
            && text.len() <= MAX_LENGTH
            && text.chars().all(allowed)
            && !text.chars().all(|c| c.is_ascii_digit());
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidSlug) }
    }

    /// Makes a slug of a name: lower case, everything else becomes `-`; `fallback` where nothing remains.
    pub fn from_name(name: &str, fallback: &str) -> Self {
        let mut slug = String::new();
        for c in name.to_lowercase().chars() {
            if c.is_ascii_alphanumeric() || c == '_' {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(MAX_LENGTH);
        Self::parse(slug.trim_matches('-')).unwrap_or_else(|_| Self(fallback.to_owned()))
    }

    /// The same with a number after it, for when it is taken.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        Self(format!("{}{suffix}", &self.0[..self.0.len().min(MAX_LENGTH - suffix.len())]))
    }

    /// This slug and numbered ones after it, to be tried in turn where it may be taken.
    pub fn candidates(&self) -> impl Iterator<Item = Self> {
        std::iter::once(self.clone()).chain((2..=100).map(|number| self.numbered(number)))
    }

    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.0.as_str())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn names_become_slugs() {
        for (name, expected) in
            [("My Shop!", "my-shop"), ("  Ärger ", "rger"), ("123", "project"), ("支付", "project"), ("a_b", "a_b")]
        {
            assert_eq!(Slug::from_name(name, "project").as_str(), expected, "{name}");
        }
        assert_eq!(Slug::from_name(&"x".repeat(80), "p").numbered(2).as_str().len(), 50);
    }

    #[test]
    fn only_slugs_parse() {
        for text in ["", "A", "a b", "1", &"x".repeat(51)] {
            assert!(Slug::parse(text).is_err(), "{text}");
        }
        assert!(Slug::parse("web-1").is_ok());
    }
}
