import { hostNamed, inside } from "./shared.ts";

/** What is on a host in words: the managed files, what each daemon has really loaded, the units, the packet filter. */
export async function stateOf(name: string): Promise<string> {
  const host = await hostNamed(name);
  const { tiers, privateAddress } = host;
  const parts = [
    COMMON,
    ...(tiers.includes("web") ? [web(privateAddress)] : []),
    ...(tiers.includes("loadbalancer") ? [BALANCER] : []),
    ...(tiers.includes("app") ? [app(privateAddress)] : []),
    ...(tiers.includes("database") ? [DATABASE] : []),
  ];
  return inside(name, parts.join("\n"));
}

const COMMON = `
files() { for file; do stat --format='%n %a %U:%G' "$file"; sha256sum <"$file"; done; }
units() { for unit; do echo "$unit $(systemctl is-active $unit) $(systemctl is-enabled $unit)"; done; }
files /etc/quintet-firewall.nft /etc/quintet-firewall.confirmed.nft /etc/systemd/system/quintet-firewall.service
files /etc/systemd/system/*.service.d/quintet.conf
units quintet-firewall.service
echo "-- failed units, timers and other things that were left behind"
systemctl list-units --failed --plain --no-legend
systemctl list-units --plain --no-legend 'quintet-firewall-revert.*'
ls /usr/sbin/policy-rc.d 2>/dev/null || :
find /etc /srv -xdev '(' -name '.ansible_tmp*' -o -name '*.new' ')'
find /home/*/.ansible/quintet /root/.ansible/quintet -mindepth 1 2>/dev/null || :
echo "-- packet filter"
nft list ruleset`;

/** The files, and of the release: that it is whole, and that it is this one which is served. */
function web(address: string): string {
  return `
files /etc/nginx/nginx.conf /usr/local/sbin/stack-release
units nginx.service
readlink /srv/web/current; (cd /srv/web/current/; find . -type f | sort | xargs sha256sum)
echo "-- served"
python3 -c '
import hashlib, urllib.request as r
print(hashlib.sha256(r.urlopen("http://${address}:8080/assets/style.css").read()).hexdigest())'`;
}

/** The certificate that is shown, the paths that HAProxy matches, and the interval in which keepalived speaks. */
const BALANCER = `
files /etc/haproxy/haproxy.cfg /etc/haproxy/site.pem /etc/haproxy/errors/maintenance.http /etc/keepalived/keepalived.conf /etc/keepalived/haproxy-answers
units haproxy.service keepalived.service
echo "-- loaded"
python3 -c '
import hashlib, socket, ssl
context = ssl._create_unverified_context()
with context.wrap_socket(socket.create_connection(("127.0.0.1", 443))) as s:
    print(hashlib.sha256(s.getpeercert(True)).hexdigest())
def ask(words):
    s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); s.sendall(words.encode() + b"\\n")
    said = b""
    while chunk := s.recv(65536): said += chunk
    return said.decode()
paths = set()
for line in ask("show acl").splitlines():
    if line[:1].isdigit():
        for entry in ask("show acl #" + line.split()[0]).splitlines():
            if " /" in entry: paths.add(entry.split()[1])
print(sorted(paths))'
dump=/tmp/keepalived.data
rm -f $dump
kill -s $(keepalived --signum=DATA) $(systemctl show --property=MainPID --value keepalived)
for _ in $(seq 100); do grep -qs 'Advert interval' $dump && break; sleep 0.1; done
grep 'Advert interval' $dump
rm -f $dump`;

/** The environment and the release of the process itself. It answers only when it has its database. */
function app(address: string): string {
  return `
files /usr/local/sbin/stack-release /etc/app.env /etc/systemd/system/app.service /etc/ssl/certs/quintet-ca.pem
units app.service
pid=$(systemctl show --property=MainPID --value app.service)
echo "-- loaded"
readlink /proc/$pid/cwd
tr '\\0' '\\n' </proc/$pid/environ | grep -E '^(HOST|PORT|NODE_ENV|DATABASE_[A-Z]+|COLOUR)=' | sort | sha256sum
(cd /proc/$pid/cwd; find . -type f | sort | xargs -d '\\n' sha256sum | sha256sum)
systemctl show --property=NeedDaemonReload app.service
python3 -c '
import urllib.request as r
print(r.urlopen("http://${address}:3000/healthz").status)'`;
}

/** A variable that needs a restart, and the certificate that new connections are shown. */
const DATABASE = `
files /etc/mysql/mysql.conf.d/zz-stack.cnf /etc/mysql/server.pem
units mysql.service
echo "-- loaded"
mysql -NBe "SELECT @@innodb_buffer_pool_size, @@bind_address, @@require_secure_transport"
mysql -NBe "SELECT VALUE FROM performance_schema.tls_channel_status WHERE CHANNEL = 'mysql_main' AND PROPERTY = 'Ssl_server_not_after'"
mysql -NBe "SELECT User, Host FROM mysql.user WHERE User = 'guestbook' ORDER BY Host"
ls /etc/mysql/account-*`;
