//! Files in archives of artifacts, with their places there.

use sqlx::PgExecutor;
use sqlx::types::JsonValue;
use uuid::Uuid;

use crate::types::ids::ArtifactBundleId;

/// Files to insert, as columns.
#[derive(Clone, Debug, Default)]
pub struct NewBundleFiles {
    pub urls: Vec<Option<String>>,
    pub idents: Vec<Option<Vec<u8>>>,
    pub base_names: Vec<String>,
    pub kinds: Vec<&'static str>,
    pub headers: Vec<JsonValue>,
    pub sourcemap_refs: Vec<Option<String>>,
    pub debug_ids: Vec<Option<Uuid>>,
    pub has_sources: Vec<Option<bool>>,
    pub sizes: Vec<i64>,
    pub data_offsets: Vec<i64>,
    pub data_sizes: Vec<i64>,
    pub is_deflated: Vec<bool>,
}

/// Inserts the files of an archive.
pub async fn insert(db: impl PgExecutor<'_>, bundle_id: ArtifactBundleId, files: &NewBundleFiles) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO artifact_bundle_files (
            bundle_id, url, ident, base_name, kind, headers, sourcemap_ref, debug_id, has_sources, size, data_offset,
            data_size, is_deflated
        )
        SELECT $1, new.*
        FROM UNNEST($2::text[], $3::bytea[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::uuid[], $9::boolean[],
            $10::bigint[], $11::bigint[], $12::bigint[], $13::boolean[]) AS new"#,
        bundle_id.0,
        &files.urls as _,
        &files.idents as _,
        &files.base_names,
        &files.kinds as _,
        &files.headers,
        &files.sourcemap_refs as _,
        &files.debug_ids as _,
        &files.has_sources as _,
        &files.sizes,
        &files.data_offsets,
        &files.data_sizes,
        &files.is_deflated,
    )
    .execute(db)
    .await?;
    Ok(())
}
