#!/bin/sh
# `npm run soak`: sets up whatever is missing, then tries how short an advert interval two busy balancers bear.
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/.."
./quintet --version >/dev/null
exec node_modules/.bin/node bench/soak.ts "$@"
