//! The whole pipeline on any JSON object: no panic, and what comes out can be read again.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use picket::pipeline::group::rules::Rules;
use picket::pipeline::{self, Outcome, Receipt, symbolicate::Gathered};
use picket::types::{
    json::{self, Json},
    project_settings::ProjectSettings,
};
use uuid::Uuid;

fuzz_target!(|body: &[u8]| {
    let Ok(Json::Object(event)) = json::parse(body) else { return };
    let receipt = Receipt {
        event_id: Uuid::from_u128(1),
        received_at: DateTime::from_timestamp(1_795_000_000, 0).expect("a time"),
        client_ip: Some([203, 0, 113, 9].into()),
        client: "raven-python/6.9.0".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0".to_owned(),
        sent_at: None,
    };
    let settings = ProjectSettings { scrub_ip_address: true, ..ProjectSettings::default() };
    if let Outcome::Ready(ready) = pipeline::process(event, &receipt, (&settings, &Rules::default()), &|_| Gathered::default()) {
        json::check(&ready.json).expect("a processed event is JSON");
        assert!(!ready.hashes.is_empty());
    }
});
