//! Which events of a frequent issue are counted without being stored (grouping.md 11.6).

/// Whether the body of this event may be left out. `times_seen` is the count before the event, `silence` the
/// seconds since its last one; the caller keeps every event that is new or a regression.
pub fn is_sampled_out(times_seen: i64, silence: i64) -> bool {
    times_seen % count_limit(times_seen) != 0 && times_seen % time_limit(silence) != 0
}

fn count_limit(times_seen: i64) -> i64 {
    match times_seen {
        ..=50 => 1,
        51..=1_000 => 2,
        1_001..=10_000 => 10,
        10_001..=100_000 => 50,
        100_001..=1_000_000 => 300,
        1_000_001..=10_000_000 => 2_000,
        _ => 10_000,
    }
}

fn time_limit(silence: i64) -> i64 {
    match silence {
        3_600.. => 1,
        360..3_600 => 10,
        60..360 => 60,
        _ => 10_000,
    }
}
