#!/bin/sh
# Asks an advisory service which of the locked packages have known vulnerabilities; any is a failure. Where no service
# can be asked, or it does not know the packages, it says so: then ask from a machine that reaches one before a release.
set -u
cd "$(dirname "$0")/.."
told=$(mktemp)
trap 'rm -f "$told"' EXIT
found=$(.venv/bin/pip-audit --requirement .venv/locked.txt --require-hashes --disable-pip --progress-spinner off \
    --timeout 10 --format json 2>"$told")
if [ -z "$found" ]; then
    echo "packages: not audited, no advisory service answers: $(tail -n 1 "$told" | cut -c 1-120)"
    exit 0
fi
printf '%s' "$found" | .venv/bin/python -c '
import json, sys
found = json.load(sys.stdin)["dependencies"]
known = [(p["name"], p["version"], v["id"], v["fix_versions"]) for p in found for v in p.get("vulns", ())]
unknown = [p["name"] for p in found if "skip_reason" in p]
print(f"packages: {len(found) - len(unknown)} audited, {len(unknown)} not known to the advisory service")
for name, version, advisory, fixed in known:
    print(f"{name} {version}: {advisory}, mended in {fixed}")
sys.exit(1 if known else 0)'
