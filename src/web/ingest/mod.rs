//! What SDKs post (ingest.md 1).
//!
//! These routes stand in front of the router and share nothing with it: no session, no cookies, no middleware, since a
//! server that is busy with events must stay cheap. One place here turns every refusal into an answer and counts it.

mod answer;
mod attachments;
mod body;
mod call;
mod check_in;
mod cors;
mod envelope;
mod error;
mod error_page;
mod route;
mod security;
mod store;
mod user_feedback;

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::http::{Method, Request};
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Incoming;

use self::call::Call;
use crate::services::ingest::{Ingest, Refusal};

pub use route::Route;

/// Methods that a route takes, as the `Allow` header lists them.
const POST: &str = "POST, OPTIONS";
const GET_AND_POST: &str = "GET, POST, HEAD, OPTIONS";

/// Answers a request that [`Route::of`] claimed.
pub async fn answer(ingest: &Arc<Ingest>, route: Route, request: Request<Incoming>, peer: SocketAddr) -> Response {
    let started = Instant::now();
    let mut call = Call::new(ingest.clone(), &route, request, peer);
    if call.parts.method == Method::OPTIONS {
        return cors::preflight(&route, &call.parts.headers);
    }
    // A panic must cost one answer, not the connection and its count.
    let answered = AssertUnwindSafe(dispatch(&mut call, &route)).catch_unwind().await.unwrap_or(Err(Refusal::Internal));
    let response = answered.unwrap_or_else(|refusal| {
        call.count(&route, &refusal);
        refuse(&call, &route, &refusal)
    });
    metrics::histogram!("picket_ingest_seconds").record(started.elapsed());
    metrics::counter!("picket_ingest_answers_total", "status" => response.status().as_str().to_owned()).increment(1);
    response
}

async fn dispatch(call: &mut Call, route: &Route) -> Result<Response, Refusal> {
    let method = match call.parts.method {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    match (route, method) {
        (Route::Store(project), Method::POST) => store::post(call, *project).await,
        (Route::Store(project), Method::GET) => store::get(call, *project).await,
        (Route::Envelope(project), Method::POST) => envelope::post(call, *project).await,
        (Route::Security(project), Method::POST) => security::post(call, *project).await,
        (Route::Nel(project), Method::POST) => security::post_network_errors(call, *project).await,
        (Route::Attachments(project, event_id), Method::POST) => attachments::post(call, *project, *event_id).await,
        (Route::CheckIn(project, key), Method::GET | Method::POST) => {
            check_in::post(call, *project, key.as_deref()).await
        }
        (Route::NativeCrash(_), Method::POST) => Err(Refusal::NotSupported("native crash dumps")),
        (Route::ErrorPage, Method::GET) => error_page::get(call).await,
        (Route::ErrorPage, Method::POST) => error_page::post(call).await,
        (Route::UserFeedback { organization, project }, _) => user_feedback::post(call, organization, project).await,
        (Route::CrossDomain, Method::GET) => Ok(answer::cross_domain_policy()),
        (Route::Unknown, _) => Err(Refusal::NotFound),
        (Route::Store(_) | Route::CheckIn(..) | Route::ErrorPage, _) => Err(Refusal::Method(GET_AND_POST)),
        _ => Err(Refusal::Method(POST)),
    }
}

/// The answer to a refused request, in the route's form.
fn refuse(call: &Call, route: &Route, refusal: &Refusal) -> Response {
    let mut response = error::response(refusal, call.received_at);
    let is_pixel = matches!(route, Route::Store(_)) && call.parts.method != Method::POST;
    if is_pixel {
        *response.body_mut() = axum::body::Body::empty();
    }
    if *route == Route::ErrorPage {
        cors::echo_origin(&call.parts.headers, response.headers_mut());
    }
    response
}
