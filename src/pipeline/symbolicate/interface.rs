//! What resolving asks of the world outside: the contract between the pipeline and whoever keeps artifacts.

use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::compact::CompactMap;
use super::context::SourceText;
use crate::types::artifact::ArtifactKind;

/// Finds artifacts and opens them. The only part of the pipeline that waits.
pub trait ArtifactSource: Sync {
    /// A handle of what was found.
    type File: Clone + Send + Sync;

    /// The best artifact for a query, in the order of sourcemaps.md 3.3.
    fn find(&self, query: &Query<'_>) -> impl Future<Output = Result<Option<Found<Self::File>>, Failure>> + Send;

    /// The text of a script or source.
    fn text(&self, file: &Self::File) -> impl Future<Output = Result<Arc<SourceText>, Failure>> + Send;

    /// A source map, prepared for the script it belongs to.
    fn map(
        &self,
        script: &Self::File,
        map: MapContent<'_, Self::File>,
    ) -> impl Future<Output = Result<Arc<CompactMap>, Failure>> + Send;

    /// Artifacts that may have been meant when none was found.
    fn nearest(&self, query: &Query<'_>) -> impl Future<Output = Vec<Nearest>> + Send;
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query<'q> {
    pub release: Option<&'q str>,
    pub dist: Option<&'q str>,
    /// `None`: only the debug id names it.
    pub url: Option<&'q str>,
    pub debug_id: Option<Uuid>,
    pub kind: ArtifactKind,
}

#[derive(Clone, Debug)]
pub struct Found<F> {
    pub name: String,
    pub by: FoundBy,
    /// Reference to the source map, from headers or content.
    pub reference: Option<String>,
    pub debug_id: Option<Uuid>,
    pub file: F,
}

/// What led to an artifact; `frame.data.resolved_with`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    DebugId,
    /// The name, in a bundle of the release.
    Bundle,
    /// The name, among the files of the release.
    ReleaseFile,
    /// The public web.
    Web,
}

impl FoundBy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DebugId => "debug-id",
            Self::Bundle => "index",
            Self::ReleaseFile => "release",
            Self::Web => "scraping",
        }
    }
}

/// Where a source map is.
#[derive(Clone, Copy, Debug)]
pub enum MapContent<'c, F> {
    File(&'c F),
    /// In the script itself.
    Inline(&'c [u8]),
}

/// An artifact could not be had or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The type of the entry in the event's `errors` (sourcemaps.md 9).
    pub kind: &'static str,
    pub reason: String,
}

/// An artifact that is there, though not what was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    pub name: String,
    pub release: Option<String>,
    pub dist: String,
}
