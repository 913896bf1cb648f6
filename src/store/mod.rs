//! PostgreSQL: one file per table, its row type and its queries. The only SQL.
