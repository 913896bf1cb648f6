//! Data categories: what limits and statistics distinguish (ingest.md 7.2).

/// What an item of a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    Default,
    Error,
    Transaction,
    Security,
    /// Counted in bytes on the wire of limits; in items in our statistics.
    Attachment,
    Session,
    Profile,
    Replay,
    Monitor,
    Feedback,
    Span,
    LogItem,
    TraceMetric,
    MetricBucket,
    Unknown,
}

/// The categories that a limit on events covers.
pub const EVENTS: [Category; 3] = [Category::Error, Category::Default, Category::Security];

impl Category {
    const ALL: [Category; 15] = [
        Category::Default,
        Category::Error,
        Category::Transaction,
        Category::Security,
        Category::Attachment,
        Category::Session,
        Category::Profile,
        Category::Replay,
        Category::Monitor,
        Category::Feedback,
        Category::Span,
        Category::LogItem,
        Category::TraceMetric,
        Category::MetricBucket,
        Category::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Error => "error",
            Self::Transaction => "transaction",
            Self::Security => "security",
            Self::Attachment => "attachment",
            Self::Session => "session",
            Self::Profile => "profile",
            Self::Replay => "replay",
            Self::Monitor => "monitor",
            Self::Feedback => "feedback",
            Self::Span => "span",
            Self::LogItem => "log_item",
            Self::TraceMetric => "trace_metric",
            Self::MetricBucket => "metric_bucket",
            Self::Unknown => "unknown",
        }
    }

    /// Takes names as client reports write them; variants that we do not tell apart count as their kind.
    pub fn parse(name: &str) -> Self {
        let name = match name {
            "transaction_indexed" => "transaction",
            "attachment_item" => "attachment",
            "profile_indexed" | "profile_chunk" | "profile_chunk_ui" => "profile",
            "log_byte" => "log_item",
            name => name,
        };
        Self::ALL.into_iter().find(|category| category.as_str() == name).unwrap_or(Self::Unknown)
    }

    /// The category of an envelope's item; `None`: client reports, which are not counted themselves.
    pub fn of_item(kind: &str) -> Option<Self> {
        Some(match kind {
            "event" => Self::Error,
            "transaction" => Self::Transaction,
            "security" | "raw_security" | "nel" => Self::Security,
            "attachment" | "form_data" | "unreal_report" => Self::Attachment,
            "session" | "sessions" => Self::Session,
            "user_report" | "feedback" => Self::Feedback,
            "check_in" => Self::Monitor,
            "profile" | "profile_chunk" => Self::Profile,
            "replay_event" | "replay_recording" | "replay_video" => Self::Replay,
            "span" | "otel_span" | "otel_traces_data" => Self::Span,
            "log" | "otel_log" | "otel_logs_data" => Self::LogItem,
            "trace_metric" => Self::TraceMetric,
            "statsd" | "metric_buckets" | "metric_meta" => Self::MetricBucket,
            "client_report" => return None,
            _ => Self::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Category;

    #[test]
    fn names_are_read_as_written() {
        for category in Category::ALL {
            assert_eq!(Category::parse(category.as_str()), category);
        }
        assert_eq!(Category::parse("log_byte"), Category::LogItem);
        assert_eq!(Category::parse("banana"), Category::Unknown);
    }

    #[test]
    fn client_reports_have_no_category() {
        assert_eq!(Category::of_item("client_report"), None);
        assert_eq!(Category::of_item("event"), Some(Category::Error));
        assert_eq!(Category::of_item("holodeck"), Some(Category::Unknown));
    }
}
