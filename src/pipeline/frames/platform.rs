//! Platforms as far as grouping treats them differently.

/// The platform of a frame, else of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    JavaScript,
    Node,
    Python,
    Php,
    Ruby,
    Java,
    Go,
    Rust,
    CSharp,
    Elixir,
    Dart,
    /// Objective-C, Swift, C: symbols of a compiler.
    Native,
    Other,
}

impl Platform {
    pub fn parse(name: &str) -> Self {
        match name {
            "javascript" => Self::JavaScript,
            "node" => Self::Node,
            "python" => Self::Python,
            "php" => Self::Php,
            "ruby" => Self::Ruby,
            "java" | "kotlin" | "scala" | "groovy" | "clojure" | "android" => Self::Java,
            "go" => Self::Go,
            "rust" => Self::Rust,
            "csharp" => Self::CSharp,
            "elixir" | "erlang" => Self::Elixir,
            "dart" => Self::Dart,
            "objc" | "cocoa" | "native" | "swift" | "c" => Self::Native,
            _ => Self::Other,
        }
    }

    /// Browsers and node.
    pub fn is_javascript(self) -> bool {
        matches!(self, Self::JavaScript | Self::Node)
    }

    /// Whether source lines are part of the hash: where programs run from their source.
    pub fn has_source_lines(self) -> bool {
        matches!(self, Self::JavaScript | Self::Node | Self::Python | Self::Php | Self::Ruby)
    }
}
