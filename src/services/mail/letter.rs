//! A plain letter: what it says, as text and as HTML from the same data (ui.md 10).

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::messages::Messages;

/// A letter to one person, in their language. It holds paths, not URLs, since it may wait for a public URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// Which letter it is: `invite`, `recover`, …
    pub kind: String,
    pub subject: String,
    pub paragraphs: Vec<String>,
    pub button: Option<Button>,
    /// Why the reader gets it.
    pub reason: String,
}

/// The one thing to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    /// On this server: `/accept/1/abc/`.
    pub path: String,
}

/// Both forms of a letter.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub text: String,
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextForm<'a>(Form<'a>);

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlForm<'a>(Form<'a>);

#[derive(Clone, Copy)]
struct Form<'a> {
    t: Messages,
    site_name: &'a str,
    /// The public URL.
    root: &'a str,
    letter: &'a Letter,
}

impl Letter {
    /// Both forms, with links that begin with `root`.
    pub fn render(&self, t: Messages, site_name: &str, root: &str) -> askama::Result<Rendered> {
        let form = Form { t, site_name, root, letter: self };
        Ok(Rendered { text: TextForm(form).render()?, html: HtmlForm(form).render()? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Button, Letter};
    use crate::messages::Messages;
    use crate::types::language::Language;

    #[test]
    fn both_forms_say_the_same_and_escape_what_people_wrote() {
        let letter = Letter {
            kind: "invite".to_owned(),
            subject: "Join".to_owned(),
            paragraphs: vec!["<b>Ada</b> & co invite you.".to_owned(), "It ends in 30 days.".to_owned()],
            button: Some(Button { label: "Join".to_owned(), path: "/accept/1/abc/".to_owned() }),
            reason: "Somebody typed your address.".to_owned(),
        };
        let t = Messages::new(Language::default());
        let rendered = letter.render(t, "Picket", "https://errors.example/base").unwrap();
        assert!(rendered.text.contains("<b>Ada</b> & co invite you.\n\nIt ends"), "{}", rendered.text);
        assert!(rendered.html.contains("&#60;b&#62;Ada&#60;/b&#62; &#38; co"), "{}", rendered.html);
        for form in [&rendered.text, &rendered.html] {
            assert!(form.contains("https://errors.example/base/accept/1/abc/"), "{form}");
            assert!(form.contains("Somebody typed"), "{form}");
        }
    }
}
