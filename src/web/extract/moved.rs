//! Where the addresses of renamed organizations and projects lead.

use axum::extract::{MatchedPath, OriginalUri};
use axum::http::request::Parts;

use crate::app::App;
use crate::web::base_path;
use crate::web::error::Error;

/// The same address with the new slug in the place of a path parameter.
pub fn moved(app: &App, parts: &Parts, parameter: &str, slug: &str) -> Error {
    let location = location(parts, parameter, slug);
    match location {
        Some(location) => Error::Moved { location: format!("{}{location}", base_path(app)), slug: slug.to_owned() },
        None => Error::NotFound,
    }
}

fn location(parts: &Parts, parameter: &str, slug: &str) -> Option<String> {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    let pattern = parts.extensions.get::<MatchedPath>()?.as_str();
    let place = pattern.split('/').position(|segment| segment == format!("{{{parameter}}}"))?;
    let mut segments: Vec<&str> = uri.path().split('/').collect();
    *segments.get_mut(place)? = slug;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{}{query}", segments.join("/")))
}
