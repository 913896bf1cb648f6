//! Artifacts: the files that a build leaves and that turn minified frames back into source.

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::hex;

/// What an artifact is; the names are those of bundle manifests (sourcemaps.md 12.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ArtifactKind {
    MinifiedSource,
    SourceMap,
    Source,
    IndexedRamBundle,
    Other,
}

impl ArtifactKind {
    pub const ALL: [Self; 5] =
        [Self::MinifiedSource, Self::SourceMap, Self::Source, Self::IndexedRamBundle, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::MinifiedSource => "minified_source",
            Self::SourceMap => "source_map",
            Self::Source => "source",
            Self::IndexedRamBundle => "indexed_ram_bundle",
            Self::Other => "other",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A SHA-1: how uploads name content. A key, never security.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Checksum(pub [u8; 20]);

impl Checksum {
    pub fn of(content: &[u8]) -> Self {
        Self(Sha1::digest(content).into())
    }

    /// Reads 40 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = hex::decode(text)?;
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl std::fmt::Debug for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Checksum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a SHA-1 in hexadecimal"))
    }
}

/// What identifies a file of a release: its name, and its distribution if it has one (sourcemaps.md 3.4).
pub fn ident(name: &str, dist: &str) -> Checksum {
    if dist.is_empty() {
        return Checksum::of(name.as_bytes());
    }
    Checksum::of([name, "\0\0", dist].concat().as_bytes())
}

/// The last segment of a URL or path, without query and fragment.
pub fn last_segment(url: &str) -> &str {
    let path = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The last segment; at most 200 bytes, so that it fits an index.
pub fn base_name(url: &str) -> &str {
    let name = last_segment(url);
    &name[..name.floor_char_boundary(200)]
}

#[cfg(test)]
mod tests {
    use super::{Checksum, base_name, ident};

    #[test]
    fn idents_are_the_known_hashes() {
        assert_eq!(ident("~/app.js", "").to_string(), Checksum::of(b"~/app.js").to_string());
        assert_eq!(ident("~/app.js", "7"), Checksum::of(b"~/app.js\0\x007"));
        assert_eq!(Checksum::of(b"abc").to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn checksums_are_forty_digits() {
        let text = "A9993E364706816ABA3E25717850C26C9CD0D89D";
        assert_eq!(Checksum::parse(text), Some(Checksum::of(b"abc")));
        for wrong in
            ["", "a9993e", "g9993e364706816aba3e25717850c26c9cd0d89d", "é9993e364706816aba3e25717850c26c9cd0d89"]
        {
            assert_eq!(Checksum::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn base_names_have_no_path_and_no_query() {
        for (url, name) in [
            ("~/static/app.min.js?v=1/2", "app.min.js"),
            ("https://example.com/", ""),
            ("app:///main.jsbundle", "main.jsbundle"),
            (r"C:\build\app.js", "app.js"),
            ("app.js#x", "app.js"),
        ] {
            assert_eq!(base_name(url), name, "{url}");
        }
        assert_eq!(base_name(&"é".repeat(300)).len(), 200);
    }
}
