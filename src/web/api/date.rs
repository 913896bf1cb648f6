//! Dates as the API writes them: UTC with `Z`, milliseconds only where there are any.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

/// A moment, written as `2019-03-04T05:06:07.891Z` or `2019-03-04T05:06:07Z`.
#[derive(Clone, Copy, Debug)]
pub struct Date(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Date {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let format =
            if self.0.timestamp_subsec_millis() == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.3fZ" };
        serializer.collect_str(&self.0.format(format))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::Date;

    #[test]
    fn milliseconds_show_only_where_there_are_any() {
        for (micros, expected) in [
            (1_551_675_967_000_000, r#""2019-03-04T05:06:07Z""#),
            (1_551_675_967_891_234, r#""2019-03-04T05:06:07.891Z""#),
            (1_551_675_967_000_999, r#""2019-03-04T05:06:07Z""#),
        ] {
            let date = Date(DateTime::from_timestamp_micros(micros).unwrap());
            assert_eq!(serde_json::to_string(&date).unwrap(), expected);
        }
    }
}
