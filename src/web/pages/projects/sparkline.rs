//! A small bar chart as one SVG path.

use std::fmt::Write as _;

const HEIGHT: i64 = 28;
const STEP: usize = 5;
const BAR: usize = 4;

/// The `d` of a path in a box of `5 × bars` by 28: a bar per value, scaled to the largest. A value that is not zero is
/// never invisible.
pub fn path(values: &[i64]) -> String {
    let largest = values.iter().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    for (place, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
        let height = (value.saturating_mul(HEIGHT) / largest).clamp(2, HEIGHT);
        let _ = write!(path, "M{} {HEIGHT}v-{height}h{BAR}v{height}z", place * STEP);
    }
    path
}

/// The width of the box.
pub fn width(bars: usize) -> usize {
    bars * STEP
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn bars_are_scaled_to_the_largest() {
        assert_eq!(path(&[0, 1, 28]), "M5 28v-2h4v2zM10 28v-28h4v28z");
        assert_eq!(path(&[0, 0]), "");
        assert_eq!(path(&[]), "");
    }
}
