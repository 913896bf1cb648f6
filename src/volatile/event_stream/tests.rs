use super::*;

fn facts() -> EntryFacts {
    EntryFacts {
        kind: EntryKind::Envelope,
        project_id: ProjectId(7),
        key_id: ProjectKeyId(9),
        event_id: Uuid::from_u128(0x0102_0304),
        received_at: DateTime::from_timestamp_millis(1_795_000_000_123).unwrap(),
        client_ip: Some("203.0.113.9".parse().unwrap()),
        client: "sentry.python/2.1".to_owned(),
        user_agent: String::new(),
        encoding: "gzip".to_owned(),
        sent_at: None,
        attachments: Vec::new(),
    }
}

#[test]
fn facts_survive_the_stream() {
    let mut with_everything = facts();
    with_everything.sent_at = Some(with_everything.received_at);
    let (name, content_type) = ("log.txt".to_owned(), "text/plain".to_owned());
    let kind = "event.attachment".to_owned();
    with_everything.attachments.push(QueuedAttachment { name, content_type, kind, size: 12, blob: "ab".to_owned() });
    for facts in [facts(), with_everything] {
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<EntryFacts>(&json).unwrap(), facts, "{json}");
    }
}

#[test]
fn facts_are_small() {
    assert!(serde_json::to_vec(&facts()).unwrap().len() < 170);
}

#[test]
fn a_stream_id_tells_the_time() {
    let milliseconds = |id| appended_at(id).map(|time| time.timestamp_millis());
    assert_eq!(milliseconds("1795000000123-4"), Some(1_795_000_000_123));
    assert_eq!(milliseconds("nonsense"), None);
}
