//! The identity clients give an event (ingest.md 9.1).

use uuid::Uuid;

/// Reads 32 hexadecimal digits in any case, or the dashed form with its dashes in place. The nil id is none.
pub fn parse(text: &str) -> Option<Uuid> {
    if !matches!(text.len(), 32 | 36) {
        return None;
    }
    Uuid::try_parse(text).ok().filter(|id| !id.is_nil())
}

/// A new id, for events that bring none.
pub fn generate() -> Uuid {
    Uuid::new_v4()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{generate, parse};

    #[test]
    fn vectors() {
        let text = include_str!("../../tests/fixtures/vectors/event_ids.json");
        let file: Value = serde_json::from_str(text).unwrap();
        let pattern = regex::Regex::new("^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$").unwrap();
        for case in file["cases"].as_array().unwrap() {
            let id = case["input"].as_str().and_then(parse);
            let expected = case["expect"]["event_id"].as_str();
            assert_eq!(id.map(|id| id.simple().to_string()).as_deref(), expected, "{}", case["id"]);
            assert!(pattern.is_match(&generate().simple().to_string()));
        }
    }
}
