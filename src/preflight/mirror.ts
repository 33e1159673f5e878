import type { Host } from "../stack/stack.ts";
import type { CheckedFacts } from "./facts.ts";
import { type Finding, fault, listedNames, sshForSudo, warning } from "./finding.ts";

/** One of apt's package sources, and what fetching its index gave. */
export interface Source {
  readonly uri: string;
  readonly ok: boolean;
  /** What apt said. */
  readonly said: string;
}

/**
 * On the host, as root: fetches the index of each package source as apt itself would, by its own helper and through
 * its proxies, into a directory that is removed again. Nothing of apt's own is touched.
 */
export const MIRROR_SCRIPT = `
def mirror(directory):
    listed = said("apt-get", "update", "--print-uris")
    uris = dict.fromkeys(re.findall(r"^'([^']+/InRelease)'", listed, re.M))
    report = {}
    def fetch(uri):
        options = ["-o", "Acquire::Retries=0", "-o", "APT::Sandbox::User=root"]
        for kind in ("http", "https"):
            options += ["-o", "Acquire::%s::Timeout=4" % kind]
        path = os.path.join(directory, str(abs(hash(uri))))
        child = subprocess.Popen(["/usr/lib/apt/apt-helper"] + options + ["download-file", uri, path],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        children.append(child)
        try:
            output = child.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output = "E: no answer within 5 s"
            child.communicate()
        why = [line for line in output.splitlines() if line.startswith("E:")]
        report[uri] = {"uri": uri, "ok": child.returncode == 0, "said": "" if child.returncode == 0 else (why or [""])[-1]}
    together(fetch, [uri for uri in uris if not uri.startswith(("file:", "cdrom:", "copy:"))])
    return {"sources": list(report.values()), "local": len(uris) - len(report)}
`;

export interface MirrorEvidence {
  readonly sources: readonly Source[];
  /** How many sources are on the host itself. */
  readonly local: number;
}

/** Whether the packages that are missing could be fetched. Pure. */
export function judgeMirror(host: Host, { missing, codename }: CheckedFacts, evidence: MirrorEvidence): Finding[] {
  if (missing.length === 0) return [];
  const { sources, local } = evidence;
  const packages = listedNames(missing);
  if (sources.length + local === 0) {
    const message = `apt on ${host.name} has no package sources, and ${packages} ${are(missing)} to be installed.`;
    return [fault(host, message, `Name the distribution's mirror in /etc/apt/sources.list.d on ${host.name}.`)];
  }
  const dead = sources.filter(({ ok }) => !ok);
  // Without the distribution's own index nothing can be installed; another that fails is passed over by apt.
  const main = dead.filter(({ uri }) => codename !== undefined && uri.includes(`/dists/${codename}/`));
  const essential = main.length > 0 ? main : dead.length === sources.length && local === 0 ? dead : [];
  const others = dead.filter((one) => !essential.includes(one));
  const see = `See why: ${sshForSudo(host)} sudo apt-get update (a proxy goes into /etc/apt/apt.conf.d, as Acquire::http::Proxy "http://…";)`;
  const said = (some: readonly Source[]) => some.map((one) => `${one.uri}: ${one.said}`).join("\n");
  return [
    ...(essential.length === 0
      ? []
      : [
          fault(
            host,
            `${host.name} cannot reach its package mirror, and ${packages} ${are(missing)} to be installed.`,
            see,
            said(essential),
          ),
        ]),
    ...(others.length === 0
      ? []
      : [warning(host, `${host.name} cannot reach ${others.length} of its package sources.`, see, said(others))]),
  ];
}

function are(packages: readonly string[]): string {
  return packages.length === 1 ? "is" : "are";
}
