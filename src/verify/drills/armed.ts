import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Machines } from "../../machines/machines.ts";
import type { Sessions } from "../../remote/sessions.ts";
import type { Stack } from "../../stack/stack.ts";
import { asRoot, LEFTOVER_SCRIPT } from "../faults/fault.ts";
import type { Drill, DrillContext } from "./drill.ts";

/** After this long a host mends itself, unless somebody wants to watch it broken for longer. */
export const ARMED_MS = 60_000;
/** What a drill takes besides, until it mends: the limits in watching.ts, and connecting. */
const BESIDES_MS = 50_000;

/** Longer than a drill leaves anything broken, or the repair would come during the drill. */
function armedMs({ watchMs }: Pick<DrillContext, "watchMs">): number {
  return Math.max(ARMED_MS, watchMs + BESIDES_MS);
}

const note = z.object({ drill: z.string(), hosts: z.array(z.string()), pid: z.number() });
/** Where whatever else is of this computer alone stands, and git does not look. */
const fileOf = (stack: Pick<Stack, "directory">) => join(stack.directory, ".quintet", "drill.json");

/** Repairs that will come by themselves. */
export interface Armed {
  readonly hosts: readonly string[];
  /** Mends every host, and takes the repairs back; throws what kept it from that. */
  mend(): Promise<void>;
  readonly isMended: () => boolean;
}

/** Arms the repair of every host that the drill breaks, and writes down that it does. undefined: nothing is broken for long. */
export async function armAll(
  drill: Drill,
  context: DrillContext,
  hosts: readonly string[],
): Promise<Armed | undefined> {
  if (!("fault" in drill)) return undefined;
  const { fault } = drill;
  const { stack } = context;
  let mended = false;
  await write(stack, { drill: drill.id, hosts: [...hosts], pid: process.pid });
  const armed: Armed = {
    hosts,
    isMended: () => mended,
    async mend() {
      const results = await Promise.allSettled(hosts.map((host) => fault.repair(context, host)));
      for (const result of results) if (result.status === "rejected") throw result.reason;
      mended = true;
      await rm(fileOf(stack), { force: true });
    },
  };
  try {
    await Promise.all(hosts.map((host) => fault.arm(context, host, armedMs(context))));
  } catch (error) {
    await disarm(armed, context);
    throw error;
  }
  return armed;
}

/** Never fails and is never skipped. What cannot be mended from here stays armed and written down. */
export async function disarm(armed: Armed | undefined, context: DrillContext): Promise<void> {
  if (armed === undefined || armed.isMended()) return;
  const { emit, sessions, command } = context;
  try {
    await armed.mend().catch(() => {
      // A connection may have died of what was done to its host.
      for (const host of armed.hosts) sessions.forget(host);
      return armed.mend();
    });
  } catch (error) {
    emit({
      type: "warning",
      message: `${armed.hosts.join(", ")} could not be mended: ${(error as Error).message}. The repair is armed there and comes by itself within ${armedMs(context) / 1_000} s.`,
      next: command("verify"),
    });
  }
}

async function write(stack: Stack, content: z.output<typeof note>): Promise<void> {
  const file = fileOf(stack);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(content));
  await rename(`${file}.new`, file);
}

/**
 * Mends what an interrupted drill left broken; the hosts that were mended, if there was one. One that is being run is let
 * be. A host that cannot be reached has its own timer; it stays written down, and the next run tries again.
 */
export async function healLeftover(
  stack: Stack,
  { machines, sessions }: { readonly machines: Machines | undefined; readonly sessions: Sessions },
): Promise<readonly string[]> {
  const text = await readFile(fileOf(stack), "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const found = note.safeParse(parse(text));
  if (found.success && isOfAnother(found.data.pid)) return [];
  const known = new Set(stack.hosts.map((host) => host.name));
  const hosts = found.success ? found.data.hosts.filter((host) => known.has(host)) : [];
  const mended = await Promise.all(
    hosts.map(async (host) => {
      if (machines !== undefined) await powerOn(stack, machines, host);
      return mendOn(host, sessions).then(
        () => true,
        () => sessions.forget(host),
      );
    }),
  );
  const left = hosts.filter((_, index) => !mended[index]);
  if (found.success && left.length > 0) await write(stack, { ...found.data, hosts: left });
  else await rm(fileOf(stack), { force: true });
  return hosts.filter((host) => !left.includes(host));
}

async function mendOn(host: string, sessions: Sessions): Promise<void> {
  await asRoot(await sessions.to(host), "mend what a drill left", LEFTOVER_SCRIPT);
}

async function powerOn(stack: Stack, machines: Machines, host: string): Promise<void> {
  if ((await machines.stateOf(stack, host)) === "stopped") await machines.start(stack, host);
}

/** Whether a process other than this one runs under that number. */
function isOfAnother(pid: number): boolean {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
