//! Issues that are like another: by the type of exception, the words of the message and the calls of the stack trace.
//!
//! What an issue is made of is kept when it is created. Candidates share something of it; of each thing a few hundred
//! are looked at and of the candidates at most a hundred, so that the time does not grow with the project.

use std::collections::{BTreeSet, HashMap};

use crate::app::App;
use crate::pipeline::group::features::Kind;
use crate::store::issue_features::{self, IssueFeature};
use crate::types::ids::IssueId;

const MAX_CANDIDATES: i64 = 100;
/// Less alike than that is not worth showing.
const MIN_SCORE: f64 = 0.25;

/// How alike two issues are, each from 0 to 1; `None`: neither has anything of the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    pub kind: Option<f64>,
    pub message: Option<f64>,
    pub frames: Option<f64>,
}

impl Scores {
    /// All in one: frames say most.
    pub fn total(&self) -> f64 {
        let weighed = [(self.kind, 0.2), (self.message, 0.3), (self.frames, 0.5)];
        let known = weighed.into_iter().filter_map(|(score, weight)| Some((score?, weight)));
        let (sum, weights) = known.fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score * weight, all + weight));
        if weights > 0.0 { sum / weights } else { 0.0 }
    }

    fn of(a: &BTreeSet<i64>, b: &BTreeSet<i64>) -> Self {
        let score = |kind| {
            let of = |set: &BTreeSet<i64>| {
                set.iter().copied().filter(|feature| Kind::of(*feature) == Some(kind)).collect::<BTreeSet<_>>()
            };
            let (a, b) = (of(a), of(b));
            let (both, all) = (a.intersection(&b).count(), a.union(&b).count());
            #[expect(clippy::cast_precision_loss, reason = "sets are small")]
            (all > 0).then(|| both as f64 / all as f64)
        };
        Self { kind: score(Kind::Type), message: score(Kind::Word), frames: score(Kind::Frame) }
    }
}

/// The issues most like one, the likest first.
pub async fn find(app: &App, issue_id: IssueId, limit: usize) -> sqlx::Result<Vec<(IssueId, Scores)>> {
    let own: Vec<i64> =
        features_of(app, &[issue_id.0]).await?.remove(&issue_id).unwrap_or_default().into_iter().collect();
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let candidates = issue_features::list_candidates(&app.db, issue_id, &own, MAX_CANDIDATES).await?;
    let own: BTreeSet<i64> = own.into_iter().collect();
    let features = features_of(app, &candidates).await?;
    let mut scored: Vec<(IssueId, Scores)> =
        features.into_iter().map(|(id, features)| (id, Scores::of(&own, &features))).collect();
    scored.retain(|(_, scores)| scores.total() >= MIN_SCORE);
    scored.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()).then(b.0.cmp(&a.0)));
    scored.truncate(limit);
    Ok(scored)
}

async fn features_of(app: &App, issue_ids: &[i64]) -> sqlx::Result<HashMap<IssueId, BTreeSet<i64>>> {
    let mut features: HashMap<IssueId, BTreeSet<i64>> = HashMap::new();
    for IssueFeature { issue_id, feature } in issue_features::list(&app.db, issue_ids).await? {
        features.entry(issue_id).or_default().insert(feature);
    }
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::Scores;

    #[test]
    fn scores_are_shares_of_what_both_have() {
        let set = |features: &[i64]| features.iter().copied().collect();
        // 1, 5: types; 2, 6, 10: words; 3, 7: frames.
        for (a, b, kind, message, frames) in [
            (vec![1, 2, 6, 3], vec![1, 2, 10, 7], Some(1.0), Some(1.0 / 3.0), Some(0.0)),
            (vec![1], vec![5], Some(0.0), None, None),
            (vec![], vec![], None, None, None),
        ] {
            let scores = Scores::of(&set(&a), &set(&b));
            assert_eq!(scores, Scores { kind, message, frames });
        }
        assert!((Scores { kind: Some(1.0), message: None, frames: Some(0.0) }.total() - 0.2 / 0.7).abs() < 1e-9);
        assert!(Scores::default().total().abs() < 1e-9);
    }
}
