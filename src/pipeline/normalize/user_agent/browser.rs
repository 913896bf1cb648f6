//! Which browser, library or robot sent a header.

use super::Named;
use super::scan::{after, version};

/// Names that begin a header of programs that are no browsers, with what uap-core calls them.
const LIBRARIES: &[(&str, &str)] = &[
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("okhttp/", "okhttp"),
    ("python-requests/", "Python Requests"),
    ("python-httpx/", "python-httpx"),
    ("Python-urllib/", "Python-urllib"),
    ("Go-http-client/", "Go-http-client"),
    ("Apache-HttpClient/", "Apache-HttpClient"),
    ("PostmanRuntime/", "PostmanRuntime"),
    ("axios/", "axios"),
    ("node-fetch/", "node-fetch"),
    ("Dart/", "Dart"),
    ("GuzzleHttp/", "GuzzleHttp"),
    ("Java/", "Java"),
];

/// Tokens of browsers, the more special ones first: most call themselves Chrome and Safari too.
const BROWSERS: &[(&str, &str)] = &[
    ("Googlebot/", "Googlebot"),
    ("bingbot/", "bingbot"),
    ("YandexBot/", "YandexBot"),
    ("Baiduspider/", "Baiduspider"),
    ("Applebot/", "Applebot"),
    ("AhrefsBot/", "AhrefsBot"),
    ("SemrushBot/", "SemrushBot"),
    ("GPTBot/", "GPTBot"),
    ("facebookexternalhit/", "FacebookBot"),
    ("Twitterbot/", "Twitterbot"),
    ("FBAV/", "Facebook"),
    ("Instagram ", "Instagram"),
    ("Snapchat/", "Snapchat"),
    ("EdgiOS/", "Edge Mobile"),
    ("EdgA/", "Edge Mobile"),
    ("Edg/", "Edge"),
    ("Edge/", "Edge"),
    ("Opera Mini/", "Opera Mini"),
    ("OPT/", "Opera Touch"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "MiuiBrowser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("MQQBrowser/", "QQ Browser Mobile"),
    ("QQBrowser/", "QQ Browser"),
    ("Whale/", "Whale"),
    ("Silk/", "Amazon Silk"),
    ("GSA/", "Google"),
    ("FxiOS/", "Firefox iOS"),
    ("CriOS/", "Chrome Mobile iOS"),
    ("Electron/", "Electron"),
    ("HeadlessChrome/", "HeadlessChrome"),
    ("PhantomJS/", "PhantomJS"),
    ("Chromium/", "Chromium"),
    ("IEMobile/", "IE Mobile"),
    ("MSIE ", "IE"),
];

pub fn find(header: &str) -> Option<Named> {
    let library = LIBRARIES.iter().find(|(token, _)| header.starts_with(token));
    if let Some((token, name)) = library {
        return named(name, &header[token.len()..]);
    }
    BROWSERS
        .iter()
        .find_map(|(token, name)| named(name, after(header, token)?))
        .or_else(|| opera(header))
        .or_else(|| firefox(header))
        .or_else(|| chrome(header))
        .or_else(|| internet_explorer(header))
        .or_else(|| safari(header))
}

fn named(name: &str, rest: &str) -> Option<Named> {
    let version = version(rest);
    (!version.is_empty()).then(|| (name.to_owned(), version))
}

fn opera(header: &str) -> Option<Named> {
    if let Some(rest) = after(header, "OPR/") {
        return named(if header.contains("Mobile") { "Opera Mobile" } else { "Opera" }, rest);
    }
    let rest = after(header, "Opera/")?;
    named("Opera", after(rest, "Version/").unwrap_or(rest))
}

fn firefox(header: &str) -> Option<Named> {
    let is_mobile = header.contains("Mobile;") || header.contains("Tablet;");
    named(if is_mobile { "Firefox Mobile" } else { "Firefox" }, after(header, "Firefox/")?)
}

fn chrome(header: &str) -> Option<Named> {
    let rest = after(header, "Chrome/")?;
    let is_web_view =
        header.contains("; wv)") || header.find("Version/") < header.find("Chrome/") && header.contains("Version/");
    let name = if header.contains("Android") && is_web_view {
        "Chrome Mobile WebView"
    } else if rest.contains("Mobile") {
        "Chrome Mobile"
    } else {
        "Chrome"
    };
    named(name, rest)
}

/// The last one no longer names itself.
fn internet_explorer(header: &str) -> Option<Named> {
    after(header, "Trident/7").map(|_| ("IE".to_owned(), "11".to_owned()))
}

fn safari(header: &str) -> Option<Named> {
    let is_ios = ["iPhone", "iPad", "iPod"].iter().any(|device| header.contains(device));
    let shown = after(header, "Version/");
    match (is_ios, shown) {
        (true, Some(rest)) => named("Mobile Safari", rest),
        (true, None) => {
            let system = after(header, " OS ").map(version).filter(|version| !version.is_empty())?;
            Some(("Mobile Safari UI/WKWebView".to_owned(), system))
        }
        (false, Some(_)) if header.contains("Android") => named("Android", after(header, "Android ")?),
        (false, Some(rest)) if header.contains("Safari/") => named("Safari", rest),
        _ => None,
    }
}
