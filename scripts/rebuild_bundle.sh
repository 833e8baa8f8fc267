#!/bin/sh
# Rebuilds the report's script and style from their locked packages, in a copy, and compares them with the committed ones.
set -eu
cd "$(dirname "$0")/.."

assets=src/landbridge/report/assets
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -cf - --exclude node_modules web-src "$assets" | tar -xf - -C "$copy"
(
    cd "$copy/web-src"
    npm ci --silent
    npm run --silent build
)
diff -r "$assets" "$copy/$assets" || {
    echo "the committed bundle is not what its sources give: cd web-src && npm ci && npm run build, then commit" >&2
    exit 1
}
echo "the committed bundle is what its sources give"
