//! What an event is made of, for finding issues that are like its issue: the type of its exception, the words of its
//! message, the calls of its stack trace. Each is a number, so that sets of them are small and quick to compare.

use std::collections::BTreeSet;

use md5::{Digest, Md5};

use super::parametrize::parametrize;
use super::rules::{crash_frames, exceptions, logentry};
use crate::types::ids::ProjectId;
use crate::types::json::Object;

/// Words of a message, and calls of a stack trace, that count.
const MAX_WORDS: usize = 12;
const MAX_FRAMES: usize = 12;

/// What a feature says; the last bits of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Type = 1,
    Word = 2,
    Frame = 3,
}

impl Kind {
    /// What a stored number says.
    pub fn of(feature: i64) -> Option<Self> {
        match feature & 3 {
            1 => Some(Self::Type),
            2 => Some(Self::Word),
            3 => Some(Self::Frame),
            _ => None,
        }
    }
}

/// The features of an event. Those of different projects have nothing in common.
pub fn features(project_id: ProjectId, event: &Object<'_>) -> BTreeSet<i64> {
    let exception = exceptions(event).next_back();
    let text = |key| exception.and_then(|exception| exception.get_str(key)).filter(|text| !text.is_empty());
    let mut features = BTreeSet::new();
    let mut add = |kind, text: &str| features.insert(number(project_id, kind, text));
    if let Some(kind) = text("type") {
        add(Kind::Type, kind);
    }
    let message = if exception.is_some() { text("value") } else { logentry(event) };
    for word in words(message.unwrap_or_default()) {
        add(Kind::Word, &word);
    }
    for call in calls(event) {
        add(Kind::Frame, &call);
    }
    features
}

/// The words of a message without what varies.
fn words(message: &str) -> Vec<String> {
    let plain = parametrize(message).to_lowercase();
    let words = plain.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty());
    let mut unique: Vec<String> = Vec::new();
    for word in words {
        if unique.len() < MAX_WORDS && !unique.iter().any(|known| known == word) {
            unique.push(word.to_owned());
        }
    }
    unique
}

/// The calls nearest to the crash: module or file, and function.
pub fn calls(event: &Object<'_>) -> Vec<String> {
    let name = |frame: crate::pipeline::frames::FrameFields<'_>| {
        let place = if frame.module.is_empty() {
            frame.filename.rsplit(['/', '\\']).next().unwrap_or_default()
        } else {
            frame.module
        };
        format!("{place} {}", frame.function).trim().to_owned()
    };
    crash_frames(event).map(name).filter(|call| !call.is_empty()).take(MAX_FRAMES).collect()
}

fn number(project_id: ProjectId, kind: Kind, text: &str) -> i64 {
    let hash = Md5::new().chain_update(project_id.0.to_be_bytes()).chain_update(text).finalize();
    let bytes: [u8; 8] = std::array::from_fn(|place| hash[place]);
    (i64::from_be_bytes(bytes) & !3) | kind as i64
}

#[cfg(test)]
mod tests {
    use super::{Kind, features};
    use crate::types::ids::ProjectId;
    use crate::types::json::{Json, parse};

    #[test]
    fn what_varies_does_not_count() {
        let event = |value: &str, line: u32| {
            let text = format!(
                r#"{{"exception":{{"values":[{{"type":"KeyError","value":"{value}","stacktrace":{{"frames":[
                {{"module":"a","function":"f","lineno":{line},"in_app":true}},{{"filename":"/x/b.py","in_app":false}}]}}}}]}}}}"#
            );
            let Ok(Json::Object(event)) = parse(text.as_bytes()).map(Json::into_owned) else { panic!("no object") };
            features(ProjectId(1), &event)
        };
        let one = event("user 42 is gone", 1);
        assert_eq!(one, event("user 43 is gone", 7));
        let kinds = |kind| one.iter().filter(|feature| Kind::of(**feature) == Some(kind)).count();
        assert_eq!((kinds(Kind::Type), kinds(Kind::Word), kinds(Kind::Frame)), (1, 4, 1));
        assert_eq!(one.intersection(&event("other", 1)).count(), 2);
        assert!(features(ProjectId(1), &crate::types::json::Object::new()).is_empty());
    }
}
