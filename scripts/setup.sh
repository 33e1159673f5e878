#!/bin/sh
# Sets up a checkout: npm packages, what rehearsal machines need of this computer, and (with "test") what tests need.
# With "program": npm packages alone, for a pipeline. Run again it does only what is missing. Debian and Ubuntu; elsewhere it says what to install.
set -eu
cd "$(dirname -- "$(readlink -f -- "$0")")/.."

say() { printf '%s\n' "$*"; }
has() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }

# The command that stands for a package, and the package.
missing=
need() { has "$1" || missing="$missing $2"; }

packages_for_machines() {
  need mmdebstrap mmdebstrap
  need systemd-nspawn systemd-container
  need nft nftables
  need ip iproute2
  need ssh openssh-client
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
  for python in python3 python3.14 python3.13 python3.12 python3.11; do
    "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  done
  missing="$missing python3-venv"
}

# The database server without its service: the example application is tested against a real one.
# A terminal to type in, shells that complete, a browser and an XML parser to read reports with.
packages_for_tests() {
  need mariadbd mariadb-server-core
  need mariadb mariadb-client-core
  need openssl openssl
  need tmux tmux
  need git git
  need zsh zsh
  need fish fish
  need chromium chromium
  need xmllint libxml2-utils
}

install_packages() {
  [ -n "$missing" ] || return 0
  if ! has apt-get; then
    say "Please install:$missing"
    return 1
  fi
  say "Installing Debian packages:$missing"
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! has sudo; then
      say "That takes root. As root, run: apt-get install --yes --no-install-recommends$missing"
      return 1
    fi
    as_root=sudo
  fi
  $as_root apt-get update --quiet=2
  # shellcheck disable=SC2086 # words on purpose
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends --quiet=2 $missing
}

if ! cmp -s package-lock.json node_modules/.setup-done; then
  say "Installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi

packages_for_machines
if [ "${1:-}" = test ]; then
  packages_for_tests
  install_packages
elif [ "${1:-}" != program ]; then
  # Without them everything but rehearsals works, and `quintet doctor` says what is missing.
  install_packages || say "Rehearsals will not work until then; all else does."
fi

if [ "${1:-}" = test ] && ! cmp -s scripts/requirements-test.txt .venv/requirements.txt; then
  say "Installing Ansible and ansible-lint for the tests"
  python=
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  rm -rf .venv
  "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement scripts/requirements-test.txt
  cp scripts/requirements-test.txt .venv/requirements.txt
fi

cp package-lock.json node_modules/.setup-done
