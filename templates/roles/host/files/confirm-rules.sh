# Run over a connection that was opened under the new rules: they stay, and a reboot loads them.
confirmed=/etc/quintet-firewall.confirmed.nft
if ! systemctl --quiet is-active quintet-firewall-revert.timer; then
  echo "The minute was over before the new rules were confirmed: the old ones are in force again." >&2
  exit 1
fi
cp /etc/quintet-firewall.nft "$confirmed.new"
# Before they count as confirmed: a run that is cut off right here leaves rules that the next one tries again, and not a
# timer that nobody calls off.
systemctl stop quintet-firewall-revert.timer
mv "$confirmed.new" "$confirmed"
# Had the timer run out just now, it would have loaded the old ones.
nft -f "$confirmed"
