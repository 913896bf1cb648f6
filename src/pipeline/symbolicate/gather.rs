//! Finds everything an event's frames need before any of them is changed (sourcemaps.md 3 and 4).

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::compact::CompactMap;
use super::context::SourceText;
use super::interface::{ArtifactSource, Failure, Found, FoundBy, MapContent, Query};
use super::problems::{Problem, Search};
use super::reference;
use super::request::{Request, WantedFile};
use super::urls;
use crate::types::artifact::ArtifactKind;

/// Bytes of a source map within a script.
const MAX_INLINE_MAP: usize = 64 << 20;
/// Original sources that are looked up for one event, since its maps don't bring them.
const MAX_SOURCES: usize = 60;

/// Whether what was looked for in vain is told at length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Brief,
    Full,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Gathered {
    /// By address.
    pub files: HashMap<String, File>,
    /// Texts of original sources that maps don't bring, by address.
    pub sources: HashMap<String, Option<Arc<SourceText>>>,
}

/// A minified file.
#[derive(Debug, Default)]
pub struct File {
    pub script: Option<Arc<SourceText>>,
    /// Name and way in which the script was found.
    pub script_found: Option<(String, FoundBy)>,
    pub map: Option<Map>,
    pub problem: Option<Problem>,
}

/// The source map of a minified file.
#[derive(Debug)]
pub struct Map {
    pub map: Arc<CompactMap>,
    /// What the names of its sources are joined to.
    pub base: String,
    /// What people call it.
    pub label: String,
    pub by: FoundBy,
}

impl Map {
    /// The address of a source.
    pub fn source_url(&self, source: u32) -> Option<String> {
        self.map.source_name(source).map(|name| urls::join(&self.base, name))
    }
}

/// Looks everything up.
pub async fn gather<S: ArtifactSource>(request: &Request, source: &S, detail: Detail) -> Gathered {
    let mut gathered = Gathered::default();
    gather_into(&mut gathered, request, source, detail).await;
    gathered
}

/// The same for callers who may stop waiting: file by file, so that they keep what was found until then.
pub async fn gather_into<S: ArtifactSource>(gathered: &mut Gathered, request: &Request, source: &S, detail: Detail) {
    let finder = Finder { request, source, detail };
    for wanted in &request.files {
        let file = finder.file(wanted).await;
        finder.sources(wanted, &file, &mut gathered.sources).await;
        gathered.files.insert(wanted.url.clone(), file);
    }
}

struct Finder<'g, S> {
    request: &'g Request,
    source: &'g S,
    detail: Detail,
}

impl<S: ArtifactSource> Finder<'_, S> {
    async fn file(&self, wanted: &WantedFile) -> File {
        let mut file = File::default();
        let query = self.query(Some(&wanted.url), wanted.debug_id, ArtifactKind::MinifiedSource);
        let script = match self.find(&query, &wanted.url).await {
            Ok(script) => script,
            Err(problem) => return File { problem: Some(problem), ..file },
        };
        file.script_found = Some((script.name.clone(), script.by));
        match self.source.text(&script.file).await {
            Ok(text) => file.script = Some(text),
            Err(failure) => return File { problem: Some(Problem::of(failure, &wanted.url)), ..file },
        }
        match self.map(wanted, &script, file.script.as_deref()).await {
            Ok(map) => file.map = map,
            Err(problem) => file.problem = Some(problem),
        }
        file
    }

    /// The map of a script. `Ok(None)`: it says that it has none.
    async fn map(
        &self,
        wanted: &WantedFile,
        script: &Found<S::File>,
        text: Option<&SourceText>,
    ) -> Result<Option<Map>, Problem> {
        let reference = script.reference.as_deref().or_else(|| reference::in_text(text?.text()));
        if let Some(inline) = reference.filter(|reference| reference.starts_with("data:")) {
            return self.inline_map(wanted, script, inline).await.map(Some);
        }
        let debug_id = wanted.debug_id.or(script.debug_id);
        let url = reference.map(|reference| urls::join(&wanted.url, reference));
        if url.is_none() && debug_id.is_none() {
            return Ok(None);
        }
        let query = self.query(url.as_deref(), debug_id, ArtifactKind::SourceMap);
        let label = url.clone().unwrap_or_else(|| wanted.url.clone());
        let found = self.find(&query, &label).await?;
        let content = MapContent::File(&found.file);
        let map = self.source.map(&script.file, content).await.map_err(|failure| Problem::of(failure, &label))?;
        let base = url.unwrap_or_else(|| wanted.url.clone());
        Ok(Some(Map { map, base, label: found.name, by: found.by }))
    }

    async fn inline_map(&self, wanted: &WantedFile, script: &Found<S::File>, url: &str) -> Result<Map, Problem> {
        let invalid = |reason: &str| Failure { kind: "js_invalid_source", reason: reason.to_owned() };
        let content = reference::decode_data_url(url, MAX_INLINE_MAP)
            .map_err(|_| Problem::of(invalid("the inline source map cannot be decoded"), &wanted.url))?;
        let map = self.source.map(&script.file, MapContent::Inline(&content)).await;
        let map = map.map_err(|failure| Problem::of(failure, &wanted.url))?;
        Ok(Map { map, base: wanted.url.clone(), label: wanted.url.clone(), by: script.by })
    }

    /// The texts of sources that frames lead to and that the map does not bring.
    async fn sources(&self, wanted: &WantedFile, file: &File, sources: &mut HashMap<String, Option<Arc<SourceText>>>) {
        let Some(map) = &file.map else { return };
        for (line, column) in &wanted.places {
            let Some(token) = token_at(&map.map, *line, *column) else { continue };
            let Some(source) = token.source.filter(|source| !map.map.has_text(*source)) else { continue };
            let Some(url) = map.source_url(source) else { continue };
            if sources.contains_key(&url) || sources.len() >= MAX_SOURCES {
                continue;
            }
            let query = self.query(Some(&url), None, ArtifactKind::Source);
            let text = match self.source.find(&query).await {
                Ok(Some(found)) => self.source.text(&found.file).await.ok(),
                _ => None,
            };
            sources.insert(url, text);
        }
    }

    async fn find(&self, query: &Query<'_>, label: &str) -> Result<Found<S::File>, Problem> {
        let problem = match self.source.find(query).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => Problem::new("js_no_source", label),
            Err(failure) => Problem::of(failure, label),
        };
        Err(self.explained(problem, query).await)
    }

    async fn explained(&self, mut problem: Problem, query: &Query<'_>) -> Problem {
        if self.detail == Detail::Full {
            problem.search = Some(Search {
                kind: query.kind.as_str(),
                release: query.release.map(str::to_owned),
                dist: query.dist.map(str::to_owned),
                debug_id: query.debug_id.map(|id| id.to_string()),
                names: query.url.map(urls::candidates).unwrap_or_default(),
                nearest: self.source.nearest(query).await,
            });
        }
        problem
    }

    fn query<'q>(&'q self, url: Option<&'q str>, debug_id: Option<Uuid>, kind: ArtifactKind) -> Query<'q> {
        Query { release: self.request.release.as_deref(), dist: self.request.dist.as_deref(), url, debug_id, kind }
    }
}

/// The token for a frame's line and column, which count from 1.
pub fn token_at(map: &CompactMap, line: u32, column: Option<u32>) -> Option<super::compact::Token<'_>> {
    let line = line.checked_sub(1)?;
    match column {
        Some(column) => map.token(line, column.max(1) - 1),
        None => map.only_token(line),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{
        ArtifactSource, CompactMap, Detail, Failure, Found, FoundBy, Gathered, MapContent, Query, gather_into,
    };
    use crate::pipeline::symbolicate::context::SourceText;
    use crate::pipeline::symbolicate::interface::Nearest;
    use crate::pipeline::symbolicate::request::{Request, WantedFile};

    /// Has every script, and never answers for `slow`.
    struct Source;

    impl ArtifactSource for Source {
        type File = ();

        async fn find(&self, query: &Query<'_>) -> Result<Option<Found<()>>, Failure> {
            if query.url == Some("slow") {
                std::future::pending::<()>().await;
            }
            Ok(Some(Found { name: String::new(), by: FoundBy::Bundle, reference: None, debug_id: None, file: () }))
        }

        async fn text(&self, (): &()) -> Result<Arc<SourceText>, Failure> {
            Ok(Arc::new(SourceText::new(b"a()".to_vec())))
        }

        async fn map(&self, (): &(), _: MapContent<'_, ()>) -> Result<Arc<CompactMap>, Failure> {
            Err(Failure { kind: "js_invalid_source", reason: String::new() })
        }

        async fn nearest(&self, _: &Query<'_>) -> Vec<Nearest> {
            Vec::new()
        }
    }

    #[tokio::test]
    async fn what_was_found_before_the_time_was_up_is_kept() {
        let wanted = |url: &str| WantedFile { url: url.to_owned(), debug_id: None, places: Vec::new() };
        let files = ["quick", "slow", "late"].map(wanted).to_vec();
        let request = Request { release: None, dist: None, files };
        let mut gathered = Gathered::default();
        let gathering = gather_into(&mut gathered, &request, &Source, Detail::Brief);
        assert!(tokio::time::timeout(Duration::from_millis(20), gathering).await.is_err());
        assert!(gathered.files["quick"].script.is_some());
        assert_eq!(gathered.files.len(), 1);
    }
}
