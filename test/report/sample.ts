import { type CheckReport, type IsolationReport, type Report, resultOf } from "../../src/report/schema.ts";
import { sampleDrills } from "./sample-drills.ts";

const HOSTS: Report["hosts"] = [
  { name: "web1", address: "192.0.2.11", tiers: ["loadbalancer", "web"] },
  { name: "web2", address: "192.0.2.12", tiers: ["loadbalancer", "web"] },
  { name: "app1", address: "192.0.2.21", tiers: ["app"] },
  { name: "app2", address: "192.0.2.22", tiers: ["app"] },
  { name: "db1", address: "192.0.2.31", tiers: ["database"] },
];

/** The report of a run with checks, the matrix and drills, such as a user may get; some of it failed. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  const findings = { checks: sampleChecks(), isolation: sampleIsolation(), drills: sampleDrills(), ...changes };
  return {
    schemaVersion: 2,
    stack: "shop",
    hosts: HOSTS,
    virtualIp: "192.0.2.100",
    site: "https://shop.example",
    startedAt: "2026-11-23T09:14:26.297Z",
    finishedAt: "2026-11-23T09:21:03.101Z",
    ...findings,
    result: changes.result ?? resultOf(findings),
  };
}

/** The same stack, and all of it as it should be. */
export function goodReport(changes: Partial<Report> = {}): Report {
  return sampleReport({
    checks: sampleChecks().map(({ fix: _, ...check }) => {
      return check.status === "failed" ? { ...check, status: "passed", actual: check.expected } : check;
    }),
    isolation: sampleIsolation().map(({ rule: _, ...flow }) => {
      return { ...flow, actual: flow.expected === "open" ? "open" : "dropped" };
    }),
    drills: sampleDrills().filter(({ status }) => status !== "failed"),
    startedAt: "2026-11-22T18:02:11.000Z",
    finishedAt: "2026-11-22T18:08:40.000Z",
    ...changes,
  });
}

function sampleChecks(): CheckReport[] {
  const passed = (
    id: string,
    tier: CheckReport["tier"],
    title: string,
    hosts: readonly string[],
    actual: string,
    expected = actual,
  ): CheckReport[] =>
    hosts.map((host) => ({ id, tier, host, title, status: "passed", expected, actual, durationMs: 12 + host.length }));
  return [
    ...passed("virtual-ip-answers", "loadbalancer", "The virtual IP answers", ["virtual IP"], "status 200 from web1"),
    ...passed(
      "http-redirects",
      "loadbalancer",
      "HTTP redirects to HTTPS",
      ["virtual IP"],
      "301 to https://shop.example/",
    ),
    ...passed("tls-chain", "loadbalancer", "The certificate is from the stack's CA", ["virtual IP"], "trusted"),
    ...passed("tls-protocol", "loadbalancer", "Only TLS 1.2 and 1.3 are spoken", ["virtual IP"], "TLSv1.3"),
    ...passed("http2", "loadbalancer", "HTTP/2 is spoken", ["virtual IP"], "h2"),
    ...passed("one-holder", "loadbalancer", "Exactly one balancer holds the virtual IP", ["virtual IP"], "web1"),
    ...passed("pools-are-up", "loadbalancer", "Every server is in its pool", ["web1", "web2"], "4 of 4 up"),
    ...passed("stick-tables", "loadbalancer", "Stick tables are in step", ["web1", "web2"], "2 entries on both"),
    ...passed("compression", "web", "Text is sent compressed", ["web1", "web2"], "gzip"),
    ...passed("served-by-each", "app", "Every app server answers", ["app1", "app2"], "answered 5 of 10"),
    ...passed(
      "write-is-shared",
      "database",
      "What one app server writes, the other reads",
      ["app1", "app2"],
      "read back",
    ),
    ...passed("failed-units", "web", "No systemd unit has failed", ["web1", "web2", "app1", "app2", "db1"], "none"),
    ...passed(
      "disk-space",
      "web",
      "There is room on the disk",
      ["web1", "web2", "app1", "app2"],
      "61 % free",
      "10 % free",
    ),
    {
      id: "disk-space",
      tier: "database",
      host: "db1",
      title: "There is room on the disk",
      status: "failed",
      expected: "10 % free or more",
      actual: "/var/lib/mysql is 96 % full",
      fix: "Make room on db1, or give it a larger disk: sudo du -xh --max-depth=2 /var/lib/mysql | sort -h | tail",
      durationMs: 31,
    },
    {
      id: "security-headers",
      tier: "loadbalancer",
      host: "virtual IP",
      title: "Security headers are sent",
      status: "failed",
      expected: "strict-transport-security: max-age of 180 days or more",
      actual: "no strict-transport-security",
      fix: "quintet apply",
      durationMs: 40,
    },
    {
      id: "backup-age",
      tier: "database",
      host: "db1",
      title: "The newest backup is from today",
      status: "skipped",
      expected: "at most 26 hours old",
      actual: "no backups are configured",
      durationMs: 2,
    },
  ];
}

/** Every host to every other, over IPv4, and from this computer; app1 may reach db1 as it should, and so may web1. */
function sampleIsolation(): IsolationReport[] {
  const open: Record<string, readonly number[]> = {
    web1: [22, 80, 443],
    web2: [22, 80, 443],
    app1: [22],
    app2: [22],
    db1: [22],
  };
  const tried = [22, 80, 443, 3000, 3306, 8080, 8405, 10000];
  const may = (from: string, to: string, port: number) =>
    open[to]?.includes(port) ||
    (port === 8080 && from.startsWith("web") && to.startsWith("web")) ||
    (port === 3000 && from.startsWith("web") && to.startsWith("app")) ||
    (port === 3306 && from.startsWith("app") && to === "db1") ||
    (port === 10000 && from.startsWith("web") && to.startsWith("web"));
  return ["this computer", ...HOSTS.map(({ name }) => name)].flatMap((from) =>
    HOSTS.filter(({ name }) => name !== from).flatMap(({ name: to, address }) =>
      tried.map((port): IsolationReport => {
        const expected = may(from, to, port) ? "open" : "closed";
        if (from === "web1" && to === "db1" && port === 3306) {
          const rule = "db1: tcp dport 3306 is to be accepted from app1 and app2 only";
          return { from, to, address, port, expected, actual: "open", rule };
        }
        return { from, to, address, port, expected, actual: expected === "open" ? "open" : "dropped" };
      }),
    ),
  );
}
