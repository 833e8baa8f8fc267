#!/bin/sh
# Rebuilds the report's script bundle from its locked packages, in a copy, and compares it with the committed one.
set -eu
cd "$(dirname "$0")/.."

report=src/landbridge/report
package=$(find "$report" -name package.json -not -path '*/node_modules/*')
if [ "$(printf '%s\n' "$package" | grep -c .)" != 1 ]; then
    echo "expected one package.json below $report, found: ${package:-none}" >&2
    exit 1
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -cf - --exclude node_modules --exclude __pycache__ "$report" | tar -xf - -C "$copy"
(
    cd "$copy/$(dirname "$package")"
    npm ci --silent --no-audit --no-fund
    npm run --silent build
)
diff -r --exclude node_modules --exclude __pycache__ "$report" "$copy/$report" || {
    echo "the committed bundle is not what its sources give: npm ci && npm run build, then commit" >&2
    exit 1
}
echo "the committed bundle is what its sources give"
