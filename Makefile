.PHONY: run test check format lock

run:
	sh deploy/run.sh

test:
	sh deploy/test.sh

check:
	sh deploy/setup.sh --dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	sh deploy/audit.sh

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# The lock names packages, versions and hashes, and no place to fetch them from (docs/decisions/0002-lock.md).
lock:
	uv lock
	sed -i -E 's#registry = "https?://[^"]*"#registry = "packages"#; s#url = "https?://[^"]*/([^/"]+)"#path = "\1"#' uv.lock
