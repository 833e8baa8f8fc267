#!/bin/sh
# Renews the locks. They name packages, versions and hashes, never an index, so that they install from any mirror.
# Extra arguments go to uv, for example: sh scripts/lock.sh --upgrade
set -eu
cd "$(dirname "$0")/.."
UV="${UV:-uv}"

compile() {
    out="requirements/$1.txt"
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --output-file "$out" "$@"
}

# What landbridge needs to run.
compile run "$@" pyproject.toml
# What builds the project, and the one package of data that comes as source.
compile backend "$@" -c requirements/run.txt requirements/backend.in
# What the checks, tests and docs need, at the same versions.
compile dev "$@" --extra test --extra docs -c requirements/run.txt -c requirements/backend.txt pyproject.toml
# What the build of the shipped network needs, at the same versions.
compile data "$@" --extra build -c requirements/run.txt -c requirements/backend.txt pyproject.toml
# What the kernels are measured beside, at the same versions.
compile bench "$@" --extra bench -c requirements/run.txt -c requirements/backend.txt pyproject.toml
