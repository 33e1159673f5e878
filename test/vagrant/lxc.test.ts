import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { DRILL_IDS } from "../../src/stack/drill-ids.ts";
import { verdicts } from "../machines/drilled.ts";
import { eventsOf } from "../machines/quintet.ts";
import { writeRehearsal } from "../machines/rehearsal.ts";
import { addBox } from "./boxes.ts";
import { logins, on, reboot } from "./login.ts";
import { startLxcNetwork } from "./lxc-network.ts";
import { trySwitches } from "./switches.ts";
import { openWorkshop, say, type Workshop } from "./workshop.ts";

const HOSTS = { web1: 11, web2: 12, app1: 21, app2: 22, db1: 31 };
const NAMES = Object.keys(HOSTS);
const SUBNET = "10.77.13";

let workshop: Workshop;
let stopNetwork: () => Promise<void>;

beforeAll(async () => {
  stopNetwork = await startLxcNetwork();
  workshop = await openWorkshop("lxc", await writeRehearsal({ name: "quintet-lxc", subnet: SUBNET }));
  await addBox("lxc", workshop.env);
});

afterAll(async () => {
  await workshop?.vagrant("destroy", "--force");
  await workshop?.quintet("rehearse", "down", "--provider", "vagrant:lxc").finally(() => workshop.remove());
  await stopNetwork?.();
});

/** Containers and network interfaces of this rehearsal. */
async function left(): Promise<string[]> {
  const containers = await runCommand(["sudo", "lxc-ls", "-1"]);
  const links = ["qv-quintet-lxc"].filter((name) => existsSync(`/sys/class/net/${name}`));
  return [...containers.stdout.split("\n").filter((name) => name.includes("quintet-lxc")), ...links];
}

test("`vagrant up` alone gives five machines with keys of their own", async () => {
  const start = performance.now();
  const up = await workshop.vagrant("up");
  expect(up.stderr).toBe("");
  expect(up.exitCode).toBe(0);
  say("lxc", { "vagrant up, seconds": Math.round((performance.now() - start) / 1000) });
  const found = await logins(workshop);
  expect([...found.keys()]).toEqual(NAMES);
  expect(new Set([...found.values()].map(({ identity }) => identity)).size).toBe(5);
  for (const [name, number] of Object.entries(HOSTS)) {
    const login = found.get(name);
    if (login === undefined) throw new Error(name);
    const address = `${SUBNET}.${number}`;
    const { stdout } = await on(
      address,
      login,
      "hostname; sudo -n id -u; systemctl is-active dbus; cat .ssh/authorized_keys",
    );
    expect(stdout).toMatch(new RegExp(`^${name}\n0\nactive\n(?!.*insecure)`));
    const others = NAMES.filter((other) => other !== name).flatMap((other) => found.get(other) ?? []);
    const [other] = others;
    expect((await on(address, other ?? login, "true")).exitCode, `${name} lets others' keys in`).toBe(255);
  }
});

test("a machine that reboots by itself has its private address again", async () => {
  const login = (await logins(workshop)).get("web2");
  if (login === undefined) throw new Error("web2");
  // Containers share the kernel, and so its boot id.
  await reboot(`${SUBNET}.12`, login, "systemctl show --property=UserspaceTimestampMonotonic --value");
});

test("`vagrant destroy` leaves nothing", async () => {
  const destroyed = await workshop.vagrant("destroy", "--force");
  expect(destroyed.exitCode).toBe(0);
  expect(await left()).toEqual([]);
});

test("the whole road: machines, apply, verify, every drill, report", async () => {
  const up = await workshop.quintet("rehearse", "up", "--provider", "vagrant:lxc");
  const first = await workshop.quintet("apply");
  const second = await workshop.quintet("apply");
  const drills = DRILL_IDS.flatMap((id) => ["--drill", id]);
  const road = await workshop.quintet("rehearse", "--provider", "vagrant:lxc", ...drills);
  const report = await workshop.report();
  say("lxc", {
    "rehearse up, seconds": up.seconds,
    "first apply": first.seconds,
    "second apply": second.seconds,
    [`the whole again, with ${drills.length / 2} drills`]: road.seconds,
  });
  for (const { id, measured } of report.drills) {
    say("lxc", { [id]: `${measured?.downtimeMs} ms, ${measured?.failed} of ${measured?.requests} requests failed` });
  }
  expect(verdicts(report.drills)).toEqual(DRILL_IDS.map((id) => `${id}: passed`));
  expect(report.result).toBe("passed");
  expect(eventsOf(road, "result").at(-1)?.status).toBe("passed");
});

test("a cable is pulled and plugged, power cut and given back", async () => {
  await trySwitches(workshop, "lxc", "app1", "app2");
});

test("reset makes them blank, and down leaves nothing", async () => {
  const reset = await workshop.quintet("rehearse", "reset", "--provider", "vagrant:lxc");
  say("lxc", { "rehearse reset, seconds": reset.seconds });
  const again = await workshop.quintet("apply");
  say("lxc", { "first apply after it": again.seconds });
  await workshop.quintet("rehearse", "down", "--provider", "vagrant:lxc");
  expect(await left()).toEqual([]);
});
