//! Numbers that look random and follow from a seed alone, on every machine and in every version.

/// `SplitMix64`: five lines, and good enough to scatter events.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of one event: any of them can be made without those before it.
    pub fn of(seed: u64, event: u64) -> Self {
        // Rolled first: states that differ by the step below would give the same sequence, one place on.
        Self(Self(seed).roll() ^ Self(!event).roll())
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product, so that no bound is favoured.
        u64::try_from((u128::from(self.roll()) * u128::from(bound)) >> 64).unwrap_or_default()
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or_default()]
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.roll() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_sequence_never_changes() {
        let mut dice = Dice::of(1, 2);
        let rolled: Vec<u64> = (0..4).map(|_| dice.below(1_000)).collect();
        assert_eq!(rolled, [250, 482, 654, 774]);
    }

    #[test]
    fn every_face_comes_up() {
        let mut counts = [0; 6];
        let mut dice = Dice::of(7, 7);
        (0..6_000).for_each(|_| counts[usize::try_from(dice.below(6)).unwrap()] += 1);
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
