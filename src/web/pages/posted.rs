//! The fields of a posted form. Handlers read what they know; what is missing is empty, so that a form with a field left
//! out is shown again with its errors instead of being refused as a whole.

use axum::Form;
use axum::extract::{FromRequest, Request};

use crate::app::App;
use crate::web::error::{Error, Result};

/// A posted form, its fields in order; a name may occur several times (checkboxes).
#[derive(Clone, Debug, Default)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    /// A field without the blanks around it.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field exactly as it was typed: passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether a checkbox is ticked.
    pub fn is_on(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields but for these.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// A field with one value per line, or several with commas between.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let values = self.raw(name).split(['\n', ',']).map(str::trim).filter(|value| !value.is_empty());
        values.map(str::to_owned).collect()
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        form.map(|Form(fields)| Self(fields)).map_err(|rejection| Error::bad_request(rejection.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::Posted;

    #[test]
    fn lists_are_read_by_line_and_comma() {
        let posted = Posted(vec![("hosts".to_owned(), " a.example\r\n\r\nb.example, c.example\n".to_owned())]);
        assert_eq!(posted.lines("hosts"), ["a.example", "b.example", "c.example"]);
        assert_eq!((posted.text("missing"), posted.is_on("hosts"), posted.is_on("missing")), ("", true, false));
    }
}
