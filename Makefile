# `make run` and `make test` do all of the set-up that a bare Debian or Ubuntu machine with Rust lacks.
# CI calls `check` and `test`, nothing else.

.DEFAULT_GOAL := help
.PHONY: help run test test-unit check sqlx migration bench psql

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## start everything at http://localhost:9000, with data in ./data
	scripts/bootstrap run
	cargo run --release --locked -- run all

test: ## all tests, on private stores
	scripts/bootstrap test
	scripts/with-stores cargo test --locked

test-unit: ## the tests that need no stores
	cargo test --locked --lib

check: ## format, lints, documentation, dependencies, descriptions of queries
	scripts/bootstrap run
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items --quiet
	scripts/check-dependencies
	scripts/sqlx-prepare --check

sqlx: ## renew .sqlx after a change of SQL or schema
	scripts/bootstrap run
	scripts/sqlx-prepare

migration: ## make an empty migration: make migration NAME=create_releases
	@test -n "$(NAME)" || { echo "usage: make migration NAME=verb_noun" >&2; exit 1; }
	@file=migrations/$$(date -u +%Y%m%d%H%M%S)_$(NAME).sql; echo "-- Why:" > $$file; echo $$file

bench: ## measure against the budget, on this machine, with stores of its own
	scripts/bootstrap run
	cargo bench --locked --bench budget

psql: ## a prompt in the database of `make run`
	@scripts/psql
