//! What issues are made of (`pipeline::group::features`), for finding those that are alike.

use sqlx::PgExecutor;

use crate::types::ids::IssueId;

/// A part of an issue.
#[derive(Clone, Copy, Debug)]
pub struct IssueFeature {
    pub issue_id: IssueId,
    pub feature: i64,
}

/// Notes what new issues are made of.
pub async fn insert(db: impl PgExecutor<'_>, issue_ids: &[i64], features: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_features (issue_id, feature)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[])
        ON CONFLICT ON CONSTRAINT issue_features_pkey DO NOTHING"#,
        issue_ids,
        features,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list(db: impl PgExecutor<'_>, issue_ids: &[i64]) -> sqlx::Result<Vec<IssueFeature>> {
    sqlx::query_as!(
        IssueFeature,
        r#"SELECT issue_id AS "issue_id: IssueId", feature FROM issue_features WHERE issue_id = ANY($1)"#,
        issue_ids,
    )
    .fetch_all(db)
    .await
}

/// Issues that share features, those that share most first. Of each feature the 200 newest issues are looked at.
pub async fn list_candidates(
    db: impl PgExecutor<'_>,
    issue_id: IssueId,
    features: &[i64],
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"
        SELECT candidate.issue_id
        FROM UNNEST($2::bigint[]) AS wanted (feature), LATERAL (
            SELECT issue_id
            FROM issue_features
            WHERE feature = wanted.feature AND issue_id <> $1
            ORDER BY issue_id DESC
            LIMIT 200
        ) AS candidate
        JOIN issues ON issues.id = candidate.issue_id AND issues.status NOT IN ('pending_deletion', 'pending_merge')
        GROUP BY candidate.issue_id
        ORDER BY count(*) DESC, candidate.issue_id DESC
        LIMIT $3"#,
        issue_id.0,
        features,
        limit,
    )
    .fetch_all(db)
    .await
}
