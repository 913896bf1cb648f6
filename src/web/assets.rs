//! Embedded files, served under a hash of their content so that browsers keep them for good.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::error::{Error, Result};
use crate::types::hex;

#[derive(Embed)]
#[folder = "static/"]
struct Static;

/// The path of an asset, for instance `/_static/3f2a9bc1/app.css`; the base path goes before it.
pub fn url(name: &str) -> String {
    let hash = Static::get(name).map_or_else(|| "missing".to_owned(), |file| short_hash(&file));
    format!("/_static/{hash}/{name}")
}

/// Serves any hash: a page of an older process may ask for an asset of this one.
pub async fn show(Path((_hash, name)): Path<(String, String)>) -> Result<Response> {
    let file = Static::get(&name).ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, file.data).into_response())
}

fn short_hash(file: &EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..4])
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::Static;

    /// Gzipped bytes that a page may load (ui.md 11).
    const MAX_STYLE: usize = 12 * 1024;
    const MAX_SCRIPT: usize = 20 * 1024;
    const MAX_ICONS: usize = 14 * 1024;

    const BACKGROUNDS: [&str; 3] = ["bg", "bg-2", "bg-3"];
    const TEXTS: [&str; 9] = ["text", "muted", "link", "fatal", "error", "warning", "info", "debug", "ok"];
    /// Grounds that have a colour of their own for what stands on them.
    const FILLED: [&str; 8] = ["link", "error", "fatal", "warning", "info", "debug", "text", "spark"];
    const SYNTAX: [&str; 6] = ["syn-kw", "syn-str", "syn-num", "syn-com", "syn-fn", "syn-type"];

    /// The contrast of WCAG 2 between two colours, from 1 to 21.
    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    /// The colours that a block of `app.css` defines.
    fn colours<'a>(css: &'a str, selector: &str) -> HashMap<&'a str, &'a str> {
        let block = css.split_once(selector).expect(selector).1.split_once('}').expect("a closed block").0;
        let pairs = block.split(['{', ';', '\n']).filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'));
        pairs.filter(|(_, value)| value.starts_with('#')).collect()
    }

    fn text(name: &str) -> String {
        String::from_utf8(Static::get(name).expect(name).data.into_owned()).expect("a text file")
    }

    #[test]
    fn every_text_can_be_read_on_every_ground_in_both_themes() {
        let css = text("app.css");
        let dark = colours(&css, ":root[data-theme=dark]");
        assert_eq!(dark, colours(&css, ":root[data-theme=auto]"), "the two ways to the dark theme differ");
        for (theme, colours) in [("light", colours(&css, ":root")), ("dark", dark)] {
            let check = |front: &str, back: &str, least: f64| {
                let found = contrast(colours[front], colours[back]);
                assert!(found >= least, "{theme}: --{front} on --{back} has {found:.2}, needs {least}");
            };
            for back in BACKGROUNDS {
                TEXTS.iter().chain(&SYNTAX).for_each(|front| check(front, back, 4.5));
            }
            SYNTAX.iter().chain(&["text"]).for_each(|front| check(front, "hl", 4.5));
            check("on-accent", "link", 4.5);
            check("on-accent", "error", 4.5);
            check("spark", "bg", 3.0);
            check("border-strong", "bg", 3.0);
        }
    }

    /// The token that a declaration of a rule names: `color:var(--muted)`.
    fn token<'a>(rule: &'a str, property: &str) -> Option<&'a str> {
        let mut declarations = rule.split(';').map(str::trim);
        let value = declarations.find_map(|line| line.strip_prefix(property)?.strip_prefix(':'))?;
        value.strip_prefix("var(--")?.strip_suffix(')')
    }

    #[test]
    fn every_pair_of_colours_in_use_can_be_read() {
        let css = format!("{}\n{}", text("app.css"), text("issues.css"));
        let themes = [colours(&css, ":root"), colours(&css, ":root[data-theme=dark]")];
        let mut pairs = 0;
        for block in css.split('}').filter_map(|block| block.split_once('{')) {
            // The rule inside a media query comes after a second brace.
            let rule = block.1.rsplit('{').next().unwrap_or_default();
            let (front, back) = (token(rule, "color"), token(rule, "background"));
            if let (Some(front), Some(back)) = (front, back) {
                pairs += 1;
                for colours in &themes {
                    let found = contrast(colours[front], colours[back]);
                    assert!(found >= 4.5, "{}: --{front} on --{back} has {found:.2}", block.0.trim());
                }
            } else if let Some(front) = front {
                // It may stand on any ground, so it has to be among those that are measured on all.
                let is_measured = TEXTS.contains(&front) || ["bg", "on-accent", "border-strong"].contains(&front);
                assert!(is_measured || SYNTAX.contains(&front), "{}: --{front} is measured nowhere", block.0.trim());
            } else if let Some(back) = back {
                let is_ground = BACKGROUNDS.contains(&back) || back == "hl" || FILLED.contains(&back);
                assert!(is_ground, "{}: --{back} is no ground", block.0.trim());
            }
        }
        assert!(pairs > 5, "the rules could not be read");
        for colours in &themes {
            for back in FILLED.into_iter().filter(|back| *back != "spark") {
                // Words on the mark of a level are as bright as the page.
                let found = contrast(colours["bg"], colours[back]);
                assert!(found >= 4.5, "--bg on --{back} has {found:.2}");
            }
        }
    }

    #[test]
    fn styles_scripts_and_icons_stay_within_their_budgets() {
        for (ending, most) in [(".css", MAX_STYLE), (".js", MAX_SCRIPT), ("icons.svg", MAX_ICONS)] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            for name in Static::iter().filter(|name| name.ends_with(ending)) {
                encoder.write_all(&Static::get(&name).expect("a listed file").data).unwrap();
            }
            let size = encoder.finish().unwrap().len();
            assert!(size <= most, "{ending}: {size} bytes, {most} are allowed");
        }
    }
}
