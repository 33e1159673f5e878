import type { Event } from "../../events.ts";
import { commonRelease, lookAtReleases } from "../../release/look.ts";
import { switchRelease } from "../../release/switch.ts";
import type { RequestKind } from "../../report/schema.ts";
import type { Tier } from "../../stack/schema.ts";
import type { Stack } from "../../stack/stack.ts";
import { asRoot } from "../faults/fault.ts";
import { needsTwo } from "./conditions.ts";
import type { Course, CourseWorld } from "./course.ts";
import type { Drill } from "./drill.ts";
import type { Evidence } from "./evidence.ts";
import { none, plannedHandover } from "./predictions.ts";
import { reboot } from "./reboot.ts";
import { allOf, everyHost } from "./targets.ts";
import { databaseUnit } from "./units.ts";

/** Between two reloads: each is to show in the figures by itself. */
const PAUSE_MS = 400;
const DYNAMIC: readonly RequestKind[] = ["read", "write"];

/** The services of a tier that can read their configuration anew without a restart. The application has none of it. */
function reloadable(stack: Stack, tier: Tier): readonly string[] {
  switch (tier) {
    case "loadbalancer":
      return ["haproxy.service", "keepalived.service"];
    case "web":
      return ["nginx.service"];
    case "app":
      return [];
    case "database":
      return [databaseUnit(stack)];
  }
}

// Only rules that were confirmed: others might keep everybody out, and nothing would go back from them.
const FIREWALL = `if ! cmp -s /etc/quintet-firewall.nft /etc/quintet-firewall.confirmed.nft; then
  echo "the packet filter's rules are not confirmed: run apply first" >&2
  exit 1
fi
systemctl reload quintet-firewall.service
systemctl stop quintet-firewall-revert.timer 2>/dev/null || :`;

const reloadAll: Course = async (world) => {
  const { stack, sessions, clock, signal } = world;
  for (const { name, tiers } of stack.hosts) {
    const units = tiers.flatMap((tier) => reloadable(stack, tier));
    const scripts = [
      ["quintet-firewall.service", FIREWALL],
      ...units.map((unit) => [unit, `systemctl reload ${unit}`]),
    ];
    for (const [unit = "", script = ""] of scripts) {
      world.tell(name, `reloading ${unit}`);
      await asRoot(await sessions.to(name), `reload ${unit}`, `set -e\n${script}`);
      await clock.sleep(PAUSE_MS, signal);
    }
    world.tell(name, units.length === 0 ? "reloaded its packet filter: nothing else of it reloads" : "reloaded");
  }
};

/** The release that runs, brought in once more as `quintet release` brings in a new one: nothing is built or changed. */
const releaseAgain: Course = async (world) => {
  const { stack, sessions, signal } = world;
  const situation = await lookAtReleases(stack, sessions);
  const running = commonRelease(situation);
  if (running === undefined) throw new Error("the app hosts do not run one and the same release: release first");
  const emit = (event: Event) => {
    if (event.type === "row") world.tell(event.row, event.text);
  };
  const staticBefore = new Map(situation.web.map(({ host, current }) => [host, current]));
  const { release, artifact } = running;
  await switchRelease({ stack, sessions, emit, signal, release, artifact, before: new Map(), staticBefore, batch: 1 });
};

/** A release is work that is done every day: it may cost no request of any kind. */
function nothingFails({ records, injectedAt }: Evidence): string[] {
  const failed = records.filter(({ ok, dueAt }) => !ok && dueAt >= injectedAt);
  const [first] = failed;
  if (first === undefined) return [];
  return [`${failed.length} requests failed, the first with ${first.error ?? first.status}`];
}

const rebootAll: Course = async (world) => {
  for (const { name, tiers } of world.stack.hosts) {
    const alone = aloneIn(world.stack, tiers);
    if (alone.length === 0) await rebootOne(world, name);
    else await world.without(alone, () => rebootOne(world, name));
  }
};

async function rebootOne(world: CourseWorld, name: string): Promise<void> {
  world.tell(name, "reboots");
  await world.away(name, async () => {
    await reboot(world, name);
    world.tell(name, "is up again");
    await world.untilRedundant(name);
  });
}

/** The kinds of requests that nobody answers while a host with these tiers is away: there is no other of one of them. */
function aloneIn({ hosts }: Stack, tiers: readonly Tier[]): RequestKind[] {
  const isAlone = (tier: Tier) =>
    tiers.includes(tier) && hosts.filter((host) => host.tiers.includes(tier)).length === 1;
  return [...(isAlone("web") ? (["static"] as const) : []), ...(isAlone("app") || isAlone("database") ? DYNAMIC : [])];
}

/** No reload is a reason for the virtual IP to move. */
function staysPut({ samples, injectedAt, balancers }: Evidence): string[] {
  const holderBefore = balancers.find(
    (host) => samples.findLast((sample) => sample.host === host && sample.at <= injectedAt)?.holds,
  );
  const moved = samples.find(({ host, at, holds }) => holds && at > injectedAt && host !== holderBefore);
  return moved === undefined ? [] : [`the virtual IP moved from ${holderBefore ?? "nowhere"} to ${moved.host}`];
}

export const courseDrills: readonly Drill[] = [
  {
    id: "reload",
    title: "Every service reloads its configuration, one after the other",
    does: "reloads HAProxy, keepalived, Nginx, the packet filter and the database's certificate on …",
    target: everyHost,
    applies: () => undefined,
    objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
    course: reloadAll,
    predict: none("a reload hands over what is open"),
    also: staysPut,
  },
  {
    id: "release-under-load",
    title: "The application is released, one app host after the other",
    does: "drains, restarts and takes back the application on …, one after the other",
    target: allOf("app"),
    applies: needsTwo("app"),
    objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
    course: releaseAgain,
    predict: none("a host is drained before it restarts"),
    also: nothingFails,
  },
  {
    id: "rolling-reboot",
    title: "Every host is rebooted, one after the other",
    does: "reboots …, one after the other",
    target: everyHost,
    applies: needsTwo("loadbalancer"),
    objective: { downtimeMs: 500, failedSafe: 0, maxHolders: 1 },
    course: rebootAll,
    predict: plannedHandover,
  },
];
