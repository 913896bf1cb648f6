//! Credentials from every source at once: no panic; a key that is found is written as it was given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use picket::protocol::{
    auth::{self, Sources},
    dsn::{Dsn, PublicKey},
    origin::{AllowedDomains, Origin},
    rate_limits,
};

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (sentry_header, authorization, query, rest) = (line(), line(), line(), line());
    let sources = Sources {
        sentry_header: Some(sentry_header).filter(|text| !text.is_empty()),
        authorization: Some(authorization).filter(|text| !text.is_empty()),
        query,
        path_key: None,
        user_agent: rest,
    };
    if let Ok(credentials) = auth::read(&sources)
        && let Some(key) = credentials.public_key
    {
        assert_eq!(PublicKey::parse(&key.to_string()), Some(key));
        assert!((2..=7).contains(&credentials.version));
    }
    if let Some(dsn) = auth::dsn_header(authorization).or_else(|| Dsn::parse(rest)) {
        assert!(dsn.project_id.0 > 0);
    }
    let origin = Origin::from_header(sentry_header);
    AllowedDomains::new(rest.split(',')).allow(origin.as_ref());
    let limits = rate_limits::parse(rest);
    rate_limits::write(&limits);
});
