# Arguments: packages, then --, then systemd units. Prints those that are not installed, not running or not enabled.
while [ "$1" != -- ]; do
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || echo "$1"
  shift
done
shift
for unit; do
  systemctl --quiet is-active "$unit" && systemctl --quiet is-enabled "$unit" || echo "$unit"
done
