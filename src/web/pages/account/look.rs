//! Language, theme and density, switched from the page one is looking at.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::appearance::{DENSITIES, THEMES, one_of};
use crate::app::App;
use crate::store::preferences::{self, Preferences};
use crate::types::language::Language;
use crate::web::error::{Error, Result};
use crate::web::extract::Viewer;
use crate::web::pages::back::page_before;
use crate::web::pages::posted::Posted;
use crate::web::redirect;

/// What the form names is changed, everything else stays.
pub async fn switch(State(app): State<App>, viewer: Viewer, headers: HeaderMap, posted: Posted) -> Result<Response> {
    let user = viewer.user.as_deref().ok_or(Error::Unauthorized)?;
    let language = Language::parse(posted.text("language")).map(Language::tag);
    let chosen = Preferences {
        language: language.or(user.language.as_deref()),
        theme: one_of(&THEMES, posted.text("theme"), &user.theme),
        density: one_of(&DENSITIES, posted.text("density"), &user.density),
        ..Preferences::of(user)
    };
    preferences::update(&app.db, user.id, &chosen).await?;
    let page = page_before(&app, &headers).unwrap_or_else(|| "/".to_owned());
    Ok(redirect(&app, &without_language(&page)))
}

/// A language in the address would win over the one that was just chosen.
fn without_language(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let others: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("lang=")).collect();
    if others.is_empty() { path.to_owned() } else { format!("{path}?{}", others.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::without_language;

    #[test]
    fn only_the_language_leaves_the_address() {
        for (path, expected) in [
            ("/a/", "/a/"),
            ("/a/?lang=zh", "/a/"),
            ("/a/?query=x%26lang%3Dzh&lang=en&sort=new", "/a/?query=x%26lang%3Dzh&sort=new"),
        ] {
            assert_eq!(without_language(path), expected);
        }
    }
}
