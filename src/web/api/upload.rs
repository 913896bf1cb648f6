//! What uploads have in common: forms that stream, and who sends them.

use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};

use crate::store::release_files::Uploader;
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;

/// Longest text among the fields of a form.
const MAX_TEXT: usize = 64 << 10;

/// The form, or what is wrong with it.
pub type Form = std::result::Result<Multipart, MultipartRejection>;

pub fn open(form: Form) -> Result<Multipart> {
    form.map_err(|_| Error::UnsupportedMediaType("upload files as multipart/form-data".into()))
}

/// The form breaks off, or is none.
pub fn broken(error: &MultipartError) -> Error {
    Error::bad_request(format!("the form could not be read: {}", error.body_text()))
}

/// A field's text; longer texts are refused before they are in memory.
pub async fn text(mut field: Field<'_>) -> Result<String> {
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        if text.len() + piece.len() > MAX_TEXT {
            return Err(Error::bad_request(format!("a field of the form has more than {MAX_TEXT} bytes")));
        }
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).map_err(|_| Error::bad_request("a field of the form is not UTF-8"))
}

pub fn uploader(actor: &Actor) -> Uploader {
    Uploader { user_id: Some(actor.user.id), api_token_id: actor.token_id }
}
