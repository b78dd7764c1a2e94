#!/bin/sh
# Sets everything up and runs every test. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
sh deploy/setup.sh --dev
exec .venv/bin/python -m pytest -n 2 --dist loadfile "$@"
