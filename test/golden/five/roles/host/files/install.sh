# Arguments: packages. Installs them without starting their services: nothing ever runs with a distribution's default
# configuration, and the roles start what they have configured.
set -u
export DEBIAN_FRONTEND=noninteractive

# Debian's way to say so. It holds while this very process runs, so that nothing is left behind by one that was killed.
policy=/usr/sbin/policy-rc.d
mark='# by Quintet, while it installs packages'
if ! [ -e "$policy" ] || grep -qF "$mark" "$policy"; then
  printf '#!/bin/sh\n%s\n[ -e /proc/%s ] && exit 101\nexit 0\n' "$mark" "$$" >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

# A machine that has just started may be upgrading itself: wait for that, two minutes at most.
waited=0
until said=$(apt-get update --quiet=2 2>&1); do
  case $said in *"ould not get lock"*) ;; *) waited=120 ;; esac
  echo "$said" >&2
  [ "$waited" -lt 120 ] || exit 1
  sleep 4
  waited=$((waited + 4))
done
echo "$said" >&2
apt-get install --quiet=2 --yes --no-install-recommends -o DPkg::Lock::Timeout=120 \
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
