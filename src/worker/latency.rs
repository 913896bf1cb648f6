//! How long events take from being accepted to being visible.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::volatile::heartbeats::Latency;

/// What is looked back on.
const WINDOW: TimeDelta = TimeDelta::seconds(60);

/// Upper bounds of the buckets in milliseconds, each a quarter above the one before: close enough for a percentile.
const BUCKETS: usize = 80;

/// A histogram per second of the last minute.
#[derive(Debug, Default)]
pub struct Latencies(Mutex<VecDeque<(i64, [u32; BUCKETS])>>);

impl Latencies {
    /// Notes events that became visible now.
    pub fn note(&self, received_at: impl Iterator<Item = DateTime<Utc>>, now: DateTime<Utc>) {
        let mut seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let second = now.timestamp();
        if seconds.back().is_none_or(|(last, _)| *last != second) {
            seconds.push_back((second, [0; BUCKETS]));
        }
        while seconds.len() > 60 {
            seconds.pop_front();
        }
        let Some((_, histogram)) = seconds.back_mut() else { return };
        for received_at in received_at {
            let milliseconds = (now - received_at).num_milliseconds();
            histogram[bucket_of(milliseconds)] += 1;
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            metrics::histogram!("picket_event_visible_seconds").record(milliseconds.max(0) as f64 / 1000.0);
        }
    }

    /// Percentiles over the last minute.
    pub fn of_last_minute(&self, now: DateTime<Utc>) -> Latency {
        let seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = (now - WINDOW).timestamp();
        let mut sum = [0_u64; BUCKETS];
        for (_, histogram) in seconds.iter().filter(|(second, _)| *second >= since) {
            for (total, count) in sum.iter_mut().zip(histogram) {
                *total += u64::from(*count);
            }
        }
        let events = sum.iter().sum();
        Latency { p50: percentile(&sum, events, 50), p95: percentile(&sum, events, 95), events }
    }
}

/// Upper bound of a bucket in milliseconds.
fn bound(bucket: usize) -> u64 {
    let mut bound = 1_u64;
    for _ in 0..bucket {
        bound += (bound / 4).max(1);
    }
    bound
}

fn bucket_of(milliseconds: i64) -> usize {
    let milliseconds = u64::try_from(milliseconds).unwrap_or(0);
    (0..BUCKETS - 1).find(|bucket| milliseconds <= bound(*bucket)).unwrap_or(BUCKETS - 1)
}

fn percentile(histogram: &[u64; BUCKETS], events: u64, percent: u64) -> u64 {
    let wanted = (events * percent).div_ceil(100);
    let mut seen = 0;
    for (bucket, count) in histogram.iter().enumerate() {
        seen += count;
        if events > 0 && seen >= wanted {
            return bound(bucket);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_the_last_minute() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let ago = |milliseconds| now - TimeDelta::milliseconds(milliseconds);
        let latencies = Latencies::default();
        assert_eq!(latencies.of_last_minute(now), Latency::default());
        latencies.note((0..94).map(|_| ago(10)).chain((0..6).map(|_| ago(800))), now);
        let latency = latencies.of_last_minute(now);
        assert_eq!(latency.events, 100);
        assert!((10..=13).contains(&latency.p50), "{latency:?}");
        assert!((800..=1000).contains(&latency.p95), "{latency:?}");
        assert_eq!(latencies.of_last_minute(now + TimeDelta::seconds(61)).events, 0);
    }

    #[test]
    fn buckets_reach_far_enough() {
        assert!(bound(BUCKETS - 1) > 3_600_000);
        assert_eq!(bucket_of(i64::MAX), BUCKETS - 1);
        assert_eq!(bucket_of(-5), 0);
    }
}
