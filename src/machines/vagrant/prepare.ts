import { quoteArgv } from "../../remote/quote.ts";
import type { Host } from "../../stack/stack.ts";

/** What the first login, as Vagrant's own user, makes of a box's machine. */
export interface Preparation {
  readonly host: Host;
  /** Public key that may log in. */
  readonly key: string;
  /** What sudo asks for, where it does. */
  readonly password: string | undefined;
}

/**
 * A script for root: makes the machine this host, as far as Vagrant has not, and prints its new public host key last. It
 * comes through standard input, with the password in it.
 */
export function prepareScript({ host, key, password }: Preparation): string {
  const { ssh, machine, name } = host;
  const asks = machine.sudo === "password";
  const assign = (variable: string, value: string) => `${variable}=${quoteArgv([value])}\n`;
  return (
    assign("user", ssh.user) +
    assign("key", key.trim()) +
    assign("host", name) +
    assign("port", String(ssh.port)) +
    assign("suite", machine.suite) +
    assign("rule", `${ssh.user} ALL=(ALL:ALL) ${asks ? "" : "NOPASSWD: "}ALL`) +
    assign("password", (asks && password) || "*") +
    PREPARE
  );
}

// Passwords of boxes are public. Vagrant's own user stays, with the key that Vagrant has made for this machine alone.
const PREPARE = `set -eu
umask 022
say() { echo "$*" >&2; exit 1; }
for known in root vagrant; do
  if id "$known" >/dev/null 2>&1; then usermod --password '*' "$known"; fi
done
if ! id "$user" >/dev/null 2>&1; then useradd --create-home --shell /bin/bash --password '*' "$user"; fi
if [ "$password" != '*' ]; then printf '%s:%s\\n' "$user" "$password" | chpasswd; fi
home=$(getent passwd "$user" | cut -d: -f6)
install -d -m 700 -o "$user" -g "$(id -g "$user")" "$home/.ssh"
if ! grep -qxF -- "$key" "$home/.ssh/authorized_keys" 2>/dev/null; then
  printf '%s\\n' "$key" >>"$home/.ssh/authorized_keys"
fi
chown "$user:" "$home/.ssh/authorized_keys"
chmod 600 "$home/.ssh/authorized_keys"
if [ "$user" != root ]; then
  printf '%s\\n' "$rule" >/etc/sudoers.d/90-rehearsal.new
  chmod 440 /etc/sudoers.d/90-rehearsal.new
  mv /etc/sudoers.d/90-rehearsal.new /etc/sudoers.d/90-rehearsal
fi
if [ "$(hostname)" != "$host" ]; then
  printf '%s\\n' "$host" >/etc/hostname
  hostname "$host"
fi
if ! grep -qw -- "$host" /etc/hosts; then printf '127.0.1.1 %s\\n' "$host" >>/etc/hosts; fi
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || :)
if [ "$suite" = sid ] && ! printf '%s\n' "$sources" | grep -qE '^(deb|Suites:) .*\\b(sid|unstable)\\b'; then
  mirror=$(printf '%s\n' "$sources" |
    sed -nE 's/^(deb (\\[[^]]*\\] *)?|URIs: *)([^ ]+).*/\\3/p' | grep -v security | head -n 1)
  [ -n "$mirror" ] || say "the box names no mirror of Debian in its apt sources"
  mkdir -p /etc/apt/box-sources
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    if [ -e "$file" ]; then mv "$file" /etc/apt/box-sources/; fi
  done
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
    "$mirror" /usr/share/keyrings/debian-archive-keyring.gpg >/etc/apt/sources.list.d/sid.sources
  echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/90-rehearsal-sid
fi
# Whoever asks the machine which Debian it is, is told by this package.
if [ "$suite" = sid ] && ! grep -q sid /etc/debian_version; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o Acquire::Languages=none -qq update >&2
  apt-get -qq install --yes base-files >&2
fi
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -A
if [ "$port" != 22 ]; then
  grep -qsE '^Include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config || say "sshd does not read sshd_config.d"
  printf 'Port 22\\nPort %s\\n' "$port" >/etc/ssh/sshd_config.d/10-port.conf
fi
sync
# Not at once: the answer still has to get out. Sessions that are open survive it.
systemctl restart ssh.service >&2
cat /etc/ssh/ssh_host_ed25519_key.pub
`;
