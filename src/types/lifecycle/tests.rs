use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{
    Comparison, Release, Resolution, Snooze, SnoozeCounters, Status, compare_releases, effective_status,
    follows_semver, is_sampled_out, is_settled, regression, snooze_is_valid,
};

fn cases(text: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(text).unwrap();
    let cases = vectors["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn regressions_follow_the_table() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/regressions.json")) {
        let find = |version: &Value| {
            let releases = case["releases"].as_array().unwrap();
            let release = releases.iter().find(|release| release["version"] == *version)?;
            Some(Release { version: release["version"].as_str()?, date: at(release["date"].as_i64()?) })
        };
        let group = &case["group"];
        let resolution = &group["resolution"];
        let resolution = match resolution["type"].as_str() {
            Some("in_release") => Some(Resolution::InRelease(find(&resolution["release"]).unwrap())),
            Some("in_next_release") => Some(Resolution::InNextRelease(find(&resolution["release"]).unwrap())),
            Some("in_commit") => Some(Resolution::InUnreleasedCommit),
            _ => None,
        };
        let status = Status::parse(group["status"].as_str().unwrap()).unwrap();
        let semver = case["semver"].as_bool().unwrap();
        let decision = regression(status, resolution, find(&case["event_release"]), semver);
        assert_eq!(decision.is_regression, case["expect"]["regression"], "{}", case["id"]);
        if let Some(comparison) = decision.compared_by {
            assert_eq!(comparison == Comparison::Version, semver, "{}", case["id"]);
        }
    }
}

#[test]
fn snoozes_end_by_their_conditions() {
    let now = at(1_700_000_000);
    for case in cases(include_str!("../../../tests/fixtures/vectors/snoozes.json")) {
        let number = |value: &Value| value.as_i64();
        let window = |value: &Value| value.as_i64().map(|minutes| i32::try_from(minutes).unwrap());
        let set = &case["snooze"];
        let snooze = Snooze {
            until: number(&set["until_in_seconds"]).map(|seconds| now + TimeDelta::seconds(seconds)),
            count: number(&set["count"]),
            window_minutes: window(&set["window"]),
            user_count: number(&set["user_count"]),
            user_window_minutes: window(&set["user_window"]),
            times_seen: number(&set["state"]["times_seen"]).unwrap_or(0),
            users_seen: number(&set["state"]["users_seen"]).unwrap_or(0),
        };
        let counters = SnoozeCounters {
            times_seen: number(&case["times_seen"]).unwrap_or(0),
            users_seen: number(&case["users_seen"]).unwrap_or(0),
            events_in_window: number(&case["events_in_window"]).unwrap_or(0),
            users_in_window: number(&case["users_in_window"]).unwrap_or(0),
        };
        assert_eq!(snooze_is_valid(&snooze, now, &counters), case["expect_still_ignored"], "{}", case["id"]);
    }
}

#[test]
fn storage_sampling_follows_the_table() {
    for case in cases(include_str!("../../../tests/fixtures/vectors/storage_sampling.json")) {
        let number = |key: &str| case[key].as_i64().unwrap();
        let stored = !is_sampled_out(number("times_seen"), number("seconds_since_last"));
        assert_eq!(stored, case["stored"], "{}", case["id"]);
    }
}

#[test]
fn versions_are_compared_where_they_are_versions_of_one_package() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    for (left, right, order, comparison) in [
        ("app@1.10.0", "app@1.9.0", Greater, Comparison::Version),
        ("app@1.0.0-rc.9", "app@1.0.0-rc.10", Less, Comparison::Version),
        ("app@1.0.0-rc.1", "app@1.0.0", Less, Comparison::Version),
        ("app@1.0.0-1", "app@1.0.0-beta", Less, Comparison::Version),
        ("app@1.0.0+2", "app@1.0.0+10", Less, Comparison::Version),
        ("app@1.0", "app@1.0.0", Equal, Comparison::Version),
        ("5.36.10", "5.36.9", Greater, Comparison::Version),
        ("5.36.2", "app@5.36.1", Less, Comparison::Date),
        ("20240101", "20231231", Less, Comparison::Date),
        ("app@2.0.0", "other@1.0.0", Less, Comparison::Date),
        ("app@2.0.0", "app@7d6d00eae0ceccdc7ee689659585d95f", Less, Comparison::Date),
        ("app@latest build", "app@1.0.0", Less, Comparison::Date),
    ] {
        let earlier = Release { version: left, date: at(1) };
        let later = Release { version: right, date: at(2) };
        assert_eq!(compare_releases(&earlier, &later, true), (order, comparison), "{left} {right}");
    }
}

#[test]
fn a_project_follows_semver_by_its_latest_releases() {
    assert!(follows_semver(&["app@2.0.0", "abc", "app@1.1.0", "app@1.0.0"]));
    assert!(follows_semver(&["app@2.0.0"]));
    assert!(follows_semver(&["5.36.2", "5.36.1", "5.36.0"]));
    assert!(!follows_semver(&["5.36.2", "app@5.36.1", "5.36.0"]));
    assert!(!follows_semver(&["7d6d00eae0ceccdc7ee689659585d95f", "20240101"]));
    assert!(!follows_semver(&[]));
    assert!(!follows_semver(&["app@2.0.0", "abc"]));
    assert!(!follows_semver(&["a@2.0.0", "b@1.1.0", "c@1.0.0"]));
}

#[test]
fn a_resolution_settles_for_five_seconds() {
    assert!(!is_settled(at(100), at(105), at(90)));
    assert!(is_settled(at(100), at(106), at(90)));
    assert!(is_settled(at(100), at(90), at(106)));
}

#[test]
fn the_status_shown_follows_snooze_and_silence() {
    let last_seen = at(0);
    for (status, is_valid, resolve_age, now, expected) in [
        (Status::Ignored, true, 0, 10, Status::Ignored),
        (Status::Ignored, false, 0, 10, Status::Unresolved),
        (Status::Unresolved, true, 1, 3_600, Status::Unresolved),
        (Status::Unresolved, true, 1, 3_601, Status::Resolved),
        (Status::Unresolved, true, 0, 3_601, Status::Unresolved),
    ] {
        assert_eq!(effective_status(status, is_valid, resolve_age, last_seen, at(now)), expected);
    }
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), Some(status));
    }
}
