//! Whether this build and the database are of one version. Picket asks nobody on the internet for a newer one.

use super::{Finding, Fix, State};
use crate::app::App;
use crate::store::schema::{self, Schema};

pub async fn update(app: &App) -> anyhow::Result<Finding> {
    let mut db = app.db.acquire().await?;
    Ok(judge_schema(schema::compare(&mut db).await?))
}

/// `doctor` judges the same.
pub fn judge_schema(schema: Schema) -> Finding {
    let version = format!("Picket {}", env!("CARGO_PKG_VERSION"));
    if schema.missing > 0 {
        Finding::failed(format!("{version}; {} migrations missing", schema.missing), Fix::RunUpgrade)
    } else if schema.unknown > 0 {
        Finding::failed(format!("{version}; {} migrations of a newer version", schema.unknown), Fix::NewerSchema)
    } else {
        Finding { state: State::Ok, seen: version, fix: Some(Fix::LookForUpdates), url: None }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fix, Schema, judge_schema};

    #[test]
    fn a_database_of_another_version_is_found() {
        for (schema, fix) in [
            (Schema { missing: 0, unknown: 0 }, Fix::LookForUpdates),
            (Schema { missing: 2, unknown: 0 }, Fix::RunUpgrade),
            (Schema { missing: 0, unknown: 1 }, Fix::NewerSchema),
        ] {
            assert_eq!(judge_schema(schema).fix, Some(fix), "{schema:?}");
        }
    }
}
