#!/bin/sh
# Makes .venv with exactly the locked packages. Needs Python 3.11 or newer and git; brings its own uv when there is none.
#   deploy/setup.sh          what the bot needs
#   deploy/setup.sh --dev    and what the tests need
set -eu
cd "$(dirname "$0")/.."

python=$(command -v python3.11 || command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; found $("$python" --version)" >&2
    exit 1
}

uv=$(command -v uv || true)
[ -n "$uv" ] || uv=.uv/bin/uv
if [ ! -x "$uv" ]; then
    if ! "$python" -m venv .uv >/dev/null 2>&1; then
        # Debian ships Python without venv; without root pip alone must do.
        rm -rf .uv
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
            "$python" -m venv .uv
        else
            echo "python3-venv is needed: sudo apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    .uv/bin/pip install --quiet --disable-pip-version-check uv
    uv=.uv/bin/uv
fi

group=--no-dev
[ "${1:-}" = --dev ] && group=--dev
[ -d .venv ] || "$uv" venv --quiet --python "$python" .venv
"$uv" export --quiet --frozen --no-emit-project "$group" --output-file .venv/locked.txt >/dev/null
if [ "$group" = --dev ]; then
    "$uv" pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes .venv/locked.txt
else
    "$uv" pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes --requirement .venv/locked.txt
fi
# Where the desk may not write beside its own code (a service, a container) it would compile everything at every start.
[ ! -d bot ] || .venv/bin/python -m compileall -q bot handlers knowledge storage
