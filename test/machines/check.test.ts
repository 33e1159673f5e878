import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { sshForSudo } from "../../src/preflight/finding.ts";
import { findFreeAddress } from "../../src/preflight/free-address.ts";
import { connect } from "../../src/remote/connect.ts";
import { failing } from "./failing.ts";
import { eventsOf, program, quintet, type Run } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { copyOfStack, directory, hostNamed, inside, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();
const check = ["check", "--stack", directory];
const shared = { step: "Check the hosts", exitCode: 3 };

/** A copy of the stack directory whose stack.yml was changed. */
async function spoilt(change: (text: string) => string): Promise<string> {
  const copy = await copyOfStack();
  const file = join(copy, "stack.yml");
  const text = await readFile(file, "utf8");
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
  return copy;
}

async function addressOf(name: string): Promise<string> {
  return (await hostNamed(name)).address;
}

function warningsOf(run: Run): string[] {
  return eventsOf(run, "warning")
    .map(({ message }) => message)
    .filter((message) => !message.includes("stack.yml"));
}

/** What a check might leave behind: open ports, programs, files. */
async function traces(host: string): Promise<string> {
  const ports = "ss -Hltn | awk '{ print $4 }' | sort";
  const programs = "grep -la 'exec(tak[e]' /proc/[0-9]*/cmdline 2>/dev/null || true";
  return inside(host, `${ports}; ls -d /tmp/quintet-* 2>/dev/null || true; ${programs}`);
}

/** What stands in the way of an apply, made for real on machines that have the whole stack. */
describe.skipIf(reason !== undefined)(`check${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("hosts that are fit: a table, and nothing is left behind or disturbed", async () => {
    const { hosts, virtualIp } = await sharedStack();
    const names = hosts.map(({ name }) => name);
    const before = await Promise.all(names.map(traces));
    const holders = () =>
      Promise.all(["web1", "web2"].map((name) => inside(name, `ip -o address show to ${virtualIp.address}`)));
    const held = await holders();
    const run = await quintet(check);
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
    expect(warningsOf(run)).toEqual([]);
    const [table] = eventsOf(run, "table");
    expect(table?.columns).toEqual(["host", "system", "CPUs", "memory", "free disk", "clock", "sudo", "verdict"]);
    expect(table?.rows.map((row) => [row[0], row.at(-1)])).toEqual(names.map((name) => [name, "fit"]));
    const [result] = eventsOf(run, "result");
    expect(result).toMatchObject({ verb: "check", status: "passed", data: { findings: [] } });
    expect(result?.data).toMatchObject({ hosts: { web1: { reached: true, hostname: "web1", sudo: "password" } } });
    expect(await Promise.all(names.map(traces))).toEqual(before);
    expect(await holders()).toEqual(held);
  });

  test("one connection a host", async () => {
    const logins = () =>
      inside("app1", "journalctl --boot --no-pager --output=cat | grep -c 'Accepted publickey' || true");
    const before = Number(await logins());
    expect((await quintet(check)).exitCode).toBe(0);
    expect(Number(await logins()) - before).toBe(1);
  });

  test("a port that a stranger has", async () => {
    await meanwhile(
      "app1",
      "systemctl stop app; systemd-run --unit=squatter python3 -m http.server 3000",
      "systemctl stop squatter 2>/dev/null || true; systemctl start app",
    );
    await inside("app1", "until ss -Hltn | grep -q :3000; do sleep 0.1; done");
    const { errors } = await failing(3, check);
    const end = `${sshForSudo(await hostNamed("app1"))} sudo systemctl disable --now squatter.service`;
    expect(errors).toEqual([
      {
        ...shared,
        message: "Port 3000 on app1 is taken by python3 (squatter.service); the application needs it.",
        host: "app1",
        next: `${end} (or set app.port in stack.yml)`,
      },
    ]);
  });

  test("a flow that another packet filter drops, with the service down", async () => {
    await meanwhile(
      "app2",
      `systemctl stop app
       nft 'table inet lab { chain input { type filter hook input priority -5; policy accept; tcp dport 3000 drop; }; }'`,
      "nft delete table inet lab; systemctl start app",
    );
    const [app2, web1, web2] = await Promise.all(["app2", "web1", "web2"].map(addressOf));
    const { errors } = await failing(3, check);
    expect(errors).toEqual([
      {
        ...shared,
        message: `web1 and web2 cannot reach app2 (${app2}) at port 3000 (application): there is no answer.`,
        host: "app2",
        next: `Probably the nftables table inet lab on app2: let TCP port 3000 from ${web1} and ${web2} in there.`,
      },
    ]);
  });

  test("a flow that is refused, with the service up", async () => {
    await meanwhile(
      "db1",
      "nft 'table inet lab { chain input { type filter hook input priority -5; policy accept; tcp dport 3306 reject with tcp reset; }; }'",
      "nft delete table inet lab",
    );
    const { errors } = await failing(3, check);
    const db1 = await addressOf("db1");
    expect(errors.map(({ host, message }) => [host, message])).toEqual([
      ["db1", `app1 and app2 cannot reach db1 (${db1}) at port 3306 (database): the connection is refused.`],
    ]);
  });

  test("a flow that our own, older packet filter drops is for apply to mend", async () => {
    const app1 = await addressOf("app1");
    await meanwhile(
      "db1",
      `cp /etc/quintet-firewall.nft /root/firewall.nft
       sed -i 's/${app1}[, ]*//' /etc/quintet-firewall.nft
       systemctl reload quintet-firewall`,
      "mv /root/firewall.nft /etc/quintet-firewall.nft; systemctl reload quintet-firewall",
    );
    expect(await inside("db1", "nft list table inet quintet")).not.toContain(app1);
    expect((await quintet(check)).exitCode).toBe(0);
  });

  test("balancers that do not hear each other", async () => {
    await meanwhile(
      "web2",
      "systemctl stop keepalived; nft 'table inet lab { chain input { type filter hook input priority -5; policy accept; meta l4proto 112 drop; }; }'",
      "nft delete table inet lab; systemctl start keepalived",
    );
    const web1 = await addressOf("web1");
    const { errors } = await failing(3, check);
    expect(errors).toEqual([
      {
        ...shared,
        message: "web2 does not hear web1 by VRRP (IP protocol 112): both would take the virtual IP.",
        host: "web2",
        next: `Probably the nftables table inet lab on web2: let protocol 112 (VRRP) from ${web1} in there.`,
      },
    ]);
  });

  test("balancers whose keepalived does not run hear each other", async () => {
    for (const host of ["web1", "web2"])
      await meanwhile(host, "systemctl stop keepalived", "systemctl start keepalived");
    expect((await quintet(check)).exitCode).toBe(0);
  });

  test.each(["web1", "web2"])("balancers hear each other while %s holds the virtual IP", async (holder) => {
    const { virtualIp } = await sharedStack();
    const other = holder === "web1" ? "web2" : "web1";
    // Nobody is pre-empted: whoever was there alone stays the holder.
    await inside(other, "systemctl stop keepalived");
    const holds = () => inside(holder, `ip -o address show to ${virtualIp.address}`);
    await expect.poll(holds, { timeout: 30_000 }).toContain(virtualIp.address);
    await inside(other, "systemctl start keepalived");
    expect((await quintet(check)).exitCode).toBe(0);
    expect(await holds()).toContain(virtualIp.address);
  });

  test.each([
    ["to everybody", "224.0.0.18"],
    ["to a balancer alone", "web2"],
  ])("another VRRP router with our id, which tells it %s", async (_, to) => {
    const { virtualIp } = await sharedStack();
    const target = to === "web2" ? await addressOf("web2") : to;
    const app1 = await addressOf("app1");
    // VRRPv3: version and type, router id, priority, one address, interval, checksum (nobody looks at it), address.
    const advert = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
while True:
    s.sendto(bytes([0x31, ${virtualIp.routerId}, 90, 1, 0, 100, 0, 0, 192, 0, 2, 1]), ("${target}", 0))
    time.sleep(1)`;
    await meanwhile("app1", `systemd-run --unit=foreign-vrrp python3 -c '${advert}'`, "systemctl stop foreign-vrrp");
    const { errors } = await failing(3, check);
    expect(errors).toEqual([
      {
        ...shared,
        // What goes to everybody may get this computer's own address on its way through the bridge.
        message: expect.stringMatching(
          new RegExp(
            `^Another VRRP router, (${app1}|${app1?.replace(/\d+$/, "1")}), uses the router id ${virtualIp.routerId} in the network of ${to === "web2" ? "web2" : "web1"} \\(priority 90\\)\\.$`,
          ),
        ),
        host: to === "web2" ? "web2" : "web1",
        next: `Set virtual_ip.router_id in stack.yml to one that is free there, such as ${virtualIp.routerId + 1}.`,
      },
    ]);
  });

  test("a firewall that would lock us out", async () => {
    const copy = await spoilt((text) => `${text}\nfirewall: { ssh_from: [192.0.2.0/24] }\n`);
    const { errors } = await failing(3, ["check", "--stack", copy]);
    const { hosts } = await sharedStack();
    const from = /from ([\d.]+), and/.exec(errors[0]?.message ?? "")?.[1];
    expect(errors).toEqual(
      hosts.map(({ name }) => ({
        ...shared,
        message: `You reach ${name} from ${from}, and firewall.ssh_from (192.0.2.0/24) does not have that address: you would lock yourself out.`,
        host: name,
        next: `Add ${from}/32, or its network, to firewall.ssh_from in stack.yml.`,
      })),
    );
  });

  test("a port that something forwards to sshd's own", async () => {
    const address = await addressOf("app1");
    await meanwhile(
      "app1",
      "nft 'table ip lab { chain pre { type nat hook prerouting priority dstnat; tcp dport 2223 redirect to :2222; }; }'",
      "nft delete table ip lab",
    );
    const copy = await spoilt((text) => text.replace(`${address}, tiers`, `${address}, ssh: { port: 2223 }, tiers`));
    const { errors } = await failing(3, ["check", "--accept-host-keys", "--stack", copy]);
    expect(errors.map(({ host, message }) => [host, message])).toEqual([
      [
        "app1",
        "sshd on app1 was reached at its port 2222, but stack.yml says 2223: the packet filter would open 2223 and lock you out.",
      ],
    ]);
  });

  test("one machine given twice, and --limit, which leaves the second out", async () => {
    const app2 = await addressOf("app2");
    const twin = app2.replace(/\d+$/, "29");
    await meanwhile("app2", `ip address add ${twin}/24 dev host0`, `ip address del ${twin}/24 dev host0`);
    const copy = await spoilt((text) =>
      text.replace(/^( *)app2: .*$/m, (line, indent) => `${line}\n${indent}app3: { address: ${twin}, tiers: [app] }`),
    );
    const words = ["check", "--accept-host-keys", "--stack", copy];
    const { errors } = await failing(3, words);
    expect(errors.map(({ host, message }) => [host, message])).toEqual([
      ["app3", `app3 (${twin}) is the same machine as app2 (${app2}).`],
    ]);
    const limited = await quintet([...words, "--limit", "web,app2,database"]);
    expect(limited.exitCode).toBe(0);
    expect(eventsOf(limited, "table")[0]?.rows.map(([name]) => name)).toEqual(["web1", "web2", "app2", "db1"]);
  });

  test("machines of one name, and with one key: only a warning", async () => {
    for (const host of ["app1", "app2"]) await meanwhile(host, "hostname box", `hostname ${host}`);
    const key = await inside("app1", "cat /etc/ssh/ssh_host_ed25519_key.pub");
    const file = "/etc/ssh/ssh_host_ed25519_key.pub";
    await meanwhile("app2", `cp ${file} /root/key.pub; echo '${key}' >${file}`, `mv /root/key.pub ${file}`);
    const run = await quintet(check);
    expect(run.exitCode).toBe(0);
    expect(warningsOf(run)).toEqual([
      "app1 and app2 call themselves box: their log lines cannot be told apart.",
      "app1 and app2 have the same SSH host key: whoever has one of them can pass for the others.",
    ]);
  });

  test("no mirror, where packages are missing", async () => {
    const copy = await spoilt((text) => text.replace(/^( *app2: .*tiers: \[)app\]/m, "$1app, web]"));
    expect((await quintet(["check", "--stack", copy])).exitCode).toBe(0);
    const address = (await addressOf("app2")).replace(/\d+$/, "251");
    await meanwhile(
      "app2",
      `mv /etc/apt/sources.list /root/sources.list 2>/dev/null || true
       mv /etc/apt/sources.list.d /root/sources.list.d; mkdir /etc/apt/sources.list.d
       echo 'deb http://${address}/debian trixie main' >/etc/apt/sources.list`,
      `rm -r /etc/apt/sources.list /etc/apt/sources.list.d; mv /root/sources.list.d /etc/apt/sources.list.d
       mv /root/sources.list /etc/apt/sources.list 2>/dev/null || true`,
    );
    const { errors } = await failing(3, ["check", "--stack", copy]);
    expect(errors).toEqual([
      expect.objectContaining({
        ...shared,
        message: "app2 cannot reach its package mirror, and nginx is to be installed.",
        host: "app2",
        detail: expect.stringContaining(`http://${address}/debian/dists/trixie/InRelease: E: `),
      }),
    ]);
    // Where everything is installed, nobody asks.
    expect((await quintet(check)).exitCode).toBe(0);
  });

  test("addresses and interfaces that are not there", async () => {
    const [web1, app1] = await Promise.all(["web1", "app1"].map(addressOf));
    const other = app1?.replace(/\d+$/, "199");
    const copy = await spoilt((text) =>
      text
        .replace("virtual_ip: {", "virtual_ip: { interface: eth9,")
        .replace(`${app1}, tiers`, `${app1}, private_address: ${other}, tiers`),
    );
    const { errors } = await failing(3, ["check", "--stack", copy]);
    expect(errors.map(({ host, message, detail }) => [host, message, detail])).toEqual([
      ["web1", "web1 has no interface eth9.", undefined],
      ["web2", "web2 has no interface eth9.", undefined],
      ["app1", `app1 does not have the address ${other}.`, `It has ${app1}.`],
    ]);
    expect(errors[0]?.next).toContain("host0");
    expect(web1).toBeDefined();
  });

  test("a free address is one that nobody answers for", async () => {
    const stack = await sharedStack();
    const web1 = await hostNamed("web1");
    const network = web1.address.replace(/\d+$/, "0/24");
    const highest = web1.address.replace(/\d+$/, "250");
    const session = await connect(stack, web1);
    try {
      const find = () => findFreeAddress(session, { network, interface: "host0", exclude: [] });
      expect(await find()).toBe(highest);
      await meanwhile("app1", `ip address add ${highest}/24 dev host0`, `ip address del ${highest}/24 dev host0`);
      await inside("web1", `ip neighbour flush to ${highest}`);
      expect(await find()).toBe(highest.replace(/250$/, "249"));
    } finally {
      session.close();
    }
  });

  test("killed half-way, it leaves no port open and no file behind", async () => {
    await meanwhile("app1", "systemctl stop app", "systemctl start app");
    const before = await traces("app1");
    const killed = execa(program, check, { reject: false });
    const isOpen = async () => (await inside("app1", "ss -Hltn")).includes(":3000 ");
    await expect.poll(isOpen, { timeout: 30_000, interval: 50 }).toBe(true);
    killed.kill("SIGKILL");
    expect((await killed).signal).toBe("SIGKILL");
    await expect.poll(() => traces("app1"), { timeout: 30_000 }).toBe(before);
  });
});
