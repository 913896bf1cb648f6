//! Finding artifacts for frames, and resolving stored events again when somebody looks at them.
//!
//! What is expensive is kept by content: texts and prepared maps in memory, and prepared maps also in a folder that the
//! workers of a host share. Content never changes, so nothing there is ever out of date. Which artifact a name leads to
//! is asked anew for every batch, so an upload counts from the next batch on.

mod artifacts;
mod cache;
mod check;
mod content;
mod scraping;
mod view;

use std::time::Duration;

use crate::pipeline::symbolicate::{self, Detail, Gathered, Request};

pub use artifacts::{Artifacts, File};
pub use check::{Checked, Place, Step, check};
pub use view::{Viewed, resolve};

/// Longest time one event may take.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Looks up what an event needs. Whatever happens, the event goes on, with what was found in time.
pub async fn look_up(artifacts: &Artifacts<'_>, request: &Request, detail: Detail) -> Gathered {
    let mut gathered = Gathered::default();
    let gathering = symbolicate::gather_into(&mut gathered, request, artifacts, detail);
    if tokio::time::timeout(MAX_TIME, gathering).await.is_err() {
        tracing::warn!(project.id = artifacts.project_id().0, "looking up source maps took too long");
    }
    gathered
}
