#!/usr/bin/env bash
# Other programs' SQLite, by which the tests read a ledger.
#   sqlite.sh main     makes sure that sqlite3 and python3 are on PATH
#   sqlite.sh oldest   builds the library of SQLite 3.37.0, the oldest that can read a ledger, and prints its path. It takes
#                      the source that a package of npm carries. Its folder is outside the tree and outlasts it.
set -euo pipefail

folder="${TMPDIR:-/tmp}/colophon-servers/sqlite-3.37.0"
library="$folder/libsqlite3.so.0"
package=better-sqlite3@7.4.6
sha256=e893c1608ce81fab1e067c958c2c60531d63188b8baa0c2e16a241355480d7d8

say() { echo "sqlite: $*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "installing a package needs root or sudo: $*"
    exit 1
  fi
}

# $1: the command that is wanted, $2: the package of Debian that has it.
bring() {
  if command -v "$1" >/dev/null; then return; fi
  say "$1 is missing: installing $2 with apt"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
  hash -r
  command -v "$1" >/dev/null
}

build() {
  if [ -f "$library" ]; then
    echo "$library"
    return
  fi
  bring gcc gcc
  mkdir -p "${folder%/*}"
  work=$(mktemp -d "$folder-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$package" >/dev/null && mv -- *.tgz package.tgz)
  echo "$sha256  $work/package.tgz" | sha256sum --check --quiet >&2
  tar -xzf "$work/package.tgz" -C "$work" package/deps/sqlite3.tar.gz
  tar -xzf "$work/package/deps/sqlite3.tar.gz" -C "$work" sqlite3.c
  mkdir "$work/out"
  # As the distributions of that time built it.
  gcc -O1 -shared -fPIC -DSQLITE_ENABLE_JSON1 -DSQLITE_ENABLE_COLUMN_METADATA "$work/sqlite3.c" \
    -o "$work/out/libsqlite3.so.0" -lpthread -ldl -lm >&2
  # Renamed at the end, so that an interrupted build, or two at a time, never leave half a library.
  mv -T "$work/out" "$folder" 2>/dev/null || true
  echo "$library"
}

case "${1:-}" in
  main)
    bring sqlite3 sqlite3
    bring python3 python3
    ;;
  oldest) build ;;
  *)
    say "say main or oldest"
    exit 2
    ;;
esac
