//! Look-ups of artifacts for the events of a batch: what one event asked, the others know.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::app::App;
use crate::pipeline::symbolicate::{Detail, Gathered, Request};
use crate::services::symbolication::{self, Artifacts};
use crate::types::ids::ProjectId;

use super::process::Settings;

/// Longest time that the events of a batch take together. Those after it are resolved when somebody looks at them: a
/// slow store must not hold up what has nothing to do with it.
const MAX_TIME: Duration = Duration::from_secs(30);

/// The artifacts of the projects of a batch.
pub struct LookUps<'a> {
    artifacts: HashMap<ProjectId, Artifacts<'a>>,
    runtime: Handle,
    spent: Cell<Duration>,
}

impl<'a> LookUps<'a> {
    pub fn new(app: &'a App, settings: &Settings, runtime: Handle) -> Self {
        let artifacts = |(id, project): (&ProjectId, &super::process::Project)| {
            (*id, Artifacts::new(app, project.organization_id, *id).with_web(&project.settings))
        };
        Self { artifacts: settings.iter().map(artifacts).collect(), runtime, spent: Cell::default() }
    }

    /// Waits; to be called where that is allowed.
    pub fn of(&self, project_id: ProjectId, request: &Request) -> Gathered {
        let Some(artifacts) = self.artifacts.get(&project_id) else { return Gathered::default() };
        if self.spent.get() > MAX_TIME {
            return Gathered::default();
        }
        let start = Instant::now();
        let gathered = self.runtime.block_on(symbolication::look_up(artifacts, request, Detail::Brief));
        self.spent.set(self.spent.get() + start.elapsed());
        gathered
    }
}
