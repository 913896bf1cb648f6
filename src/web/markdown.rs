//! Comments as HTML: paragraphs, lists, quotes, code, emphasis and links of Markdown. What else Markdown knows is shown
//! as the text it is; HTML above all.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TextMergeStream};

use super::markup::Markup;
use super::visible;
use crate::services::notes::People;

/// Lists and quotes inside each other beyond this are flat: browsers stop at some depth, and nobody reads it.
const MAX_DEPTH: usize = 8;

/// The text of a comment; those of `people` it calls are marked.
pub fn render(text: &str, people: &People) -> Markup {
    let text = visible::text(text);
    let mut writer = Writer { out: Markup::new(), open: Vec::new(), people, in_link: false, depth: 0 };
    for event in TextMergeStream::new(Parser::new(&text)) {
        writer.write(event);
    }
    writer.out
}

struct Writer<'p> {
    out: Markup,
    /// How what is open ends.
    open: Vec<Close>,
    people: &'p People,
    in_link: bool,
    depth: usize,
}

enum Close {
    With(&'static str),
    /// A list or a quote.
    Container(&'static str),
    /// A link that leads nowhere a page may lead: its address follows its text.
    Text(String),
    Link,
    Nothing,
}

impl Writer<'_> {
    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => {
                let close = self.start(tag);
                self.open.push(close);
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.out.raw("<code>");
                self.out.push(&text);
                self.out.raw("</code>");
            }
            Event::SoftBreak | Event::HardBreak => self.out.raw("<br>"),
            Event::Rule => self.out.raw("<hr>"),
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.out.push(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Close {
        match tag {
            Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3, .. } => {
                self.element("<p><b>", "</b></p>")
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.element("<p>", "</p>"),
            Tag::BlockQuote(_) => self.container("<blockquote>", "</blockquote>"),
            Tag::List(Some(_)) => self.container("<ol>", "</ol>"),
            Tag::List(None) => self.container("<ul>", "</ul>"),
            Tag::Item if self.depth <= MAX_DEPTH => self.element("<li>", "</li>"),
            Tag::CodeBlock(_) => self.element("<pre><code>", "</code></pre>"),
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url),
            _ => Close::Nothing,
        }
    }

    fn element(&mut self, open: &'static str, close: &'static str) -> Close {
        self.out.raw(open);
        Close::With(close)
    }

    fn container(&mut self, open: &'static str, close: &'static str) -> Close {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Close::Container("");
        }
        self.out.raw(open);
        Close::Container(close)
    }

    fn link(&mut self, address: &str) -> Close {
        if self.in_link || !may_lead_to(address) {
            return Close::Text(format!(" ({address})"));
        }
        self.in_link = true;
        open_link(&mut self.out, address);
        Close::Link
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Close::With(close)) => self.out.raw(close),
            Some(Close::Container(close)) => {
                self.depth -= 1;
                self.out.raw(close);
            }
            Some(Close::Text(text)) => self.out.push(&text),
            Some(Close::Link) => {
                self.in_link = false;
                self.out.raw("</a>");
            }
            Some(Close::Nothing) | None => {}
        }
    }

    /// Words that are addresses lead there, words that call somebody are marked.
    fn text(&mut self, text: &str) {
        let is_code = self.open.iter().any(|close| matches!(close, Close::With("</code></pre>")));
        if is_code || self.in_link {
            return self.out.push(text);
        }
        for part in text.split_inclusive(|c: char| c.is_whitespace() || "()<>,;，。；（）".contains(c)) {
            let bare = part.trim_end_matches(|c: char| c.is_whitespace() || "()<>,;，。；（）.!?:".contains(c));
            self.word(bare);
            self.out.push(&part[bare.len()..]);
        }
    }

    fn word(&mut self, word: &str) {
        if word.starts_with("http://") || word.starts_with("https://") {
            open_link(&mut self.out, word);
            self.out.push(word);
            self.out.raw("</a>");
        } else if let Some(person) = self.people.person(word).filter(|_| word.starts_with(['@', '#'])) {
            self.out.raw("<b class=\"mention\" title=\"");
            self.out.push(&visible::text(&person.name));
            self.out.raw("\">");
            self.out.push(word);
            self.out.raw("</b>");
        } else {
            self.out.push(word);
        }
    }
}

fn open_link(out: &mut Markup, address: &str) {
    out.raw("<a href=\"");
    out.push(address);
    out.raw("\" rel=\"noopener noreferrer nofollow\">");
}

fn may_lead_to(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::services::notes::People;

    fn html(text: &str) -> String {
        render(text, &People::default()).to_string()
    }

    #[test]
    fn the_usual_is_written_as_such() {
        for (text, expected) in [
            ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
            ("- a\n- **b** *c*", "<ul><li>a</li><li><strong>b</strong> <em>c</em></li></ul>"),
            ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("`a<b` x", "<p><code>a&lt;b</code> x</p>"),
            ("```\n<i>\n```", "<pre><code>&lt;i&gt;\n</code></pre>"),
            ("# Head\n> said", "<p><b>Head</b></p><blockquote><p>said</p></blockquote>"),
            (
                "[x](https://a.example/?b=1&c=2)",
                "<p><a href=\"https://a.example/?b=1&amp;c=2\" rel=\"noopener noreferrer nofollow\">x</a></p>",
            ),
            (
                "see https://a.example/x_y.",
                "<p>see <a href=\"https://a.example/x_y\" rel=\"noopener noreferrer nofollow\">https://a.example/x_y</a>.</p>",
            ),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](java\nscript:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:x)",
            "[x](//evil.example)",
            "![x](javascript:alert(1))",
            "<javascript:alert(1)>",
            "[x][y]\n\n[y]: javascript:alert(1) \"onclick=x\"",
            "[x](https://a.example \"title\\\" onmouseover=alert(1) x=\\\"\")",
            "[\"onx=1 ](https://a.example/\"onmouseover=alert`1`)",
            "<a href=https://x.example onclick=alert(1)>x</a>",
            "https://x.example/\"><script>alert(1)</script>",
            "```\"><script>\nx\n```",
            "| a | b |\n|---|---|\n| <b onclick=x> | c |",
            "\u{202e}evil\u{0}",
        ] {
            let out = html(text);
            let allowed = regex_free_tags(&out);
            assert!(allowed.is_empty(), "{text} → {out}: {allowed:?}");
            assert!(!out.contains('\u{202e}') && !out.contains('\0'), "{out}");
        }
    }

    /// What of the tags is none that comments are made of, or has attributes that it should not.
    fn regex_free_tags(out: &str) -> Vec<String> {
        let plain = ["p", "b", "ul", "ol", "li", "em", "strong", "code", "pre", "br", "hr", "blockquote", "a"];
        let tags = out.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        let is_fine = |tag: &&str| {
            let name = tag.trim_start_matches('/');
            let link = name
                .strip_prefix("a href=\"")
                .and_then(|rest| rest.strip_suffix("\" rel=\"noopener noreferrer nofollow"));
            let link = link.or(name
                .strip_prefix("a href=\"")
                .and_then(|rest| rest.strip_suffix("\" rel=\"noopener noreferrer nofollow\"")));
            plain.contains(&name) || link.is_some_and(|url| !url.contains('"') && url.starts_with("http"))
        };
        tags.filter(|tag| !is_fine(tag)).map(str::to_owned).collect()
    }

    #[test]
    fn depth_and_time_are_bounded() {
        let began = std::time::Instant::now();
        for text in [
            ">".repeat(10_000),
            "- ".repeat(5_000),
            "[".repeat(10_000),
            "*a_".repeat(3_333),
            "`".repeat(9_999),
            "![](".repeat(2_500),
        ] {
            let out = html(&text);
            let depth = out.matches("<blockquote>").count().max(out.matches("<ul>").count());
            assert!(depth <= 8, "{depth} deep");
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
