import type { Session } from "../remote/session.ts";

export interface Interface {
  readonly name: string;
  /** Its MAC address, where it has one: six bytes, as ip prints them. */
  readonly hardwareAddress?: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
}

/** What a host says about itself to any user, before anything is changed on it. undefined: it could not say. */
export interface HostFacts {
  readonly hostname: string | undefined;
  /** ID of os-release, for example "debian". */
  readonly distribution: string | undefined;
  /** VERSION_ID of os-release, for example "13" or "24.04"; testing and unstable have none. */
  readonly version: string | undefined;
  readonly codename: string | undefined;
  readonly cpus: number | undefined;
  readonly memoryMb: number | undefined;
  /** Room on the file system of /, MiB. */
  readonly freeMb: number | undefined;
  readonly python: string | undefined;
  /** "password": sudo asks for one. "none": there is no sudo, or this user may not use it. */
  readonly sudo: "root" | "passwordless" | "password" | "none";
  /** Without the loopback interface and link-local addresses. */
  readonly interfaces: readonly Interface[];
}

/** What only the check of a whole stack asks for. */
export interface CheckedFacts extends HostFacts {
  /** Room on the file system of /var, MiB, where that is another one. */
  readonly varFreeMb: number | undefined;
  readonly machineId: string | undefined;
  readonly bootId: string | undefined;
  /** The public host keys, as in /etc/ssh/ssh_host_*_key.pub, without comments. */
  readonly hostKeys: readonly string[];
  /** As the host sees our SSH connection. */
  readonly connection: { readonly client: string; readonly serverPort: number } | undefined;
  /** Of the packages that were asked about: those that are not installed. */
  readonly missing: readonly string[];
}

/** Runs on the host under a bare sh, as any user; prints name=value lines. Arguments: packages. */
const SCRIPT = `
( . /etc/os-release; echo "distribution=$ID"; echo "version=$VERSION_ID"; echo "codename=$VERSION_CODENAME" )
echo "hostname=$(cat /proc/sys/kernel/hostname)"
echo "cpus=$(nproc 2>/dev/null)"
awk '/^MemTotal:/ { print "memory=" int($2 / 1024) }' /proc/meminfo
df -Pm / /var 2>/dev/null | awk 'NR == 2 { root = $6; print "free=" $4 } NR == 3 && $6 != root { print "var=" $4 }'
echo "python=$(/usr/bin/python3 -c 'import platform; print(platform.python_version())' 2>/dev/null)"
if [ "$(id -u)" = 0 ]; then
  echo sudo=root
elif ! command -v sudo >/dev/null; then
  echo sudo=none
elif sudo -n true 2>/dev/null; then
  echo sudo=passwordless
else
  # Asked to run something, sudo wants a password even of a user whom it would refuse; asked to validate, it says so.
  case $(sudo -nv 2>&1) in
    *"may not run"* | *"not in the sudoers"*) echo sudo=none ;;
    *) echo sudo=password ;;
  esac
fi
echo "interfaces=$(ip -json address show 2>/dev/null | tr -d '\\n')"
echo "machine=$(cat /etc/machine-id 2>/dev/null)"
echo "boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
for key in /etc/ssh/ssh_host_*_key.pub; do
  [ -r "$key" ] && awk '{ print "hostkey=" $1 " " $2 }' "$key"
done
echo "connection=$SSH_CONNECTION"
for package; do
  [ "$(dpkg-query --show --showformat '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "missing=$package"
done
`;

/** What a host is, in one short command that needs no root. */
export async function quickFacts(session: Session, signal?: AbortSignal): Promise<HostFacts> {
  const { hostname, distribution, version, codename, cpus, memoryMb, freeMb, python, sudo, interfaces } =
    await checkedFacts(session, [], signal);
  return { hostname, distribution, version, codename, cpus, memoryMb, freeMb, python, sudo, interfaces };
}

/** The same and more; `packages`: those that the host needs. */
export async function checkedFacts(
  session: Session,
  packages: readonly string[],
  signal?: AbortSignal,
): Promise<CheckedFacts> {
  const { stdout } = await session.run(["sh", "-s", "--", ...packages], {
    input: SCRIPT,
    timeoutMs: 15_000,
    ...(signal === undefined ? {} : { signal }),
  });
  return parseFacts(stdout);
}

export function parseFacts(text: string): CheckedFacts {
  const all = (wanted: string) =>
    text.split("\n").flatMap((line) => {
      const [, name, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
      return name === wanted && value !== undefined ? [value] : [];
    });
  const one = (name: string) => all(name).at(-1);
  const number = (name: string) => {
    const value = one(name);
    return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
  };
  const sudo = one("sudo");
  return {
    hostname: one("hostname"),
    distribution: one("distribution"),
    version: one("version"),
    codename: one("codename"),
    cpus: number("cpus"),
    memoryMb: number("memory"),
    freeMb: number("free"),
    varFreeMb: number("var"),
    python: one("python"),
    sudo: sudo === "root" || sudo === "passwordless" || sudo === "password" ? sudo : "none",
    interfaces: interfacesIn(one("interfaces")),
    machineId: one("machine"),
    bootId: one("boot"),
    hostKeys: all("hostkey"),
    connection: connectionIn(one("connection")),
    missing: all("missing"),
  };
}

/** From `ip -json address show`. */
function interfacesIn(json = "[]"): Interface[] {
  interface Link {
    ifname?: string;
    link_type?: string;
    address?: string;
    addr_info?: { local?: string; prefixlen?: number; scope?: string }[];
  }
  let links: Link[];
  try {
    links = JSON.parse(json) as Link[];
  } catch {
    return [];
  }
  return links.flatMap(({ ifname, link_type, address, addr_info = [] }) => {
    if (ifname === undefined || link_type === "loopback") return [];
    const addresses = addr_info.flatMap(({ local, prefixlen, scope }) =>
      local === undefined || prefixlen === undefined || scope === "link" ? [] : [{ address: local, prefix: prefixlen }],
    );
    return [{ name: ifname, ...(address === undefined ? {} : { hardwareAddress: address }), addresses }];
  });
}

/** From $SSH_CONNECTION: client address, client port, server address, server port. */
function connectionIn(text = ""): CheckedFacts["connection"] {
  const [client, , , port] = text.split(" ");
  if (client === undefined || port === undefined) return undefined;
  return { client: client.replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*$/, ""), serverPort: Number(port) };
}
