//! How bad an event is.

/// The levels of the protocol (normalize.md 4); `Sample` is below `Debug` and only old clients send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Level {
    Sample,
    Debug,
    Info,
    Warning,
    Error,
    Fatal,
}

impl Level {
    pub const ALL: [Level; 6] = [Level::Sample, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Fatal];

    /// The name in events, the API and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    /// Takes names in any case and the aliases clients use.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "sample" => Self::Sample,
            "debug" => Self::Debug,
            "info" | "log" => Self::Info,
            "warning" | "warn" => Self::Warning,
            "error" => Self::Error,
            "fatal" | "critical" => Self::Fatal,
            _ => return None,
        })
    }

    /// Takes the numbers of old clients: 0, 10, … 50.
    pub fn from_number(number: i64) -> Option<Self> {
        let place = usize::try_from(number).ok().filter(|number| number % 10 == 0)? / 10;
        Self::ALL.get(place).copied()
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
