//! The source lines around a call.

use crate::protocol::interfaces::stacktrace::Frame;
use crate::protocol::interfaces::template::Template;
use crate::web::highlight::{self, Language};
use crate::web::markup::Markup;

/// Whether keywords, texts and so on are told apart by colour; costs elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    On,
    Off,
}

/// Lines of a file, one of which is where it happened.
pub struct Context<'a> {
    before: &'a [&'a str],
    line: &'a str,
    after: &'a [&'a str],
    /// Number of the line in the middle.
    lineno: Option<i64>,
    language: Option<&'static Language>,
}

impl<'a> Context<'a> {
    /// `None` where the frame came without source.
    pub fn of_frame(frame: &'a Frame<'a>, platform: &str) -> Option<Self> {
        let line = frame.context_line.as_deref()?;
        let platform = frame.platform.as_deref().unwrap_or(platform);
        let path = frame.filename.as_deref().or(frame.abs_path.as_deref()).unwrap_or_default();
        let language = Language::of(path, platform);
        let context =
            Self { before: &frame.pre_context, line, after: &frame.post_context, lineno: frame.lineno, language };
        context.has_text().then_some(context)
    }

    pub fn of_template(template: &'a Template<'a>) -> Option<Self> {
        let line = template.context_line.as_deref()?;
        let path = template.filename.as_deref().or(template.abs_path.as_deref()).unwrap_or_default();
        let language = Language::of(path, "").or_else(|| Language::of("template.html", ""));
        let (before, after) = (&template.pre_context, &template.post_context);
        Some(Self { before, line, after, lineno: template.lineno, language })
    }

    fn has_text(&self) -> bool {
        let lines = self.before.iter().chain(self.after).chain([&self.line]);
        lines.into_iter().any(|line| !line.trim().is_empty())
    }

    /// Two columns, so that long lines scroll while their numbers stay.
    pub fn markup(&self, colours: Colours) -> Markup {
        let language = if colours == Colours::On { self.language } else { None };
        let all = self.before.iter().copied().chain([self.line]).chain(self.after.iter().copied());
        let lines = highlight::lines(all, language);
        let mut out = Markup::new();
        out.raw("<div class=\"src\"><pre aria-hidden=\"true\">");
        self.write_numbers(&mut out, lines.len());
        out.raw("</pre><pre tabindex=\"0\"><code>");
        for (place, line) in lines.iter().enumerate() {
            let is_middle = place == self.before.len();
            out.raw(if is_middle { "<mark>" } else { "" });
            out.append(line);
            out.raw("\n");
            out.raw(if is_middle { "</mark>" } else { "" });
        }
        out.raw("</code></pre></div>");
        out
    }

    fn write_numbers(&self, out: &mut Markup, count: usize) {
        let Some(lineno) = self.lineno else { return };
        let first = lineno.saturating_sub(i64::try_from(self.before.len()).unwrap_or(i64::MAX));
        for place in 0..count {
            let number = first.saturating_add(i64::try_from(place).unwrap_or(i64::MAX));
            let is_middle = place == self.before.len();
            out.raw(if is_middle { "<b>" } else { "" });
            if number > 0 {
                out.number(number);
            }
            out.raw(if is_middle { "</b>\n" } else { "\n" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Colours, Context};
    use crate::protocol::interfaces::stacktrace::Frame;
    use crate::types::json::parse;

    #[test]
    fn the_line_is_marked_and_numbers_follow_it() {
        let json = parse(
            br#"{"filename":"a.py","lineno":2,"pre_context":["a = 1"],"context_line":"<b>","post_context":["c"]}"#,
        )
        .unwrap();
        let frame = Frame::read(&json);
        let html = Context::of_frame(&frame, "other").unwrap().markup(Colours::Off).to_string();
        assert!(html.contains("1\n<b>2</b>\n3\n</pre>"), "{html}");
        assert!(html.contains("<code>a = 1\n<mark>&lt;b&gt;\n</mark>c\n</code>"), "{html}");
    }

    #[test]
    fn numbers_at_the_edge_do_not_overflow() {
        for lineno in [i64::MIN, 0, 1, i64::MAX] {
            let json = parse(
                format!(r#"{{"lineno":{lineno},"pre_context":["a"],"context_line":"b","post_context":["c"]}}"#)
                    .as_bytes(),
            )
            .unwrap()
            .into_owned();
            let frame = Frame::read(&json);
            assert!(!Context::of_frame(&frame, "go").unwrap().markup(Colours::On).is_empty());
        }
    }
}
