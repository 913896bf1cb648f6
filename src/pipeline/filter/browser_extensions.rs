//! Errors of scripts that extensions, tool bars and proxies put into pages.

use crate::types::json::{Json, Object};
use crate::types::project_settings::InboundFilters;

use super::Filter;
use super::candidate::Candidate;

pub struct BrowserExtensions;

/// Parts of messages that only such scripts produce.
const MESSAGES: [&str; 24] = [
    "top.GLOBALS",
    "originalCreateNotification",
    "canvas.contentDocument",
    "MyApp_RemoveAllHighlights",
    "http://tt.epicplay.com",
    "Can't find variable: ZiteReader",
    "jigsaw is not defined",
    "ComboSearch is not defined",
    "http://loading.retry.widdit.com/",
    "atomicFindClose",
    "fb_xd_fragment",
    "bmi_SafeAddOnload",
    "EBCallBackMessageReceived",
    "_gCrWeb",
    "conduitPage",
    "null is not an object (evaluating 'elt.parentNode')",
    "plugin.setSuspendState is not a function",
    "should_do_lastpass_here",
    "Can't find variable: gmo",
    "webkitExitFullScreen",
    "vid_mate_check",
    "privateSpecialRepair",
    "__firefox__",
    "chrome.runtime.sendMessage",
];

/// Schemes of extensions; they begin the script's URL.
const SCHEMES: [&str; 8] = [
    "chrome://",
    "chrome-extension://",
    "moz-extension://",
    "safari-extension://",
    "safari-web-extension://",
    "ms-browser-extension://",
    "webkit-masked-url://",
    "resource://",
];

/// Parts of the URLs of scripts that others put into pages.
const SOURCES: [&str; 9] = [
    "graph.facebook.com",
    "connect.facebook.net",
    "eatdifferent.com.woopra-ns.com",
    "static.woopra.com/js/woopra.js",
    "127.0.0.1:4001/isrunning",
    "webappstoolbarba.texthelp.com/",
    "metrics.itunes.apple.com.edgesuite.net/",
    "kaspersky-labs.com",
    "cdn.tynt.com",
];

impl Filter for BrowserExtensions {
    fn reason(&self) -> &'static str {
        "browser-extensions"
    }

    fn is_on(&self, filters: &InboundFilters) -> bool {
        filters.browser_extensions
    }

    fn refuses(&self, candidate: &Candidate<'_>, _: &InboundFilters) -> bool {
        if !candidate.is_javascript() {
            return false;
        }
        let Some(exception) = candidate.exceptions().next() else { return false };
        let value = exception.get_str("value").unwrap_or_default();
        MESSAGES.iter().any(|message| value.contains(message)) || source(exception).is_some_and(is_foreign)
    }
}

/// The URL of the script that threw: of the last frame.
fn source<'a>(exception: &'a Object<'a>) -> Option<&'a str> {
    let stacktrace = exception.get("stacktrace")?;
    let frame = stacktrace.get("frames").unwrap_or(stacktrace).as_array()?.iter().rev().find_map(Json::as_object)?;
    ["abs_path", "filename"].into_iter().find_map(|key| frame.get_str(key).filter(|path| !path.is_empty()))
}

fn is_foreign(source: &str) -> bool {
    SCHEMES.iter().any(|scheme| source.starts_with(scheme)) || SOURCES.iter().any(|part| source.contains(part))
}
