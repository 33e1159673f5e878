#!/bin/sh
# `npm test`: sets up whatever is missing, then runs every check and the tests. Arguments go to vitest.
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/.."
scripts/setup.sh test
npm run --silent lint
exec node_modules/.bin/node node_modules/vitest/vitest.mjs run "$@"
