# What CI runs, in the order in which it fails fastest.
.PHONY: check fmt lint test core bless

check: fmt lint core test

fmt:
	cargo fmt --check

lint:
	cargo clippy --all-targets --locked -- -D warnings

core:
	cargo check --locked --no-default-features

test:
	cargo test --locked

# Rewrites the renderings on rule pages and under fixtures/.
bless:
	BLESS=1 cargo test --locked --test rules --test fixtures
