//! A curl command that repeats a request.
//!
//! Everything that came with the event is in single quotes, where a shell expands nothing: a hostile header such as
//! `$(reboot)` stays a text when the command is pasted.

use super::request::{full_url, text_of};
use super::values;
use crate::protocol::interfaces::request::Request;
use crate::types::json::Json;

const MAX_CHARS: usize = 30_000;

/// The command; headers that curl sets itself are left out.
pub fn command(request: &Request<'_>) -> String {
    let mut parts = vec!["curl".to_owned()];
    let method = request.method.as_deref().unwrap_or("GET");
    if method != "GET" {
        parts.push(format!("-X {}", quoted(method)));
    }
    if request.header("Accept-Encoding").is_some_and(|value| value.contains("gzip")) {
        parts.push("--compressed".to_owned());
    }
    for (name, value) in &request.headers {
        let is_set_by_curl = ["Content-Length", "Accept-Encoding", "Host", "Cookie"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        if !is_set_by_curl {
            parts.push(format!("-H {}", quoted(&format!("{name}: {}", text_of(value)))));
        }
    }
    if !request.cookies.is_empty() {
        let cookies: Vec<String> =
            request.cookies.iter().map(|(name, value)| format!("{name}={}", text_of(value))).collect();
        parts.push(format!("-H {}", quoted(&format!("Cookie: {}", cookies.join("; ")))));
    }
    if let Some(body) = body(request) {
        parts.push(format!("--data-raw {}", quoted(&body)));
    }
    // After `--`, an address that begins with `-` is no option.
    parts.push(format!("-- {}", quoted(&full_url(request))));
    let command = parts.join(" \\\n ");
    if command.chars().count() > MAX_CHARS {
        format!("# {}", values::beginning(&command, MAX_CHARS).replace('\n', "\n# "))
    } else {
        command
    }
}

/// The body as it was probably sent.
pub fn body(request: &Request<'_>) -> Option<String> {
    let data = request.data?;
    let is_form = request
        .inferred_content_type
        .as_deref()
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    match data {
        Json::Str(text) => Some(text.clone().into_owned()),
        Json::Object(members) if is_form => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in members.iter() {
                match value.as_array() {
                    Some(values) => values.iter().for_each(|value| {
                        form.append_pair(name, &text_of(value));
                    }),
                    None => {
                        form.append_pair(name, &text_of(value));
                    }
                }
            }
            Some(form.finish())
        }
        other => Some(other.to_string()),
    }
}

/// In single quotes; a quote in the text is put between two quoted parts.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::command;
    use crate::protocol::interfaces::request::Request;
    use crate::types::json::parse;

    #[test]
    fn nothing_leaves_its_quotes() {
        let json = parse(
            br#"{"method":"POST","url":"https://shop.example/pay","query_string":[["a","b c"],["token","[Filtered]"]],
            "headers":[["X-Evil","$(reboot) `id` \" '; rm -rf / #"],["Accept-Encoding","gzip"],["Content-Length","3"]],
            "cookies":[["s","[Filtered]"]],"data":{"q":"it's"},"inferred_content_type":"application/json"}"#,
        )
        .unwrap();
        assert_eq!(
            command(&Request::read(&json)),
            "curl \\\n -X 'POST' \\\n --compressed \\\n -H 'X-Evil: $(reboot) `id` \" '\\''; rm -rf / #' \\\n -H 'Cookie: s=[Filtered]' \\\n --data-raw '{\"q\":\"it'\\''s\"}' \\\n -- 'https://shop.example/pay?a=b+c&token=[Filtered]'"
        );
    }
}
