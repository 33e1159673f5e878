import { describe, expect, onTestFinished, test } from "vitest";
import { createLogin } from "../../src/remote/login.ts";
import { makeSessions } from "../../src/remote/sessions.ts";
import { matrixOf } from "../../src/report/matrix.ts";
import { asExpected, type IsolationReport } from "../../src/report/schema.ts";
import { VIRTUAL_IP } from "../../src/verify/context.ts";
import { tryIsolation } from "../../src/verify/isolation/isolation.ts";
import { THIS_COMPUTER } from "../../src/verify/isolation/probe.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { hostNamed, inside, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();
/** What verify promises for five hosts. */
const BOUND_MS = 15_000;

/** The matrix of the shared machines, and how long it took without the logins. */
async function tried(): Promise<{ isolation: IsolationReport[]; wrong: IsolationReport[]; took: number }> {
  const login = createLogin();
  onTestFinished(() => login.close());
  const stack = await login.resolve(await sharedStack());
  const sessions = makeSessions(stack, login.connect);
  onTestFinished(() => sessions.close());
  await Promise.all(stack.hosts.map(async ({ name }) => (await sessions.to(name)).run(["true"])));
  const begin = performance.now();
  const isolation = await tryIsolation({ stack, hosts: stack.hosts, sessions, signal: new AbortController().signal });
  return { isolation, wrong: isolation.filter((one) => !asExpected(one)), took: performance.now() - begin };
}

describe.skipIf(reason !== undefined)(`isolation${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("every port from everywhere, over IPv4 and IPv6, is as it should be, in less than 15 seconds", async () => {
    const { isolation, wrong, took } = await tried();
    expect(wrong).toEqual([]);
    expect(took).toBeLessThan(BOUND_MS);
    const stack = await sharedStack();
    const hosts = stack.hosts.map(({ name }) => name);
    const { sources, targets, rows } = matrixOf(isolation, stack.hosts);
    expect(sources).toEqual([...hosts, THIS_COMPUTER]);
    expect(targets).toEqual([...hosts, VIRTUAL_IP]);
    for (const { from, to, status } of rows.flat())
      expect([from, to, status]).toEqual([from, to, from === to ? "none" : "right"]);
    const open = (from: string, to: string) => rows.flat().find((cell) => cell.from === from && cell.to === to)?.open;
    const { port: ssh } = (await hostNamed("db1")).ssh;
    expect(open("app1", "db1")).toEqual([ssh, 3306]);
    expect(open("web1", "db1")).toEqual([ssh]);
    expect(open(THIS_COMPUTER, "db1")).toEqual([ssh]);
    expect(new Set(open("web1", "web2"))).toEqual(new Set([80, 443, ssh, 8080, 10000]));
    for (const from of sources) expect(open(from, VIRTUAL_IP)).toEqual([80, 443]);
    // The machines have link-local IPv6 addresses, which stack.yml does not name.
    const database = isolation.filter(({ to, port }) => to === "db1" && port === 3306);
    for (const from of [...hosts.filter((name) => name !== "db1"), THIS_COMPUTER]) {
      const sideDoor = database.filter((one) => one.from === from && one.address.startsWith("fe80:"));
      expect([from, ...sideDoor.map(({ actual }) => actual)]).toEqual([from, "dropped"]);
    }
  });

  test("a rule that is too wide, on one host: that host, port and rule are named, and nothing else", async () => {
    const rule = "ip saddr 10.0.0.0/8 tcp dport 3306 accept";
    await meanwhile(
      "db1",
      `nft insert rule inet quintet input ${rule}`,
      `nft -a list chain inet quintet input | sed -n 's|^.*${rule} # handle ||p' | xargs -r -n 1 nft delete rule inet quintet input handle`,
    );
    const { wrong } = await tried();
    expect(
      wrong.map(({ from, to, port, expected, actual }) => [from, to, port, expected, actual].join(" ")).sort(),
    ).toEqual(["this computer db1 3306 closed open", "web1 db1 3306 closed open", "web2 db1 3306 closed open"]);
    for (const one of wrong) {
      expect(one.rule).toContain(
        `db1: inet quintet input: \`${rule}\` is too wide: it lets ${one.from} reach port 3306`,
      );
      expect(one.rule).toContain('tcp dport 3306 accept comment "database"');
    }
  });

  test("a service that is no flow of the stack is found, at addresses that stack.yml does not name too", async () => {
    for (const [host, address] of [
      ["web1", "fd77::11/64"],
      ["app1", "fd77::21/64"],
    ] as const) {
      await meanwhile(
        host,
        `ip address add ${address} dev host0 nodad`,
        `ip address del ${address} dev host0 2>/dev/null || true`,
      );
    }
    await meanwhile(
      "app1",
      `nft insert rule inet quintet input tcp dport 5555 accept
systemd-run --quiet --unit=stranger python3 -c 'import socket, time; s = socket.create_server(("::", 5555), family=socket.AF_INET6, dualstack_ipv6=True); time.sleep(600)'
for i in $(seq 100); do ! ss -Hltn sport = :5555 | grep -q . || break; sleep 0.1; done`,
      `systemctl stop stranger
nft -a list chain inet quintet input | sed -n 's|^.*tcp dport 5555 accept # handle ||p' | xargs -r -n 1 nft delete rule inet quintet input handle`,
    );
    const { wrong } = await tried();
    expect(new Set(wrong.map(({ to, port }) => `${to} ${port}`))).toEqual(new Set(["app1 5555"]));
    expect(new Set(wrong.map(({ from }) => from))).toEqual(new Set(["web1", "web2", "app2", "db1", THIS_COMPUTER]));
    expect(wrong.filter(({ address }) => address.startsWith("fe80:")).length).toBe(5);
    expect(wrong.filter(({ address }) => address === "fd77::21").map(({ from }) => from)).toEqual(["web1"]);
    expect(wrong[0]?.rule).toContain("`tcp dport 5555 accept` is too wide");
    expect(wrong[0]?.rule).toContain("(python3 listens there); no rule should accept port 5555");
  });

  test("ports that must be open and are not: the accept that is missing, and what does not listen", async () => {
    const rules = await inside("web2", "nft list table inet quintet");
    expect(rules).toContain('tcp dport 8080 accept comment "Nginx"');
    onTestFinished(async () => void (await inside("web2", "systemctl restart quintet-firewall")));
    await inside(
      "web2",
      `nft -a list chain inet quintet input | sed -n 's|^.*tcp dport 8080 accept comment "Nginx" # handle ||p' | xargs -r -n 1 nft delete rule inet quintet input handle`,
    );
    await meanwhile("app2", "systemctl stop app", "systemctl start app");
    const { wrong } = await tried();
    expect(wrong.map(({ from, to, port, actual }) => [from, to, port, actual].join(" ")).sort()).toEqual([
      "web1 app2 3000 refused",
      "web1 web2 8080 dropped",
      "web2 app2 3000 refused",
    ]);
    const said = (to: string) => wrong.find((one) => one.to === to)?.rule;
    expect(said("web2")).toMatch(
      /^web2: inet quintet input: `ip saddr \{ .* \} tcp dport 8080 accept comment "Nginx"` is missing$/,
    );
    expect(said("app2")).toMatch(/^app2: nothing listens on [\d.]+:3000 \(application\)$/);
  });
});
