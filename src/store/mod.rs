//! The database: one file per table, with the row type and its queries. The only SQL of the program.

pub mod activities;
pub mod api_tokens;
pub mod artifact_bundle_files;
pub mod artifact_bundles;
pub mod artifact_lookup;
pub mod assemblies;
pub mod attachments;
pub mod blobs;
pub mod body_references;
pub mod chunks;
pub mod commit_authors;
pub mod commit_files;
pub mod commits;
pub mod constraint;
pub mod debug_files;
pub mod deploys;
pub mod environments;
pub mod event_body;
pub mod event_lists;
pub mod event_partitions;
pub mod events;
pub mod issue_bookmarks;
pub mod issue_commits;
pub mod issue_events;
pub mod issue_features;
pub mod issue_hashes;
pub mod issue_hours;
pub mod issue_lists;
pub mod issue_moves;
pub mod issue_pages;
pub mod issue_resolutions;
pub mod issue_shares;
pub mod issue_snoozes;
pub mod issue_subscriptions;
pub mod issue_tags;
pub mod issue_texts;
pub mod issue_tombstones;
pub mod issue_views;
pub mod issues;
pub mod job_issues;
pub mod job_views;
pub mod jobs;
pub mod members;
pub mod notes;
pub mod old_slugs;
pub mod options;
pub mod organizations;
pub mod outcomes;
pub mod project_counters;
pub mod project_keys;
pub mod project_ownership;
pub mod project_stats;
pub mod projects;
pub mod release_artifacts;
pub mod release_commits;
pub mod release_environments;
pub mod release_files;
pub mod release_heads;
pub mod release_hours;
pub mod release_lists;
pub mod release_projects;
pub mod releases;
pub mod repositories;
pub mod search;
pub mod server;
pub mod settled_entries;
pub mod tag_counts;
pub mod tag_values;
pub mod teams;
pub mod user_reports;
pub mod users;

/// The schema's migrations, embedded; `upgrade` applies them.
pub fn migrator() -> sqlx::migrate::Migrator {
    sqlx::migrate!()
}
