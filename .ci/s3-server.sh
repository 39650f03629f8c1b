#!/usr/bin/env bash
# Builds versitygw, the S3 server that the tests run against, and prints its path. Takes four minutes the first time,
# so start it first and in the background; later it is immediate. Its folder is outside the tree and outlasts it.
set -euo pipefail

version=v1.8.0
bin="${TMPDIR:-/tmp}/colophon-servers/bin"
server="$bin/versitygw-$version"
PATH="$PATH:/usr/local/go/bin"

say() { echo "s3-server: $*" >&2; }

# Go 1.21 and later fetch the compiler that a module asks for, here 1.25.
go_will_do() {
  local found
  found=$(go env GOVERSION 2>/dev/null) && [ "$(printf 'go1.21\n%s\n' "$found" | sort -V | head -1)" = go1.21 ]
}

if [ -x "$server" ]; then
  echo "$server"
  exit
fi

if ! go_will_do; then
  say "Go is missing or older than 1.21: installing golang-go with apt"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq golang-go >&2
  hash -r
fi
if ! go_will_do; then
  say "the Go of this system is older than 1.21: install a newer one from https://go.dev/dl"
  exit 1
fi

say "building versitygw $version with $(go env GOVERSION)"
mkdir -p "$bin"
work=$(mktemp -d "$bin/build-XXXXXX")
trap 'rm -rf "$work"' EXIT
GOBIN="$work" GOTOOLCHAIN=auto go install "github.com/versity/versitygw/cmd/versitygw@$version" >&2
# Renamed at the end, so that an interrupted build, or two at a time, never leave half a server.
mv "$work/versitygw" "$server"
echo "$server"
