#!/bin/sh
# Installs what the browser tests need from the system's packages, where it is missing: Chromium, node and npm.
# CHROMIUM=/path/to/program names a browser that is there already.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

missing=""
if [ -z "${CHROMIUM:-}" ] && ! has chromium && ! has chromium-browser && ! has google-chrome && ! has google-chrome-stable; then
    missing="chromium"
fi
has node || missing="$missing nodejs"
has npm || missing="$missing npm"
[ -n "$missing" ] || exit 0

if ! has apt-get; then
    echo "Install first, by your system's packages:$missing" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 - a list of packages
$as_root apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
