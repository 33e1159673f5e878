#!/bin/sh
# `npm run bench`: sets up whatever is missing, then times a first and a second apply against the floor.
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/.."
./quintet --version >/dev/null
exec node_modules/.bin/node bench/bench.ts "$@"
