import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLogin } from "../../src/remote/login.ts";
import { makeSessions } from "../../src/remote/sessions.ts";
import type { CheckReport } from "../../src/report/schema.ts";
import { PORTS } from "../../src/stack/flows.ts";
import { hostsOf } from "../../src/stack/stack.ts";
import { CHECKS, checksFor } from "../../src/verify/checks/checks.ts";
import { stickTables } from "../../src/verify/checks/stick-tables.ts";
import { systemClock } from "../../src/verify/clock.ts";
import type { Check, Context } from "../../src/verify/context.ts";
import { holdersNow } from "../../src/verify/health.ts";
import { makeLooks } from "../../src/verify/looks.ts";
import { runCheck } from "../../src/verify/run-check.ts";
import { ask } from "../../src/verify/site.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();

/** What the checks find out afresh, over connections that last for one test. */
async function look(only?: readonly string[]): Promise<Context> {
  const login = createLogin();
  onTestFinished(() => login.close());
  const stack = await login.resolve(await sharedStack());
  const sessions = makeSessions(stack, login.connect);
  onTestFinished(() => sessions.close());
  const ca = await readFile(join(directory, "files/ca.pem"), "utf8");
  const site = { address: stack.virtualIp.address, domain: stack.site.domain, ca, ports: PORTS };
  const hosts = stack.hosts.filter(({ name }) => only?.includes(name) ?? true);
  const around = { stack, hosts, site, sessions, clock: systemClock, signal: new AbortController().signal };
  return {
    ...around,
    ...makeLooks(around),
    ask: (request) => ask(site, request),
    // Which ports are open has tests of its own.
    flows: async () => [],
    // The machines have the disk of this computer, which may be full enough to be worth a word.
    warn: () => {},
  };
}

/** All checks together, as verify runs them. */
async function run(context: Context, checks: readonly Check[] = checksFor(context.hosts)): Promise<CheckReport[]> {
  return (await Promise.all(checks.map((check) => runCheck(check, context)))).flat();
}

const failed = (reports: readonly CheckReport[]) =>
  reports.filter(({ status }) => status === "failed").map(({ id, host, actual }) => `${id} ${host}: ${actual}`);

/** The balancer that waits: what is done to it, no visitor notices. */
async function waiting(): Promise<{ name: string; address: string; other: string }> {
  const context = await look();
  const holders = await holdersNow(context);
  const [one] = hostsOf(context, "loadbalancer").filter(({ name }) => !holders.includes(name));
  if (one === undefined || holders[0] === undefined) throw new Error(`held by ${holders.join()}`);
  return { name: one.name, address: one.address, other: holders[0] };
}

/** Has a daemon load its configuration, and waits until the processes are gone that served with the one before. */
const reload = (unit: string) => `
main=$(systemctl show --property=MainPID --value ${unit})
old=$(pgrep -P $main | tr '\\n' ' ')
systemctl reload ${unit}
for i in $(seq 100); do
  left=; for pid in $old; do ! kill -0 $pid 2>/dev/null || left=yes; done
  [ -n "$left" ] || break
  sleep 0.05
done`;

/** Edits a daemon's configuration and has it loaded; both undone when the test is over. */
function edit(host: string, file: string, unit: string, ...expressions: string[]): Promise<void> {
  const words = expressions.map((expression) => `-e '${expression}'`).join(" ");
  return meanwhile(
    host,
    `cp -p ${file} ${file}.kept && sed -i ${words} ${file} && ! cmp -s ${file} ${file}.kept\n${reload(unit)}`,
    `mv ${file}.kept ${file}\n${reload(unit)}`,
  );
}

describe.skipIf(reason !== undefined)(`checks${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("of a stack as apply leaves it, none fails, and only those skip that have nothing to look at", async () => {
    const reports = await run(await look());
    expect(failed(reports)).toEqual([]);
    expect(reports.filter(({ status }) => status === "skipped").map(({ id, host }) => `${id} ${host}`)).toEqual([
      "backup-age db1",
    ]);
    const hosts = (id: string) => reports.filter((one) => one.id === id).map(({ host }) => host);
    for (const { id, ofEveryTier } of CHECKS) {
      if (ofEveryTier && !id.endsWith("-isolation")) {
        expect([id, ...hosts(id)]).toEqual([id, "web1", "web2", "app1", "app2", "db1"]);
      }
    }
    expect(hosts("client-address")).toEqual(["web1", "web2", "app1", "app2"]);
    expect(hosts("stick-tables")).toEqual(["web1", "web2"]);
  });

  test("with --limit, they are about these hosts alone", async () => {
    const reports = await run(await look(["app1"]));
    expect(failed(reports)).toEqual([]);
    expect(new Set(reports.map(({ host }) => host))).toEqual(new Set(["app1"]));
    expect(reports.find(({ id }) => id === "client-address")?.status).toBe("passed");
  });

  test("what is wrong with a host fails the check of that, on that host, and no other", async () => {
    await meanwhile(
      "app1",
      "systemd-run --quiet --unit=quintet-test-broken --service-type=oneshot false 2>/dev/null || :",
      "systemctl reset-failed quintet-test-broken",
    );
    await meanwhile("app2", "systemctl --quiet disable app", "systemctl --quiet enable app");
    await meanwhile(
      "db1",
      "mount -t tmpfs -o size=1m quintet-test /var/tmp && head -c 2M /dev/zero >/var/tmp/full 2>/dev/null || :",
      "umount /var/tmp",
    );
    await meanwhile(
      "db1",
      "mkdir -p /var/backups/quintet && echo old >/var/backups/quintet/old && touch -d '3 days ago' /var/backups/quintet/old",
      "rm -r /var/backups/quintet",
    );
    await meanwhile(
      "db1",
      "mysql -e 'SET GLOBAL require_secure_transport = OFF'",
      "mysql -e 'SET GLOBAL require_secure_transport = ON'",
    );
    await meanwhile(
      "web1",
      "cp -p /etc/nginx/nginx.conf /etc/nginx/kept && echo '# edited' >>/etc/nginx/nginx.conf",
      "mv /etc/nginx/kept /etc/nginx/nginx.conf",
    );
    const rules = "/etc/quintet-firewall.nft";
    await meanwhile("app2", `cp -p ${rules} ${rules}.kept && echo "# edited" >>${rules}`, `mv ${rules}.kept ${rules}`);
    const reports = await run(await look());
    expect(failed(reports)).toEqual([
      "database-demands-tls db1: require_secure_transport is off",
      "backup-age db1: /var/backups/quintet/old is 72 hours old, 4 bytes",
      "services app2: app.service is active and disabled",
      "failed-units app1: quintet-test-broken.service",
      "configuration-loaded web1: nginx.service has not loaded /etc/nginx/nginx.conf",
      "configuration-loaded app2: the packet filter's rules are not confirmed",
      "disk-space db1: /var/tmp has 0 % of its space free (0 MiB)",
    ]);
    for (const { status, fix } of reports) expect(fix === undefined).toBe(status !== "failed");
  });

  test("what is wrong with a web server fails the check of that", async () => {
    await edit("web1", "/etc/nginx/nginx.conf", "nginx", "s/gzip on;/gzip off;/", "s/ \\$host / - /");
    await edit("web2", "/etc/nginx/nginx.conf", "nginx", "s/public, max-age=300/no-cache/");
    expect(failed(await run(await look()))).toEqual([
      "compression web1: it is not compressed",
      "cache-headers web2: no-cache",
      "web-logs web1: the request, without guestbook.example",
    ]);
  });

  test("a web server that sends other bytes is found by what the others have sent", async () => {
    const file = "$(readlink -f /srv/web/current)/root/assets/style.css";
    // Nginx keeps files open for a while.
    await meanwhile(
      "web2",
      `cp -p ${file} /srv/kept && echo '/* edited */' >>${file}\n${reload("nginx")}`,
      `mv /srv/kept ${file}\n${reload("nginx")}`,
    );
    expect(failed(await run(await look()))).toEqual([
      "cache-headers web1: 200 from web2 for if-none-match of what web1 sent",
      "cache-headers web2: 200 from web1 for if-none-match of what web2 sent",
    ]);
  });

  test("what is wrong with the balancer that waits is found before it is needed", async () => {
    const { name } = await waiting();
    const insert = "http-request return status 200 content-type text/css string other if { path /assets/style.css }";
    await edit(
      name,
      "/etc/haproxy/haproxy.cfg",
      "haproxy",
      "s/alpn h2,http/alpn http/",
      "/set-header referrer-policy/d",
      "/capture req.hdr/d",
      "s/set-header x-forwarded-for/add-header x-forwarded-for/",
      `s|^.*track-sc0.*|&\\n    ${insert}|`,
    );
    const found = failed(await run(await look()));
    const forged = `203.0.113.113 was believed, or passed on by ${name}`;
    expect(found.filter((line) => !line.startsWith("client-address"))).toEqual([
      `http2 ${name}: h2 is not offered`,
      `security-headers ${name}: no referrer-policy for /api/entries, no referrer-policy for /assets/style.css`,
      "same-answers virtual IP: /assets/style.css is not the same by web1 and web2",
      `balancer-logs ${name}: the request, without guestbook.example`,
    ]);
    // Whichever web server it asked; the application takes the last address, which is right.
    const believed = found.filter((line) => line.startsWith("client-address"));
    expect(believed.length).toBeGreaterThan(0);
    for (const line of believed) expect(line).toMatch(new RegExp(`^client-address web[12]: ${forged}$`));
  });

  test("balancers that do not hear each other are not in step", async () => {
    const { name, other } = await waiting();
    const rules = ["tcp dport 10000 drop", "tcp sport 10000 drop"];
    const restore = "systemctl restart quintet-firewall";
    for (const host of [name, other]) {
      await meanwhile(host, rules.map((rule) => `nft insert rule inet quintet input ${rule}`).join("\n"), restore);
    }
    const context = await look();
    expect(failed(await run(context, [stickTables]))).toEqual([
      expect.stringMatching(/^stick-tables web1: nothing within 10 s \(web2 is [A-Z0-9]+\)$/),
      expect.stringMatching(/^stick-tables web2: nothing within 10 s \(web1 is [A-Z0-9]+\)$/),
    ]);
    for (const host of [name, other]) await inside(host, restore);
    // They find each other again some seconds later: nobody who comes after is to wait for that.
    await expect.poll(async () => failed(await run(context, [stickTables])), { timeout: 40_000 }).toEqual([]);
  });
});
