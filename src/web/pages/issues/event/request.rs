//! The HTTP request of an event: formatted, as a curl command, and raw.

use std::borrow::Cow;

use super::frames::is_web_address;
use super::values;
use super::{budget::Budget, curl, excerpt::Excerpt};
use crate::messages::Messages;
use crate::protocol::interfaces::request::Request;
use crate::types::json::{Json, Object};
use crate::web::markup::Markup;

/// Rows of one table, beside everything else and on a page of their own.
const MAX_ROWS: usize = 100;
const MAX_ROWS_ALONE: usize = 1_000;

pub struct RequestView<'a> {
    pub method: &'a str,
    /// Path with query, as people speak of it.
    pub path: String,
    pub host: Option<String>,
    /// Where the request went, if a browser may go there.
    pub link: Option<String>,
    pub sections: Vec<Section<'a>>,
    pub body: Option<Markup>,
    /// There is a body, but no room for it.
    pub has_hidden_body: bool,
    pub curl: String,
    pub raw: String,
}

/// A table: query, cookies, headers, environment.
pub struct Section<'a> {
    pub title: &'static str,
    pub rows: Vec<(Cow<'a, str>, Markup)>,
    pub is_open: bool,
    pub unshown: i64,
}

/// The request as the page shows it.
pub fn view<'a>(request: &'a Request<'a>, excerpt: Excerpt, t: Messages, budget: &mut Budget) -> RequestView<'a> {
    let most = if excerpt.is_whole() { MAX_ROWS } else { MAX_ROWS_ALONE };
    let url = full_url(request);
    let parsed = url::Url::parse(&url).ok();
    let host = parsed.as_ref().and_then(|url| url.host_str().map(|host| with_port(host, url.port())));
    let path = parsed.as_ref().map_or_else(|| url.clone(), |url| url.path().to_owned());
    let mut headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.clone(), *value)).collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let env = request.env.into_iter().flat_map(Object::iter).map(|(name, value)| (Cow::Borrowed(name), value));
    let body = request.data.map(|data| values::opened(data, t)).filter(|body| budget.take(body));
    let mut sections = vec![
        section(t.event_query(), request.query.clone(), most, t, budget),
        section(t.event_headers(), headers, most, t, budget),
        folded(section(t.event_cookies(), request.cookies.clone(), most, t, budget)),
        folded(section(t.event_environment_variables(), env.collect(), most, t, budget)),
    ];
    sections.retain(|section| !section.rows.is_empty());
    RequestView {
        method: request.method.as_deref().unwrap_or("GET"),
        path: values::beginning(&path, 200),
        host,
        link: Some(url).filter(|url| is_web_address(url)),
        sections,
        has_hidden_body: body.is_none() && request.data.is_some(),
        body,
        curl: curl::command(request),
        raw: raw(request),
    }
}

fn with_port(host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn section<'a>(
    title: &'static str,
    members: Vec<(Cow<'a, str>, &'a Json<'a>)>,
    most: usize,
    t: Messages,
    budget: &mut Budget,
) -> Section<'a> {
    let total = members.len();
    let mut rows = Vec::new();
    for (name, value) in members.into_iter().take(most) {
        let markup = values::value(value, t);
        if !budget.take_size(markup.elements() + 3, markup.len() + name.len() + 60) {
            break;
        }
        rows.push((name, markup));
    }
    let unshown = values::length(total - rows.len());
    Section { title, rows, is_open: true, unshown }
}

fn folded(section: Section<'_>) -> Section<'_> {
    Section { is_open: false, ..section }
}

/// The address with the query and the fragment that normalisation took off.
pub fn full_url(request: &Request<'_>) -> String {
    let mut url = request.url.as_deref().unwrap_or_default().to_owned();
    if !request.query.is_empty() {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &request.query {
            query.append_pair(name, &text_of(value));
        }
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query.finish().replace("%5BFiltered%5D", values::FILTERED));
    }
    if let Some(fragment) = &request.fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

/// A text as it is, anything else as JSON.
pub fn text_of(json: &Json<'_>) -> String {
    json.as_str().map_or_else(|| if json.is_null() { String::new() } else { json.to_string() }, str::to_owned)
}

/// As it went over the wire, roughly.
fn raw(request: &Request<'_>) -> String {
    let mut out = format!("{} {}\n", request.method.as_deref().unwrap_or("GET"), full_url(request));
    for (name, value) in &request.headers {
        out.extend([&**name, ": ", &text_of(value), "\n"]);
    }
    if !request.cookies.is_empty() {
        let cookies: Vec<String> =
            request.cookies.iter().map(|(name, value)| format!("{name}={}", text_of(value))).collect();
        out.extend(["Cookie: ", &cookies.join("; "), "\n"]);
    }
    if let Some(body) = curl::body(request) {
        out.push('\n');
        out.push_str(&body);
    }
    values::beginning(&out, 20_000)
}
