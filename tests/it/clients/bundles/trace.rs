//! What stack traces say, beside the lines of the sources that they must lead to.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

/// A call on the way to the error.
pub struct Step {
    /// What the comment `frame: …` on its line in the source says.
    pub mark: &'static str,
    /// The name of the function around it, as it is shown.
    pub function: &'static str,
}

/// What a frame of the shop's own says.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: String,
    pub function: String,
    pub context: String,
}

impl Step {
    /// Where its mark is.
    pub fn place(&self, sources: &BTreeMap<String, String>) -> Place {
        let comment = format!("// frame: {}", self.mark);
        let mut lines = sources.iter().flat_map(|(file, text)| text.lines().zip(1..).map(move |line| (file, line)));
        let (file, (context, line)) =
            lines.find(|(_, (text, _))| text.ends_with(&comment)).unwrap_or_else(|| panic!("no mark {}", self.mark));
        let (line, context) = (format!("{line}"), context.to_owned());
        Place { file: file.clone(), line, function: self.function.to_owned(), context }
    }
}

/// The frames of an event of the API, from the outermost call to the error.
pub fn of_event(event: &Value) -> Vec<Place> {
    let entries = event["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["type"] == "exception");
    let exception = &entry.unwrap_or_else(|| panic!("no exception in {entries:#?}"))["data"]["values"][0];
    let frames = exception["stacktrace"]["frames"].as_array().expect("frames");
    frames.iter().filter(|frame| frame["inApp"] == true).map(of_frame).collect()
}

fn of_frame(frame: &Value) -> Place {
    let text = |key: &str| frame[key].as_str().unwrap_or_default().to_owned();
    let lines = frame["context"].as_array().expect("lines of source");
    let at_line = lines.iter().find(|pair| pair[0] == frame["lineNo"]);
    let context = at_line.and_then(|pair| pair[1].as_str()).unwrap_or_default().to_owned();
    let line = frame["lineNo"].to_string();
    Place { file: without_folders(&text("filename")), line, function: text("function"), context }
}

/// The frames of an issue's page in the same order, if it shows the newest first.
pub fn of_page(page: &str) -> Vec<Place> {
    let expression = |text: &str| Regex::new(text).expect("an expression");
    let frame = expression("(?s)<details class=\"fr\"[^>]* data-frame>.*?</details>");
    let parts = [
        "<span class=\"path\">(.*?)</span>",
        "at line <b>(\\d+):\\d+</b>",
        "</span> in <b>(.*?)</b>",
        "(?s)<mark>(.*?)\n?</mark>",
    ]
    .map(expression);
    let place = |frame: &str| {
        let [file, line, function, context] = parts.each_ref().map(|part| {
            let found = part.captures(frame).unwrap_or_else(|| panic!("no {part} in {frame}"));
            without_markup(&found[1])
        });
        Place { file: without_folders(&file), line, function, context }
    };
    let mut places: Vec<Place> = frame.find_iter(page).map(|found| place(found.as_str())).collect();
    places.reverse();
    places
}

/// Bundlers name sources by their ways from the bundle.
fn without_folders(file: &str) -> String {
    file.rsplit_once("src/").map_or(file, |(_, name)| name).to_owned()
}

fn without_markup(html: &str) -> String {
    let text = Regex::new("<[^>]*>").expect("an expression").replace_all(html, "");
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<")];
    let signs = signs.into_iter().chain([("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")]);
    signs.fold(text.into_owned(), |text, (escaped, sign)| text.replace(escaped, sign))
}
