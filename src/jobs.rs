//! Every background job, with its timetable.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::services::{
    assemble::AssembleChunks,
    auto_resolve::AutoResolve,
    events::{CreateEventPartitions, ForgetSettledEntries, LinkUserReports},
    issues::{ChangeIssues, MergeIssues, UndoChanges, UnmergeIssue},
    job::{Job, JobError},
    mail::{ReleaseHeldMail, SendMail},
    next_releases::NameNextReleases,
    organizations::DeleteOrganization,
    retention::{CleanUp, DeleteIssues, DeleteProject},
    snoozes::SweepSnoozes,
};
use crate::types::ids::JobId;

/// When a job is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timetable {
    /// By whoever needs it.
    OnDemand,
    /// By cron, this long after the last time.
    Every(Duration),
}

type Run = for<'a> fn(&'a App, JobId, Value) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + 'a>>;

/// A kind of job as workers and cron see it.
#[derive(Clone, Copy, Debug)]
pub struct JobType {
    pub kind: &'static str,
    pub timetable: Timetable,
    pub run: Run,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// All kinds.
pub const JOBS: &[JobType] = &[
    JobType::on_demand::<AssembleChunks>(),
    JobType::on_demand::<ChangeIssues>(),
    JobType::on_demand::<UndoChanges>(),
    JobType::on_demand::<MergeIssues>(),
    JobType::on_demand::<UnmergeIssue>(),
    JobType::on_demand::<DeleteIssues>(),
    JobType::on_demand::<DeleteOrganization>(),
    JobType::on_demand::<DeleteProject>(),
    JobType::on_demand::<SendMail>(),
    JobType::every::<ReleaseHeldMail>(Duration::from_secs(MINUTE)),
    JobType::every::<NameNextReleases>(Duration::from_secs(MINUTE)),
    JobType::every::<SweepSnoozes>(Duration::from_secs(5 * MINUTE)),
    JobType::every::<LinkUserReports>(Duration::from_secs(10 * MINUTE)),
    JobType::every::<ForgetSettledEntries>(Duration::from_secs(15 * MINUTE)),
    JobType::every::<AutoResolve>(Duration::from_secs(HOUR)),
    JobType::every::<CreateEventPartitions>(Duration::from_secs(6 * HOUR)),
    JobType::every::<CleanUp>(Duration::from_secs(24 * HOUR)),
];

impl JobType {
    const fn on_demand<J: Job>() -> Self {
        Self { kind: J::KIND, timetable: Timetable::OnDemand, run: run::<J> }
    }

    const fn every<J: Job>(interval: Duration) -> Self {
        Self { kind: J::KIND, timetable: Timetable::Every(interval), run: run::<J> }
    }

    /// The kind with this name; `None`: a newer version promised it.
    pub fn find(kind: &str) -> Option<&'static Self> {
        JOBS.iter().find(|job| job.kind == kind)
    }
}

fn run<J: Job>(
    app: &App,
    id: JobId,
    payload: Value,
) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + '_>> {
    Box::pin(async move {
        let job: J = serde_json::from_value(payload).map_err(JobError::fail)?;
        job.run(app, id).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_unique_and_timed_jobs_need_no_payload() {
        for (place, job) in JOBS.iter().enumerate() {
            assert!(JOBS[place + 1..].iter().all(|other| other.kind != job.kind), "{}", job.kind);
            assert!(JobType::find(job.kind).is_some());
        }
        assert_eq!(serde_json::to_string(&CleanUp {}).unwrap(), "{}");
        assert_eq!(serde_json::to_string(&SweepSnoozes {}).unwrap(), "{}");
    }
}
