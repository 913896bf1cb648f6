//! What uploads have in common: forms that stream, and who sends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use futures_util::StreamExt;

use crate::app::App;
use crate::store::release_files::Uploader;
use crate::web::error::{Error, Result};
use crate::web::extract::Actor;

/// Longest text among the fields of a form.
const MAX_TEXT: usize = 64 << 10;

/// How much of a form may come without that a part begins or goes on. The parser holds it in memory: all of a form whose
/// boundary never comes, or of a part whose head never ends.
const MAX_HELD: usize = 1 << 20;

/// A form that streams.
pub struct Form {
    multipart: Multipart,
    held: Arc<AtomicUsize>,
}

/// One field of a form. What is not read is to be skipped.
pub struct Part<'f> {
    field: Field<'f>,
    held: &'f AtomicUsize,
}

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let held = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&held);
        let request =
            request.map(|body| Body::from_stream(body.into_data_stream().map(move |piece| count(&counted, piece?))));
        let multipart = Multipart::from_request(request, app).await;
        let multipart =
            multipart.map_err(|_| Error::UnsupportedMediaType("upload files as multipart/form-data".into()))?;
        Ok(Self { multipart, held })
    }
}

fn count(held: &AtomicUsize, piece: Bytes) -> Result<Bytes, axum::Error> {
    let before = held.fetch_add(piece.len(), Ordering::Relaxed);
    // A piece alone may be large; it is in memory anyway.
    if before > MAX_HELD { Err(axum::Error::new("no part begins")) } else { Ok(piece) }
}

impl Form {
    pub async fn next(&mut self) -> Result<Option<Part<'_>>> {
        let field = self.multipart.next_field().await.map_err(|error| broken(&error, &self.held))?;
        self.held.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Part { field, held: &self.held }))
    }
}

impl Part<'_> {
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    pub fn content_type(&self) -> Option<&str> {
        self.field.content_type()
    }

    /// The next piece of its content.
    pub async fn piece(&mut self) -> Result<Option<Bytes>> {
        let piece = self.field.chunk().await.map_err(|error| broken(&error, self.held))?;
        self.held.store(0, Ordering::Relaxed);
        Ok(piece)
    }

    /// Its text; longer texts are refused before they are in memory.
    pub async fn text(mut self) -> Result<String> {
        let mut text = Vec::new();
        while let Some(piece) = self.piece().await? {
            if text.len() + piece.len() > MAX_TEXT {
                return Err(Error::bad_request(format!("a field of the form has more than {MAX_TEXT} bytes")));
            }
            text.extend_from_slice(&piece);
        }
        String::from_utf8(text).map_err(|_| Error::bad_request("a field of the form is not UTF-8"))
    }

    /// Nobody wants it.
    pub async fn skip(mut self) -> Result<()> {
        while self.piece().await?.is_some() {}
        Ok(())
    }
}

/// The form breaks off, or is none.
fn broken(error: &MultipartError, held: &AtomicUsize) -> Error {
    let why = if held.load(Ordering::Relaxed) > MAX_HELD {
        format!("no part begins within {MAX_HELD} bytes")
    } else {
        error.body_text()
    };
    Error::bad_request(format!("the form could not be read: {why}"))
}

pub fn uploader(actor: &Actor) -> Uploader {
    Uploader { user_id: actor.doer().user_id, api_token_id: actor.token_id }
}
