//! Counts as people read them.

use crate::messages::{Messages, grouped};
use crate::types::language::Language;

/// Short where it is long: `2.4k`, `1.2万`; the exact count belongs into the tooltip.
pub fn compact(t: Messages, n: i64) -> String {
    match t.language {
        Language::English if n >= 1_000_000 => tenths(n, 1_000_000, "M"),
        Language::English if n >= 1_000 => tenths(n, 1_000, "k"),
        Language::Chinese if n >= 100_000_000 => tenths(n, 100_000_000, "亿"),
        Language::Chinese if n >= 10_000 => tenths(n, 10_000, "万"),
        _ => grouped(n),
    }
}

/// Bytes in the unit that fits.
pub fn bytes(bytes: i64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KB", bytes / 1_024, bytes % 1_024 * 10 / 1_024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

fn tenths(n: i64, unit: i64, name: &str) -> String {
    let tenths = n / (unit / 10);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole}{name}"),
        (whole, _) if whole >= 100 => format!("{whole}{name}"),
        (whole, tenth) => format!("{whole}.{tenth}{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::compact;
    use crate::messages::Messages;
    use crate::types::language::Language;

    #[test]
    fn long_counts_are_short() {
        let (en, zh) = (Messages::new(Language::English), Messages::new(Language::Chinese));
        for (n, english, chinese) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (2_412, "2.4k", "2,412"),
            (12_000, "12k", "1.2万"),
            (425_999, "425k", "42.5万"),
            (1_500_000, "1.5M", "150万"),
        ] {
            assert_eq!((compact(en, n).as_str(), compact(zh, n).as_str()), (english, chinese));
        }
    }
}
