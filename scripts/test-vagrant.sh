#!/bin/sh
# `npm run test:vagrant`: sets up whatever is missing, then rehearses on machines that Vagrant makes, containers and
# emulated virtual machines. Arguments go to vitest.
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/.."
scripts/setup.sh vagrant
export QUINTET_VAGRANT=1
exec node_modules/.bin/node node_modules/vitest/vitest.mjs run --project vagrant "$@"
