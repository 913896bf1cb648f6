//! What free text is looked for in.

use sqlx::PgExecutor;

/// Writes the texts of issues; ids are unique and sorted by the caller, texts in lower case.
pub async fn put(db: impl PgExecutor<'_>, issue_ids: &[i64], texts: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO issue_texts (issue_id, text)
        SELECT * FROM UNNEST($1::bigint[], $2::text[])
        ON CONFLICT ON CONSTRAINT issue_texts_pkey DO UPDATE SET text = EXCLUDED.text"#,
        issue_ids,
        texts,
    )
    .execute(db)
    .await?;
    Ok(())
}
