//! Stack traces as the languages themselves print them, to paste into a ticket or an editor.

use std::fmt::Write;

use super::exceptions::chosen;
use super::options::Form;
use crate::protocol::event::Event;
use crate::protocol::interfaces::exception::Exception;
use crate::protocol::interfaces::stacktrace::{Frame, Stacktrace};

/// A longer text is cut; the JSON view has everything.
const MAX_BYTES: usize = 200_000;

/// Every stack trace of the event; empty where there is none.
pub fn text(event: &Event<'_>, form: Form) -> String {
    let style = Style::of(event.platform());
    let mut out = String::new();
    let exceptions = event.exceptions.values.iter();
    let in_order: Vec<&Exception<'_>> =
        if style == Style::Python { exceptions.collect() } else { exceptions.rev().collect() };
    for (place, exception) in in_order.into_iter().enumerate() {
        write_exception(&mut out, exception, style, place, form);
    }
    if event.exceptions.is_empty() {
        if let Some(stack) = &event.stacktrace {
            write_stack(&mut out, stack, style);
        }
        for thread in event.threads.iter().filter(|thread| thread.stacktrace.is_some()) {
            let name = thread.name.as_deref().or(thread.id.as_deref()).unwrap_or("?");
            push(&mut out, format_args!("Thread {name}{}\n", if thread.crashed { " (crashed)" } else { "" }));
            if let Some(stack) = &thread.stacktrace {
                write_stack(&mut out, stack, style);
            }
            out.push('\n');
        }
    }
    out
}

/// Whose habits are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Python,
    JavaScript,
    Java,
    Ruby,
    Php,
    Go,
    CSharp,
    Native,
    Other,
}

impl Style {
    fn of(platform: &str) -> Self {
        match platform {
            "python" => Self::Python,
            "javascript" | "node" => Self::JavaScript,
            "java" | "kotlin" | "scala" | "groovy" | "clojure" => Self::Java,
            "ruby" => Self::Ruby,
            "php" => Self::Php,
            "go" => Self::Go,
            "csharp" => Self::CSharp,
            "native" | "cocoa" | "objc" | "swift" | "c" => Self::Native,
            _ => Self::Other,
        }
    }
}

/// Appends unless the text is long enough already.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    if out.len() < MAX_BYTES {
        out.write_fmt(text).expect("writing to a string cannot fail");
    }
}

fn write_exception(out: &mut String, exception: &Exception<'_>, style: Style, place: usize, form: Form) {
    let stack = chosen(exception.stacktrace.as_ref(), exception.raw_stacktrace.as_ref(), form);
    if style == Style::Python {
        if place > 0 {
            out.push_str("\nThe above exception led to the following one:\n\n");
        }
        if let Some(stack) = stack {
            out.push_str("Traceback (most recent call last):\n");
            write_stack(out, stack, style);
        }
        write_title(out, exception, style);
        return;
    }
    if place > 0 {
        out.push_str("Caused by: ");
    }
    write_title(out, exception, style);
    if let Some(stack) = stack {
        write_stack(out, stack, style);
    }
}

fn write_title(out: &mut String, exception: &Exception<'_>, style: Style) {
    let kind = exception.kind.as_deref().unwrap_or("Error");
    let module = exception.module.as_deref().filter(|_| matches!(style, Style::Java | Style::Python | Style::CSharp));
    let dot = if module.is_some() { "." } else { "" };
    push(out, format_args!("{}{dot}{kind}", module.unwrap_or_default()));
    if let Some(value) = &exception.value {
        push(out, format_args!(": {value}"));
    }
    out.push('\n');
}

fn write_stack(out: &mut String, stack: &Stacktrace<'_>, style: Style) {
    if style == Style::Python {
        stack.frames.iter().for_each(|frame| write_python(out, frame));
        return;
    }
    for (place, frame) in stack.frames.iter().rev().enumerate() {
        write_frame(out, frame, style, place);
    }
}

fn write_python(out: &mut String, frame: &Frame<'_>) {
    push(out, format_args!("  File \"{}\", line {}, in {}\n", file(frame), number(frame.lineno), function(frame)));
    if let Some(line) = frame.context_line.as_deref().map(str::trim).filter(|line| !line.is_empty()) {
        push(out, format_args!("    {line}\n"));
    }
}

fn write_frame(out: &mut String, frame: &Frame<'_>, style: Style, place: usize) {
    let (function, file, line) = (function(frame), file(frame), number(frame.lineno));
    let module = frame.module.as_deref().unwrap_or_default();
    let dot = if module.is_empty() { "" } else { "." };
    let column = frame.colno.map(|column| format!(":{column}")).unwrap_or_default();
    match style {
        Style::JavaScript if frame.lineno.is_none() => push(out, format_args!("    at {function} ({file})\n")),
        Style::JavaScript => push(out, format_args!("    at {function} ({file}:{line}{column})\n")),
        Style::Java => push(
            out,
            format_args!(
                "\tat {module}{dot}{function}({}:{line})\n",
                frame.filename.as_deref().unwrap_or("Unknown Source")
            ),
        ),
        Style::CSharp => push(out, format_args!("   at {module}{dot}{function} in {file}:line {line}\n")),
        Style::Ruby => push(out, format_args!("\tfrom {file}:{line}:in '{function}'\n")),
        Style::Php => push(out, format_args!("#{place} {file}({line}): {function}\n")),
        Style::Go => push(out, format_args!("{module}{dot}{function}(...)\n\t{file}:{line}\n")),
        Style::Native => {
            let package = frame.package.as_deref().and_then(|package| package.rsplit('/').next()).unwrap_or("?");
            let address = frame.instruction_addr.as_deref().unwrap_or("0x0");
            push(out, format_args!("{place:<4}{package:<30} {address} {function}"));
            if frame.lineno.is_some() {
                push(out, format_args!(" ({file}:{line})"));
            }
            out.push('\n');
        }
        Style::Python | Style::Other => push(out, format_args!("  {file}:{line}{column} in {function}\n")),
    }
}

fn function<'a>(frame: &'a Frame<'a>) -> &'a str {
    frame.function.as_deref().or(frame.symbol.as_deref()).unwrap_or("?")
}

fn file<'a>(frame: &'a Frame<'a>) -> &'a str {
    frame.abs_path.as_deref().or(frame.filename.as_deref()).or(frame.module.as_deref()).unwrap_or("?")
}

fn number(line: Option<i64>) -> String {
    line.map_or_else(|| "?".to_owned(), |line| line.to_string())
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::protocol::event::Event;
    use crate::types::json::parse;
    use crate::web::pages::issues::event::options::Form;

    #[test]
    fn each_language_prints_its_own_way() {
        let body = r#""exception":{"values":[{"type":"KeyError","value":"sku","stacktrace":{"frames":[
          {"abs_path":"/srv/a.py","filename":"a.py","module":"shop.Cart","function":"total","lineno":3,"colno":4,"context_line":"  x[k]"}]}}]}"#;
        for (platform, expected) in [
            (
                "python",
                "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in total\n    x[k]\nKeyError: sku\n",
            ),
            ("node", "KeyError: sku\n    at total (/srv/a.py:3:4)\n"),
            ("java", "KeyError: sku\n\tat shop.Cart.total(a.py:3)\n"),
            ("php", "KeyError: sku\n#0 /srv/a.py(3): total\n"),
            ("other", "KeyError: sku\n  /srv/a.py:3:4 in total\n"),
        ] {
            let json = format!(r#"{{"platform":"{platform}",{body}}}"#);
            let json = parse(json.as_bytes()).unwrap();
            assert_eq!(text(&Event::read(&json), Form::Mapped), expected);
        }
        let engine =
            r#"{"platform":"javascript","stacktrace":{"frames":[{"abs_path":"<anonymous>","function":"Array.map"}]}}"#;
        let json = parse(engine.as_bytes()).unwrap();
        assert_eq!(text(&Event::read(&json), Form::Mapped), "    at Array.map (<anonymous>)\n");
    }
}
