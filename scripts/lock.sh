#!/bin/sh
# Renews the locks. They name packages, versions and hashes, never an index, so that they install from any mirror.
# Extra arguments go to uv, for example: sh scripts/lock.sh --upgrade
set -eu
cd "$(dirname "$0")/.."
UV="${UV:-uv}"

compile() {
    out="$1"
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --output-file "$out" "$@"
}

# What `make demo` installs: the run-time dependencies and the build backend.
compile requirements/run.txt "$@" pyproject.toml requirements/backend.in
# What the checks, tests and docs need on top, at the same versions.
compile requirements/dev.txt "$@" --extra test --extra docs -c requirements/run.txt pyproject.toml requirements/backend.in
# What the build of the shipped network needs on top, at the same versions.
compile requirements/data.txt "$@" --extra build -c requirements/run.txt pyproject.toml requirements/backend.in
