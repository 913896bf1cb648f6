//! A database that has grown: what was sent is copied in SQL, since sending ten million events would take an hour.
//!
//! Copies of an issue have its text, tags, hours and events; a copied event has a body like every other.

use super::database::Database;

/// Issues after growing: each original and its copies.
const COPIES: i64 = 9;

/// Makes ten issues of each.
pub fn copy_issues(database: &mut Database) {
    database.execute(
        "CREATE TABLE copies AS
        SELECT issues.id AS original_id, number, nextval(pg_get_serial_sequence('issues', 'id')) AS id
        FROM issues, generate_series(1, 9) AS number",
    );
    database.execute(
        "INSERT INTO issues (id, project_id, short_id, status, event_type, level, platform, logger, title, culprit,
            metadata, message, times_seen, users_seen, first_seen, last_seen, active_at, first_release_id,
            last_release_id, tag_keys)
        SELECT copies.id, project_id, issue_counter + row_number() OVER (ORDER BY copies.id), issues.status, event_type,
            level, issues.platform, logger, title, culprit, metadata, message, times_seen, users_seen,
            first_seen - make_interval(hours => number), last_seen - make_interval(mins => number), active_at,
            first_release_id, last_release_id, tag_keys
        FROM copies
        JOIN issues ON issues.id = original_id
        JOIN projects ON projects.id = project_id",
    );
    database.execute(
        "UPDATE projects SET issue_counter = (SELECT max(short_id) FROM issues WHERE project_id = projects.id)",
    );
    database.execute(
        "INSERT INTO issue_tags (issue_id, tag_value_id, first_seen, last_seen, times_seen)
        SELECT copies.id, tag_value_id, first_seen, last_seen, times_seen
        FROM copies JOIN issue_tags ON issue_id = original_id",
    );
    database.execute(
        "INSERT INTO issue_texts (issue_id, text)
        SELECT copies.id, text FROM copies JOIN issue_texts ON issue_id = original_id",
    );
    database.execute(
        "INSERT INTO issue_hours (issue_id, hour, environment_id, events)
        SELECT copies.id, hour - make_interval(hours => number * back), environment_id, events
        FROM copies JOIN issue_hours ON issue_id = original_id, generate_series(0, 20) AS back",
    );
}

/// Copies events until so many are stored.
pub fn copy_events(database: &mut Database, wanted: i64) {
    let mut stored = database.number("SELECT count(*) FROM events");
    database.execute(
        "CREATE TABLE originals AS
        SELECT events.*, reference_id, body FROM events
        JOIN event_bodies USING (project_id, event_id, received_at)
        JOIN (SELECT DISTINCT original_id FROM copies) AS copies ON original_id = issue_id",
    );
    let originals = database.number("SELECT count(*) FROM originals");
    for round in 0.. {
        if stored >= wanted {
            break;
        }
        database.execute_with(
            "WITH new AS MATERIALIZED (
                SELECT originals.*, copies.id AS copy_id, gen_random_uuid() AS new_id
                FROM originals JOIN copies ON original_id = issue_id AND number = $1
            ), bodies AS (
                INSERT INTO event_bodies (project_id, event_id, received_at, reference_id, body)
                SELECT project_id, new_id, received_at, reference_id, body FROM new
            )
            INSERT INTO events (project_id, issue_id, event_id, occurred_at, received_at, hash, size, tag_value_ids)
            SELECT project_id, copy_id, new_id, occurred_at - make_interval(mins => $2::int), received_at, hash, size,
                tag_value_ids
            FROM new",
            1 + round % COPIES,
            round,
        );
        stored += originals;
    }
    database.execute("DROP TABLE originals");
    database.execute("VACUUM (ANALYZE)");
    database.execute("CHECKPOINT");
}
