//! `/api/embed/error-page/`: the dialog that a page shows after a crash, asking its user what happened (ingest.md 12.1).
//!
//! The answer to GET is a script that runs in somebody else's page. What comes from the address is escaped twice: as
//! HTML by the template, and as a JSON literal in the script.

use std::collections::HashMap;
use std::fmt::Write;

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::route::ProjectPart;
use super::{answer, call::Call, cors};
use crate::messages::Messages;
use crate::protocol::{dsn::Dsn, event_id};
use crate::services::ingest::{Refusal, ReportText, Submission};
use crate::types::language::Language;

/// Longest text that a page may put into the dialog.
const MAX_TEXT: usize = 500;

/// The form alone runs no script and loads nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

const MAX_NAME: usize = 128;
const MAX_EMAIL: usize = 75;
const MAX_COMMENTS: usize = 4096;

#[derive(Template)]
#[template(path = "embed/error_page.html")]
struct Dialog<'a> {
    endpoint: String,
    name: &'a str,
    email: &'a str,
    texts: Texts<'a>,
}

#[derive(Template)]
#[template(path = "embed/error_page.js", escape = "none")]
struct Script {
    html: String,
    texts: String,
}

/// The words of the dialog: the page's own, else ours.
struct Texts<'a> {
    title: &'a str,
    subtitle: &'a str,
    subtitle2: &'a str,
    label_name: &'a str,
    label_email: &'a str,
    label_comments: &'a str,
    label_close: &'a str,
    label_submit: &'a str,
    error_generic: &'a str,
    error_form_entry: &'a str,
    success: &'a str,
}

type Parameters = HashMap<String, String>;

/// The script, or the bare form for clients that want HTML.
pub async fn get(call: &mut Call) -> Result<Response, Refusal> {
    let parameters = parameters(call.query().as_bytes());
    let event_id = match check(call, &parameters).await? {
        Ok(checked) => checked.event_id,
        Err(response) => return Ok(response),
    };
    let dsn = parameters.get("dsn").map(String::as_str).unwrap_or_default();
    let texts = Texts::new(&parameters, messages(call, &parameters));
    let script_texts = json!({
        "success": texts.success, "errorGeneric": texts.error_generic, "errorFormEntry": texts.error_form_entry,
    });
    let text = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let dialog = Dialog { endpoint: endpoint(call, dsn, event_id), name: text("name"), email: text("email"), texts };
    let html = dialog.render().map_err(|_| Refusal::Internal)?;
    if call.header(&header::ACCEPT).starts_with("text/html") {
        let mut page = answer::with_body(StatusCode::OK, "text/html; charset=utf-8", html);
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
        return Ok(readable(call, page));
    }
    let script = Script { html: literal(&html.into()), texts: literal(&script_texts) };
    let script = script.render().map_err(|_| Refusal::Internal)?;
    Ok(readable(call, answer::with_body(StatusCode::OK, "text/javascript; charset=utf-8", script)))
}

/// What the user wrote.
pub async fn post(call: &mut Call) -> Result<Response, Refusal> {
    let parameters = parameters(call.query().as_bytes());
    let checked = match check(call, &parameters).await? {
        Ok(checked) => checked,
        Err(response) => return Ok(response),
    };
    let body = call.read_body().await?;
    let form = self::parameters(&body.bytes);
    let errors = form_errors(&form, messages(call, &parameters));
    if !errors.is_empty() {
        return Ok(readable(call, form_error_answer(&errors.into())));
    }
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let text = ReportText::new(field("name"), field("email"), field("comments"));
    call.ingest.embed_report(&checked.submission, checked.event_id, &text).await?;
    Ok(readable(call, answer::json(StatusCode::OK, "{}")))
}

struct Checked {
    submission: Submission,
    event_id: Uuid,
}

/// Event id, DSN and origin; an answer of its own form for the first two.
async fn check(call: &mut Call, parameters: &Parameters) -> Result<Result<Checked, Response>, Refusal> {
    let invalid = |call: &Call, field: &str, status| {
        let body = json!({ field: "Missing or invalid parameter." }).to_string();
        Ok(Err(readable(call, answer::json(status, body))))
    };
    let Some(event_id) = parameters.get("eventId").and_then(|id| event_id::parse(&id.to_lowercase())) else {
        return invalid(call, "eventId", StatusCode::BAD_REQUEST);
    };
    let Some(dsn) = parameters.get("dsn").and_then(|dsn| Dsn::parse(dsn)) else {
        return invalid(call, "dsn", StatusCode::NOT_FOUND);
    };
    match call.admit_key(dsn.public_key, ProjectPart::Id(dsn.project_id)).await {
        Ok(submission) => Ok(Ok(Checked { submission, event_id })),
        Err(refusal @ (Refusal::Origin(_) | Refusal::Unavailable)) => Err(refusal),
        Err(_) => invalid(call, "dsn", StatusCode::NOT_FOUND),
    }
}

fn readable(call: &Call, mut response: Response) -> Response {
    cors::echo_origin(&call.parts.headers, response.headers_mut());
    response
}

fn parameters(query: &[u8]) -> Parameters {
    let cut = |text: &str, length| text.chars().take(length).collect::<String>();
    let pairs = url::form_urlencoded::parse(query);
    pairs.take(50).map(|(name, value)| (cut(&name, 50), cut(&value, 2 * MAX_COMMENTS))).collect()
}

fn messages(call: &Call, parameters: &Parameters) -> Messages {
    let wished = parameters.get("lang").and_then(|tag| Language::parse(tag));
    let language = wished.or_else(|| Language::accepted(call.header(&header::ACCEPT_LANGUAGE))).unwrap_or_default();
    Messages::new(language)
}

/// Where the form goes: only what was checked, never the address as it came.
fn endpoint(call: &Call, dsn: &str, event_id: Uuid) -> String {
    let prefix = &call.ingest.app.config.system.url_prefix;
    let dsn: String = url::form_urlencoded::byte_serialize(dsn.as_bytes()).collect();
    format!("{prefix}/api/embed/error-page/?dsn={dsn}&eventId={}", event_id.simple())
}

/// A literal for a script: JSON, and nothing that could end a script element.
fn literal(value: &Value) -> String {
    let json = value.to_string();
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn form_errors(form: &Parameters, messages: Messages) -> serde_json::Map<String, Value> {
    let mut errors = serde_json::Map::new();
    for (field, max) in [("name", MAX_NAME), ("email", MAX_EMAIL), ("comments", MAX_COMMENTS)] {
        let value = form.get(field).map(|value| value.trim()).unwrap_or_default();
        let problem = if value.is_empty() {
            messages.embed_required()
        } else if value.chars().count() > max {
            messages.embed_too_long()
        } else if field == "email" && !is_email(value) {
            messages.embed_invalid_email()
        } else {
            continue;
        };
        errors.insert(field.to_owned(), json!([problem]));
    }
    errors
}

fn is_email(text: &str) -> bool {
    let has_domain = |domain: &str| domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    let parts = text.split_once('@');
    !text.contains(char::is_whitespace)
        && parts.is_some_and(|(name, domain)| !name.is_empty() && !domain.contains('@') && has_domain(domain))
}

fn form_error_answer(errors: &Value) -> Response {
    let body = json!({ "errors": errors }).to_string();
    // Non-ASCII texts cannot stand in a header; JSON can escape them.
    let mut ascii = String::with_capacity(body.len());
    for unit in body.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => ascii.push(char::from(byte)),
            _ => write!(ascii, "\\u{unit:04x}").expect("writing to a String cannot fail"),
        }
    }
    let mut response = answer::json(StatusCode::BAD_REQUEST, body);
    if let Ok(context) = HeaderValue::try_from(ascii) {
        response.headers_mut().insert(HeaderName::from_static("x-sentry-context"), context);
    }
    response
}

impl<'a> Texts<'a> {
    fn new(parameters: &'a Parameters, messages: Messages) -> Self {
        let text = |name: &str, ours: &'static str| -> &'a str {
            let own = parameters.get(name).map(String::as_str).filter(|text| !text.trim().is_empty());
            own.map_or(ours, |text| &text[..text.floor_char_boundary(MAX_TEXT)])
        };
        Self {
            title: text("title", messages.embed_title()),
            subtitle: text("subtitle", messages.embed_subtitle()),
            subtitle2: text("subtitle2", messages.embed_subtitle2()),
            label_name: text("labelName", messages.embed_name()),
            label_email: text("labelEmail", messages.embed_email()),
            label_comments: text("labelComments", messages.embed_comments()),
            label_close: text("labelClose", messages.embed_close()),
            label_submit: text("labelSubmit", messages.embed_submit()),
            error_generic: text("errorGeneric", messages.embed_error_generic()),
            error_form_entry: text("errorFormEntry", messages.embed_error_form_entry()),
            success: text("successMessage", messages.embed_success()),
        }
    }
}
