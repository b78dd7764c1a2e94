#!/bin/sh
# Sets everything up and starts the bot. With nothing configured: the demo community on the built-in web chat.
set -eu
cd "$(dirname "$0")/.."
sh deploy/setup.sh
exec .venv/bin/python -m bot run "$@"
