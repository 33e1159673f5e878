import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verdicts } from "../machines/drilled.ts";
import { addBox } from "./boxes.ts";
import { startLibvirt, virsh } from "./libvirt-daemon.ts";
import { logins, on, reboot } from "./login.ts";
import { trySwitches } from "./switches.ts";
import { openWorkshop, say, type Workshop } from "./workshop.ts";

const NAME = "quintet-vm";
const HOSTS = { lb1: "10.77.11.11", lb2: "10.77.11.12" };
const SITE = join(import.meta.dirname, "site");

/**
 * A balancer pair that carries all other tiers, too: each emulated machine costs minutes. Emulated without the processor's
 * help, a machine stands still for longer than three adverts of a tenth of a second, and answers few requests a second:
 * longer adverts, a lower rate, and five adverts at the most for a takeover. The application does without the database,
 * which only one of the two carries.
 */
const STACK = `name: ${NAME}
hosts:
  lb1: { address: ${HOSTS.lb1}, tiers: [loadbalancer, web, app] }
  lb2: { address: ${HOSTS.lb2}, tiers: [loadbalancer, web, app, database] }
ssh: { user: deploy, identity: ./id_ed25519 }
virtual_ip: { address: 10.77.11.100, advert_ms: 1000 }
site: { domain: guestbook.example }
routes: { static: [/assets, /favicon.ico, /robots.txt] }
app:
  source: ${JSON.stringify(SITE)}
  runtime: node
  start: node server.js
  static: public
  port: 3000
  health: /healthz
database: { engine: mariadb, name: site, buffer_pool_mb: 128 }
checks: { static: /assets/style.css, dynamic: / }
drills:
  rate: 4
  objectives:
    balancer-power-loss: { downtime_ms: 5000 }
    keepalived-killed: { downtime_ms: 5000 }
machine: { memory_mb: 1536 }
`;

/** What says most about machines with a kernel of their own: VRRP, the packet filter, no power. */
const CHECKS = ["virtual-ip-answers", "one-holder", "pools-are-up", "flow-isolation", "services"];
const DRILLS = ["balancer-power-loss", "keepalived-killed"] as const;
const PROVIDER = ["--provider", "vagrant:libvirt"] as const;

let workshop: Workshop;
let stopLibvirt: () => Promise<void>;

beforeAll(async () => {
  stopLibvirt = await startLibvirt();
  const directory = join(await mkdtemp(join(tmpdir(), "quintet-test-")), NAME);
  await mkdir(directory);
  await writeFile(join(directory, "stack.yml"), STACK);
  workshop = await openWorkshop("libvirt", directory);
  await addBox("libvirt", workshop.env);
});

afterAll(async () => {
  await workshop?.vagrant("destroy", "--force");
  await workshop?.quintet("rehearse", "down", ...PROVIDER).finally(() => workshop.remove());
  // Vagrant keeps a box's disk and its own network there for the next time.
  for (const volume of await volumes()) await virsh("vol-delete", "--pool", "default", volume);
  await stopLibvirt?.();
});

async function listed(...words: readonly string[]): Promise<string[]> {
  const text = await virsh(...words);
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** The disks of this test's machines and of their box. */
async function volumes(): Promise<string[]> {
  const pools = await listed("pool-list", "--name");
  if (!pools.some((pool) => pool.trim() === "default")) return [];
  const names = (await listed("vol-list", "--pool", "default"))
    .slice(2)
    .map((line) => line.trim().split(/\s+/)[0] ?? "");
  return names.filter((name) => name.includes(NAME) || name.includes("_vagrant_box_image_"));
}

/** What there is of this rehearsal. */
async function left(): Promise<string[]> {
  const domains = await listed("list", "--all", "--name");
  const networks = await listed("net-list", "--all", "--name");
  const disks = (await volumes()).filter((name) => name.includes(NAME));
  return [...domains, ...networks, ...disks].map((name) => name.trim()).filter((name) => name.includes(NAME));
}

test("`vagrant up` alone gives two virtual machines, each with a kernel and keys of its own", async () => {
  const start = performance.now();
  const up = await workshop.vagrant("up");
  expect(up.exitCode, up.stderr).toBe(0);
  say("libvirt", { "vagrant up, seconds": Math.round((performance.now() - start) / 1000) });
  const found = await logins(workshop);
  const host = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const boots: string[] = [];
  for (const [name, address] of Object.entries(HOSTS)) {
    const login = found.get(name);
    if (login === undefined) throw new Error(name);
    const { stdout } = await on(address, login, "hostname; sudo -n id -u; cat /proc/sys/kernel/random/boot_id");
    const [hostname, uid, boot = ""] = stdout.split("\n");
    expect([hostname, uid]).toEqual([name, "0"]);
    boots.push(boot);
  }
  expect(new Set([...boots, host]).size).toBe(3);
  expect(new Set([...found.values()].map(({ identity }) => identity)).size).toBe(2);
  const login = found.get("lb1");
  if (login === undefined) throw new Error("lb1");
  await reboot(HOSTS.lb1, login, "cat /proc/sys/kernel/random/boot_id");
  const destroyed = await workshop.vagrant("destroy", "--force");
  expect(destroyed.exitCode, destroyed.stderr).toBe(0);
  expect(await left()).toEqual([]);
});

test("the pair takes over when the power of one is cut, and nothing is left of it in the end", async () => {
  const up = await workshop.quintet("rehearse", "up", ...PROVIDER);
  const first = await workshop.quintet("apply");
  say("libvirt", { "rehearse up, seconds": up.seconds, "first apply": first.seconds });
  const road = await workshop.quintet("verify", "--check", ...CHECKS, "--drill", ...DRILLS);
  const report = await workshop.report();
  say("libvirt", { [`verify with ${DRILLS.length} drills, seconds`]: road.seconds });
  for (const { id, measured } of report.drills) {
    say("libvirt", {
      [id]: `${measured?.downtimeMs} ms, ${measured?.failed} of ${measured?.requests} requests failed`,
    });
  }
  expect(verdicts(report.drills)).toEqual(DRILLS.map((id) => `${id}: passed`));
  await trySwitches(workshop, "libvirt", "lb1", "lb2");
  const reset = await workshop.quintet("rehearse", "reset", ...PROVIDER);
  say("libvirt", { "rehearse reset, seconds": reset.seconds });
  await workshop.quintet("rehearse", "down", ...PROVIDER);
  expect(await left()).toEqual([]);
});
